"""The embedded studio under the name of the vendor that will draw in live mode."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.domain.errors import ProviderTimeout
from app.providers.faults import AFTER_ACCEPT, asked, spoil, strike
from app.providers.names import display_name
from app.providers.renderers.base import (
    Renderer,
    RenderRequest,
    RenderState,
    Ticket,
)
from app.providers.renderers.clips import check_clip


class SimulatedRenderer:
    """A vendor's stand-in that really draws.

    Args:
        name: the vendor it stands for.
        engine: who draws; its clips carry the SIMULATED mark.
    """

    def __init__(self, name: str, engine: Renderer) -> None:
        self.capabilities = replace(engine.capabilities, name=name, is_simulated=True)
        self._engine = engine

    def submit(self, request: RenderRequest) -> Ticket:
        """See ``Renderer.submit``. Faults: ``render``, ``render_avatar``, or the vendor's."""
        strike(self.capabilities.name, *self._targets)
        ticket = self._engine.submit(request)
        if asked(AFTER_ACCEPT, *self._targets):
            raise ProviderTimeout(
                f"{display_name(self.capabilities.name)} took the work, but its answer was lost.",
                provider=self.capabilities.name,
            )
        return ticket

    def poll(self, ticket: Ticket) -> RenderState:
        """See ``Renderer.poll``."""
        return self._engine.poll(ticket)

    def fetch(self, ticket: Ticket, out: Path) -> float:
        """See ``Renderer.fetch``."""
        cost_usd = self._engine.fetch(ticket, out)
        spoil(out, *self._targets)
        check_clip(out, self.capabilities.name)
        return cost_usd

    def cancel(self, ticket: Ticket) -> None:
        """See ``Renderer.cancel``."""
        self._engine.cancel(ticket)

    @property
    def _targets(self) -> tuple[str, ...]:
        return ("render", "render_avatar", self.capabilities.name)
