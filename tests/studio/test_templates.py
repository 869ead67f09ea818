from __future__ import annotations

from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image
from stills import Picture, change, cue_of, ink_box, inside, overlap, picture, stage_for

from studio.errors import UnknownOption
from studio.presenters import PRESENTERS
from studio.previews import template_preview
from studio.spec import ASPECTS, RESOLUTIONS, Aspect, RenderSpec, Resolution
from studio.templates import TEMPLATES, template

LONG_TITLE = "Why the Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz matters now"
LONG_ROLE = "Senior vice president of customer education and worldwide enablement"

every_template = pytest.mark.parametrize("design", TEMPLATES)
every_aspect = pytest.mark.parametrize("aspect", ASPECTS)


def _spec(design: str, aspect: Aspect, **given: object) -> RenderSpec:
    plain: dict[str, object] = {"captions": False, "role": ""}
    return RenderSpec(template=design, aspect=aspect, **(plain | given))  # type: ignore[arg-type]


def _before_the_lower_third(spec: RenderSpec) -> Picture:
    return picture(spec, index=5)


@every_template
@every_aspect
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_a_frame_has_the_size_and_colours_that_the_encoder_is_told(
    design: str, aspect: Aspect, resolution: Resolution
) -> None:
    spec = RenderSpec(template=design, aspect=aspect, resolution=resolution, title="Hello")
    with stage_for(spec) as stage:
        frame = stage.frame(0)
    assert (frame.width, frame.height) == spec.size_px
    assert frame.format.name == "yuv420p"
    assert (int(frame.colorspace), int(frame.color_range)) == (1, 1)


@every_aspect
def test_templates_are_visibly_different_designs(aspect: Aspect) -> None:
    stills = {t: picture(_spec(t, aspect, presenter="maya")) for t in TEMPLATES}
    assert len(stills) >= 4
    for one, other in combinations(stills, 2):
        assert change(stills[one], stills[other]) > 18, f"{one} looks like {other}"


@every_template
@every_aspect
@pytest.mark.parametrize("title", ["Hi", LONG_TITLE, "Five quick ideas for a better week"])
def test_a_title_stays_inside_its_box_and_off_every_head(
    design: str, aspect: Aspect, title: str
) -> None:
    spec = _spec(design, aspect, presenter="amara")
    with stage_for(spec) as stage:
        head = stage.head_box_px
    bare = _before_the_lower_third(spec)
    titled = _before_the_lower_third(_spec(design, aspect, presenter="amara", title=title))
    ink = ink_box(bare, titled)
    box = template(design).layouts[aspect].title.pixels(spec.size_px)
    assert ink is not None
    assert inside(ink, box)
    assert not overlap(ink, head)


@every_template
@every_aspect
def test_the_mark_is_visible_in_a_corner_where_nothing_else_is(design: str, aspect: Aspect) -> None:
    layout = template(design).layouts[aspect]
    spec = _spec(design, aspect)
    size = width, height = spec.size_px
    with stage_for(spec) as stage:
        head = stage.head_box_px
    ink = ink_box(
        _before_the_lower_third(spec),
        _before_the_lower_third(_spec(design, aspect, mark="SIMULATED")),
    )
    box = layout.mark.pixels(size)
    assert ink is not None
    assert inside(ink, box)
    assert ink[2] - ink[0] > 0.08 * min(size)
    assert ink[2] > 0.9 * width
    assert ink[3] < 0.13 * height
    for other in (layout.title, layout.caption, layout.lower_third):
        assert not overlap(box, other.pixels(size))
    assert not overlap(ink, head)


@every_template
@every_aspect
@pytest.mark.parametrize("role", ["AI Presenter", LONG_ROLE])
def test_the_lower_third_slides_in_stays_in_its_box_and_leaves_the_face_free(
    design: str, aspect: Aspect, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = _spec(design, aspect, role=role)
    box = template(design).layouts[aspect].lower_third.pixels(spec.size_px)
    with stage_for(spec) as stage:
        assert not overlap(box, stage.mouth_box_px)
    shown = picture(spec, index=40)
    monkeypatch.setattr("studio.chrome.lower_third", lambda *_, **__: None)
    plain = picture(spec, index=40)
    ink = ink_box(plain, shown)
    assert ink is not None
    assert inside(ink, box)


@every_template
@every_aspect
def test_boxes_of_text_do_not_cover_each_other(design: str, aspect: Aspect) -> None:
    layout = template(design).layouts[aspect]
    size = _spec(design, aspect).size_px
    boxes = [
        box.pixels(size) for box in (layout.title, layout.lower_third, layout.caption, layout.mark)
    ]
    for one, other in combinations(boxes, 2):
        assert not overlap(one, other)
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]


def test_in_a_long_clip_the_lower_third_goes_and_in_a_short_one_it_stays() -> None:
    spec = _spec("presenter1", "16:9", role="AI Presenter")
    box = template("presenter1").layouts["16:9"].lower_third.pixels(spec.size_px)

    def brightness(duration_s: float, index: int) -> float:
        image = picture(spec, index=index, duration_s=duration_s)
        left, top, _, bottom = box
        return float(image[top:bottom, left : left + 60].mean())

    before, early = brightness(12.0, 5), brightness(12.0, 75)
    assert early < before - 10
    assert abs(brightness(12.0, 200) - before) < 3
    assert abs(brightness(8.5, 200) - early) < 3


@pytest.mark.parametrize("title", ["大家好", "नमस्ते दुनिया", "مرحبا", "สวัสดี", "🎉🎉"])
def test_a_title_that_the_font_cannot_write_is_left_out_rather_than_boxed(title: str) -> None:
    spec = _spec("presenter2", "16:9")
    titled = _spec("presenter2", "16:9", title=title)
    assert change(picture(spec, index=5), picture(titled, index=5)) == 0


def test_emoji_are_dropped_from_a_title() -> None:
    plain = picture(_spec("presenter2", "16:9", title="Great news"), index=5)
    assert (
        change(plain, picture(_spec("presenter2", "16:9", title="Great 🎉 news 👩‍🚀"), index=5))
        == 0
    )


def test_every_template_names_a_presenter_who_exists_and_lays_out_every_aspect() -> None:
    for key, design in TEMPLATES.items():
        assert design.id == key
        assert design.presenter in PRESENTERS
        assert set(design.layouts) == set(ASPECTS)
        assert design.name
        assert design.description


def test_an_unknown_template_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UnknownOption, match=r"No template 'cinema'.*presenter1, presenter2"):
        stage_for(RenderSpec(template="cinema"))


@every_template
def test_a_preview_is_a_webp_of_the_width_asked_for_and_always_the_same(design: str) -> None:
    first, again = (template_preview(design, width=320) for _ in range(2))
    assert first == again
    with Image.open(BytesIO(first)) as image:
        assert (image.format, image.size) == ("WEBP", (320, 180))


def test_a_preview_of_an_unknown_template_is_refused() -> None:
    with pytest.raises(UnknownOption):
        template_preview("cinema")


def test_captions_and_lower_third_keep_their_places_in_a_full_picture() -> None:
    spec = RenderSpec(template="presenter4", title=LONG_TITLE, role=LONG_ROLE, mark="SIMULATED")
    full = picture(spec, index=20, cues=(cue_of("All of it at once"),))
    assert full.shape == (720, 1280, 3)
    assert full.std() > 20
