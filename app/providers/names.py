"""What providers are called in sentences for people."""

from __future__ import annotations

_NAMES = {
    "elevenlabs": "ElevenLabs",
    "heygen": "HeyGen",
    "openai": "OpenAI",
    "r2": "Cloudflare R2",
    "sarvam": "Sarvam",
    "vibevoice": "VibeVoice",
    "wasabi": "Wasabi",
}


def display_name(provider: str) -> str:
    """The name by which its vendor calls it; of one that is not known, the id with a capital."""
    return _NAMES.get(provider) or provider[:1].upper() + provider[1:]
