"""The stage: one clip's frames, from a spec, a mouth track and caption cues."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import av
import numpy as np
from PIL import Image

from studio import chrome
from studio.motion import Motion
from studio.overlays import Overlays
from studio.presenters import presenter
from studio.presenters.figure import EXTENT, HEAD, HEAD_EXTENT, MOUTH, Figure
from studio.raster import Canvas, Rgba, raster, svg_document
from studio.spec import RenderSpec
from studio.templates import template
from studio.templates.base import Scene
from studio.timeline import FPS, Cue, MouthTrack
from studio.yuv import YuvConverter, new_frame, paste, planes_of

_BODY_EVERY = 3
"""Frames per drawing of the body: it sways and breathes by a tenth of a pixel a frame."""

_PixelBox = tuple[int, int, int, int]


class Stage:
    """Draws frame after frame. Belongs to one thread; close it after use.

    Args:
        spec: what to draw.
        mouth: one row per frame; the mouth rests after the last one.
        cues: captions in the order of time; burnt in if the spec asks for it.
        duration_s: length of the clip.
        sentence_starts_s: where brows rise and the head turns.
        shapeable: whether the caption font can write the cues; None finds out.

    Raises:
        UnknownOption: the spec names a template or a presenter that does not exist.
    """

    def __init__(
        self,
        spec: RenderSpec,
        mouth: MouthTrack,
        cues: Sequence[Cue],
        *,
        duration_s: float,
        sentence_starts_s: Sequence[float] = (),
        shapeable: bool | None = None,
    ) -> None:
        self._design = template(spec.template)
        person = presenter(spec.presenter or self._design.presenter)
        self._layout = self._design.layouts[spec.aspect]
        self._size_px = width, height = spec.size_px
        self.frame_count = math.ceil(round(duration_s * FPS, 6))
        self._scale = self._layout.scale * min(width, height) / 720
        self._origin = (
            width * self._layout.head_x - 400 * self._scale,
            height * self._layout.crown_y - 96 * self._scale,
        )
        self._region = self._bust_box(EXTENT)
        self._head_region = self._bust_box(HEAD_EXTENT)
        self._motion = Motion(
            mouth,
            duration_s=duration_s,
            frame_count=self.frame_count,
            sentence_starts_s=sentence_starts_s,
            seed=spec.seed,
        )
        self._overlays = Overlays(
            spec,
            self._design,
            person.name,
            cues,
            duration_s=duration_s,
            shapeable=shapeable,
        )
        self._body_converter = YuvConverter()
        self._head_converter = YuvConverter()

        base = self._base(spec)
        left, top, right, bottom = self._region
        self._behind = np.ascontiguousarray(base[top:bottom, left:right])
        y, u, v = YuvConverter().planes(base)
        self._still_planes = (y.copy(), u.copy(), v.copy())
        self._body_index = -1
        self._canvas = Canvas(right - left, bottom - top, left_top=(left, top))
        left, top, right, bottom = self._head_region
        self._head_canvas = Canvas(right - left, bottom - top, left_top=(left, top))
        self._figure = Figure(
            person.look,
            rim=self._design.palette.rim,
            scale=self._scale,
            origin=self._origin,
        )

    @property
    def mouth_box_px(self) -> _PixelBox:
        """Left, top, right, bottom around the mouth in any shape and pose."""
        return self._bust_box(MOUTH)

    @property
    def head_box_px(self) -> _PixelBox:
        """Left, top, right, bottom around the head at rest."""
        return self._bust_box(HEAD)

    @property
    def caption_box_px(self) -> _PixelBox:
        """Left, top, right, bottom of the only place where captions are drawn."""
        return self._overlays.caption_box_px

    @property
    def cached_patches(self) -> int:
        """Overlays kept at the moment; bounded, however long the clip."""
        return self._overlays.kept

    def frame(self, index: int) -> av.VideoFrame:
        """A new frame, yuv420p, bt709, limited range; its ``pts`` is the caller's to set."""
        self._draw_body(index - index % _BODY_EVERY)
        left, top, right, bottom = self._head_region
        x, y = left - self._region[0], top - self._region[1]
        head = self._head_canvas
        np.copyto(head.pixels, self._canvas.pixels[y : y + bottom - top, x : x + right - left])
        self._figure.draw_head(head, self._motion.pose(index), self._motion.mouth(index))
        frame = new_frame(*self._size_px)
        planes = planes_of(frame)
        for plane, still in zip(planes, self._still_planes, strict=True):
            plane[...] = still
        paste(self._head_converter.planes(head.pixels), planes, left, top)
        for overlay in self._overlays.at(index):
            overlay.mix_into(planes)
        return frame

    def _draw_body(self, index: int) -> None:
        """Brings the body of frame ``index`` into canvas and planes, unless it is there."""
        if index == self._body_index:
            return
        np.copyto(self._canvas.pixels, self._behind)
        self._figure.draw_body(self._canvas, self._motion.pose(index))
        drawn = self._body_converter.planes(self._canvas.pixels)
        paste(drawn, self._still_planes, *self._region[:2])
        self._body_index = index

    def close(self) -> None:
        """Frees what the drawing library holds; a second call does nothing."""
        self._figure.close()
        self._canvas.close()
        self._head_canvas.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _bust_box(self, box: tuple[float, float, float, float]) -> _PixelBox:
        """A box in bust units as even pixels, cut at the picture's edges."""
        width, height = self._size_px
        left, top, right, bottom = box
        (ox, oy), scale = self._origin, self._scale
        return (
            max(0, math.floor(ox + left * scale)) & ~1,
            max(0, math.floor(oy + top * scale)) & ~1,
            min(width, math.ceil(ox + right * scale) + 1 & ~1),
            min(height, math.ceil(oy + bottom * scale) + 1 & ~1),
        )

    def _base(self, spec: RenderSpec) -> Rgba:
        """What never moves: background, title and mark."""
        width, height = self._size_px
        side = min(width, height)
        scene = Scene(
            width,
            height,
            head_x=width * self._layout.head_x,
            head_y=self._origin[1] + 320 * self._scale,
            head=407 * self._scale,
            palette=self._design.palette,
        )
        document = svg_document(self._design.background(scene), width, height)
        image = Image.fromarray(_dithered(raster(document, width, height)))
        title_box = self._layout.title.pixels(self._size_px)
        mark_box = self._layout.mark.pixels(self._size_px)
        for drawn, box in (
            (
                chrome.title(
                    spec.title,
                    self._design.title_style,
                    self._design.palette,
                    box_px=title_box,
                    short_side_px=side,
                ),
                title_box,
            ),
            (chrome.mark(spec.mark, box_px=mark_box, short_side_px=side), mark_box),
        ):
            if drawn is not None:
                image.alpha_composite(drawn, box[:2])
        return np.array(image)


def _dithered(rgba: Rgba) -> Rgba:
    """Two levels of still noise: hides the bands of a gradient and costs the encoder little."""
    noise = np.random.default_rng(1).integers(-2, 3, rgba.shape[:2], dtype=np.int16)[..., None]
    rgba[..., :3] = np.clip(rgba[..., :3].astype(np.int16) + noise, 0, 255).astype(np.uint8)
    rgba[..., 3] = 255
    return rgba
