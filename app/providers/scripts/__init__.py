"""Those who make a script better before it is spoken."""

from __future__ import annotations

from app.providers.scripts.base import (
    ScriptCapabilities,
    ScriptEnhancer,
    ScriptRequest,
    ScriptResult,
)
from app.providers.scripts.simulated import SimulatedEnhancer
from app.providers.scripts.verbatim import VerbatimScript

__all__ = [
    "ScriptCapabilities",
    "ScriptEnhancer",
    "ScriptRequest",
    "ScriptResult",
    "SimulatedEnhancer",
    "VerbatimScript",
]
