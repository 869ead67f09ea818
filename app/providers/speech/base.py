"""The interface of speech providers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.domain.video_request import Profile, Style
from app.providers.base import CancelCheck, never


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechCapabilities:
    """What a speech provider can do."""

    name: str
    is_simulated: bool
    languages: frozenset[str]
    """BCP 47 tags without region: ``en``."""
    max_characters: int
    reports_timing: bool
    """Says when each word is spoken; otherwise the words are aligned to the sound."""
    is_seeded: bool
    """The same request gives the same sound."""

    def speaks(self, language: str) -> bool:
        """Whether a BCP 47 tag is one of its languages."""
        return language.partition("-")[0].lower() in self.languages


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechRequest:
    """Text to speak."""

    text: str
    language: str
    voice: str
    """A voice of our catalogue; each provider knows its own counterpart."""
    style: Style = "neutral"
    seed: int = 42
    profile: Profile = "default"
    idempotency_key: str
    """Equal for every attempt at the same work: a vendor that honours it bills once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechResult:
    """What was spoken, measured from the file."""

    provider: str
    """Who really spoke."""
    duration_s: float
    sample_rate_hz: int
    timing: Mapping[str, Any] | None
    """As ``studio.speech_file.timing_of`` writes it; None when only the sound is known."""
    fallback_used: bool = False
    attempts: int = 1
    """Calls to providers, all of them together."""
    cost_usd: float = 0.0
    request_id: str | None = None


class SpeechProvider(Protocol):
    """Speaks. Thread-safe; one attempt per call."""

    @property
    def capabilities(self) -> SpeechCapabilities:
        """What it can do."""

    def synthesize(
        self, request: SpeechRequest, out: Path, *, cancelled: CancelCheck = never
    ) -> SpeechResult:
        """Write ``out`` as WAV, mono, 16 bit; it appears whole or not at all.

        Raises:
            ProviderError: it did not work; no file is left.
            InvalidInput: nothing in the text can be spoken.
            CallCancelled: ``cancelled`` said so; no file is left.
        """
