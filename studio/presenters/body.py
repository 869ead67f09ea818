"""Neck, shoulders and outfit."""

from __future__ import annotations

from studio.colours import darker, lighter, mix
from studio.presenters.look import Look
from studio.presenters.paints import fill, line, rim_paint

_LIFT = -50
"""The outfits were drawn 50 units too low for the heads; one shift puts all of them right."""
_SHIRT_FRONT = "M 322,612 L 478,612 L 520,1120 L 280,1120 Z"


def body(look: Look, rim: str) -> str:
    """Everything below the chin. ``rim`` is the colour of the light from behind."""
    outfits = {
        "blazer": _blazer,
        "suit": _suit,
        "turtleneck": _turtleneck,
        "knit": _knit,
        "shirt": _open_shirt,
    }
    fold = darker(look.cloth, 0.4)
    left, right = (_across(look, x) for x in (206, 594))
    folds = (
        f"M {left:.1f},770 C {left + 8:.1f},830 {left + 8:.1f},880 {left:.1f},1120 "
        f"M {right:.1f},770 C {right - 8:.1f},830 {right - 8:.1f},880 {right:.1f},1120"
    )
    drape = _veil_drape(look) if look.is_veiled else ""
    parts = outfits[look.outfit](look) + line(folds, fold, 4, 0.42) + _rim(look, rim) + drape
    return f'<g transform="translate(0,{_LIFT})">{parts}</g>'


def _across(look: Look, x: float) -> float:
    """``x`` of a body of width 1, for these shoulders."""
    return 400 + (x - 400) * look.shoulders


def _side(look: Look, side: int) -> str:
    """The outer contour from the hem up to the neck, on the left (-1) or the right (1)."""
    far, arm, bend, top, slope, near = (
        _across(look, 400 + side * distance) for distance in (306, 302, 274, 190, 134, 92)
    )
    return (
        f"{far:.1f},1120 C {arm:.1f},800 {bend:.1f},704 {top:.1f},664 "
        f"C {slope:.1f},638 {near:.1f},628"
    )


def _shoulders(look: Look, neckline: str) -> str:
    """The whole torso; ``neckline`` leads from (332,602) to (468,602)."""
    far, arm, bend, top, slope, near = (
        _across(look, 400 + distance) for distance in (306, 302, 274, 190, 134, 92)
    )
    return (
        f"M {_side(look, -1)} 332,602 {neckline} C {near:.1f},628 {slope:.1f},638 {top:.1f},664 "
        f"C {bend:.1f},704 {arm:.1f},800 {far:.1f},1120 Z"
    )


def _rim(look: Look, rim: str) -> str:
    if not rim:
        return ""
    inset = (f"M {_side(look, side)} {400 + side * 76},608" for side in (-1, 1))
    left, right = inset
    return (
        rim_paint(rim)
        + f'<g transform="translate(3,3)">{line(left, "url(#rim-body)", 5, 0.7)}</g>'
        + f'<g transform="translate(-3,3)">{line(right, "url(#rim-body)", 5)}</g>'
    )


def _neck(look: Look) -> str:
    n = 58 + 4 * look.jaw
    column = (
        f"M {400 - n},440 L {400 - n},548 C {398 - n},582 {390 - n},600 {374 - n},612 L 400,728 "
        f"L {426 + n},612 C {410 + n},600 {402 + n},582 {400 + n},548 L {400 + n},440 Z"
    )
    return fill(column, look.skin) + _chin_shadow(look)


def _chin_shadow(look: Look) -> str:
    n = 58 + 4 * look.jaw
    shadow = (
        f"M {400 - n},480 L {400 - n},556 C {408 - n},592 {392 + n},614 {400 + n},566 "
        f"L {400 + n},480 Z"
    )
    return fill(shadow, "url(#neck)")


