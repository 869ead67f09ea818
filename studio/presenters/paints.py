"""Gradients that several layers of a presenter share, and small writers of SVG elements."""

from __future__ import annotations

import math

from studio.colours import darker, lighter
from studio.presenters.look import Look


def linear(
    name: str, stops: tuple[tuple[float, str], ...], *, x: float = 1.0, y: float = 1.0
) -> str:
    """A gradient over the shape's own box, from its top left towards (x, y)."""
    return (
        f'<linearGradient id="{name}" x1="0" y1="0" x2="{x:g}" y2="{y:g}">'
        + "".join(f'<stop offset="{at:g}" stop-color="{colour}"/>' for at, colour in stops)
        + "</linearGradient>"
    )


Point = tuple[float, float]


def strand(start: Point, first: Point, second: Point, end: Point, width: float) -> str:
    """A lock of light: a curve that is ``width`` wide in its middle and tapers to both ends."""
    across_x, across_y = start[1] - end[1], end[0] - start[0]
    length = math.hypot(across_x, across_y)
    # A cubic reaches three quarters of the way to its control points.
    dx, dy = (width / 2 / 0.75 * across / length for across in (across_x, across_y))
    (sx, sy), (ax, ay), (bx, by), (ex, ey) = start, first, second, end
    return (
        f"M {sx:g},{sy:g} C {ax + dx:.1f},{ay + dy:.1f} {bx + dx:.1f},{by + dy:.1f} {ex:g},{ey:g} "
        f"C {bx - dx:.1f},{by - dy:.1f} {ax - dx:.1f},{ay - dy:.1f} {sx:g},{sy:g} Z"
    )


def fill(path: str, paint: str, opacity: float = 1.0) -> str:
    """A filled path."""
    shown = f' opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<path d="{path}" fill="{paint}"{shown}/>'


def line(path: str, colour: str, width: float, opacity: float = 1.0) -> str:
    """A stroked path with round ends."""
    shown = f' opacity="{opacity:.3g}"' if opacity < 1 else ""
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        f'stroke-linecap="round" stroke-linejoin="round"{shown}/>'
    )


def skin_paints(look: Look) -> str:
    """``skin``, ``cheek``, ``glint`` and ``neck`` (the shadow of the chin)."""
    skin = look.skin
    # One gradient for light and shade: a second one over it would cost 0.3 ms a frame.
    tones = (
        (0.0, lighter(skin, 0.2)),
        (0.45, skin),
        (0.72, darker(skin, 0.09)),
        (0.88, darker(skin, 0.2)),
        (1.0, darker(skin, 0.32)),
    )
    return (
        "<defs>"
        + linear("skin", tones, y=0.24)
        + '<radialGradient id="cheek" cx="0.5" cy="0.5" r="0.5">'
        f'<stop offset="0" stop-color="#e2574c" stop-opacity="{0.17 * look.blush:g}"/>'
        '<stop offset="1" stop-color="#e2574c" stop-opacity="0"/></radialGradient>'
        '<radialGradient id="glint" cx="0.5" cy="0.5" r="0.5">'
        f'<stop offset="0" stop-color="{lighter(skin, 0.7)}" stop-opacity="0.3"/>'
        f'<stop offset="1" stop-color="{lighter(skin, 0.7)}" stop-opacity="0"/></radialGradient>'
        '<linearGradient id="neck" x1="0" y1="0" x2="0" y2="1">'
        f'<stop offset="0" stop-color="{darker(skin, 0.5)}" stop-opacity="0.85"/>'
        f'<stop offset="0.55" stop-color="{darker(skin, 0.4)}" stop-opacity="0.45"/>'
        f'<stop offset="1" stop-color="{darker(skin, 0.3)}" stop-opacity="0"/></linearGradient>'
        "</defs>"
    )


def hair_paints(look: Look) -> str:
    """``hair`` for what lies in front of the head, ``hair-back`` for what hangs behind it."""
    hair = look.hair
    return (
        "<defs>"
        + linear("hair", ((0, lighter(hair, 0.2)), (0.45, hair), (1, darker(hair, 0.22))))
        + linear("hair-back", ((0, darker(hair, 0.3)), (1, lighter(hair, 0.04))), x=0.0)
        + "</defs>"
    )


def rim_paint(rim: str) -> str:
    """``rim`` for the head fades at both ends of a contour; ``rim-body`` starts at the collar."""
    return (
        '<defs><linearGradient id="rim-body" x1="0" y1="0" x2="0" y2="1">'
        f'<stop offset="0" stop-color="{rim}" stop-opacity="0"/>'
        f'<stop offset="0.14" stop-color="{rim}" stop-opacity="0.5"/>'
        f'<stop offset="1" stop-color="{rim}" stop-opacity="0.25"/></linearGradient>'
        '<linearGradient id="rim" x1="0" y1="0" x2="0" y2="1">'
        f'<stop offset="0" stop-color="{rim}" stop-opacity="0"/>'
        f'<stop offset="0.45" stop-color="{rim}" stop-opacity="0.7"/>'
        f'<stop offset="1" stop-color="{rim}" stop-opacity="0"/></linearGradient></defs>'
    )


def cloth_paints(look: Look) -> str:
    """``cloth`` for the outfit, ``lapel`` for what is turned towards the lamp."""
    cloth = look.cloth
    return (
        "<defs>"
        + linear("cloth", ((0, lighter(cloth, 0.16)), (0.55, cloth), (1, darker(cloth, 0.34))))
        + linear("lapel", ((0, lighter(cloth, 0.26)), (1, lighter(cloth, 0.06))))
        + "</defs>"
    )
