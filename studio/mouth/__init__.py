"""How the mouth moves to a speech: from its phonemes where they are known, else from its sound."""

from __future__ import annotations

from studio.mouth.ipa import mouth_from_phonemes
from studio.mouth.sound import mouth_from_sound
from studio.timeline import MouthTrack, Speech

__all__ = ["mouth_from_phonemes", "mouth_from_sound", "mouth_track"]


def mouth_track(speech: Speech) -> MouthTrack:
    """One row per video frame, ``ceil(duration_s * FPS)`` of them."""
    if speech.phonemes:
        return mouth_from_phonemes(speech)
    return mouth_from_sound(speech.pcm, speech.sample_rate_hz)
