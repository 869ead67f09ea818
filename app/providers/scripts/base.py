"""The interface of script enhancers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.providers.base import CancelCheck, never


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptCapabilities:
    """What an enhancer can do."""

    name: str
    is_simulated: bool
    max_characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRequest:
    """A script to make better."""

    script: str
    language: str
    """BCP 47 tag; the script stays in it."""
    scenes: int = 1
    """How many scenes to cut it into."""
    max_characters: int
    """The result must not be longer."""
    idempotency_key: str
    """Equal for every attempt at the same work: a vendor that honours it bills once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptResult:
    """A script ready to be spoken."""

    title: str
    """A few words for the picture."""
    script: str
    scenes: tuple[str, ...]
    """The script in as many parts as were asked for; joined they are ``script``."""
    changes: tuple[str, ...]
    """What was changed, each in a sentence for the author; empty if nothing was."""
    provider: str
    model: str | None = None
    cost_usd: float = 0.0


class ScriptEnhancer(Protocol):
    """Makes scripts better. Thread-safe; one attempt per call."""

    @property
    def capabilities(self) -> ScriptCapabilities:
        """What it can do."""

    def enhance(self, request: ScriptRequest, *, cancelled: CancelCheck = never) -> ScriptResult:
        """Make a script better.

        Raises:
            ProviderError: it did not work.
            CallCancelled: ``cancelled`` said so.
        """
