from __future__ import annotations

import numpy as np
import pytest
from stills import AJAR, OPEN, change, cue_of, cut, ink_box, inside, overlap, picture, stage_for

from studio.presenters import PRESENTERS
from studio.spec import ASPECTS, Aspect, RenderSpec
from studio.stage import Stage
from studio.templates import TEMPLATES, template
from studio.timeline import Cue, MouthTrack
from studio.typography import can_write, without_pictures

COMPOUND = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten"
TEXTS = (
    "Hi!",
    "Today I will show you how easy",
    f"Das {COMPOUND} ist groß.",
    "incomprehensibilities characteristically internationalization",
    "https://example.org/a/really/rather/long/path/that/never/seems/to/end/or/to/break?and=more",
    "I i l l i a b c d e f",
)


@pytest.mark.parametrize("design", TEMPLATES)
@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("text", TEXTS)
def test_a_caption_is_inside_its_box_and_never_over_the_mouth(
    design: str, aspect: Aspect, text: str
) -> None:
    spec = RenderSpec(template=design, aspect=aspect, role="")
    box = template(design).layouts[aspect].caption.pixels(spec.size_px)
    cue = cue_of(text)
    bare = picture(spec, index=12, row=OPEN)
    shown = picture(spec, index=12, row=OPEN, cues=(cue,))
    ink = ink_box(bare, shown)
    assert ink is not None
    assert inside(ink, box)
    # One box for every presenter; the next test holds each of them to it.
    with stage_for(spec) as stage:
        assert not overlap(ink, stage.mouth_box_px)


@pytest.mark.parametrize("person", PRESENTERS)
@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_lips_really_are_inside_the_box_that_captions_avoid(
    person: str, aspect: Aspect
) -> None:
    spec = RenderSpec(presenter=person, aspect=aspect, captions=False, role="")
    ajar, opened = picture(spec, index=3, row=AJAR), picture(spec, index=3, row=OPEN)
    with stage_for(spec) as stage:
        lips, head = stage.mouth_box_px, stage.head_box_px
    # Cheeks follow the jaw; only the columns of the lips are looked at.
    columns = slice(lips[0], lips[2])
    moved = ink_box(ajar[:, columns], opened[:, columns], threshold=40)
    assert moved is not None
    assert lips[1] - 4 <= moved[1]
    assert moved[3] <= lips[3] + 4
    assert inside(lips, (head[0], head[1], head[2], lips[3]))


def test_the_spoken_word_lights_up_and_moves_on() -> None:
    spec = RenderSpec(role="")
    cue = cue_of("first second third")
    with stage_for(spec, cues=(cue,)) as stage:
        left, top, right, bottom = stage.caption_box_px
        accent = np.array((34, 211, 238))
        centers = []
        for index in (8, 15, 23):
            frame = stage.frame(index).to_ndarray(format="rgb24", src_colorspace="ITU709")
            lit = np.abs(frame[top:bottom, left:right].astype(int) - accent).max(axis=2) < 16
            assert lit.sum() > 300
            centers.append(np.flatnonzero(lit.any(axis=0)).mean())
    assert centers[0] + 40 < centers[1]
    assert centers[1] + 40 < centers[2]


def test_a_lit_word_leaves_air_to_its_neighbours() -> None:
    with stage_for(RenderSpec(role=""), cues=(cue_of("mmm mmm mmm"),)) as stage:
        left, top, right, bottom = stage.caption_box_px
        frame = stage.frame(8).to_ndarray(format="rgb24", src_colorspace="ITU709")
    area = frame[top:bottom, left:right].astype(int)
    lit = np.flatnonzero((np.abs(area - (34, 211, 238)).max(axis=2) < 16).any(axis=0))
    letters = np.flatnonzero((area.min(axis=2) > 175).any(axis=0))
    neighbour = letters[letters > lit[-1]][0]
    # The gap between two letters of this size is near 3 pixels.
    assert neighbour - lit[-1] >= 7


