"""Scripts to try the studio with, short enough to be finished in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """A script that one press puts into the form."""

    name: str
    language: str
    """BCP 47 tag, for a screen reader's pronunciation."""
    text: str


SAMPLES = (
    Sample(
        "Welcome",
        "en",
        "Hello, and welcome to the team! Over the next few days you will meet the people you work "
        "with, set up your tools, and ship something small. Ask every question you have. "
        "We all started here.",
    ),
    Sample(
        "Product tour",
        "en",
        "Here is the new dashboard in twenty seconds. Every order now shows where it is, and why. "
        "If something is late, you see it before your customer does. One click tells them when it "
        "will arrive.",
    ),
    Sample(
        "Lesson",
        "en",
        "Why is the sky blue? Sunlight is a mix of all colours. When it meets the air, blue light "
        "is scattered far more than red. So wherever you look up, a little blue comes your way.",
    ),
    Sample(
        "Deutsch",
        "de",
        "Guten Tag! Schreiben Sie einfach, was gesagt werden soll. Die Sprache wird erkannt, "
        "die Stimme passt sich an, und das Video ist in wenigen Sekunden fertig.",
    ),
    Sample(
        "Español",
        "es",
        "¡Hola! Este video empezó como un texto. Ahora tiene voz, rostro y subtítulos, "
        "y todo ocurrió en unos segundos.",
    ),
)
