"""One speech provider made of several: when the first cannot, the next speaks the whole text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from app.domain.errors import BadRequest, ProviderError
from app.providers.base import CancelCheck, never
from app.providers.speech.base import (
    SpeechCapabilities,
    SpeechProvider,
    SpeechRequest,
    SpeechResult,
)

_log = structlog.get_logger(__name__)


class AllSpeechFailed(ProviderError):
    """No provider could speak.

    ``__cause__`` is an ``ExceptionGroup`` of every failure.
    """

    code = "speech_unavailable"


class FallbackSpeech:
    """Tries providers in order; each speaks the text from first word to last.

    A failure that another provider could not cure (``falls_over`` is False: our own bug, or
    content refused by policy) is raised at once.

    Args:
        providers: at least one, the preferred first.
    """

    def __init__(self, providers: Sequence[SpeechProvider]) -> None:
        if not providers:
            raise ValueError("a fallback needs at least one provider")
        self._providers = tuple(providers)

    @property
    def capabilities(self) -> SpeechCapabilities:
        """What at least one of them can do."""
        each = [provider.capabilities for provider in self._providers]
        return SpeechCapabilities(
            name=each[0].name,
            is_simulated=all(own.is_simulated for own in each),
            languages=frozenset().union(*(own.languages for own in each)),
            max_characters=max(own.max_characters for own in each),
            reports_timing=all(own.reports_timing for own in each),
            is_seeded=all(own.is_seeded for own in each),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The providers in order."""
        return tuple(provider.capabilities.name for provider in self._providers)

    def synthesize(
        self, request: SpeechRequest, out: Path, *, cancelled: CancelCheck = never
    ) -> SpeechResult:
        """See ``SpeechProvider.synthesize``; ``AllSpeechFailed`` when every provider failed."""
        able = [
            provider
            for provider in self._providers
            if provider.capabilities.speaks(request.language)
            and len(request.text) <= provider.capabilities.max_characters
        ]
        if not able:
            raise BadRequest(
                f"No speech provider speaks the language {request.language!r}.",
                provider=self.capabilities.name,
            )
        failures: list[ProviderError] = []
        for attempt, provider in enumerate(able, start=1):
            try:
                result = provider.synthesize(request, out, cancelled=cancelled)
            except ProviderError as exc:
                if not exc.falls_over:
                    raise
                failures.append(exc)
                _log.warning(
                    "speech.provider.failed",
                    provider=provider.capabilities.name,
                    code=exc.code,
                    providers_left=len(able) - attempt,
                )
                continue
            return replace(
                result,
                fallback_used=attempt > 1,
                attempts=attempt - 1 + result.attempts,
            )
        raise self._all_failed(failures) from ExceptionGroup(
            "every speech provider failed", failures
        )

    def _all_failed(self, failures: Sequence[ProviderError]) -> AllSpeechFailed:
        waits = [failure.retry_after_s for failure in failures if failure.retry_after_s is not None]
        error = AllSpeechFailed(
            "No speech provider could speak the script: "
            + " ".join(failure.message for failure in failures),
            provider=", ".join(failure.provider for failure in failures),
            retry_after_s=min(waits) if len(waits) == len(failures) else None,
            remedy=failures[0].remedy if len(failures) == 1 else None,
        )
        error.retryable = any(failure.retryable for failure in failures)  # type: ignore[misc]
        return error
