"""The interface of renderers: long work, so it is handed in, asked after, and fetched.

``submit`` may cost money and is made safe to repeat by its idempotency key; ``poll`` and ``fetch``
are free and may be repeated by anyone who holds the ticket, after a crash too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NewType, Protocol

from app.domain.video_request import Aspect, Resolution

Ticket = NewType("Ticket", str)
"""The vendor's own id of the work. Plain text, so that it can be stored before the first poll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RendererCapabilities:
    """What a renderer can do."""

    name: str
    is_simulated: bool
    aspects: frozenset[Aspect]
    resolutions: frozenset[Resolution]
    burns_captions: bool
    honours_idempotency_key: bool
    """A second ``submit`` with the same key gives the same ticket and costs nothing."""
    can_cancel: bool
    ticket_survives: bool
    """The ticket still means something after this process died."""
    poll_every_s: float
    """A good pace for ``poll``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRequest:
    """A speech to be spoken by a presenter."""

    audio: Path
    timing: Mapping[str, Any] | None
    """As ``studio.speech_file.timing_of`` writes it; None when only the sound is known."""
    template: str
    presenter: str | None
    """None: the template's own."""
    title: str
    aspect: Aspect
    resolution: Resolution
    captions: bool
    seed: int
    idempotency_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderState:
    """How far a render is."""

    status: Literal["queued", "running", "done"]
    """A failed one is raised by ``poll`` instead."""
    progress: float = 0.0
    """0..1, as far as the vendor tells."""


class Renderer(Protocol):
    """Draws. Thread-safe; one attempt per call."""

    @property
    def capabilities(self) -> RendererCapabilities:
        """What it can do."""

    def submit(self, request: RenderRequest) -> Ticket:
        """Hand the work in; returns at once.

        Raises:
            ProviderError: not accepted; after ``ProviderTimeout`` it may have been: the same
                request with the same key finds out.
        """

    def poll(self, ticket: Ticket) -> RenderState:
        """How far the work is.

        Raises:
            ProviderError: the work, or the question, failed.
        """

    def fetch(self, ticket: Ticket, out: Path) -> float:
        """Bring the finished clip to ``out``, whole or not at all; returns what it cost in USD.

        Raises:
            ProviderError: it cannot be had, or is no playable video.
        """

    def cancel(self, ticket: Ticket) -> None:
        """Stop the work if it still runs, and forget it. Never raises for work already over."""
