"""Burnt-in captions: a cue on at most two lines, the spoken word on a chip of its own."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from studio.colours import rgba
from studio.raster import raster, svg_document
from studio.templates.base import CaptionStyle, Palette
from studio.typography import balanced_breaks, cut_to_width, font

_LINE = 1.46
"""Distance of base lines, as a factor of the font size: chips of two lines must not touch."""
_GAP = 0.50
"""Between words, as a factor of the font size: the chip's rim and air on both sides."""
_CHIP_PAD = 0.17
_PLATE_PAD = 0.42
_SMALLEST = 0.42
"""Words shrink to this share of the style's size before they are cut."""
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
        short_side_px: of the picture; sizes follow it.
    """

    def __init__(
        self,
        style: CaptionStyle,
        palette: Palette,
        *,
        box_px: tuple[int, int, int, int],
        short_side_px: int,
    ) -> None:
        self._style = style
        self._palette = palette
        self.box_px = box_px
        self._width = box_px[2] - box_px[0]
        self._height = box_px[3] - box_px[1]
        self._largest_px = style.size * short_side_px
        self._placed: tuple[tuple[str, ...], _PlacedCue] | None = None

    def image(self, words: tuple[str, ...], active: int) -> Image.Image:
        """RGBA of the box's size. ``active`` is the spoken word's index; -1 lights none up."""
        cue = self._place(words)
        style, palette = self._style, self._palette
        chip = next((word for word in cue.words if word.index == active), None)
        image = Image.fromarray(
            raster(
                svg_document(self._shapes(cue, chip), self._width, self._height),
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
        smallest = size * _SMALLEST
        while True:
            size_px = max(6, int(size))
            face = font("ExtraBold" if self._style.outline else "Bold", size_px)
            margin = size_px * (_PLATE_PAD + _CHIP_PAD)
            limit = self._width - 2 * margin
            widths = [face.getlength(word) for _, word in shown]
            gap = size_px * _GAP
            rows = balanced_breaks(widths, gap, limit)
            tall = len(rows) * size_px * _LINE + 2 * size_px * _CHIP_PAD
            inside = all(
                sum(widths[i] for i in row) + gap * (len(row) - 1) <= limit for row in rows
            )
            if (inside and len(rows) <= 2 and tall <= self._height) or size <= smallest:
                break
            size *= _SHRINK
        rows = rows[:2]
        kept = [cut_to_width(word, face, limit) for _, word in shown]
        widths = [face.getlength(word) for word in kept]
        line = size_px * _LINE
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
                placed.append(
                    _PlacedWord(shown[i][0], kept[i], x, top + (number + 0.5) * line, widths[i])
                )
                x += widths[i] + gap
        side = size_px * _PLATE_PAD
        plate = (
            min(left for left, _ in spans) - side,
            top - pad * 0.6,
            max(right for _, right in spans) + side,
            top + block + pad * 0.6,
        )
        return _PlacedCue(tuple(placed), face, size_px, plate)

    def _shapes(self, cue: _PlacedCue, chip: _PlacedWord | None) -> str:
        parts, size = [], cue.size_px
        if self._style.plate_opacity:
            left, top, right, bottom = cue.plate
            parts.append(
                f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
                f'height="{bottom - top:.1f}" rx="{size * 0.42:.1f}" fill="{self._style.plate}" '
                f'fill-opacity="{self._style.plate_opacity:g}"/>'
            )
        if chip is not None:
            pad, half = size * _CHIP_PAD, size * 0.63
            parts.append(
                f'<rect x="{chip.x - pad:.1f}" y="{chip.middle_y - half:.1f}" '
                f'width="{chip.width + 2 * pad:.1f}" height="{2 * half:.1f}" rx="{size * 0.24:.1f}" '
                f'fill="{self._palette.accent}"/>'
            )
        return "".join(parts)
