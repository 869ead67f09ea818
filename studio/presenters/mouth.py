"""The mouth, drawn anew for every frame from the seven numbers of a mouth track."""

from __future__ import annotations

from typing import NamedTuple

from studio.colours import darker
from studio.presenters.look import Look
from studio.presenters.paints import fill, line

MOUTH_X, MOUTH_Y = 400.0, 442.0
_TEETH, _LOWER_TEETH, _CAVITY, _TONGUE = "#fffdf8", "#f1ece4", "#4a1218", "#d2665f"


class MouthShape(NamedTuple):
    """A row of ``MouthTrack.rows`` and the smile, which belongs to the acting."""

    opening: float = 0.0
    wide: float = 0.0
    round: float = 0.0
    teeth: float = 0.0
    tongue: float = 0.0
    tuck: float = 0.0
    press: float = 0.0
    smile: float = 0.3


def mouth(look: Look, shape: MouthShape) -> str:
    """Lips, and behind them teeth, tongue and dark where the lips part."""
    opening, wide, rnd, teeth, tongue, tuck, press, smile = shape
    x, y = MOUTH_X, MOUTH_Y
    half = max(17.0, 43 + 11 * wide - 19 * rnd)
    gap = opening * 37 * (1 - 0.25 * rnd)
    full = (0.74 + 0.26 * look.lashes) * look.lip_fullness
    upper_lip = (8.5 + 3.5 * rnd - 4 * press) * full
    lower_lip = (11.5 + 4 * rnd - 5 * press - 6 * tuck) * full
    corner_y = y - 13 * smile * (1 - rnd) * (1 - 0.35 * opening)
    top = y - 0.22 * gap
    bottom = y + 0.78 * gap

    reach = 0.50 + 0.34 * rnd
    inner = (
        f"M {x - half + 3:.1f},{corner_y:.1f} "
        f"C {x - half * reach:.1f},{top - 1:.1f} {x - half * 0.2:.1f},{top:.1f} "
        f"{x},{top + 0.8:.1f} "
        f"C {x + half * 0.2:.1f},{top:.1f} {x + half * reach:.1f},{top - 1:.1f} "
        f"{x + half - 3:.1f},{corner_y:.1f} "
        f"C {x + half * (reach + 0.08):.1f},{y + 0.82 * gap + 1:.1f} "
        f"{x + half * 0.25:.1f},{bottom + 1.5:.1f} {x},{bottom + 1.5:.1f} "
        f"C {x - half * 0.25:.1f},{bottom + 1.5:.1f} "
        f"{x - half * (reach + 0.08):.1f},{y + 0.82 * gap + 1:.1f} "
        f"{x - half + 3:.1f},{corner_y:.1f} Z"
    )
    outer_x, outer_y = half * (0.62 + 0.36 * rnd), upper_lip * (0.55 + 0.35 * rnd)
    bow_x, bow_y = half * (0.34 + 0.16 * rnd), upper_lip * (1.18 - 0.1 * rnd)
    dip = upper_lip * (0.62 + 0.3 * rnd)
    upper_edge = (
        f"M {x - half:.1f},{corner_y:.1f} "
        f"C {x - outer_x:.1f},{top - outer_y:.1f} {x - bow_x:.1f},{top - bow_y:.1f} "
        f"{x - half * 0.15:.1f},{top - upper_lip:.1f} "
        f"Q {x},{top - dip:.1f} {x + half * 0.15:.1f},{top - upper_lip:.1f} "
        f"C {x + bow_x:.1f},{top - bow_y:.1f} {x + outer_x:.1f},{top - outer_y:.1f} "
        f"{x + half:.1f},{corner_y:.1f} "
    )
    side_x, side_y = half * (0.72 + 0.26 * rnd), bottom + lower_lip * (0.72 + 0.1 * rnd)
    under_x, under_y = half * (0.36 + 0.2 * rnd), bottom + lower_lip * 1.08
    lower_edge = (
        f"C {x + side_x:.1f},{side_y:.1f} {x + under_x:.1f},{under_y:.1f} {x},{under_y:.1f} "
        f"C {x - under_x:.1f},{under_y:.1f} {x - side_x:.1f},{side_y:.1f} "
        f"{x - half:.1f},{corner_y:.1f} Z"
    )
    parts = [
        fill(upper_edge + lower_edge, look.lips),
        fill(
            f"{upper_edge}C {x + half * reach:.1f},{top - 1:.1f} {x - half * reach:.1f},"
            f"{top - 1:.1f} {x - half:.1f},{corner_y:.1f} Z",
            darker(look.lips, 0.2),
            0.8,
        ),
    ]
    if gap > 1.4:
        parts.append(_inside(inner, half, gap, top, bottom, corner_y, teeth, tongue))
    else:
        bend = 0.4 * (corner_y - y)
        seam = (
            f"M {x - half + 1:.1f},{corner_y:.1f} "
            f"C {x - half * 0.6:.1f},{y + 1 + bend * 0.1:.1f} "
            f"{x - half * 0.25:.1f},{y - 0.6 + press:.1f} {x},{y + 1.2} "
            f"C {x + half * 0.25:.1f},{y - 0.6 + press:.1f} "
            f"{x + half * 0.6:.1f},{y + 1 + bend * 0.1:.1f} {x + half - 1:.1f},{corner_y:.1f}"
        )
        parts.append(line(seam, darker(look.lips, 0.6), 3.2))
    if tuck > 0.3:
        biting = (
            f"M {x - half * 0.45:.1f},{y - 1} L {x + half * 0.45:.1f},{y - 1} "
            f"Q {x + half * 0.4:.1f},{y + 4.5} {x},{y + 5.5} "
            f"Q {x - half * 0.4:.1f},{y + 4.5} {x - half * 0.45:.1f},{y - 1} Z"
        )
        parts.append(fill(biting, _TEETH, min(0.99, tuck)))
    if lower_lip > 6:
        parts.append(
            f'<ellipse cx="{x - 3}" cy="{bottom + lower_lip * 0.62:.1f}" rx="{half * 0.3:.1f}" '
            'ry="2.3" fill="#fff" opacity=".26"/>'
        )
    if not look.beard:
        parts.append(_around(look, half, corner_y, bottom + lower_lip))
    return "".join(parts)


