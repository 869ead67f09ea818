"""Head and face without the mouth: outline, ears, nose, eyes, brows, glasses, beard."""

from __future__ import annotations

from typing import NamedTuple

from studio.colours import darker, lighter, mix
from studio.presenters.look import Look
from studio.presenters.paints import fill, line

_LEFT_EYE_X, _RIGHT_EYE_X, _EYE_Y = 346.0, 454.0, 322.0
_SIDES = ((-1, _LEFT_EYE_X), (1, _RIGHT_EYE_X))


class Gaze(NamedTuple):
    """What eyes and brows do in one frame; lengths in bust units."""

    blink: float = 0.0
    """0 open .. 1 closed."""
    x: float = 0.0
    y: float = 0.0
    brows: float = 0.0
    """How far both brows are raised: 0 .. 10."""


def outline(look: Look, jaw_drop: float) -> str:
    """The contour of the face. ``jaw_drop`` lowers the chin: 0 .. 13 bust units."""
    j, d = look.jaw * 9, jaw_drop
    return (
        "M 284,300 C 280,190 335,138 400,138 C 465,138 520,190 516,300 "
        f"C {515 + j * 0.3:.1f},{352 + d * 0.2:.1f} {506 + j:.1f},{405 + d * 0.5:.1f} "
        f"{480 + j:.1f},{447 + d * 0.8:.1f} "
        f"C {458 + j * 0.6:.1f},{482 + d:.1f} 428,{503 + d:.1f} 400,{503 + d:.1f} "
        f"C 372,{503 + d:.1f} {342 - j * 0.6:.1f},{482 + d:.1f} {320 - j:.1f},{447 + d * 0.8:.1f} "
        f"C {294 - j:.1f},{405 + d * 0.5:.1f} {285 - j * 0.3:.1f},{352 + d * 0.2:.1f} 284,300 Z"
    )


def head(look: Look, jaw_drop: float, hair_shadow: str) -> str:
    """Ears and face. ``hair_shadow`` is a path that shades the forehead, or empty."""
    contour = outline(look, jaw_drop)
    parts = [_ears(look)] if look.ears_show else []
    parts += [
        f'<clipPath id="face"><path d="{contour}"/></clipPath>',
        fill(contour, "url(#skin)"),
        '<g clip-path="url(#face)">',
        '<ellipse cx="326" cy="394" rx="46" ry="34" fill="url(#cheek)"/>',
        '<ellipse cx="474" cy="394" rx="46" ry="34" fill="url(#cheek)"/>',
        '<ellipse cx="322" cy="372" rx="34" ry="24" fill="url(#glint)"/>',
        '<ellipse cx="384" cy="232" rx="70" ry="44" fill="url(#glint)"/>',
    ]
    if hair_shadow:
        shade = darker(look.skin, 0.7)
        parts.append(f'<g transform="translate(2,12)">{fill(hair_shadow, shade, 0.24)}</g>')
    if look.beard:
        parts.append(_beard(look, jaw_drop))
    parts.append("</g>")
    if not look.beard:
        chin_y = 480 + jaw_drop
        chin = f"M 384,{chin_y:.1f} C 392,{chin_y + 4:.1f} 408,{chin_y + 4:.1f} 416,{chin_y:.1f}"
        parts.append(line(chin, darker(look.skin, 0.25), 4, 0.2))
    if look.age:
        parts.append(_lines_of_age(look))
    return "".join(parts)


def _ears(look: Look) -> str:
    parts = []
    for side, x in ((-1, 283), (1, 517)):
        tone = lighter(look.skin, 0.08) if side < 0 else darker(look.skin, 0.12)
        shell = (
            f"M {x - side * 14},296 L {x},296 C {x + side * 26},284 {x + side * 34},318 "
            f"{x + side * 26},346 C {x + side * 20},368 {x + side * 8},376 {x},368 "
            f"L {x - side * 14},368 Z"
        )
        fold = f"M {x + side * 4},310 C {x + side * 20},304 {x + side * 22},330 {x + side * 10},350"
        parts += [fill(shell, tone), line(fold, darker(look.skin, 0.24), 4, 0.55)]
        if look.earrings:
            parts.append(
                f'<circle cx="{x + side * 13}" cy="386" r="13" fill="none" '
                f'stroke="{look.earrings}" stroke-width="4.5"/>'
                f'<circle cx="{x + side * 13 - 6}" cy="377" r="2.4" fill="#fff" opacity=".8"/>'
            )
    return "".join(parts)


