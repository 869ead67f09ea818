"""What the studio page is drawn from: choices, limits and whether a key is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import current_app

from app.web.samples import SAMPLES

if TYPE_CHECKING:
    from app.bootstrap import Services

_ASPECT_NAMES = {"16:9": "Wide", "9:16": "Tall", "1:1": "Square"}


def services() -> Services:
    """The services that this application was created with."""
    return cast("Services", current_app.extensions["services"])


def studio_facts() -> dict[str, Any]:
    """Variables of studio.html."""
    catalog = services().catalog
    return {
        "samples": SAMPLES,
        "templates": catalog.templates,
        "presenters": catalog.presenters,
        "aspects": [
            {"value": aspect, "name": _ASPECT_NAMES.get(aspect, aspect)}
            for aspect in catalog.aspects
        ],
        "resolutions": catalog.resolutions,
        "languages": catalog.languages,
        "max_characters": catalog.limits.max_characters,
        "max_speech_s": catalog.limits.max_speech_s,
        "max_scenes": catalog.max_scenes,
    }