def _inside(
    inner: str,
    half: float,
    gap: float,
    top: float,
    bottom: float,
    corner_y: float,
    teeth: float,
    tongue: float,
) -> str:
    x = MOUTH_X
    parts = [f'<clipPath id="inside"><path d="{inner}"/></clipPath>', fill(inner, _CAVITY)]
    parts.append('<g clip-path="url(#inside)">')
    if tongue > 0:
        parts.append(
            f'<ellipse cx="{x}" cy="{bottom + 5 - tongue * gap * 0.32:.1f}" rx="{half * 0.62:.1f}" '
            f'ry="{gap * 0.3 + 4:.1f}" fill="{_TONGUE}"/>'
        )
        groove = f"M {x},{bottom - tongue * gap * 0.3:.1f} v {gap * 0.4:.1f}"
        parts.append(line(groove, "#a94a48", 2, 0.5))
    if teeth > 0:
        height = min(4 + 8 * teeth, gap * 0.62)
        row = (
            f"M {x - half * 0.78:.1f},{top - 6:.1f} L {x + half * 0.78:.1f},{top - 6:.1f} "
            f"L {x + half * 0.7:.1f},{top + height - 2:.1f} Q {x},{top + height + 3:.1f} "
            f"{x - half * 0.7:.1f},{top + height - 2:.1f} Z"
        )
        parts.append(fill(row, _TEETH))
        if teeth > 0.75:
            lower = (
                f"M {x - half * 0.6:.1f},{bottom + 3:.1f} Q {x},{bottom - 4 * teeth:.1f} "
                f"{x + half * 0.6:.1f},{bottom + 3:.1f} l 0,6 "
                f"L {x - half * 0.6:.1f},{bottom + 9:.1f} Z"
            )
            parts.append(fill(lower, _LOWER_TEETH))
    lip_shadow = (
        f"M {x - half:.1f},{top - 8:.1f} L {x + half:.1f},{top - 8:.1f} "
        f"L {x + half:.1f},{corner_y:.1f} C {x + half * 0.4:.1f},{top + 5:.1f} "
        f"{x - half * 0.4:.1f},{top + 5:.1f} {x - half:.1f},{corner_y:.1f} Z"
    )
    parts.append(fill(lip_shadow, "#2a0a10", 0.28) + "</g>")
    return "".join(parts)


def _around(look: Look, half: float, corner_y: float, lip_end: float) -> str:
    x = MOUTH_X
    corners = (
        f"M {x - half - 4:.1f},{corner_y - 2:.1f} q 2,3.5 5,4 "
        f"M {x + half + 4:.1f},{corner_y - 2:.1f} q -2,3.5 -5,4"
    )
    hollow = (
        f"M {x - half * 0.34:.1f},{lip_end + 7:.1f} Q {x},{lip_end + 11.5:.1f} "
        f"{x + half * 0.34:.1f},{lip_end + 7:.1f}"
    )
    skin = look.skin
    return line(corners, darker(skin, 0.35), 2.6, 0.5) + line(hollow, darker(skin, 0.3), 4, 0.24)