def _necklace(look: Look) -> str:
    chain = "M 352,604 C 362,644 382,670 400,682 C 418,670 438,644 448,604"
    shine = lighter(look.accent, 0.6)
    return (
        line(chain, look.accent, 3)
        + f'<circle cx="400" cy="687" r="7" fill="{look.accent}"/>'
        + f'<circle cx="398" cy="685" r="2.2" fill="{shine}"/>'
    )


def _jacket(look: Look) -> str:
    """Both fronts and the lapels, over whatever is worn below."""
    seam = darker(look.cloth, 0.42)
    left = f"M {_side(look, -1)} 332,602 C 338,660 362,780 392,1120 Z"
    right = f"M {_side(look, 1)} 468,602 C 462,660 438,780 408,1120 Z"
    cut_left = "M 332,600 C 312,612 296,622 284,632 L 260,708 L 302,722 L 288,750 L 392,1060"
    cut_right = "M 468,600 C 488,612 504,622 516,632 L 540,708 L 498,722 L 512,750 L 408,1060"
    shade_left = "M 288,750 L 392,1060 L 378,1060 L 276,756 Z"
    return (
        fill(left, "url(#cloth)")
        + fill(right, "url(#cloth)")
        + fill(shade_left, seam, 0.25)
        + fill(f"{cut_left} C 360,800 338,690 332,600 Z", "url(#lapel)")
        + fill(
            f"{cut_right} C 440,800 462,690 468,600 Z",
            mix(look.cloth, lighter(look.cloth, 0.2), 0.5),
        )
        + line(f"{cut_left} {cut_right}", seam, 2.4, 0.5)
    )


def _blazer(look: Look) -> str:
    n = 58 + 4 * look.jaw
    shirt_shade = mix(look.shirt, "#64748b", 0.2)
    skin_v = (
        f"M 332,602 C 348,642 372,682 400,710 C 428,682 452,642 468,602 L {400 + n},560 "
        f"L {400 - n},560 Z"
    )
    pin_x = _across(look, 572)
    return (
        fill(_SHIRT_FRONT, look.shirt)
        + _neck(look)
        + fill("M 330,606 L 400,706 L 470,606 L 500,650 L 400,806 L 300,650 Z", shirt_shade)
        + fill(skin_v, look.skin)
        + _chin_shadow(look)
        + _necklace(look)
        + _jacket(look)
        + f'<circle cx="{pin_x:.1f}" cy="722" r="8" fill="{look.accent}"/>'
        + f'<circle cx="{pin_x - 2:.1f}" cy="720" r="3.2" fill="{lighter(look.accent, 0.55)}"/>'
    )


def _suit(look: Look) -> str:
    tie, knot = look.accent, darker(look.accent, 0.25)
    shade = mix(look.shirt, "#64748b", 0.28)
    stripe = lighter(tie, 0.35)
    pocket_x = _across(look, 548)
    return (
        fill(_SHIRT_FRONT, look.shirt)
        + _neck(look)
        + fill("M 386,676 L 414,676 L 422,702 L 438,1060 L 400,1120 L 362,1060 L 378,702 Z", tie)
        + line("M 377,790 L 426,752 M 372,860 L 431,814 M 368,930 L 435,878", stripe, 5, 0.35)
        + fill("M 386,676 L 414,676 L 421,702 L 379,702 Z", knot)
        + fill(
            "M 338,586 C 326,602 320,616 318,630 L 378,708 L 400,676 C 372,650 350,624 338,586 Z",
            look.shirt,
        )
        + fill(
            "M 462,586 C 474,602 480,616 482,630 L 422,708 L 400,676 C 428,650 450,624 462,586 Z",
            shade,
        )
        + line("M 400,676 L 378,708 L 318,630 M 400,676 L 422,708 L 482,630", shade, 2, 0.8)
        + _jacket(look)
        + fill(f"M {pocket_x:.1f},780 l 46,-9 l 3,20 l -46,8 z", look.shirt, 0.92)
    )


