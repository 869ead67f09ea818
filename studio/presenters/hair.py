"""Hair styles and the hijab: what hangs behind the head and what lies on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from studio.colours import darker, lighter
from studio.presenters.look import HairStyle, Look
from studio.presenters.paints import fill, line, rim_paint, strand


class _Style(NamedTuple):
    front: str
    """Path of what lies on the head; ``hair`` paints it."""
    back: str
    """Path of what hangs behind the head, or empty."""
    shines: tuple[tuple[str, float], ...]
    """Strands that catch the lamp: path to fill, opacity."""
    rim: str
    """Contour that the light from behind touches."""
    shades_forehead: bool


_LONG = _Style(
    front=(
        "M 440,164 C 412,210 362,232 330,256 C 304,276 294,312 291,360 C 289,402 292,434 301,470 "
        "C 284,482 258,474 249,446 C 243,392 245,330 249,290 C 250,166 310,96 408,96 "
        "C 508,96 553,168 553,290 C 557,340 557,392 551,446 C 542,474 516,482 499,470 "
        "C 509,434 512,402 510,360 C 507,310 499,272 484,246 C 470,222 450,204 440,164 Z"
    ),
    back=(
        "M 400,240 C 320,240 270,270 262,330 C 250,400 236,450 226,540 C 219,604 238,648 292,658 "
        "C 330,664 350,620 352,560 L 448,560 C 450,620 470,664 508,658 C 562,648 581,604 574,540 "
        "C 564,450 550,400 538,330 C 530,270 480,240 400,240 Z"
    ),
    shines=(
        (strand((286, 232), (312, 172), (360, 134), (430, 126), 15), 0.43),
        (strand((300, 262), (330, 222), (372, 196), (404, 168), 7.5), 0.28),
        (strand((480, 150), (512, 176), (528, 214), (532, 270), 12), 0.3),
        (strand((264, 330), (260, 376), (262, 416), (268, 448), 7.5), 0.25),
        (strand((536, 330), (540, 376), (538, 416), (532, 448), 7.5), 0.25),
    ),
    rim="M 440,101 C 514,116 549,184 549,290 C 553,340 553,392 548,440",
    shades_forehead=True,
)
_BOB = _Style(
    front=(
        "M 356,186 C 346,232 312,258 296,288 C 287,330 288,392 303,446 C 300,478 262,484 244,456 "
        "C 238,420 242,350 247,290 C 249,168 306,98 402,98 C 500,98 553,170 553,290 "
        "C 558,350 562,420 556,456 C 538,484 500,478 497,446 C 512,392 513,330 506,276 "
        "C 470,268 392,252 356,186 Z"
    ),
    back=(
        "M 400,250 C 320,250 280,280 268,340 C 262,400 256,440 262,464 C 290,494 326,490 344,480 "
        "L 456,480 C 474,490 510,494 538,464 C 544,440 538,400 532,340 C 520,280 480,250 400,250 Z"
    ),
    shines=(
        (strand((288, 228), (314, 164), (366, 132), (432, 130), 15), 0.56),
        (strand((384, 204), (420, 234), (466, 246), (512, 250), 9), 0.38),
        (strand((262, 330), (256, 376), (256, 412), (262, 440), 7.5), 0.33),
        (strand((538, 330), (544, 376), (544, 412), (538, 440), 7.5), 0.33),
    ),
    rim="M 440,103 C 514,118 549,186 549,290 C 554,350 557,410 553,448",
    shades_forehead=True,
)
_SHORT = _Style(
    front=(
        "M 276,312 C 262,250 268,190 300,158 C 306,120 372,88 440,100 C 500,104 540,150 532,214 "
        "C 534,250 530,284 524,312 C 518,290 514,262 506,238 C 488,206 470,200 446,200 "
        "C 400,206 352,204 318,192 C 300,214 290,240 288,262 C 284,282 282,296 276,312 Z"
    ),
    back="",
    shines=(
        (strand((322, 168), (352, 132), (410, 118), (462, 132), 12), 0.45),
        (strand((356, 180), (392, 160), (440, 154), (484, 168), 7.5), 0.3),
        (strand((306, 190), (296, 206), (288, 226), (284, 250), 7.5), 0.25),
    ),
    rim="M 452,104 C 502,112 532,152 527,214 C 529,246 526,272 521,296",
    shades_forehead=True,
)
_PARTED = _Style(
    front=(
        "M 277,318 C 264,264 264,200 298,160 C 318,114 384,92 444,101 C 500,106 538,150 533,214 "
        "C 534,256 530,290 523,318 C 519,290 514,258 505,236 C 502,206 490,188 472,176 "
        "C 436,182 372,186 336,154 C 316,178 302,206 297,236 C 288,262 282,290 277,318 Z"
    ),
    back="",
    shines=(
        (strand((344, 148), (376, 124), (428, 116), (474, 134), 12), 0.62),
        (strand((352, 160), (396, 164), (440, 160), (480, 152), 6), 0.5),
        (strand((302, 186), (290, 210), (284, 240), (281, 270), 9), 0.44),
        (strand((512, 200), (520, 224), (523, 250), (522, 276), 7.5), 0.38),
    ),
    rim="M 456,105 C 504,114 533,152 528,214 C 529,250 526,274 521,300",
    shades_forehead=True,
)
_FADE = _Style(
    front=(
        "M 281,304 C 272,230 286,128 400,122 C 514,128 528,230 519,304 C 514,276 510,250 500,226 "
        "C 478,196 440,190 400,190 C 360,190 322,196 300,226 C 290,250 286,276 281,304 Z"
    ),
    back="",
    shines=((strand((318, 176), (340, 150), (380, 142), (420, 143), 10.5), 0.35),),
    rim="M 430,126 C 500,140 524,214 516,284",
    shades_forehead=False,
)
_FRINGE = _Style(
    front=(
        "M 300,258 C 322,250 346,254 372,248 C 398,254 424,248 446,253 C 466,249 484,252 500,258 "
        "C 507,300 511,344 511,384 C 512,440 506,492 497,548 C 518,566 548,556 556,530 "
        "C 562,450 558,350 553,290 C 553,166 506,95 400,95 C 294,95 247,166 247,290 "
        "C 242,350 238,450 244,530 C 252,556 282,566 303,548 C 294,492 288,440 289,384 "
        "C 289,344 293,300 300,258 Z"
    ),
    back=(
        "M 400,240 C 320,240 270,270 260,330 C 248,420 240,500 244,566 C 262,596 330,592 352,570 "
        "L 448,570 C 470,592 538,596 556,566 C 560,500 552,420 540,330 C 530,270 480,240 400,240 Z"
    ),
    shines=(
        (strand((282, 216), (300, 164), (350, 128), (420, 124), 16.5), 0.43),
        (strand((330, 244), (334, 214), (348, 188), (366, 170), 6), 0.33),
        (strand((398, 246), (396, 216), (400, 190), (410, 166), 6), 0.28),
        (strand((460, 246), (462, 218), (456, 196), (446, 178), 6), 0.28),
        (strand((262, 330), (256, 400), (254, 460), (258, 522), 9), 0.3),
        (strand((538, 330), (544, 400), (546, 460), (542, 522), 9), 0.3),
    ),
    rim="M 440,100 C 512,114 549,182 549,290 C 554,360 557,450 552,524",
    shades_forehead=True,
)
_HIJAB = _Style(
    front=(
        "M 400,92 C 508,92 560,176 558,296 C 558,380 550,440 528,520 C 486,566 314,566 272,520 "
        "C 250,440 242,380 242,296 C 240,176 292,92 400,92 Z "
        "M 400,186 C 334,186 291,238 287,318 C 287,398 314,452 350,481 C 372,500 428,500 450,481 "
        "C 486,452 513,398 513,318 C 509,238 466,186 400,186 Z"
    ),
    back="",
    shines=(
        (strand((272, 250), (288, 180), (340, 128), (420, 118), 18), 0.43),
        (strand((316, 214), (340, 178), (372, 160), (410, 152), 7.5), 0.35),
        (strand((262, 330), (262, 400), (274, 450), (292, 506), 10.5), 0.35),
    ),
    rim="M 450,102 C 520,124 554,196 553,296 C 553,376 546,436 527,508",
    shades_forehead=False,
)


def _scallops(
    x: float, y: float, rx: float, ry: float, start: float, end: float, count: int
) -> str:
    """Arcs bulging outwards along an ellipse, angles in degrees clockwise from the right."""
    angles = [math.radians(start + (end - start) * i / count) for i in range(count + 1)]
    points = [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]
    bulge = math.dist(points[0], points[1]) * 0.56
    return f"{points[0][0]:.1f},{points[0][1]:.1f} " + " ".join(
        f"A {bulge:.1f},{bulge:.1f} 0 0 1 {px:.1f},{py:.1f}" for px, py in points[1:]
    )


_CURLS = _Style(
    front=(
        f"M {_scallops(400, 262, 132, 150, 170, 370, 11)} "
        "C 520,268 512,250 506,244 A 24,24 0 0 1 470,214 A 26,26 0 0 1 424,198 "
        "A 26,26 0 0 1 376,198 A 26,26 0 0 1 330,214 A 24,24 0 0 1 294,244 "
        "C 288,250 280,268 270,288 Z"
    ),
    back=f"M {_scallops(400, 270, 172, 186, 118, 422, 17)} Z",
    shines=(
        ("M 276,176 a 26,26 0 0 1 34,-26", 0.3),
        ("M 322,134 a 28,28 0 0 1 40,-14", 0.34),
        ("M 384,114 a 28,28 0 0 1 40,4", 0.3),
        ("M 300,206 a 24,24 0 0 1 26,-26", 0.26),
        ("M 352,168 a 24,24 0 0 1 34,-10", 0.24),
        ("M 440,150 a 26,26 0 0 1 32,22", 0.2),
        ("M 486,196 a 24,24 0 0 1 16,30", 0.18),
    ),
    rim="",
    shades_forehead=False,
)

_STYLES: dict[HairStyle, _Style] = {
    "long": _LONG,
    "bob": _BOB,
    "short": _SHORT,
    "fade": _FADE,
    "fringe": _FRINGE,
    "parted": _PARTED,
    "curls": _CURLS,
    "hijab": _HIJAB,
}


def behind(look: Look) -> str:
    """What hangs behind neck and shoulders; empty for short hair."""
    style = _STYLES[look.hair_style]
    extra = _EXTRA_BEHIND.get(look.hair_style)
    return (fill(style.back, "url(#hair-back)") if style.back else "") + (
        extra(look) if extra else ""
    )


def on_top(look: Look, rim: str) -> str:
    """What lies on the head. ``rim`` is the colour of the light from behind, or empty."""
    style = _STYLES[look.hair_style]
    light = lighter(look.hair, 0.34)
    extra = _EXTRA_ON_TOP.get(look.hair_style)
    parts = [
        f'<path d="{style.front}" fill="url(#hair)" fill-rule="evenodd"/>',
        *(fill(path, light, opacity) for path, opacity in style.shines),
    ]
    if extra:
        parts.append(extra(look))
    if rim and style.rim:
        parts.append(rim_paint(rim) + line(style.rim, "url(#rim)", 4.5))
    return "".join(parts)


def forehead_shadow(look: Look) -> str:
    """The path whose shadow falls on the face, or empty."""
    style = _STYLES[look.hair_style]
    return style.front if style.shades_forehead else ""


def _curls_behind(look: Look) -> str:
    light = lighter(look.hair, 0.26)
    arcs = (
        "M 246,250 a 26,26 0 0 1 20,-34 M 240,316 a 24,24 0 0 1 6,-36 "
        "M 254,372 a 24,24 0 0 1 -4,-34 "
        "M 544,236 a 26,26 0 0 1 14,34 M 554,300 a 24,24 0 0 1 0,36 M 300,132 a 26,26 0 0 1 34,-20"
    )
    return line(arcs, light, 5, 0.24)


def _hijab_folds(look: Look) -> str:
    shade, band = darker(look.hair, 0.36), darker(look.hair, 0.5)
    under = (
        "M 400,186 C 334,186 291,238 287,312 C 296,246 340,206 400,206 "
        "C 460,206 504,246 513,312 C 509,238 466,186 400,186 Z"
    )
    folds = (
        "M 300,430 C 316,486 350,520 404,524 M 276,420 C 292,500 344,548 420,548 "
        "M 470,130 C 520,180 538,250 532,330 C 530,390 520,440 500,486"
    )
    return fill(under, band, 0.85) + line(folds, shade, 5, 0.34)


_EXTRA_BEHIND: dict[HairStyle, Callable[[Look], str]] = {"curls": _curls_behind}
_EXTRA_ON_TOP: dict[HairStyle, Callable[[Look], str]] = {"hijab": _hijab_folds}
