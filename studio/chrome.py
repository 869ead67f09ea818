"""What stands around the presenter: title, lower third, and the visible mark."""

from __future__ import annotations

from PIL import Image, ImageDraw

from studio.colours import rgba
from studio.raster import raster, svg_document
from studio.templates.base import Palette, TitleStyle
from studio.typography import LINE_HEIGHT, FittedText, can_write, fit, without_pictures

_PIXELS = tuple[int, int, int, int]


def _canvas(box: _PIXELS, shapes: str) -> Image.Image:
    width, height = box[2] - box[0], box[3] - box[1]
    return Image.fromarray(raster(svg_document(shapes, width, height), width, height))


def _plate(
    x: float, y: float, width: float, height: float, radius: float, colour: str, opacity: float
) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{radius:.1f}" fill="{colour}" fill-opacity="{opacity:g}"/>'
    )


def _write(
    image: Image.Image,
    text: FittedText,
    x: float,
    top: float,
    colour: str,
    *,
    centered: bool = False,
) -> None:
    pen = ImageDraw.Draw(image)
    step = text.size_px * LINE_HEIGHT
    for number, line in enumerate(text.lines):
        pen.text(
            (x, top + (number + 0.5) * step),
            line,
            font=text.font,
            fill=rgba(colour),
            anchor="mm" if centered else "lm",
        )


def title(
    text: str, style: TitleStyle, palette: Palette, *, box_px: _PIXELS, short_side_px: int
) -> Image.Image | None:
    """The title, drawn into an image of the box's size; None if there is nothing we can write."""
    text = without_pictures(text)
    if not text or not can_write(text):
        return None
    draw = {"chip": _chip, "headline": _headline, "card": _card, "banner": _banner}[style]
    return draw(text, palette, box_px, short_side_px)


def _chip(text: str, palette: Palette, box: _PIXELS, side: int) -> Image.Image:
    width, height = box[2] - box[0], box[3] - box[1]
    centered = width > 0.8 * side and height > 0.14 * side
    left, pad = side * 0.052, side * 0.026
    size = side * (0.05 if centered else 0.031)
    fitted = fit(
        text,
        "ExtraBold",
        width=width - left - pad,
        height=height - pad,
        largest_px=size,
        smallest_px=size * 0.68,
        max_lines=2,
    )
    plate_width = min(width, fitted.width + left + pad)
    plate_height = fitted.height + pad * 0.9
    x = (width - plate_width) / 2 if centered else 0.0
    radius = min(plate_height / 2, side * 0.034)
    middle = plate_height / 2
    dot = (
        f'<circle cx="{x + left * 0.52:.1f}" cy="{middle:.1f}" r="{side * 0.0078:.1f}" '
        f'fill="{palette.accent}"/>'
    )
    image = _canvas(
        box,
        _plate(x, 0, plate_width, plate_height, radius, palette.plate, palette.plate_opacity) + dot,
    )
    _write(image, fitted, x + left, pad * 0.45, palette.on_plate)
    return image


def _headline(text: str, palette: Palette, box: _PIXELS, side: int) -> Image.Image:
    width, height = box[2] - box[0], box[3] - box[1]
    bar, air = side * 0.011, side * 0.03
    tall = height > 0.4 * side
    size = side * (0.082 if tall else 0.058)
    fitted = fit(
        text,
        "ExtraBold",
        width=width,
        height=height - bar - air,
        largest_px=size,
        smallest_px=size * 0.5,
        max_lines=4 if tall else 2,
    )
    image = _canvas(box, _plate(0, 0, side * 0.12, bar, bar / 2, palette.accent, 1))
    _write(image, fitted, 0, bar + air * 0.8, palette.text)
    return image


def _card(text: str, palette: Palette, box: _PIXELS, side: int) -> Image.Image:
    width, height = box[2] - box[0], box[3] - box[1]
    tall = height > 0.3 * side
    pad = side * (0.038 if tall else 0.024)
    size = side * (0.062 if tall else 0.042)
    fitted = fit(
        text,
        "ExtraBold",
        width=width - 2.2 * pad,
        height=height - 2 * pad,
        largest_px=size,
        smallest_px=size * 0.55,
        max_lines=4 if tall else 2,
    )
    plate_height = fitted.height + 1.8 * pad
    plate_width = min(width, fitted.width + 2.4 * pad)
    edge = side * 0.008
    image = _canvas(
        box,
        _plate(0, 0, plate_width, plate_height, side * 0.022, palette.plate, palette.plate_opacity)
        + _plate(pad * 0.55, pad * 0.9, edge, fitted.height, edge / 2, palette.accent, 1),
    )
    _write(image, fitted, 1.25 * pad, 0.9 * pad, palette.on_plate)
    return image


