from __future__ import annotations

from io import BytesIO
from itertools import combinations

import numpy as np
import pytest
from PIL import Image
from stills import AJAR, OPEN, PRESSED, ROUND, change, cut, picture, stage_for

from studio.errors import UnknownOption
from studio.presenters import PRESENTERS, presenter
from studio.previews import presenter_preview
from studio.spec import RenderSpec


@pytest.mark.parametrize("person", PRESENTERS)
def test_the_mouth_opens_with_its_track_and_the_rest_of_the_face_stays(person: str) -> None:
    spec = RenderSpec(presenter=person, captions=False)
    with stage_for(spec) as stage:
        mouth, head = stage.mouth_box_px, stage.head_box_px
    eyes = (head[0], head[1], head[2], mouth[1] - 40)
    closed, opened = picture(spec, row=AJAR), picture(spec, row=OPEN)
    assert change(cut(closed, mouth), cut(opened, mouth)) > 8
    assert change(cut(closed, eyes), cut(opened, eyes)) < 0.6


@pytest.mark.parametrize("person", PRESENTERS)
def test_pressed_lips_show_neither_teeth_nor_dark(person: str) -> None:
    spec = RenderSpec(presenter=person, captions=False, aspect="9:16")
    with stage_for(spec) as stage:
        mouth = stage.mouth_box_px
    pressed = cut(picture(spec, row=PRESSED), mouth)
    opened = cut(picture(spec, row=OPEN), mouth)

    def teeth(image: np.ndarray) -> int:
        return int((image.min(axis=2) > 232).sum())

    def cavity(image: np.ndarray) -> int:
        wine = np.array((74, 18, 24))
        return int((np.abs(image - wine).max(axis=2) < 14).sum())

    assert teeth(pressed) == 0
    assert teeth(opened) > 150
    assert cavity(opened) > 150
    assert cavity(pressed) < 0.35 * cavity(opened)


def test_rounded_lips_are_narrower_than_open_ones() -> None:
    spec = RenderSpec(presenter="maya", captions=False, aspect="9:16")
    with stage_for(spec) as stage:
        mouth = stage.mouth_box_px

    def width(row: tuple[float, ...]) -> int:
        lips = cut(picture(spec, row=row), mouth)
        red = (lips[..., 0] - lips[..., 1] > 70) & (lips[..., 1] < 120)
        return int(red.any(axis=0).sum())

    assert width(ROUND) < 0.7 * width(OPEN)


def test_every_presenter_is_a_person_of_their_own() -> None:
    stills = {p: picture(RenderSpec(presenter=p, captions=False)) for p in PRESENTERS}
    for one, other in combinations(stills, 2):
        assert change(stills[one], stills[other]) > 3, f"{one} looks like {other}"


def test_the_catalog_names_each_presenter_once_with_a_voice_and_one_line() -> None:
    assert len(PRESENTERS) >= 6
    assert {"maya", "alex", "zoe", "omar"} <= set(PRESENTERS)
    assert len({person.name for person in PRESENTERS.values()}) == len(PRESENTERS)
    for key, person in PRESENTERS.items():
        assert person.id == key
        assert person.voice.startswith("en-us")
        assert person.description
        assert "\n" not in person.description


def test_an_unknown_presenter_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UnknownOption, match=r"No presenter 'nobody'.*maya, alex"):
        presenter("nobody")


def test_an_unknown_presenter_in_a_spec_is_refused_before_anything_is_drawn() -> None:
    with pytest.raises(UnknownOption, match="nobody"):
        stage_for(RenderSpec(presenter="nobody"))


def test_a_preview_is_a_webp_of_the_size_asked_for_and_always_the_same() -> None:
    first, again = (presenter_preview("leila", size=160) for _ in range(2))
    assert first == again
    with Image.open(BytesIO(first)) as image:
        assert (image.format, image.size) == ("WEBP", (160, 160))
    with pytest.raises(UnknownOption):
        presenter_preview("nobody")
