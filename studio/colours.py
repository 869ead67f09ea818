"""Mixing of ``#rrggbb`` colours, so that one base colour gives its own lights and shadows."""

from __future__ import annotations

from functools import lru_cache

_SHADOW = "#1a0b12"
_LIGHT = "#fff6ec"


def rgb(colour: str) -> tuple[int, int, int]:
    """The three channels of ``#rrggbb``, 0..255."""
    digits = colour.removeprefix("#")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def rgba(colour: str, opacity: float = 1.0) -> tuple[int, int, int, int]:
    """The four channels Pillow draws with; ``opacity`` is 0..1."""
    return (*rgb(colour), round(255 * opacity))


@lru_cache(maxsize=512)
def mix(a: str, b: str, share: float) -> str:
    """``a`` with ``share`` (0..1) of ``b`` in it."""
    blended = (round(x + (y - x) * share) for x, y in zip(rgb(a), rgb(b), strict=True))
    return "#{:02x}{:02x}{:02x}".format(*blended)


def darker(colour: str, share: float = 0.2) -> str:
    """Towards a warm black: a grey shadow makes skin look ill."""
    return mix(colour, _SHADOW, share)


def lighter(colour: str, share: float = 0.2) -> str:
    """Towards a warm white, as from a studio lamp."""
    return mix(colour, _LIGHT, share)
