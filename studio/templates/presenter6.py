"""``presenter6``: a quiet room in sage green with an arch of daylight and plants."""

from __future__ import annotations

import math

from studio.colours import darker, lighter, mix
from studio.templates.base import (
    Box,
    CaptionStyle,
    Layout,
    Palette,
    Scene,
    Template,
    bar,
    circle,
    cover,
    glows,
    gradient,
)


def _background(scene: Scene) -> str:
    w, h, side, palette = scene.width, scene.height, scene.short_side, scene.palette
    x = scene.head_x
    floor = h * 0.86
    half, top = side * 0.375, scene.head_y - side * 0.385
    arch = (
        f"M {x - half:.0f},{floor:.0f} V {top + half:.0f} A {half:.0f},{half:.0f} 0 0 1 "
        f"{x + half:.0f},{top + half:.0f} V {floor:.0f} Z"
    )
    rim = half + side * 0.024
    frame = (
        f"M {x - rim:.0f},{floor:.0f} V {top + half:.0f} A {rim:.0f},{rim:.0f} 0 0 1 "
        f"{x + rim:.0f},{top + half:.0f} V {floor:.0f} Z"
    )
    daylight = gradient("day", ((0, "#fdf3dc"), (0.6, "#f7e3c0"), (1, "#e9cfa4")), x=0.0)
    return (
        gradient("wall", ((0, palette.top), (1, palette.bottom)))
        + cover(scene, "url(#wall)")
        + _sunbeams(scene)
        + daylight
        + f'<path d="{frame}" fill="{lighter(palette.top, 0.5)}"/>'
        + f'<path d="{arch}" fill="url(#day)"/>'
        + _hills(x, half, floor, side)
        + glows(scene, [(x, scene.head_y, side * 0.5, "#fffaf0", 0.6)])
        + bar(0, floor, w, h - floor, mix(palette.bottom, "#8b6a4a", 0.7))
        + bar(0, floor, w, side * 0.012, "#e9d3b0")
        + _plant(x + half + side * 0.10, floor, side, lean=1)
        + (_plant(x - half - side * 0.08, floor, side * 0.8, lean=-1) if w <= h else "")
    )


def _sunbeams(scene: Scene) -> str:
    """Light that falls across the wall."""
    side, h = scene.short_side, scene.height
    beams = ""
    for at, wide in ((0.06, 0.13), (0.25, 0.05), (0.36, 0.16)):
        left = side * at
        beams += (
            f"M {left:.0f},0 h {side * wide:.0f} L {left + side * (wide - 0.36):.0f},{h} "
            f"h {-side * wide:.0f} Z "
        )
    return f'<path d="{beams}" fill="#fff8e6" opacity=".10"/>'


def _hills(x: float, half: float, floor: float, side: float) -> str:
    """What is seen through the arch, far away."""
    left, right, low = x - half, x + half, floor
    far = (
        f"M {left:.0f},{low:.0f} V {low - side * 0.20:.0f} "
        f"C {x - half * 0.4:.0f},{low - side * 0.34:.0f} {x:.0f},{low - side * 0.16:.0f} "
        f"{right:.0f},{low - side * 0.30:.0f} V {low:.0f} Z"
    )
    near = (
        f"M {left:.0f},{low:.0f} V {low - side * 0.10:.0f} "
        f"C {x - half * 0.3:.0f},{low - side * 0.06:.0f} "
        f"{x + half * 0.3:.0f},{low - side * 0.2:.0f} "
        f"{right:.0f},{low - side * 0.13:.0f} V {low:.0f} Z"
    )
    return (
        circle(x - half * 0.5, floor - side * 0.62, side * 0.05, "#fffdf4", 0.85)
        + f'<path d="{far}" fill="#b9c7a0" opacity=".75"/>'
        + f'<path d="{near}" fill="#93aa84" opacity=".85"/>'
    )