def test_captions_come_with_their_cue_and_go_after_it() -> None:
    spec = RenderSpec(role="")
    cues = (cue_of("one two", start_s=0.4), cue_of("three four", start_s=2.0))
    bare = [picture(spec, index=i) for i in (2, 20, 40, 60, 90)]
    shown = [picture(spec, index=i, cues=cues) for i in (2, 20, 40, 60, 90)]
    seen = [change(a, b) > 0 for a, b in zip(bare, shown, strict=True)]
    assert seen == [False, True, False, True, False]


def test_frames_asked_for_out_of_order_show_their_own_caption() -> None:
    spec = RenderSpec(role="")
    cues = (cue_of("one two", start_s=0.4), cue_of("three four", start_s=2.0))
    with stage_for(spec, cues=cues) as stage:
        late = stage.frame(60).to_ndarray()
        early = stage.frame(20).to_ndarray()
        assert np.array_equal(stage.frame(60).to_ndarray(), late)
    with stage_for(spec, cues=cues) as fresh:
        assert np.array_equal(fresh.frame(20).to_ndarray(), early)


@pytest.mark.parametrize(
    "text", ["你好 世界", "नमस्ते दुनिया", "مرحبا بالعالم", "สวัสดี ชาวโลก", "שלום עולם", "こんにちは"]
)
def test_scripts_that_the_font_cannot_shape_are_not_burnt_in(text: str) -> None:
    assert not can_write(text)
    spec = RenderSpec(role="")
    assert change(picture(spec, index=12), picture(spec, index=12, cues=(cue_of(text),))) == 0


def test_the_caller_can_forbid_or_switch_off_the_burn_in() -> None:
    cues = (cue_of("plain words"),)
    bare = picture(RenderSpec(role=""), index=12)
    assert change(bare, picture(RenderSpec(role=""), index=12, cues=cues)) > 0
    assert change(bare, picture(RenderSpec(role=""), index=12, cues=cues, shapeable=False)) == 0
    off = RenderSpec(role="", captions=False)
    assert change(bare, picture(off, index=12, cues=cues)) == 0


def test_emoji_vanish_from_a_caption_and_the_words_stay() -> None:
    spec = RenderSpec(role="")
    plain = picture(spec, index=12, cues=(cue_of("good morning"),))
    assert change(plain, picture(spec, index=12, cues=(cue_of("good👍 morning🎉"),))) == 0


@pytest.mark.parametrize(
    ("text", "writable"),
    [
        ("Grüße aus Łódź, Ångström & Çeşme – “quotes” …", True),
        ("Ελληνικά και кириллица", True),
        ("Tiếng Việt", True),
        ("e\u0301tude", True),
        ("12 % of €5", True),
        ("", True),
        ("x\u0331\u0307", False),
        ("party 🎉", False),
        ("日本", False),
    ],
)
def test_the_font_knows_what_it_can_write(text: str, writable: bool) -> None:
    assert can_write(text) is writable


def test_pictures_and_invisible_joiners_are_stripped() -> None:
    assert without_pictures("a👩\u200d🚀 b\ufe0f  c ✅") in ("a b c", "a b c ✅")
    assert without_pictures("🎉") == ""


def test_a_thousand_words_keep_the_cache_of_overlays_small() -> None:
    cues = tuple(cue_of(f"word{i} again{i}", start_s=0.2 * i, per_word_s=0.1) for i in range(150))
    mouth = MouthTrack(np.zeros((750, 7), np.float32))
    with Stage(RenderSpec(role="", aspect="1:1"), mouth, cues, duration_s=30.0) as stage:
        most = 0
        for index in range(0, 750, 2):
            stage.frame(index)
            most = max(most, stage.cached_patches)
    assert 2 <= most <= 16


def test_an_empty_cue_text_draws_nothing() -> None:
    spec = RenderSpec(role="")
    bare = picture(spec, index=12)
    with stage_for(spec, cues=(Cue(cue_of("🎉").words),)) as stage:
        box = stage.caption_box_px
        frame = stage.frame(12).to_ndarray(format="rgb24", src_colorspace="ITU709")
    assert change(cut(bare, box), cut(frame.astype(np.int16), box)) == 0
