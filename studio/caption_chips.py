"""Burnt-in captions: a cue on at most two lines, the spoken word on a chip of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from studio.colours import rgba
from studio.raster import raster, svg_document
from studio.templates.base import CaptionStyle, Palette
from studio.typography import balanced_breaks, cut_to_width, font

_LINE = 1.46
"""Distance of base lines, as a factor of the font size: chips of two lines must not touch."""
_GAP = 0.46
"""Between words, as a factor of the font size: the chip's rim and air on both sides."""
_CHIP_PAD = 0.17
_PLATE_PAD = 0.42
_SPLIT_BELOW = 0.7
"""Words shrink to this share of the size; if one is still too long, it is parted with a hyphen."""
_SMALLEST = 0.3
"""Then everything shrinks to this share; what is still too long is cut with an ellipsis."""
_LEGIBLE_PX = 11
_SHRINK = 0.95
_OUTLINE = 0.11


@dataclass(frozen=True, slots=True)
class _PlacedWord:
    index: int
    text: str
    x: float
    middle_y: float
    width: float


@dataclass(frozen=True, slots=True)
class _PlacedCue:
    words: tuple[_PlacedWord, ...]
    face: ImageFont.FreeTypeFont
    size_px: int
    plate: tuple[float, float, float, float]


class CaptionChips:
    """Draws cues for one caption box.

    Args:
        box_px: left, top, right, bottom; nothing is drawn outside of it.
        size_px: of the font, before any shrinking.
    """

    def __init__(
        self,
        style: CaptionStyle,
        palette: Palette,
        *,
        box_px: tuple[int, int, int, int],
        size_px: float,
    ) -> None:
        self._style = style
        self._palette = palette
        self.box_px = box_px
        self._width = box_px[2] - box_px[0]
        self._height = box_px[3] - box_px[1]
        self._largest_px = size_px
        self._placed: tuple[tuple[str, ...], _PlacedCue] | None = None

    def image(self, words: tuple[str, ...], active: int) -> Image.Image:
        """RGBA of the box's size. ``active`` is the spoken word's index; -1 lights none up."""
        cue = self._place(words)
        style, palette = self._style, self._palette
        chips = [word for word in cue.words if word.index == active]
        image = Image.fromarray(
            raster(
                svg_document(self._shapes(cue, chips), self._width, self._height),
                self._width,
                self._height,
            )
        )
        pen = ImageDraw.Draw(image)
        outline = max(1, round(cue.size_px * _OUTLINE)) if style.outline else 0
        for word in cue.words:
            if word.index == active:
                ink = palette.on_accent
            else:
                ink = style.text if word.index < active else style.upcoming
            pen.text(
                (word.x, word.middle_y),
                word.text,
                font=cue.face,
                fill=rgba(ink),
                anchor="lm",
                stroke_width=0 if word.index == active else outline,
                stroke_fill=rgba(style.outline) if style.outline else None,
            )
        return image

    def _place(self, words: tuple[str, ...]) -> _PlacedCue:
        # Every word of a cue asks for the same layout, one after the other.
        if self._placed is None or self._placed[0] != words:
            self._placed = (words, self._layout(words))
        return self._placed[1]

    def _layout(self, words: tuple[str, ...]) -> _PlacedCue:
        shown = [(index, word) for index, word in enumerate(words) if word]
        size = self._largest_px
        while True:
            size_px = max(_LEGIBLE_PX, int(size))
            face = font("ExtraBold" if self._style.outline else "Bold", size_px)
            margin = size_px * (_PLATE_PAD + _CHIP_PAD)
            limit = self._width - 2 * margin
            smallest = size_px <= max(_LEGIBLE_PX, self._largest_px * _SMALLEST)
            pieces = shown
            if size <= self._largest_px * _SPLIT_BELOW:
                pieces = [(index, part) for index, w in shown for part in _split(w, face, limit)]
            if smallest:
                pieces = [(index, cut_to_width(part, face, limit)) for index, part in pieces]
            widths = [face.getlength(part) for _, part in pieces]
            gap, line = size_px * _GAP, size_px * _LINE
            rows = balanced_breaks(widths, gap, limit)
            tall = min(2, len(rows)) * line + 2 * size_px * _CHIP_PAD
            if smallest or (len(rows) <= 2 and max(widths) <= limit and tall <= self._height):
                break
            size *= _SHRINK
        rows = rows[:2]
        block = len(rows) * line
        pad = size_px * _CHIP_PAD
        top = self._height - block - pad
        if self._style.plate_opacity == 0:
            top = (self._height - block) / 2
        placed: list[_PlacedWord] = []
        spans: list[tuple[float, float]] = []
        for number, row in enumerate(rows):
            span = sum(widths[i] for i in row) + gap * (len(row) - 1)
            x = margin if self._style.align == "left" else (self._width - span) / 2
            spans.append((x, x + span))
            for i in row:
                placed.append(_PlacedWord(*pieces[i], x, top + (number + 0.5) * line, widths[i]))
                x += widths[i] + gap
        side = size_px * _PLATE_PAD
        plate = (
            min(left for left, _ in spans) - side,
            top - pad * 0.6,
            max(right for _, right in spans) + side,
            top + block + pad * 0.6,
        )
        return _PlacedCue(tuple(placed), face, size_px, plate)

    def _shapes(self, cue: _PlacedCue, chips: list[_PlacedWord]) -> str:
        parts, size = [], cue.size_px
        if self._style.plate_opacity:
            left, top, right, bottom = cue.plate
            parts.append(
                f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
                f'height="{bottom - top:.1f}" rx="{size * 0.42:.1f}" fill="{self._style.plate}" '
                f'fill-opacity="{self._style.plate_opacity:g}"/>'
            )
        for chip in chips:
            pad, tall = size * _CHIP_PAD, size * 1.26
            parts.append(
                f'<rect x="{chip.x - pad:.1f}" y="{chip.middle_y - tall / 2:.1f}" '
                f'width="{chip.width + 2 * pad:.1f}" height="{tall:.1f}" '
                f'rx="{size * 0.24:.1f}" fill="{self._palette.accent}"/>'
            )
        return "".join(parts)


def _split(word: str, face: ImageFont.FreeTypeFont, limit: float) -> list[str]:
    """The word in as few equal parts as fit the line, with hyphens where they part."""
    count = 1
    while count < len(word):
        size = math.ceil(len(word) / count)
        parts = [word[at : at + size] for at in range(0, len(word), size)]
        hyphened = [part + "-" for part in parts[:-1]] + parts[-1:]
        if all(face.getlength(part) <= limit for part in hyphened):
            return hyphened
        count += 1
    return [word]