def _beard(look: Look, jaw_drop: float) -> str:
    end, d = 540 + jaw_drop, jaw_drop
    whiskers = (
        "M 276,318 C 292,372 316,404 346,410 C 366,402 384,398 400,402 C 416,398 434,402 454,410 "
        f"C 484,404 508,372 524,318 L 540,{end:.1f} L 260,{end:.1f} Z"
    )
    bare = (
        f"M 350,{436 + d * 0.3:.1f} C 360,418 384,412 400,418 "
        f"C 416,412 440,418 450,{436 + d * 0.3:.1f} C 446,{462 + d:.1f} 424,{470 + d:.1f} "
        f"400,{470 + d:.1f} C 376,{470 + d:.1f} 354,{462 + d:.1f} 350,{436 + d * 0.3:.1f} Z"
    )
    sheen = f"M 306,412 C 322,{452 + d:.1f} 348,{482 + d:.1f} 384,{490 + d:.1f}"
    return (
        fill(whiskers, look.hair, 0.94)
        + line(sheen, lighter(look.hair, 0.3), 9, 0.16)
        + fill(bare, mix(look.skin, look.hair, 0.12))
    )


def _lines_of_age(look: Look) -> str:
    tone, shown = darker(look.skin, 0.34), look.age
    folds = "M 358,392 C 346,404 338,418 336,432 M 442,392 C 454,404 462,418 464,432"
    forehead = "M 350,238 C 380,230 420,230 450,238 M 362,220 C 386,214 414,214 438,220"
    crow = "M 302,318 l -9,-5 M 303,326 l -9,3 M 498,318 l 9,-5 M 497,326 l 9,3"
    return (
        line(folds, tone, 4, 0.38 * shown)
        + line(forehead, tone, 3, 0.26 * shown)
        + line(crow, tone, 2.6, 0.36 * shown)
    )


def nose(look: Look) -> str:
    """Bridge, tip and a light on it."""
    skin, w = look.skin, look.nose
    bridge = (
        f"M {400 + 9 * w:.1f},326 C {400 + 16 * w:.1f},358 {400 + 23 * w:.1f},372 "
        f"{400 + 21 * w:.1f},384"
    )
    tip = (
        f"M {400 - 22 * w:.1f},386 C {400 - 16 * w:.1f},396 {400 - 8 * w:.1f},393 400,398 "
        f"C {400 + 8 * w:.1f},393 {400 + 16 * w:.1f},396 {400 + 22 * w:.1f},386"
    )
    return (
        line(bridge, darker(skin, 0.24), 5, 0.26)
        + line(tip, darker(skin, 0.34), 5, 0.7)
        + f'<ellipse cx="396" cy="366" rx="{6 * w:.1f}" ry="14" '
        f'fill="{lighter(skin, 0.5)}" opacity=".34"/>'
    )


def eyes(look: Look, gaze: Gaze) -> str:
    """Both eyes with lids and lashes."""
    return "".join(_eye(look, gaze, side, x) for side, x in _SIDES)


