"""``presenter1``: a blue studio with rings of light; the presenter in the middle."""

from __future__ import annotations

from studio.colours import lighter
from studio.templates.base import (
    Box,
    CaptionStyle,
    Layout,
    Palette,
    Scene,
    Template,
    circle,
    cover,
    glows,
    gradient,
    ring,
)

_BOKEH = (
    (0.08, 0.55, 0.035, 0.06),
    (0.17, 0.32, 0.020, 0.09),
    (0.27, 0.20, 0.028, 0.05),
    (0.76, 0.20, 0.030, 0.07),
    (0.88, 0.42, 0.045, 0.06),
    (0.95, 0.66, 0.022, 0.08),
    (0.67, 0.08, 0.016, 0.08),
    (0.03, 0.24, 0.018, 0.08),
    (0.92, 0.84, 0.014, 0.10),
)


def _background(scene: Scene) -> str:
    width, height, side = scene.width, scene.height, scene.short_side
    palette, x, y = scene.palette, scene.head_x, scene.head_y
    lights = glows(
        scene,
        [
            (width * 0.08, height * 0.12, side * 0.85, lighter(palette.top, 0.38), 0.55),
            (width * 0.95, height * 0.10, side * 0.75, palette.accent, 0.42),
            (width * 0.90, height * 0.95, side * 0.80, "#02061a", 0.55),
            (x, y, side * 0.62, lighter(palette.top, 0.62), 0.55),
        ],
    )
    panels = "".join(
        f'<rect x="{width * (0.03 + 0.118 * i):.0f}" y="0" width="{width * 0.062:.0f}" '
        f'height="{height}" fill="#fff" opacity="{0.016 + 0.011 * (i % 3):.3f}"/>'
        for i in range(9)
    )
    rings = "".join(
        ring(x, y, side * radius, "#ffffff", side * 0.0028, opacity)
        for radius, opacity in ((0.46, 0.18), (0.56, 0.11), (0.68, 0.07))
    )
    bokeh = "".join(
        circle(width * bx, height * by, side * radius, "#ffffff", opacity)
        for bx, by, radius, opacity in _BOKEH
    )
    return (
        gradient("wall", ((0, palette.top), (1, palette.bottom)))
        + cover(scene, "url(#wall)")
        + lights
        + panels
        + bokeh
        + rings
    )


PRESENTER1 = Template(
    id="presenter1",
    name="Blue studio",
    description="A calm blue studio with the presenter in the middle.",
    presenter="maya",
    palette=Palette(
        top="#1d4ed8",
        bottom="#0b1b4d",
        accent="#22d3ee",
        on_accent="#0a1130",
        text="#ffffff",
        plate="#0b1230",
        plate_opacity=0.72,
        on_plate="#ffffff",
        on_plate_quiet="#cbd5eb",
        rim="#9bdcff",
    ),
    background=_background,
    layouts={
        "16:9": Layout(
            head_x=0.5,
            crown_y=0.135,
            scale=0.86,
            title=Box(0.045, 0.06, 0.36, 0.18),
            lower_third=Box(0.045, 0.59, 0.285, 0.725),
            caption=Box(0.08, 0.755, 0.92, 0.955),
            caption_size=0.049,
            mark=Box(0.80, 0.06, 0.955, 0.11),
        ),
        "9:16": Layout(
            head_x=0.5,
            crown_y=0.275,
            scale=1.1,
            title=Box(0.07, 0.075, 0.93, 0.19),
            lower_third=Box(0.06, 0.87, 0.62, 0.945),
            caption=Box(0.06, 0.70, 0.94, 0.84),
            caption_size=0.064,
            mark=Box(0.60, 0.025, 0.94, 0.055),
        ),
        "1:1": Layout(
            head_x=0.5,
            crown_y=0.185,
            scale=0.82,
            title=Box(0.045, 0.045, 0.66, 0.135),
            lower_third=Box(0.045, 0.675, 0.46, 0.775),
            caption=Box(0.05, 0.785, 0.95, 0.96),
            caption_size=0.054,
            mark=Box(0.70, 0.045, 0.955, 0.095),
        ),
    },
    title_style="chip",
    caption=CaptionStyle(),
)
