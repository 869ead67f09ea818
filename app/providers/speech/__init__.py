"""Those who speak a script."""

from __future__ import annotations

from app.providers.speech.base import (
    SpeechCapabilities,
    SpeechProvider,
    SpeechRequest,
    SpeechResult,
)
from app.providers.speech.fallback import FallbackSpeech
from app.providers.speech.simulated import SimulatedSpeech

__all__ = [
    "FallbackSpeech",
    "SimulatedSpeech",
    "SpeechCapabilities",
    "SpeechProvider",
    "SpeechRequest",
    "SpeechResult",
]
