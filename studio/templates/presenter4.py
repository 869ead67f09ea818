"""``presenter4``: an office above a city at dusk; presenter on the left, a card on the right."""

from __future__ import annotations

import random

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

_SKY = ((0.0, "#171a4a"), (0.34, "#4a2c73"), (0.6, "#b3486f"), (0.8, "#f08a5d"), (1.0, "#ffd08a"))


def _background(scene: Scene) -> str:
    w, h, side = scene.width, scene.height, scene.short_side
    horizon = h * 0.70
    sun_x = w * (0.475 if w > h else 0.2)
    sky = gradient("sky", _SKY, x=0.0) + (
        f'<rect width="{w}" height="{horizon:.0f}" fill="url(#sky)"/>'
    )
    sun = circle(sun_x, horizon - side * 0.36, side * 0.07, "#ffe9b8", 0.9)
    lights = glows(
        scene,
        [
            (sun_x, horizon - side * 0.36, side * 0.6, "#ffd9a0", 0.7),
            (scene.head_x, scene.head_y, side * 0.6, "#ffb59c", 0.26),
            (0, h, side * 0.8, "#120c24", 0.55),
        ],
    )
    return (
        cover(scene, scene.palette.bottom)
        + sky
        + _stars(scene)
        + lights
        + sun
        + _skyline(scene, horizon, depth=0)
        + _skyline(scene, horizon, depth=1)
        + _window(scene, horizon)
    )


def _stars(scene: Scene) -> str:
    dice = random.Random(4)  # noqa: S311 - scenery, the same each time
    return "".join(
        circle(
            scene.width * dice.random(),
            scene.height * 0.26 * dice.random(),
            scene.short_side * dice.uniform(0.0008, 0.002),
            "#ffffff",
            round(dice.uniform(0.25, 0.8), 2),
        )
        for _ in range(46)
    )


def _skyline(scene: Scene, horizon: float, depth: int) -> str:
    """A row of towers; depth 0 stands far away in the haze, 1 near and dark, with lit windows."""
    dice = random.Random(11 + depth)  # noqa: S311 - scenery, the same each time
    side = scene.short_side
    colour = ("#7b3f74", "#2a1c4b")[depth]
    path, windows, x = "", "", -side * 0.02
    while x < scene.width:
        width = side * dice.uniform(0.05, 0.12)
        tall = side * (dice.uniform(0.12, 0.40), dice.uniform(0.06, 0.27))[depth]
        top = horizon - tall
        path += f"M {x:.0f},{horizon:.0f} V {top:.0f} H {x + width:.0f} V {horizon:.0f} Z "
        if dice.random() < 0.3:
            mast, thin = side * 0.05, side * 0.004
            path += f"M {x + width * 0.48:.0f},{top:.0f} v {-mast:.0f} h {thin:.1f} v {mast:.0f} Z "
        if depth:
            windows += _lit_windows(dice, side, x, top, width, horizon)
        x += width + side * dice.uniform(-0.01, 0.014)
    lit = f'<path d="{windows}" fill="#ffdf9e" opacity=".72"/>' if windows else ""
    return f'<path d="{path}" fill="{colour}" opacity="{(0.75, 1)[depth]}"/>{lit}'


def _lit_windows(
    dice: random.Random, side: int, x: float, top: float, width: float, horizon: float
) -> str:
    step, pane = side * 0.016, side * 0.0062
    return "".join(
        f"M {x + step * (0.6 + column):.1f},{top + step * (0.8 + row):.1f} "
        f"h {pane:.1f} v {pane:.1f} h {-pane:.1f} Z "
        for column in range(max(0, int(width / step - 0.8)))
        for row in range(max(0, int((horizon - top) / step - 1)))
        if dice.random() < 0.30
    )


def _window(scene: Scene, horizon: float) -> str:
    """Frame of the window, its sill, and the room below it."""
    w, h, side = scene.width, scene.height, scene.short_side
    frame, wall = "#171230", scene.palette.bottom
    post = side * 0.014
    panes = 4 if w > h else 2 if w < h else 3
    posts = "".join(
        bar(w * i / panes - post / 2, 0, post, horizon, frame)
        + bar(w * i / panes + post / 2, 0, post * 0.25, horizon, "#ffc9a0", 0.35)
        for i in range(1, panes)
    )
    reflections = "".join(
        f'<path d="M {w * at:.0f},0 h {side * 0.10:.0f} L {w * at - side * 0.22:.0f},{horizon:.0f} '
        f'h {-side * 0.10:.0f} Z" fill="#fff" opacity=".045"/>'
        for at in (0.16, 0.22, 0.62, 0.90)
    )
    room = gradient("room", ((0, lighter(wall, 0.1)), (1, darker(wall, 0.4))), x=0.0)
    return (
        reflections
        + posts
        + room
        + bar(0, 0, w, side * 0.02, frame)
        + bar(0, horizon, w, h - horizon, "url(#room)")
        + bar(0, horizon, w, side * 0.022, mix(wall, "#ffb38a", 0.35))
        + bar(0, horizon + side * 0.022, w, side * 0.01, frame, 0.7)
    )


PRESENTER4 = Template(
    id="presenter4",
    name="City at dusk",
    description="An office above the city at dusk, with a card for the title.",
    presenter="arthur",
    palette=Palette(
        top="#171a4a",
        bottom="#2a1f45",
        accent="#ffb454",
        on_accent="#2a1608",
        text="#ffffff",
        plate="#17122e",
        plate_opacity=0.78,
        on_plate="#fff8ee",
        on_plate_quiet="#d8c9dd",
        rim="#ffc27a",
    ),
    background=_background,
    layouts={
        "16:9": Layout(
            head_x=0.31,
            crown_y=0.135,
            scale=0.88,
            title=Box(0.555, 0.17, 0.955, 0.50),
            lower_third=Box(0.555, 0.565, 0.93, 0.70),
            caption=Box(0.08, 0.755, 0.92, 0.955),
            caption_size=0.049,
            mark=Box(0.80, 0.055, 0.955, 0.105),
        ),
        "9:16": Layout(
            head_x=0.5,
            crown_y=0.285,
            scale=1.1,
            title=Box(0.06, 0.07, 0.94, 0.205),
            lower_third=Box(0.06, 0.87, 0.62, 0.945),
            caption=Box(0.06, 0.71, 0.94, 0.85),
            caption_size=0.064,
            mark=Box(0.60, 0.025, 0.94, 0.055),
        ),
        "1:1": Layout(
            head_x=0.5,
            crown_y=0.205,
            scale=0.79,
            title=Box(0.045, 0.045, 0.66, 0.155),
            lower_third=Box(0.045, 0.677, 0.46, 0.777),
            caption=Box(0.05, 0.785, 0.95, 0.96),
            caption_size=0.052,
            mark=Box(0.70, 0.045, 0.955, 0.095),
        ),
    },
    title_style="card",
    caption=CaptionStyle(plate="#120d26", plate_opacity=0.8),
)
