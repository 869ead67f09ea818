"""What a presenter looks like: the parameters of the one parametric drawing.

The drawing space ("bust units"): x = 400 is the middle of the face, the crown is near y = 96, the
eyes at 322, the mouth at 442, the chin at 503, the shoulders below 560. Light comes from the left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HairStyle = Literal["long", "bob", "short", "fade", "fringe", "parted", "curls", "hijab"]
Outfit = Literal["blazer", "suit", "turtleneck", "knit", "shirt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One person. Colours are ``#rrggbb``; an empty colour leaves the thing out."""

    skin: str
    """Middle tone; lights and shadows are mixed from it."""
    hair: str
    """Hair, or the cloth where ``hair_style`` is ``hijab``."""
    hair_style: HairStyle
    brow: str = ""
    """Colour of the brows; empty mixes it from the hair."""
    brow_thickness: float = 8.0
    """Height of the inner end of a brow, in bust units: 6 fine .. 12 strong."""
    jaw: float = 0.0
    """-1 narrow .. 1 broad."""
    nose: float = 1.0
    """Width of the nose as a factor."""
    lips: str = "#b4554f"
    lip_fullness: float = 1.0
    """Thickness of both lips as a factor: 0.7 thin .. 1.2 full."""
    lashes: float = 1.0
    """0 none .. 1 long, with a wing above one half."""
    iris: str = "#5a3a22"
    eye_tilt: float = 0.0
    """How far the outer corners stand above the inner ones, in bust units."""
    eye_opening: float = 1.0
    """Height of the open eye as a factor."""
    age: float = 0.0
    """0 smooth .. 1 lined forehead, cheeks and eyes."""
    blush: float = 1.0
    """Strength of the cheeks' red as a factor."""
    glasses: str = ""
    beard: bool = False
    earrings: str = ""
    outfit: Outfit = "blazer"
    cloth: str = "#0f766e"
    """Jacket, knit or shirt."""
    shirt: str = "#f8fafc"
    """What shows under a jacket."""
    accent: str = "#f59e0b"
    """Tie, necklace or pin."""
    shoulders: float = 1.0
    """Width of the shoulders as a factor."""

    @property
    def ears_show(self) -> bool:
        """Whether the hair leaves the ears free."""
        return self.hair_style in ("short", "fade", "parted", "curls")

    @property
    def is_veiled(self) -> bool:
        """Whether cloth covers hair and neck."""
        return self.hair_style == "hijab"
