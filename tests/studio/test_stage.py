from __future__ import annotations

import numpy as np
import pytest
from stills import OPEN, change, cue_of, cut, picture, pixels, stage_for, still_mouth

from studio.errors import RenderFailed
from studio.motion import Motion
from studio.presenters import PRESENTERS
from studio.presenters.figure import Pose
from studio.raster import IDENTITY, Canvas, Picture, raster, svg_document
from studio.spec import ASPECTS, Aspect, RenderSpec
from studio.stage import Stage
from studio.templates import TEMPLATES
from studio.timeline import FPS, MouthTrack


@pytest.mark.parametrize("design", TEMPLATES)
@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_background_beside_the_head_stays_on_every_frame(design: str, aspect: Aspect) -> None:
    spec = RenderSpec(template=design, aspect=aspect, captions=False, role="")
    with stage_for(spec) as stage:
        left, top, right, _ = stage.head_box_px
        frames = [pixels(stage, index) for index in range(6)]
    width = frames[0].shape[1]
    columns = slice(max(0, left - 40), max(1, left - 24))
    if left < 40:
        columns = slice(min(width - 17, right + 8), min(width - 1, right + 24))
    rows = slice(top + 10, top + 60)
    for later in frames[1:]:
        assert change(frames[0][rows, columns], later[rows, columns]) < 0.5
    assert frames[1][rows, columns].mean() > 8


def test_the_same_spec_gives_the_same_pixels_and_another_seed_another_performance() -> None:
    spec = RenderSpec(title="Same", role="Tester")
    cues = (cue_of("the same words"),)
    one, two = (picture(spec, index=60, cues=cues) for _ in range(2))
    assert change(one, two) == 0
    assert change(one, picture(RenderSpec(title="Same", role="Tester", seed=8), index=60)) > 0


def test_a_frame_does_not_depend_on_the_frames_drawn_before_it() -> None:
    spec = RenderSpec()
    with stage_for(spec, row=OPEN) as in_order, stage_for(spec, row=OPEN) as alone:
        for index in range(20):
            in_order.frame(index)
        assert change(pixels(in_order, 20), pixels(alone, 20)) == 0


def test_each_call_gives_a_new_frame() -> None:
    with stage_for(RenderSpec()) as stage:
        first = stage.frame(0)
        before = first.to_ndarray().copy()
        stage.frame(40)
        assert np.array_equal(first.to_ndarray(), before)


@pytest.mark.parametrize(
    ("duration_s", "frames"), [(4.0, 100), (4.01, 101), (0.04, 1), (0.03, 1), (2.9999999999, 75)]
)
def test_there_is_a_frame_for_every_begun_twenty_fifth_of_a_second(
    duration_s: float, frames: int
) -> None:
    with Stage(RenderSpec(), still_mouth(), [], duration_s=duration_s) as stage:
        assert stage.frame_count == frames
        stage.frame(frames - 1)


def test_the_mouth_rests_where_the_track_has_ended() -> None:
    short = MouthTrack(np.tile(np.array(OPEN, np.float32), (10, 1)))
    with Stage(RenderSpec(captions=False), short, [], duration_s=4.0) as stage:
        box = stage.mouth_box_px
        speaking, done = cut(pixels(stage, 5), box), cut(pixels(stage, 60), box)
    assert (speaking.min(axis=2) > 232).sum() > 40
    assert (done.min(axis=2) > 232).sum() == 0


def _motion(
    *, beats_s: tuple[float, ...] = (), sentence_starts_s: tuple[float, ...] = (), seed: int = 7
) -> list[Pose]:
    track = MouthTrack(still_mouth(duration_s=8.0).rows, beats_s)
    motion = Motion(
        track, duration_s=8.0, frame_count=200, sentence_starts_s=sentence_starts_s, seed=seed
    )
    return [motion.pose(index) for index in range(200)]


@pytest.mark.parametrize("seed", [1, 7, 2026])
def test_the_presenter_blinks_breathes_and_turns_without_being_told(seed: int) -> None:
    poses = _motion(seed=seed)
    blinks = [p.gaze.blink for p in poses]
    assert max(blinks) == 1.0
    assert sum(b > 0 for b in blinks) < 0.25 * len(blinks)
    assert np.ptp([p.breath for p in poses]) > 2
    assert np.ptp([p.yaw for p in poses]) > 2
    steps = np.abs(np.diff([(p.rotation * 300, p.sway, p.nod, p.yaw) for p in poses], axis=0))
    assert steps.max() < 1.2, "nothing jumps from one frame to the next"


def test_nods_and_brows_land_on_the_stressed_beats() -> None:
    beats = tuple(np.arange(1.0, 7.0, 0.9))
    moved, calm = _motion(beats_s=beats), _motion()
    nods = [moved[round(beat * FPS)].nod for beat in beats]
    assert np.mean(nods) > np.mean([pose.nod for pose in calm]) + 1
    lifted = _motion(sentence_starts_s=(3.0,))[round(3.3 * FPS)].gaze.brows
    assert lifted > calm[round(3.3 * FPS)].gaze.brows + 2


def test_a_clip_of_no_words_and_no_title_is_still_a_picture() -> None:
    image = picture(RenderSpec(role=""), index=0)
    assert image.std() > 20


@pytest.mark.parametrize("person", PRESENTERS)
def test_no_head_is_cropped_in_any_aspect(person: str) -> None:
    for aspect in ASPECTS:
        for design in TEMPLATES:
            with stage_for(RenderSpec(template=design, presenter=person, aspect=aspect)) as stage:
                left, top, right, bottom = stage.head_box_px
            width, height = RenderSpec(aspect=aspect).size_px
            assert left > 0
            assert top > 0
            assert right < width
            assert bottom < height


def test_a_closed_stage_can_be_closed_again_and_draws_no_more() -> None:
    stage = stage_for(RenderSpec())
    stage.close()
    stage.close()
    with pytest.raises(RenderFailed):
        stage.frame(0)


def test_raster_gives_straight_colours_of_the_size_asked_for() -> None:
    half = svg_document('<rect width="20" height="10" fill="#ff0000" fill-opacity="0.5"/>', 40, 10)
    drawn = raster(half, 40, 10)
    assert drawn.shape == (10, 40, 4)
    assert tuple(drawn[5, 10]) == pytest.approx((255, 0, 0, 128), abs=2)
    assert drawn[5, 30, 3] == 0


def test_a_document_that_is_no_drawing_is_refused() -> None:
    with pytest.raises(RenderFailed, match="read a drawing"):
        Picture("this is no drawing")


def test_a_canvas_keeps_what_was_filled_in_before_on_later_frames() -> None:
    dot = Picture(svg_document('<circle cx="20" cy="20" r="8" fill="#00ff00"/>', 40, 40))
    with Canvas(40, 40) as canvas:
        for shift in range(3):
            canvas.pixels[:] = (200, 100, 50, 255)
            canvas.draw([(dot, IDENTITY._replace(c=float(shift)))])
            assert tuple(canvas.pixels[2, 2]) == (200, 100, 50, 255)
            assert tuple(canvas.pixels[20, 20]) == (0, 255, 0, 255)
    dot.close()
