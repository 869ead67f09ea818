"""Those who draw a presenter speaking."""

from __future__ import annotations

from app.providers.renderers.base import (
    Renderer,
    RendererCapabilities,
    RenderRequest,
    RenderState,
    Ticket,
)
from app.providers.renderers.simulated import SimulatedRenderer
from app.providers.renderers.studio import StudioRenderer

__all__ = [
    "RenderRequest",
    "RenderState",
    "Renderer",
    "RendererCapabilities",
    "SimulatedRenderer",
    "StudioRenderer",
    "Ticket",
]
