"""What can be chosen, for the page, for ``GET /catalog`` and for checking a request."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import get_args

from app.domain.errors import InvalidInput
from app.domain.video_request import MAX_SCENES, Aspect, Profile, Resolution, Style
from app.pipelines.limits import ScriptLimits
from studio.errors import UnknownOption
from studio.presenters import PRESENTERS
from studio.templates import TEMPLATES
from studio.voice import LANGUAGES, find_language


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """A design of the picture."""

    id: str
    name: str
    description: str
    presenter: str
    """Who stands in it unless another is asked for."""


@dataclass(frozen=True, slots=True)
class PresenterChoice:
    """A person who can present."""

    id: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """A voice; each is named after the presenter it belongs to."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """A language that can be spoken."""

    tag: str
    name: str


@dataclass(frozen=True)
class Catalog:
    """All choices, and the limits of a script."""

    limits: ScriptLimits
    max_scenes: int = MAX_SCENES
    aspects: tuple[str, ...] = get_args(Aspect)
    resolutions: tuple[str, ...] = get_args(Resolution)
    styles: tuple[str, ...] = get_args(Style)
    profiles: tuple[str, ...] = get_args(Profile)

    @cached_property
    def templates(self) -> tuple[TemplateChoice, ...]:
        """Designs, in the order to show them."""
        return tuple(
            TemplateChoice(design.id, design.name, design.description, design.presenter)
            for design in TEMPLATES.values()
        )

    @cached_property
    def presenters(self) -> tuple[PresenterChoice, ...]:
        """People, in the order to show them."""
        return tuple(
            PresenterChoice(person.id, person.name, person.description)
            for person in PRESENTERS.values()
        )

    @cached_property
    def voices(self) -> tuple[VoiceChoice, ...]:
        """Voices, in the order to show them."""
        return tuple(VoiceChoice(person.id, person.name) for person in PRESENTERS.values())

    @cached_property
    def languages(self) -> tuple[LanguageChoice, ...]:
        """Languages by name."""
        return tuple(
            LanguageChoice(language.tag, language.name)
            for language in sorted(LANGUAGES.values(), key=lambda each: each.name)
        )

    def check_template(self, template: str) -> None:
        """Raises ``InvalidInput`` with the choices for a template that does not exist."""
        _check("template", template, TEMPLATES)

    def check_presenter(self, presenter: str | None) -> None:
        """Raises ``InvalidInput`` with the choices for a presenter that does not exist."""
        if presenter is not None:
            _check("presenter", presenter, PRESENTERS)

    def check_voice(self, voice: str | None) -> None:
        """Raises ``InvalidInput`` with the choices for a voice that does not exist."""
        if voice is not None:
            _check("voice", voice, PRESENTERS)

    def language_tag(self, tag: str) -> str:
        """The tag as we write it; an unknown region falls back to the language alone.

        Raises:
            InvalidInput: nobody speaks it; the message lists the choices.
        """
        try:
            return find_language(tag).tag
        except UnknownOption as exc:
            raise _unknown("language", tag, sorted(LANGUAGES)) from exc


def _check(field: str, value: str, choices: Collection[str]) -> None:
    if value not in choices:
        raise _unknown(field, value, choices)


def _unknown(field: str, value: str, choices: Collection[str]) -> InvalidInput:
    return InvalidInput(
        f"There is no {field} {value!r}. Choices: {', '.join(choices)}.",
        field=field,
        code=f"unknown_{field}",
    )