def _turtleneck(look: Look) -> str:
    n = 58 + 4 * look.jaw
    seam = darker(look.cloth, 0.45)
    collar = "M 330,552 C 360,574 440,574 470,552 L 478,642 C 442,678 358,678 322,642 Z"
    brim = "M 330,552 C 360,574 440,574 470,552 L 472,570 C 440,592 360,592 328,570 Z"
    ribs = " ".join(f"M {346 + i * 18},{582 if 1 < i < 5 else 576} v 68" for i in range(7))
    neck = f"M {400 - n},440 L {400 - n},574 L {400 + n},574 L {400 + n},440 Z"
    return (
        fill(neck, look.skin)
        + _chin_shadow(look)
        + fill(_shoulders(look, "C 370,652 430,652 468,602"), "url(#cloth)")
        + fill(collar, lighter(look.cloth, 0.14))
        + fill("M 430,560 L 470,552 L 478,642 C 466,654 450,662 432,666 Z", seam, 0.3)
        + fill(brim, lighter(look.cloth, 0.28))
        + line("M 322,642 C 358,678 442,678 478,642", seam, 3, 0.6)
        + line(ribs, seam, 2, 0.28)
    )


def _knit(look: Look) -> str:
    hem = "C 346,662 376,678 400,678 C 424,678 454,662 468,602"
    band = f"M 332,602 {hem} L 482,610 C 468,684 428,699 400,699 C 372,699 332,684 318,610 Z"
    return (
        _neck(look)
        + fill(_shoulders(look, hem), "url(#cloth)")
        + fill(band, "url(#lapel)")
        + line(
            "M 318,610 C 332,684 372,699 400,699 C 428,699 468,684 482,610",
            darker(look.cloth, 0.4),
            2.4,
            0.45,
        )
        + line("M 356,602 C 364,640 384,660 400,664 C 416,660 436,640 444,602", look.accent, 3)
        + f'<circle cx="400" cy="666" r="5.5" fill="{look.accent}"/>'
    )


def _open_shirt(look: Look) -> str:
    seam, light = darker(look.cloth, 0.4), lighter(look.cloth, 0.24)
    left = "M 334,584 C 320,600 310,616 306,632 L 344,716 L 400,722 C 372,690 346,640 334,584 Z"
    right = "M 466,584 C 480,600 490,616 494,632 L 456,716 L 400,722 C 428,690 454,640 466,584 Z"
    buttons = "".join(
        f'<circle cx="400" cy="{y}" r="5" fill="{lighter(look.cloth, 0.55)}" opacity=".9"/>'
        for y in (790, 870, 950, 1030)
    )
    return (
        _neck(look)
        + fill(_shoulders(look, "L 400,722 L 468,602"), "url(#cloth)")
        + line("M 400,722 V 1120", seam, 2.6, 0.5)
        + line("M 386,740 V 1120 M 414,740 V 1120", seam, 1.6, 0.3)
        + buttons
        + fill(left, light)
        + fill(right, mix(look.cloth, light, 0.45))
        + line(f"{left} {right}", seam, 2.2, 0.4)
    )


def _veil_drape(look: Look) -> str:
    """The part of a hijab that lies on the shoulders and moves with them."""
    cloth, shade, light = look.hair, darker(look.hair, 0.34), lighter(look.hair, 0.3)
    drape = (
        "M 282,500 C 262,574 232,640 214,668 C 256,742 330,792 404,800 C 480,790 548,740 588,666 "
        "C 566,636 538,574 518,500 Z"
    )
    return (
        fill(drape, cloth)
        + fill(
            "M 300,560 C 330,640 420,690 560,700 C 520,756 462,792 404,800 "
            "C 340,790 276,740 246,690 Z",
            shade,
            0.22,
        )
        + line("M 300,580 C 330,660 410,712 540,716", shade, 5, 0.4)
        + line("M 286,620 C 330,712 420,752 496,756", shade, 4, 0.3)
        + line("M 280,600 C 262,650 246,674 240,682", light, 6, 0.3)
        + line("M 214,668 C 256,742 330,792 404,800 C 480,790 548,740 588,666", shade, 3, 0.35)
    )