def _plant(x: float, floor: float, side: float, lean: int) -> str:
    """Leaves in a pot; ``lean`` says to which side the tallest leaf bends."""
    pot_top, pot = floor - side * 0.115, "#c4704f"
    vessel = (
        f"M {x - side * 0.062:.0f},{pot_top:.0f} h {side * 0.124:.0f} "
        f"l {-side * 0.02:.0f},{side * 0.125:.0f} h {-side * 0.084:.0f} Z"
    )
    leaves = ""
    for angle, length, colour in (
        (-62, 0.25, "#3f6b55"),
        (58, 0.27, "#355c49"),
        (-34, 0.33, "#4c7d62"),
        (32, 0.35, "#447259"),
        (-8, 0.40, "#5a8f70"),
        (10, 0.37, "#4c7d62"),
    ):
        leaves += _leaf(x, pot_top, angle + 6 * lean, side * length, colour)
    return (
        leaves
        + f'<path d="{vessel}" fill="{pot}"/>'
        + bar(x - side * 0.07, pot_top - side * 0.004, side * 0.14, side * 0.026, darker(pot, 0.12))
    )


def _leaf(x: float, y: float, angle: float, length: float, colour: str) -> str:
    """A pointed leaf from (x, y), ``angle`` degrees from upright, with its middle vein."""
    a = math.radians(angle)
    ux, uy, nx, ny = math.sin(a), -math.cos(a), math.cos(a), math.sin(a)
    wide = length * 0.2
    tip_x, tip_y = x + ux * length, y + uy * length
    left_x, left_y = x + ux * length * 0.45 - nx * wide, y + uy * length * 0.45 - ny * wide
    right_x, right_y = x + ux * length * 0.45 + nx * wide, y + uy * length * 0.45 + ny * wide
    return (
        f'<path d="M {x:.1f},{y:.1f} Q {left_x:.1f},{left_y:.1f} {tip_x:.1f},{tip_y:.1f} '
        f'Q {right_x:.1f},{right_y:.1f} {x:.1f},{y:.1f} Z" fill="{colour}"/>'
        f'<path d="M {x:.1f},{y:.1f} L {tip_x:.1f},{tip_y:.1f}" fill="none" '
        f'stroke="{lighter(colour, 0.35)}" stroke-width="{length * 0.012:.1f}" opacity=".6"/>'
    )


PRESENTER6 = Template(
    id="presenter6",
    name="Daylight room",
    description="A quiet room in sage green with daylight, for lessons and good advice.",
    presenter="leila",
    palette=Palette(
        top="#9db8a8",
        bottom="#7d9c8c",
        accent="#2f6f57",
        on_accent="#ffffff",
        text="#1d332a",
        plate="#fffdf7",
        plate_opacity=0.92,
        on_plate="#1d332a",
        on_plate_quiet="#5c7067",
        rim="#fff3d6",
    ),
    background=_background,
    layouts={
        "16:9": Layout(
            head_x=0.66,
            crown_y=0.135,
            scale=0.88,
            title=Box(0.05, 0.15, 0.43, 0.52),
            lower_third=Box(0.05, 0.58, 0.40, 0.715),
            caption=Box(0.08, 0.755, 0.92, 0.955),
            caption_size=0.049,
            mark=Box(0.82, 0.05, 0.965, 0.10),
        ),
        "9:16": Layout(
            head_x=0.5,
            crown_y=0.285,
            scale=1.08,
            title=Box(0.07, 0.07, 0.93, 0.19),
            lower_third=Box(0.06, 0.87, 0.62, 0.945),
            caption=Box(0.06, 0.705, 0.94, 0.845),
            caption_size=0.064,
            mark=Box(0.60, 0.025, 0.94, 0.055),
        ),
        "1:1": Layout(
            head_x=0.5,
            crown_y=0.205,
            scale=0.79,
            title=Box(0.045, 0.04, 0.66, 0.165),
            lower_third=Box(0.045, 0.677, 0.46, 0.777),
            caption=Box(0.05, 0.785, 0.95, 0.96),
            caption_size=0.052,
            mark=Box(0.70, 0.045, 0.955, 0.095),
        ),
    },
    title_style="headline",
    caption=CaptionStyle(plate="#fffdf7", plate_opacity=0.93, text="#1d332a", upcoming="#71857b"),
)
