"""``presenter3``: light and friendly; the presenter in front of a warm circle."""

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
    gap, dot = side * 0.032, side * 0.0048
    dots = "".join(
        circle(w * 0.05 + i * gap, h * 0.30 + j * gap, dot, accent, 0.36)
        for i in range(6)
        for j in range(5)
    ) + "".join(
        circle(w * 0.95 - i * gap, h * 0.24 + j * gap, dot, darker(palette.bottom, 0.3), 0.25)
        for i in range(6)
        for j in range(6)
    )
    wave = (
        f"M 0,{h * 0.78:.0f} C {w * 0.25:.0f},{h * 0.66:.0f} {w * 0.5:.0f},{h * 0.9:.0f} "
        f"{w},{h * 0.7:.0f} L {w},{h} L 0,{h} Z"
    )
    orbit = (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{side * 0.475:.0f}" fill="none" stroke="{accent}" '
        f'stroke-width="{side * 0.006:.1f}" stroke-linecap="round" opacity=".55" stroke-dasharray='
        f'"{side * 0.5:.0f} {side * 0.12:.0f} {side * 0.9:.0f} {side * 0.2:.0f}"/>'
    )
    shine = (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{side * 0.405:.0f}" fill="none" stroke="#fff" '
        f'stroke-width="{side * 0.004:.1f}" opacity=".28"/>'
    )
    return (
        gradient("wall", ((0, palette.top), (1, palette.bottom)))
        + gradient("disc", ((0, lighter(accent, 0.45)), (1, accent)))
        + cover(scene, "url(#wall)")
        + f'<path d="{wave}" fill="#fff" opacity=".5"/>'
        + dots
        + f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{side * 0.43:.0f}" fill="url(#disc)"/>'
        + shine
        + orbit
    )


PRESENTER3 = Template(
    id="presenter3",
    name="Warm circle",
    description="Bright and friendly: the presenter in front of a warm circle.",
    presenter="zoe",
    palette=Palette(
        top="#fff7ed",
        bottom="#ffe4d6",
        accent="#fb923c",
        on_accent="#26140a",
        text="#2b2033",
        plate="#ffffff",
        plate_opacity=0.94,
        on_plate="#2b2033",
        on_plate_quiet="#6b5f74",
        rim="#fff1dd",
    ),
    background=_background,
    layouts={
        "16:9": Layout(
            head_x=0.5,
            crown_y=0.15,
            scale=0.83,
            title=Box(0.045, 0.06, 0.30, 0.20),
            lower_third=Box(0.045, 0.59, 0.27, 0.725),
            caption=Box(0.08, 0.755, 0.92, 0.955),
            caption_size=0.048,
            mark=Box(0.80, 0.06, 0.955, 0.11),
        ),
        "9:16": Layout(
            head_x=0.5,
            crown_y=0.285,
            scale=1.06,
            title=Box(0.07, 0.07, 0.93, 0.175),
            lower_third=Box(0.06, 0.87, 0.62, 0.945),
            caption=Box(0.06, 0.70, 0.94, 0.84),
            caption_size=0.064,
            mark=Box(0.60, 0.025, 0.94, 0.055),
        ),
        "1:1": Layout(
            head_x=0.5,
            crown_y=0.185,
            scale=0.80,
            title=Box(0.045, 0.04, 0.66, 0.13),
            lower_third=Box(0.045, 0.655, 0.46, 0.765),
            caption=Box(0.05, 0.785, 0.95, 0.96),
            caption_size=0.052,
            mark=Box(0.70, 0.045, 0.955, 0.095),
        ),
    },
    title_style="chip",
    caption=CaptionStyle(plate="#221a2b", plate_opacity=0.86),
)