def _banner(text: str, palette: Palette, box: _PIXELS, side: int) -> Image.Image:
    width, height = box[2] - box[0], box[3] - box[1]
    pad = side * 0.022
    size = side * 0.05
    fitted = fit(
        text,
        "ExtraBold",
        width=width - 2 * pad,
        height=height,
        largest_px=size,
        smallest_px=size * 0.55,
        max_lines=3 if height > 0.19 * side else 2,
    )
    centered = width > 0.8 * side and height > 0.12 * side
    step = fitted.size_px * LINE_HEIGHT
    shapes = ""
    for number, line in enumerate(fitted.lines):
        span = fitted.font.getlength(line) + 2 * pad
        x = (width - span) / 2 if centered else 0.0
        shapes += _plate(x, number * step, span, step + 1, side * 0.008, palette.text, 1)
    image = _canvas(box, shapes)
    _write(image, fitted, width / 2 if centered else pad, 0, palette.on_accent, centered=centered)
    return image


def lower_third(
    name: str, role: str, palette: Palette, *, box_px: _PIXELS, short_side_px: int
) -> Image.Image | None:
    """Name and role on a plate, drawn into an image of the box's size; None without a name."""
    name, role = without_pictures(name), without_pictures(role)
    if not name or not can_write(name):
        return None
    side = short_side_px
    width, height = box_px[2] - box_px[0], box_px[3] - box_px[1]
    pad, edge = side * 0.034, side * 0.012
    role = role if can_write(role) else ""
    first_height, second_height = (height * 0.5, height * 0.3) if role else (height * 0.8, 0.0)
    first = fit(
        name,
        "ExtraBold",
        width=width - 2 * pad,
        height=first_height,
        largest_px=min(side * 0.047, first_height / LINE_HEIGHT),
        smallest_px=side * 0.026,
        max_lines=1,
    )
    lines = [first]
    if role:
        lines.append(
            fit(
                role,
                "Medium",
                width=width - 2 * pad,
                height=second_height,
                largest_px=min(side * 0.0285, second_height / LINE_HEIGHT),
                smallest_px=side * 0.0225,
                max_lines=1,
            )
        )
    plate_width = min(width, max(line.width for line in lines) + 2.1 * pad)
    image = _canvas(
        box_px,
        _plate(
            0, 0, plate_width, height, side * 0.016, palette.plate, max(0.82, palette.plate_opacity)
        )
        + _plate(0, 0, edge, height, edge / 2, palette.accent, 1),
    )
    top = (height - sum(line.height for line in lines)) / 2
    _write(image, first, pad, top, palette.on_plate)
    if role:
        _write(image, lines[1], pad, top + first.height, palette.on_plate_quiet)
    return image


def mark(text: str, *, box_px: _PIXELS, short_side_px: int) -> Image.Image | None:
    """A small sign such as ``SIMULATED`` at the right end of its box; None for an empty text."""
    text = without_pictures(text)
    if not text or not can_write(text):
        return None
    width, height = box_px[2] - box_px[0], box_px[3] - box_px[1]
    size = min(short_side_px * 0.0215, height * 0.5)
    pad = size * 0.75
    fitted = fit(
        text.upper(),
        "Bold",
        width=width - 3.2 * pad,
        height=height,
        largest_px=size,
        smallest_px=size * 0.6,
        max_lines=1,
    )
    plate_height = min(height, fitted.size_px * 1.9)
    plate_width = fitted.width + 3.2 * pad
    x, y = width - plate_width, 0.0
    outline = (
        f'<rect x="{x + 0.75:.2f}" y="{y + 0.75:.2f}" width="{plate_width - 1.5:.1f}" '
        f'height="{plate_height - 1.5:.1f}" rx="{plate_height / 2 - 0.75:.1f}" fill="#0b0f1e" '
        'fill-opacity=".62" stroke="#ffffff" stroke-opacity=".55" stroke-width="1.5"/>'
    )
    dot = (
        f'<circle cx="{x + pad * 1.2:.1f}" cy="{plate_height / 2:.1f}" r="{size * 0.24:.1f}" '
        'fill="#ffffff" fill-opacity=".9"/>'
    )
    image = _canvas(box_px, outline + dot)
    ImageDraw.Draw(image).text(
        (x + 2 * pad, plate_height / 2),
        fitted.lines[0],
        font=fitted.font,
        fill=rgba("#ffffff", 0.96),
        anchor="lm",
    )
    return image
