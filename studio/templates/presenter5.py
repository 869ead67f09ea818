"""``presenter5``: bold and loud for social media; split colours and large captions."""

from __future__ import annotations

from studio.colours import darker, lighter
from studio.templates.base import (
    Box,
    CaptionStyle,
    Layout,
    Palette,
    Scene,
    Template,
    circle,
    cover,
    gradient,
)


def _background(scene: Scene) -> str:
    w, h, side, palette = scene.width, scene.height, scene.short_side, scene.palette
    x, y, accent = scene.head_x, scene.head_y, palette.accent
    edge, lean = x - side * 0.06, side * 0.20
    split = f"M {edge + lean:.0f},0 L {w},0 L {w},{h} L {edge - lean:.0f},{h} Z"
    seam = (
        f"M {edge + lean - side * 0.02:.0f},0 h {side * 0.02:.0f} "
        f"L {edge - lean:.0f},{h} h {-side * 0.02:.0f} Z"
    )
    gap = side * 0.036
    halftone = "".join(
        circle(
            w - i * gap,
            h * 0.03 + j * gap + (i % 2) * gap / 2,
            side * 0.011 * (1 - (i + j) / 18),
            "#ffffff",
            0.4,
        )
        for i in range(9)
        for j in range(9)
        if i + j < 16
    )
    rays = "".join(
        f'<path d="M {x:.0f},{y:.0f} l {dx * side * 1.4:.0f},{dy * side * 1.4:.0f} '
        f'l {-dy * side * 0.13:.0f},{dx * side * 0.13:.0f} Z" fill="#fff" opacity=".09"/>'
        for dx, dy in (
            (0.98, -0.17),
            (0.90, -0.44),
            (0.74, -0.67),
            (0.5, -0.87),
            (0.98, 0.17),
            (0.9, 0.44),
        )
    )
    return (
        gradient("left", ((0, lighter(palette.top, 0.1)), (1, palette.bottom)))
        + gradient("right", ((0, lighter(accent, 0.22)), (1, darker(accent, 0.06))))
        + cover(scene, "url(#left)")
        + f'<path d="{split}" fill="url(#right)"/>'
        + rays
        + f'<path d="{seam}" fill="#fff" opacity=".92"/>'
        + halftone
        + circle(w * 0.02, h * 0.52, side * 0.19, "#ffffff", 0.07)
        + circle(x, y, side * 0.36, palette.bottom, 0.16)
        + (_zigzag(scene) if w > h else "")
    )


def _zigzag(scene: Scene) -> str:
    side, x, y = scene.short_side, scene.width * 0.05, scene.height * 0.955
    path = " L ".join(
        f"{x + i * side * 0.026:.0f},{y - i % 2 * side * 0.024:.0f}" for i in range(9)
    )
    return (
        f'<path d="M {path}" fill="none" stroke="{scene.palette.accent}" stroke-linecap="round" '
        f'stroke-linejoin="round" stroke-width="{side * 0.008:.1f}"/>'
    )


PRESENTER5 = Template(
    id="presenter5",
    name="Bold split",
    description="Loud split colours and large captions, made for social media.",
    presenter="amara",
    palette=Palette(
        top="#6d28d9",
        bottom="#2e1065",
        accent="#ffc53d",
        on_accent="#1d0b3a",
        text="#ffffff",
        plate="#1d0b3a",
        plate_opacity=0.9,
        on_plate="#ffffff",
        on_plate_quiet="#d9c8ff",
        rim="#ffe9a8",
    ),
    background=_background,
    layouts={
        "16:9": Layout(
            head_x=0.715,
            crown_y=0.135,
            scale=0.9,
            title=Box(0.05, 0.075, 0.46, 0.27),
            lower_third=Box(0.05, 0.755, 0.42, 0.89),
            caption=Box(0.045, 0.33, 0.50, 0.70),
            caption_size=0.08,
            mark=Box(0.80, 0.045, 0.965, 0.095),
        ),
        "9:16": Layout(
            head_x=0.5,
            crown_y=0.245,
            scale=1.12,
            title=Box(0.06, 0.065, 0.94, 0.17),
            lower_third=Box(0.06, 0.885, 0.62, 0.955),
            caption=Box(0.04, 0.68, 0.96, 0.86),
            caption_size=0.088,
            mark=Box(0.60, 0.022, 0.94, 0.05),
        ),
        "1:1": Layout(
            head_x=0.5,
            crown_y=0.17,
            scale=0.79,
            title=Box(0.045, 0.045, 0.66, 0.13),
            lower_third=Box(0.045, 0.63, 0.43, 0.735),
            caption=Box(0.04, 0.745, 0.96, 0.97),
            caption_size=0.078,
            mark=Box(0.70, 0.045, 0.955, 0.095),
        ),
    },
    title_style="banner",
    caption=CaptionStyle(
        align="center",
        plate_opacity=0.0,
        upcoming="#e9dcff",
        outline="#1d0b3a",
    ),
)