def _eye(look: Look, gaze: Gaze, side: int, x: float) -> str:
    y, shut = _EYE_Y, gaze.blink
    height = look.eye_opening * (1 - shut)
    top, low = 19 * height, 2 + 9 * look.eye_opening - 2 * shut
    tilt = look.eye_tilt
    inner_x, outer_x = x - side * 31, x + side * 31
    outer_y = y - 2 - tilt + (2 + tilt * 0.4) * shut
    upper = (
        f"M {inner_x},{y + 3} C {x - side * 14},{y - top - 4:.1f} "
        f"{x + side * 12},{y - top - 5 - tilt * 0.6:.1f} {outer_x},{outer_y:.1f} "
    )
    lower = (
        f"C {x + side * 16},{y + low + 3 - tilt * 0.5:.1f} {x - side * 12},{y + low + 4:.1f} "
        f"{inner_x},{y + 3} Z"
    )
    lash_colour = "#1c1210" if look.lashes > 0.5 else darker(look.brow or look.hair, 0.4)
    parts = []
    if shut < 0.93:
        clip = "eye-l" if side < 0 else "eye-r"
        lid_shadow = (
            f"M {inner_x - side * 4},{y - 28} L {outer_x + side * 4},{y - 28} "
            f"L {outer_x},{outer_y + 7:.1f} C {x + side * 12},{y - top + 4:.1f} "
            f"{x - side * 14},{y - top + 5:.1f} {inner_x},{y + 9} Z"
        )
        parts += [
            f'<clipPath id="{clip}"><path d="{upper}{lower}"/></clipPath>',
            fill(upper + lower, "#fdfcfa"),
            f'<g clip-path="url(#{clip})">',
            _iris(look, x + gaze.x, y - 1 + gaze.y),
            fill(lid_shadow, "#2b1b2f", 0.2),
            "</g>",
        ]
    parts.append(line(upper, lash_colour, 4.2 + 2 * look.lashes))
    if look.lashes > 0.5:
        wing = f"M {outer_x - side * 3},{outer_y:.1f} l {side * 9},{-6 + 8 * shut:.1f}"
        parts.append(line(wing, lash_colour, 4))
    if look.eye_opening > 0.9:
        crease = (
            f"M {x - side * 22},{y - top - 9:.1f} C {x - side * 10},{y - top - 16:.1f} "
            f"{x + side * 12},{y - top - 17:.1f} {x + side * 26},{y - top - 6:.1f}"
        )
        parts.append(line(crease, darker(look.skin, 0.3), 3, 0.45 * (1 - shut)))
    bag = (
        f"M {x - side * 16},{y + low + 11:.1f} C {x - side * 4},{y + low + 16:.1f} "
        f"{x + side * 10},{y + low + 15:.1f} {x + side * 20},{y + low + 8:.1f}"
    )
    parts.append(line(bag, darker(look.skin, 0.25), 2.4, 0.14 + 0.22 * look.age))
    return "".join(parts)


def _iris(look: Look, x: float, y: float) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="16" fill="{look.iris}" '
        f'stroke="{darker(look.iris, 0.55)}" stroke-width="2.6"/>'
        + fill(f"M {x - 9:.1f},{y + 5:.1f} a 10,10 0 0 0 18,0", lighter(look.iris, 0.45), 0.55)
        + f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="#120c0b"/>'
        f'<circle cx="{x - 4.5:.1f}" cy="{y - 5:.1f}" r="4.2" fill="#fff"/>'
        f'<circle cx="{x + 5:.1f}" cy="{y + 5:.1f}" r="1.8" fill="#fff" opacity=".8"/>'
    )


def brows(look: Look, raised: float) -> str:
    """Both brows. Their inner ends stay level with the outer ones: lower would look stern."""
    colour = look.brow or darker(look.hair, 0.15)
    thick, y = look.brow_thickness, 280 - raised
    parts = []
    for side, x in ((-1, 345.0), (1, 455.0)):
        inner, outer = x - side * 30, x + side * 37
        parts.append(
            f'<path d="M {inner},{y - 2:.1f} C {x - side * 12},{y - 10 - raised * 0.1:.1f} '
            f"{x + side * 14},{y - 13 - raised * 0.15:.1f} {outer},{y + 2:.1f} "
            f"C {x + side * 16},{y - 13 + thick * 0.62:.1f} "
            f"{x - side * 10},{y - 10 + thick * 1.0:.1f} {inner + side},{y - 3 + thick:.1f} "
            f"C {inner - side * 4},{y - 3 + thick * 0.8:.1f} "
            f"{inner - side * 4},{y - 2 + thick * 0.2:.1f} "
            f'{inner},{y - 2:.1f} Z" fill="{colour}" stroke="{colour}" stroke-width="1.5" '
            'stroke-linejoin="round"/>'
        )
    return "".join(parts)


def glasses(look: Look) -> str:
    """Frames with a hint of glass; nothing for a look without."""
    if not look.glasses:
        return ""
    frame = look.glasses
    parts = []
    for _, x in _SIDES:
        parts.append(
            f'<rect x="{x - 45}" y="285" width="90" height="74" rx="32" fill="#ffffff" '
            f'fill-opacity=".08" stroke="{frame}" stroke-width="6"/>'
        )
        parts.append(line(f"M {x - 26},301 l 20,-6", "#ffffff", 5, 0.45))
    parts.append(line("M 391,312 C 396,305 404,305 409,312", frame, 6))
    parts.append(line("M 301,308 L 284,302 M 499,308 L 516,302", frame, 6))
    return "".join(parts)
