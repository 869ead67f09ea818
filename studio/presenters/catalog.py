"""The presenters by id."""

from __future__ import annotations

from dataclasses import dataclass

from studio.errors import UnknownOption
from studio.presenters.look import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Presenter:
    """One person who can present."""

    id: str
    name: str
    """Stands in the lower third."""
    voice: str
    """espeak-ng voice and variant that suits the person: ``en-us+f4``."""
    description: str
    """One line for a list of choices."""
    look: Look


_ALL = (
    Presenter(
        id="maya",
        name="Maya",
        voice="en-us+f4",
        description="Long dark hair, teal blazer: calm and professional.",
        look=Look(
            skin="#c98d63",
            hair="#2b1a17",
            hair_style="long",
            brow_thickness=8,
            lips="#b4554f",
            iris="#5a3a22",
            outfit="blazer",
            cloth="#0f766e",
            accent="#f59e0b",
            shoulders=0.93,
        ),
    ),
    Presenter(
        id="alex",
        name="Alex",
        voice="en-us",
        description="Short brown hair, navy suit and tie: the classic anchor.",
        look=Look(
            skin="#edbb99",
            hair="#5b3a26",
            hair_style="short",
            brow_thickness=9.5,
            jaw=0.75,
            lips="#c0746a",
            lashes=0.35,
            iris="#3f6b8f",
            outfit="suit",
            cloth="#1e3a5f",
            shirt="#ffffff",
            accent="#e11d48",
            shoulders=1.02,
        ),
    ),
    Presenter(
        id="zoe",
        name="Zoe",
        voice="en-us+f5",
        description="Copper bob and round glasses, violet knit: friendly and bright.",
        look=Look(
            skin="#f4cdb0",
            hair="#b5532a",
            hair_style="bob",
            brow="#84381c",
            brow_thickness=7,
            jaw=-0.25,
            lips="#c9504f",
            iris="#4d7c57",
            glasses="#3b2a4a",
            outfit="knit",
            cloth="#5b21b6",
            shirt="#ede9fe",
            accent="#f472b6",
            shoulders=0.93,
        ),
    ),
    Presenter(
        id="omar",
        name="Omar",
        voice="en-us+m3",
        description="Trimmed beard, charcoal turtleneck: relaxed and confident.",
        look=Look(
            skin="#8a5a3c",
            hair="#15110f",
            hair_style="fade",
            brow_thickness=10.5,
            jaw=0.6,
            nose=1.12,
            lips="#8e4a42",
            lashes=0.4,
            iris="#3a2416",
            beard=True,
            outfit="turtleneck",
            cloth="#334155",
            accent="#38bdf8",
            shoulders=1.04,
        ),
    ),
    Presenter(
        id="mei",
        name="Mei",
        voice="en-us+f4",
        description="Straight black hair with a fringe, coral blazer: clear and quick.",
        look=Look(
            skin="#f2cba8",
            hair="#1b171f",
            hair_style="fringe",
            brow_thickness=6.5,
            jaw=-0.1,
            nose=0.92,
            lips="#c8575c",
            iris="#3a2418",
            eye_tilt=4,
            eye_opening=0.86,
            outfit="blazer",
            cloth="#d9525e",
            shirt="#fff7ed",
            accent="#fbbf24",
            shoulders=0.9,
        ),
    ),
    Presenter(
        id="arthur",
        name="Arthur",
        voice="en-us+m3",
        description="Silver hair and glasses, sky-blue shirt: experienced and warm.",
        look=Look(
            skin="#e8b694",
            hair="#b9bec6",
            hair_style="parted",
            brow="#8d939c",
            brow_thickness=9.5,
            jaw=0.5,
            nose=1.1,
            lips="#b9716a",
            lip_fullness=0.85,
            lashes=0.2,
            iris="#4b6a7d",
            age=1.0,
            glasses="#475569",
            outfit="shirt",
            cloth="#3f78a8",
            accent="#e2e8f0",
            shoulders=1.02,
        ),
    ),
    Presenter(
        id="amara",
        name="Amara",
        voice="en-us+f5",
        description="Full curls and gold hoops, mustard knit: lively and open.",
        look=Look(
            skin="#7a4a2f",
            hair="#221512",
            hair_style="curls",
            brow_thickness=7.5,
            jaw=0.05,
            nose=1.14,
            lips="#9c4146",
            lip_fullness=1.16,
            iris="#2f1a10",
            blush=0.8,
            earrings="#f2b84b",
            outfit="knit",
            cloth="#c97a12",
            accent="#fde68a",
            shoulders=0.94,
        ),
    ),
    Presenter(
        id="leila",
        name="Leila",
        voice="en-us+f4",
        description="Rose hijab, navy blazer: composed and kind.",
        look=Look(
            skin="#dba67c",
            hair="#b8737f",
            hair_style="hijab",
            brow="#3b2620",
            brow_thickness=7.5,
            jaw=-0.1,
            lips="#b2534f",
            iris="#5b4a2a",
            outfit="blazer",
            cloth="#28355c",
            shirt="#f1f5f9",
            accent="#e7b65a",
            shoulders=0.92,
        ),
    ),
)

PRESENTERS: dict[str, Presenter] = {person.id: person for person in _ALL}
"""Every presenter, in the order in which a list shows them."""


def presenter(presenter_id: str) -> Presenter:
    """The presenter with this id.

    Raises:
        UnknownOption: there is none; the message lists those that exist.
    """
    try:
        return PRESENTERS[presenter_id]
    except KeyError:
        known = ", ".join(PRESENTERS)
        raise UnknownOption(f"No presenter {presenter_id!r}. Presenters: {known}.") from None
