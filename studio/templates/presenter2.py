"""``presenter2``: a dark news desk; headline on the left, the presenter on the right."""

from __future__ import annotations

from studio.colours import lighter
from studio.templates.base import (
    Box,
    CaptionStyle,
    Layout,
    Palette,
    Scene,
    Template,
    bar,
    cover,
    glows,
    gradient,
)


def _background(scene: Scene) -> str:
    w, h, side, palette = scene.width, scene.height, scene.short_side, scene.palette
    accent, step = palette.accent, side / 12
    grid = "".join(f"M {step * i:.0f},0 V {h} " for i in range(1, int(w / step) + 1))
    grid += "".join(f"M 0,{step * i:.0f} H {w} " for i in range(1, int(h / step) + 1))
    lights = glows(
        scene,
        [
            (scene.head_x, scene.head_y, side * 0.66, lighter(palette.top, 0.55), 0.5),
            (w * 0.02, h * 0.95, side * 0.9, accent, 0.18),
            (0, 0, side * 0.7, lighter(palette.top, 0.25), 0.38),
        ],
    )
    # Slanted bands lead the eye from the headline to the face.
    x = scene.head_x
    lean, wide = side * 0.30, side * 0.42
    bands = (
        _band(x - wide, x + wide * 0.62, lean, h, lighter(palette.top, 0.16), 0.34)
        + _band(x + wide * 0.78, w + lean * 2, lean, h, accent, 0.15)
        + _band(x + wide * 0.62, x + wide * 0.78, lean, h, accent, 0.62)
        + _band(x - wide * 1.05, x - wide * 1.02, lean, h, "#ffffff", 0.16)
    )
    return (
        gradient("wall", ((0, palette.top), (1, palette.bottom)))
        + cover(scene, "url(#wall)")
        + f'<path d="{grid}" stroke="#fff" stroke-width="1" opacity=".045" fill="none"/>'
        + bands
        + lights
        + bar(0, h - side * 0.012, w, side * 0.012, accent)
    )


def _band(left: float, right: float, lean: float, height: int, paint: str, opacity: float) -> str:
    return (
        f'<path d="M {left + lean:.0f},0 L {right + lean:.0f},0 L {right - lean:.0f},{height} '
        f'L {left - lean:.0f},{height} Z" fill="{paint}" opacity="{opacity:g}"/>'
    )


PRESENTER2 = Template(
    id="presenter2",
    name="Newsroom",
    description="A dark newsroom with a headline beside the presenter.",
    presenter="alex",
    palette=Palette(
        top="#1f2a44",
        bottom="#0a0f1f",
        accent="#f43f5e",
        on_accent="#ffffff",
        text="#ffffff",
        plate="#0b1020",
        plate_opacity=0.82,
        on_plate="#ffffff",
        on_plate_quiet="#cbd5eb",
        rim="#ff8fa3",
    ),
    background=_background,
    layouts={
        "16:9": Layout(
            head_x=0.70,
            crown_y=0.135,
            scale=0.88,
            title=Box(0.045, 0.13, 0.475, 0.54),
            lower_third=Box(0.045, 0.59, 0.40, 0.725),
            caption=Box(0.08, 0.755, 0.92, 0.945),
            caption_size=0.049,
            mark=Box(0.80, 0.05, 0.955, 0.10),
        ),
        "9:16": Layout(
            head_x=0.5,
            crown_y=0.285,
            scale=1.1,
            title=Box(0.07, 0.075, 0.93, 0.215),
            lower_third=Box(0.06, 0.87, 0.62, 0.945),
            caption=Box(0.06, 0.71, 0.94, 0.85),
            caption_size=0.064,
            mark=Box(0.60, 0.025, 0.94, 0.055),
        ),
        "1:1": Layout(
            head_x=0.5,
            crown_y=0.215,
            scale=0.78,
            title=Box(0.045, 0.04, 0.68, 0.17),
            lower_third=Box(0.045, 0.68, 0.46, 0.778),
            caption=Box(0.05, 0.785, 0.95, 0.955),
            caption_size=0.052,
            mark=Box(0.70, 0.045, 0.955, 0.095),
        ),
    },
    title_style="headline",
    caption=CaptionStyle(),
)
