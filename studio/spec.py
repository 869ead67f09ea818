"""What a caller asks the studio to draw, checked before any work is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from studio.errors import UnknownOption

Aspect = Literal["16:9", "9:16", "1:1"]
Resolution = Literal["720p", "1080p"]

ASPECTS: tuple[Aspect, ...] = get_args(Aspect)
RESOLUTIONS: tuple[Resolution, ...] = get_args(Resolution)

DISCLOSURE = "AI-generated video: synthetic presenter and voice."
"""Goes into the file's metadata, as EU AI Act article 50(2) asks of synthetic media."""

_SIZES_PX: dict[tuple[Aspect, Resolution], tuple[int, int]] = {
    ("16:9", "720p"): (1280, 720),
    ("9:16", "720p"): (720, 1280),
    ("1:1", "720p"): (720, 720),
    ("16:9", "1080p"): (1920, 1080),
    ("9:16", "1080p"): (1080, 1920),
    ("1:1", "1080p"): (1080, 1080),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderSpec:
    """One clip of one presenter. The same spec and speech always give the same bytes."""

    template: str = "presenter1"
    presenter: str | None = None
    """An id of ``studio.presenters``; None takes the template's own presenter."""
    aspect: Aspect = "16:9"
    resolution: Resolution = "720p"
    captions: bool = True
    """Burn word-highlighted captions in, where the caption font can write the script."""
    title: str = ""
    role: str = "AI Presenter"
    """Second line of the lower third; the first is the presenter's name."""
    mark: str = ""
    """A small visible mark such as ``SIMULATED``; empty for none."""
    seed: int = 7
    """Varies blinks, nods and sway; nothing else."""

    def __post_init__(self) -> None:
        if (self.aspect, self.resolution) not in _SIZES_PX:
            raise UnknownOption(
                f"No picture size for aspect {self.aspect!r} at {self.resolution!r}. "
                f"Aspects: {', '.join(ASPECTS)}; resolutions: {', '.join(RESOLUTIONS)}."
            )

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height); both even, as yuv420p needs."""
        return _SIZES_PX[(self.aspect, self.resolution)]
