"""Speech by the embedded voice, under the name of the provider that will speak in live mode."""

from __future__ import annotations

import wave
from pathlib import Path

from app.domain.errors import BadResponse
from app.domain.video_request import Profile, Style
from app.providers.base import CallCancelled, CancelCheck, never, studio_failures
from app.providers.faults import spoil, strike
from app.providers.names import display_name
from app.providers.speech.base import SpeechCapabilities, SpeechRequest, SpeechResult
from studio.errors import UnknownOption
from studio.presenters import presenter
from studio.voice import LANGUAGES, speak

_RATE_WPM: dict[Style, int] = {"neutral": 158, "excited": 176, "calm": 142}
_PITCH: dict[Style, int] = {"neutral": 50, "excited": 58, "calm": 46}
_RATE_SHIFT_WPM: dict[Profile, int] = {"default": 0, "professional": -4, "casual": 6}


class SimulatedSpeech:
    """A provider's stand-in that really speaks.

    Args:
        name: the provider it stands for.
        languages: what that provider speaks, BCP 47 without region; None: all that we can.
    """

    def __init__(self, name: str, *, languages: frozenset[str] | None = None) -> None:
        self.capabilities = SpeechCapabilities(
            name=name,
            is_simulated=True,
            languages=languages or frozenset(tag.partition("-")[0] for tag in LANGUAGES),
            max_characters=100_000,
            reports_timing=True,
            is_seeded=True,
        )

    def synthesize(
        self, request: SpeechRequest, out: Path, *, cancelled: CancelCheck = never
    ) -> SpeechResult:
        """See ``SpeechProvider.synthesize``. Faults: ``tts``, ``speech``, or the provider's."""
        name = self.capabilities.name
        targets = ("tts", "speech", "synthesize_speech", name)
        strike(name, *targets)
        # media libraries are loaded by those who work with media, not by the web process
        from studio.media import write_wav
        from studio.speech_file import timing_of

        with studio_failures(name):
            spoken = speak(
                request.text,
                language=request.language,
                voice=_engine_voice(request.voice),
                rate_wpm=_RATE_WPM[request.style] + _RATE_SHIFT_WPM[request.profile],
                pitch=_PITCH[request.style],
            )
            if cancelled():
                raise CallCancelled
            write_wav(out, spoken.pcm, spoken.sample_rate_hz)
        spoil(out, *targets)
        return SpeechResult(
            provider=name,
            duration_s=_measured_s(out, name),
            sample_rate_hz=spoken.sample_rate_hz,
            timing=timing_of(spoken),
        )


def _engine_voice(voice: str) -> str:
    """The embedded timbre of a catalogue voice; voices are named after who speaks with them."""
    try:
        return presenter(voice).voice
    except UnknownOption:
        return voice


def _measured_s(wav: Path, provider: str) -> float:
    try:
        with wave.open(str(wav), "rb") as sound:
            frames = sound.getnframes()
            duration_s = frames / sound.getframerate()
            whole = len(sound.readframes(frames)) == frames * sound.getsampwidth()
    except (wave.Error, EOFError):
        duration_s, whole = 0.0, False
    if not whole or duration_s <= 0:
        wav.unlink(missing_ok=True)
        raise BadResponse(
            f"{display_name(provider)} gave a sound file that does not play.", provider=provider
        )
    return duration_s
