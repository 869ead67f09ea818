"""Frames of a stage for tests to look at, and ways to look."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.spec import RenderSpec
from studio.stage import Stage
from studio.timeline import FPS, Cue, MouthTrack, Word

Box = tuple[int, int, int, int]
Picture = NDArray[np.int16]

REST = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.15)
OPEN = (0.95, 0.25, 0.0, 0.5, 0.5, 0.0, 0.0)
AJAR = (0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""Speaking, so that the head moves as it does under ``OPEN``, with the lips all but closed."""
PRESSED = (0.0, -0.05, 0.0, 0.0, 0.0, 0.0, 1.0)
ROUND = (0.34, -0.5, 1.0, 0.0, 0.1, 0.0, 0.0)


def cue_of(text: str, *, start_s: float = 0.2, per_word_s: float = 0.3) -> Cue:
    return Cue(
        tuple(
            Word(word, start_s + i * per_word_s, start_s + (i + 1) * per_word_s)
            for i, word in enumerate(text.split())
        )
    )


def still_mouth(row: tuple[float, ...] = REST, *, duration_s: float = 4.0) -> MouthTrack:
    return MouthTrack(np.tile(np.array(row, np.float32), (round(duration_s * FPS), 1)))


def stage_for(
    spec: RenderSpec,
    *,
    cues: tuple[Cue, ...] = (),
    row: tuple[float, ...] = REST,
    duration_s: float = 4.0,
    shapeable: bool | None = None,
) -> Stage:
    mouth = still_mouth(row, duration_s=duration_s)
    return Stage(spec, mouth, cues, duration_s=duration_s, shapeable=shapeable)


def pixels(stage: Stage, index: int) -> Picture:
    """RGB of one frame, signed so that differences do not wrap."""
    frame = stage.frame(index)
    return frame.to_ndarray(format="rgb24", src_colorspace="ITU709").astype(np.int16)


def picture(spec: RenderSpec, index: int = 30, **given: object) -> Picture:
    with stage_for(spec, **given) as stage:  # type: ignore[arg-type]
        return pixels(stage, index)


def cut(image: Picture, box: Box) -> Picture:
    left, top, right, bottom = box
    return image[top:bottom, left:right]


def change(a: Picture, b: Picture) -> float:
    """Mean difference of two equal-sized pictures, 0..255."""
    return float(np.abs(a - b).mean())


def ink_box(a: Picture, b: Picture, *, threshold: int = 24) -> Box | None:
    """The smallest box around every pixel in which the two pictures clearly differ."""
    differs = np.abs(a - b).max(axis=2) > threshold
    if not differs.any():
        return None
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def inside(inner: Box, outer: Box, *, slack: int = 2) -> bool:
    """Chroma has half resolution, so ink may bleed by a pixel or two."""
    return (
        inner[0] >= outer[0] - slack
        and inner[1] >= outer[1] - slack
        and inner[2] <= outer[2] + slack
        and inner[3] <= outer[3] + slack
    )
