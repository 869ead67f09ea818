"""Pictures as the encoder wants them: planes of yuv420p, bt709, limited range."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray
from PIL import Image

from studio.raster import Rgba

Plane = NDArray[np.uint8]
Planes = tuple[Plane, Plane, Plane]
"""Y at full size, U and V at half, each without the padding of its rows."""


def planes_of(frame: av.VideoFrame) -> Planes:
    """Writable views into the frame's memory."""
    y, u, v = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[
            : plane.height, : plane.width
        ]
        for plane in frame.planes
    )
    return y, u, v


def new_frame(width: int, height: int) -> av.VideoFrame:
    """An unfilled frame that says what its colours mean."""
    frame = av.VideoFrame(width, height, "yuv420p")
    frame.color_range = ColorRange.MPEG
    frame.colorspace = Colorspace.ITU709
    return frame


class YuvConverter:
    """Turns RGBA into planes. Not to be shared between threads: libswscale would crash."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def planes(self, rgba: Rgba) -> Planes:
        """Planes of an opaque picture of even size; valid as long as they are held."""
        height, width = rgba.shape[:2]
        source = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(rgba), format="rgba")
        converted = self._reformatter.reformat(
            source,
            width,
            height,
            "yuv420p",
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range="MPEG",
            interpolation="FAST_BILINEAR",
            threads=1,
        )
        return planes_of(converted)


def paste(source: Planes, target: Planes, x: int, y: int) -> None:
    """Copies opaque planes to (x, y), both even."""
    for index, (small, large) in enumerate(zip(source, target, strict=True)):
        half = 1 if index else 0
        height, width = small.shape
        large[y >> half : (y >> half) + height, x >> half : (x >> half) + width] = small


@dataclass(frozen=True, slots=True)
class Patch:
    """A translucent picture, ready to be mixed into planes."""

    x: int
    y: int
    weighted: tuple[NDArray[np.uint16], ...]
    """Each plane times its coverage (0..256), rounded."""
    remaining: tuple[NDArray[np.uint16], ...]
    """256 minus the coverage."""

    def mix_into(self, planes: Planes) -> None:
        """Lays the patch over the planes."""
        for index, (plane, weighted, remaining) in enumerate(
            zip(planes, self.weighted, self.remaining, strict=True)
        ):
            half = 1 if index else 0
            x, y = self.x >> half, self.y >> half
            height, width = weighted.shape
            below = plane[y : y + height, x : x + width]
            mixed = np.multiply(below, remaining, dtype=np.uint16)
            mixed += weighted
            mixed >>= 8
            below[...] = mixed


def patch(image: Image.Image, x: int, y: int, converter: YuvConverter) -> Patch | None:
    """The patch of an RGBA image whose top left corner goes to (x, y); None if all is clear.

    ``x`` and ``y`` must be even. Clear margins are cut away.
    """
    box = image.getbbox()
    if box is None:
        return None
    left, top = box[0] & ~1, box[1] & ~1
    right, bottom = min(image.width & ~1, box[2] + 1 & ~1), min(image.height & ~1, box[3] + 1 & ~1)
    pixels = np.asarray(image)[top:bottom, left:right]
    luma, blue, red = converter.planes(pixels)
    cover = pixels[..., 3].astype(np.uint16)
    cover += cover >> 7
    height, width = cover.shape
    cover_half = cover.reshape(height // 2, 2, width // 2, 2).mean((1, 3)).astype(np.uint16)
    covers = (cover, cover_half, cover_half)
    weighted = tuple(
        plane.astype(np.uint16) * share + 128
        for plane, share in zip((luma, blue, red), covers, strict=True)
    )
    remaining = tuple((256 - share).astype(np.uint16) for share in covers)
    return Patch(x + left, y + top, weighted, remaining)
