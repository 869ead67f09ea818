"""What a template is: a background, colours, and where everything stands in each aspect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from studio.spec import Aspect

TitleStyle = Literal["chip", "headline", "card", "banner"]


class Box(NamedTuple):
    """A rectangle as fractions of the picture's width and height."""

    left: float
    top: float
    right: float
    bottom: float

    def pixels(self, size_px: tuple[int, int]) -> tuple[int, int, int, int]:
        """(left, top, right, bottom), all even, as chroma at half resolution wants."""
        width, height = size_px
        return (
            round(self.left * width) & ~1,
            round(self.top * height) & ~1,
            round(self.right * width) & ~1,
            round(self.bottom * height) & ~1,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where things stand in one aspect."""

    head_x: float
    """Middle of the face, as a fraction of the width."""
    crown_y: float
    """Top of ordinary hair, as a fraction of the height."""
    scale: float
    """Bust units per 1/720 of the picture's short side."""
    title: Box
    lower_third: Box
    caption: Box
    caption_size: float
    """Font size as a fraction of the short side, before any shrinking."""
    mark: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours as ``#rrggbb``."""

    top: str
    bottom: str
    """The background runs from ``top`` to ``bottom``."""
    accent: str
    on_accent: str
    """Text on the accent."""
    text: str
    plate: str
    """Ground of chips and lower third."""
    plate_opacity: float
    on_plate: str
    on_plate_quiet: str
    rim: str
    """Light from behind the presenter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionStyle:
    """How burnt-in captions look."""

    align: Literal["center", "left"] = "center"
    plate: str = "#0a0c18"
    plate_opacity: float = 0.76
    """0 draws no plate; the words then carry an outline."""
    text: str = "#ffffff"
    upcoming: str = "#c9d2e6"
    """Words that are not spoken yet."""
    outline: str = ""


class Scene(NamedTuple):
    """What a background needs to know of the picture, in pixels."""

    width: int
    height: int
    head_x: float
    head_y: float
    head: float
    """Height of the head."""
    palette: Palette

    @property
    def short_side(self) -> int:
        """The picture's shorter side, which sizes follow in every aspect."""
        return min(self.width, self.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One design."""

    id: str
    name: str
    description: str
    """One line for a list of choices."""
    presenter: str
    """Id of the presenter who stands here unless another is asked for."""
    palette: Palette
    background: Callable[[Scene], str]
    """Returns SVG elements in pixels; they must cover the picture."""
    layouts: Mapping[Aspect, Layout]
    title_style: TitleStyle
    caption: CaptionStyle


def glow(name: str, x: float, y: float, radius: float, colour: str, opacity: float) -> str:
    """Soft light on the background: the definition of a radial gradient called ``name``."""
    return (
        f'<radialGradient id="{name}" gradientUnits="userSpaceOnUse" cx="{x:.0f}" cy="{y:.0f}" '
        f'r="{radius:.0f}"><stop offset="0" stop-color="{colour}" stop-opacity="{opacity:g}"/>'
        f'<stop offset="0.45" stop-color="{colour}" stop-opacity="{opacity * 0.42:.3f}"/>'
        f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/></radialGradient>'
    )


def glows(scene: Scene, lights: list[tuple[float, float, float, str, float]]) -> str:
    """Several soft lights over the whole picture: (x, y, radius, colour, opacity)."""
    definitions = "".join(glow(f"glow{i}", *light) for i, light in enumerate(lights))
    washes = "".join(cover(scene, f"url(#glow{i})") for i in range(len(lights)))
    return f"<defs>{definitions}</defs>{washes}"


def cover(scene: Scene, paint: str) -> str:
    """A rectangle over the whole picture."""
    return f'<rect width="{scene.width}" height="{scene.height}" fill="{paint}"/>'


def bar(x: float, y: float, width: float, height: float, paint: str, opacity: float = 1) -> str:
    """A filled rectangle."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{paint}" opacity="{opacity:g}"/>'
    )


def gradient(
    name: str, stops: tuple[tuple[float, str], ...], *, x: float = 1.0, y: float = 1.0
) -> str:
    """A linear gradient over a shape's own box, from its top left towards (x, y)."""
    return (
        f'<defs><linearGradient id="{name}" x1="0" y1="0" x2="{x:g}" y2="{y:g}">'
        + "".join(f'<stop offset="{at:g}" stop-color="{colour}"/>' for at, colour in stops)
        + "</linearGradient></defs>"
    )


def circle(x: float, y: float, radius: float, colour: str, opacity: float) -> str:
    """A filled circle."""
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" '
        f'fill="{colour}" opacity="{opacity:g}"/>'
    )


def ring(x: float, y: float, radius: float, colour: str, width: float, opacity: float) -> str:
    """A circle's line."""
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="none" stroke="{colour}" '
        f'stroke-width="{width:.1f}" opacity="{opacity:g}"/>'
    )
