"""Pictures of what can be chosen: every template and every presenter, for a page of choices."""

from __future__ import annotations

import io
import threading

import numpy as np
from PIL import Image

from studio.presenters import presenter
from studio.presenters.face import Gaze
from studio.presenters.figure import Figure, Pose
from studio.presenters.look import Look
from studio.presenters.mouth import MouthShape
from studio.raster import Canvas, raster, svg_document
from studio.spec import Aspect, RenderSpec
from studio.stage import Stage
from studio.templates import template
from studio.timeline import FPS, Cue, MouthTrack, Word

_MID_WORD = (0.62, 0.45, 0.0, 0.7, 0.4, 0.0, 0.0)
"""An open, friendly vowel."""
_TITLE = "Your script, on air in seconds"
_WORDS = ("Type", "a", "script,", "press", "generate.")
_AT_S = 1.2
_GROUNDS = ("#e8eefc", "#b9c8ee")
_DRAWING = threading.Lock()
"""A page asks for its pictures from many threads at once; the drawing library bears only one."""
_HEAD_TOP, _HEAD_SPAN = 40.0, 640.0
"""Bust units shown from the top of the picture to its bottom."""


def template_preview(
    template_id: str, *, width: int = 640, presenter_id: str | None = None, aspect: Aspect = "16:9"
) -> bytes:
    """A frame of the template in mid-speech, as WebP. The same arguments give the same bytes.

    Raises:
        UnknownOption: no such template or presenter.
    """
    design = template(template_id)
    spec = RenderSpec(
        template=design.id, presenter=presenter_id, aspect=aspect, title=_TITLE, seed=3
    )
    words = tuple(Word(text, 0.3 + 0.4 * i, 0.7 + 0.4 * i) for i, text in enumerate(_WORDS))
    duration_s = 4.0
    rows = np.tile(np.array(_MID_WORD, np.float32), (100, 1))
    with (
        _DRAWING,
        Stage(spec, MouthTrack(rows), [Cue(words)], duration_s=duration_s) as stage,
    ):
        frame = stage.frame(round(_AT_S * FPS))
    image = Image.fromarray(frame.to_ndarray(format="rgb24", src_colorspace="ITU709"))
    return _webp(image, width)


def presenter_preview(presenter_id: str, *, size: int = 320) -> bytes:
    """Head and shoulders, square, as WebP. The same arguments give the same bytes.

    Raises:
        UnknownOption: no such presenter.
    """
    person = presenter(presenter_id)
    drawn = 2 * size
    scale = drawn / _HEAD_SPAN
    ground = (
        '<defs><linearGradient id="ground" x1="0" y1="0" x2="1" y2="1">'
        f'<stop offset="0" stop-color="{_GROUNDS[0]}"/>'
        f'<stop offset="1" stop-color="{_GROUNDS[1]}"/></linearGradient></defs>'
        f'<rect width="{drawn}" height="{drawn}" fill="url(#ground)"/>'
    )
    with _DRAWING:
        image = _portrait(person.look, ground, drawn, scale)
    return _webp(image, size)


def _portrait(look: Look, ground: str, side_px: int, scale: float) -> Image.Image:
    figure = Figure(
        look,
        rim="#ffffff",
        scale=scale,
        origin=(side_px / 2 - 400 * scale, -_HEAD_TOP * scale),
    )
    try:
        with Canvas(side_px, side_px) as canvas:
            canvas.pixels[:] = raster(svg_document(ground, side_px, side_px), side_px, side_px)
            pose = Pose(rotation=-0.012, yaw=2.0, gaze=Gaze(brows=1.5))
            figure.draw_body(canvas, pose)
            figure.draw_head(canvas, pose, MouthShape(*_MID_WORD, smile=0.7))
            return Image.fromarray(canvas.pixels[..., :3].copy())
    finally:
        figure.close()


def _webp(image: Image.Image, width: int) -> bytes:
    height = round(image.height * width / image.width)
    small = image.resize((width, height), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=86, method=4)
    return buffer.getvalue()
