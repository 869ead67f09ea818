"""Inter, the studio's typeface: what it can write, and how text is made to fit."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from PIL import ImageFont

Weight = Literal["Medium", "Bold", "ExtraBold"]

LINE_HEIGHT = 1.22
"""Distance of base lines, as a factor of the font size."""
ELLIPSIS = "…"

_FONTS = Path(__file__).parent / "fonts"
_NOT_A_CHARACTER = "\uffff"
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufe0e\ufe0f")
_SHRINK = 0.94


@lru_cache(maxsize=48)
def font(weight: Weight, size_px: int) -> ImageFont.FreeTypeFont:
    """The face at one size. Plain layout, so that every machine draws the same pixels."""
    return ImageFont.truetype(
        str(_FONTS / f"Inter-{weight}.ttf"), size_px, layout_engine=ImageFont.Layout.BASIC
    )


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    probe = font("Bold", 24)
    missing = probe.getmask(_NOT_A_CHARACTER)
    drawn = probe.getmask(character)
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)


def can_write(text: str) -> bool:
    """Whether every character has a glyph that needs no shaping.

    False for Arabic, Devanagari, Thai, Chinese, emoji and anything else outside Latin, Greek and
    Cyrillic, and for accents that do not melt into one character with their letter.
    """
    composed = unicodedata.normalize("NFC", text)
    return all(
        c.isspace() or (unicodedata.category(c) not in ("Mn", "Me", "Mc") and _has_glyph(c))
        for c in composed
    )


def without_pictures(text: str) -> str:
    """The text without emoji, other pictures the font lacks, and invisible joiners."""
    kept = (
        c
        for c in unicodedata.normalize("NFC", text)
        if c not in _INVISIBLE
        and (unicodedata.category(c) not in ("So", "Sk", "Cs", "Co") or _has_glyph(c))
    )
    return " ".join("".join(kept).split())


@dataclass(frozen=True, slots=True)
class FittedText:
    """Lines that fit a box."""

    lines: tuple[str, ...]
    font: ImageFont.FreeTypeFont
    size_px: int

    @property
    def width(self) -> float:
        """Of the longest line, in pixels."""
        return max((self.font.getlength(line) for line in self.lines), default=0.0)

    @property
    def height(self) -> float:
        """Of all lines with their leading, in pixels."""
        return len(self.lines) * self.size_px * LINE_HEIGHT


def balanced_breaks(widths: list[float], gap: float, limit: float) -> list[list[int]]:
    """Word indices by line: one line if it fits, else two even ones, else as many as it takes."""
    if sum(widths) + gap * (len(widths) - 1) <= limit or len(widths) < 2:
        return [list(range(len(widths)))]

    def span(start: int, end: int) -> float:
        return sum(widths[start:end]) + gap * (end - start - 1)

    cut = min(range(1, len(widths)), key=lambda at: max(span(0, at), span(at, len(widths))))
    if max(span(0, cut), span(cut, len(widths))) <= limit:
        return [list(range(cut)), list(range(cut, len(widths)))]
    lines: list[list[int]] = [[]]
    taken = 0.0
    for index, width in enumerate(widths):
        if lines[-1] and taken + gap + width > limit:
            lines.append([])
            taken = 0.0
        taken += width + (gap if lines[-1] else 0.0)
        lines[-1].append(index)
    return lines


def cut_to_width(text: str, face: ImageFont.FreeTypeFont, limit: float) -> str:
    """The text, or as much of it as fits before an ellipsis."""
    if face.getlength(text) <= limit:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if face.getlength(text[:middle].rstrip() + ELLIPSIS) <= limit:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS


def fit(
    text: str,
    weight: Weight,
    *,
    width: float,
    height: float,
    largest_px: float,
    smallest_px: float,
    max_lines: int,
) -> FittedText:
    """Wraps, then shrinks, then cuts with an ellipsis until the text is inside width and height."""
    words = text.split()
    size = largest_px
    while True:
        size_px = max(1, int(max(size, smallest_px)))
        face = font(weight, size_px)
        widths = [face.getlength(word) for word in words]
        rows = balanced_breaks(widths, face.getlength(" "), width)
        lines = tuple(" ".join(words[i] for i in row) for row in rows)
        fitted = FittedText(lines, face, size_px)
        if len(lines) <= max_lines and fitted.width <= width and fitted.height <= height:
            return fitted
        if size <= smallest_px:
            break
        size *= _SHRINK
    fitting = max(1, min(max_lines, int(height / (size_px * LINE_HEIGHT))))
    kept = list(lines[:fitting])
    if len(lines) > fitting:
        kept[-1] += (
            ELLIPSIS if face.getlength(kept[-1] + ELLIPSIS) <= width else " " + lines[fitting]
        )
    return FittedText(tuple(cut_to_width(line, face, width) for line in kept), face, size_px)
