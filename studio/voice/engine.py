"""Speaking: one child process per utterance, and its answer as a ``Speech``."""

from __future__ import annotations

import importlib.util
import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from studio.errors import UnknownOption, VoiceFailed
from studio.timeline import Pcm, Phoneme, Speech
from studio.voice import worker
from studio.voice.sanitize import sanitize
from studio.voice.voices import engine_voice, find_language
from studio.voice.words import time_words

LEAD_IN_S = 0.35
TAIL_S = 0.55
"""Silence before the first word and after the last: the presenter breathes in, and settles."""

_RATES_WPM = range(80, 451)
_PITCHES = range(100)


def speak(
    text: str,
    *,
    language: str = "en",
    voice: str | None = None,
    rate_wpm: int = 158,
    pitch: int = 50,
    timeout_s: float = 60,
) -> Speech:
    """Speak a script. The same arguments always give the same samples.

    Args:
        text: plain text; markup, emoji and control characters are left out.
        language: BCP 47 tag, see ``LANGUAGES``.
        voice: an engine voice with an optional timbre such as ``"en-us+f4"``; its timbre is kept
            when it does not speak the language.
        pitch: 0 to 99; 50 is the voice's own.

    Raises:
        InvalidScript: nothing in the text can be spoken, or it is too long.
        UnknownOption: no such language or voice, or rate or pitch out of range.
        VoiceFailed: the engine is missing or broken, or took longer than ``timeout_s``.
    """
    if rate_wpm not in _RATES_WPM or pitch not in _PITCHES:
        raise UnknownOption("A rate is 80 to 450 words per minute, a pitch 0 to 99.")
    name = engine_voice(find_language(language), voice)
    script = sanitize(text)
    header, samples = _run_worker(
        {"text": script.spoken, "voice": name, "rate_wpm": rate_wpm, "pitch": pitch}, timeout_s
    )
    rate_hz = int(header["sample_rate_hz"])
    spoken_s = _speech_end_s(header, len(samples), rate_hz)
    end_s = LEAD_IN_S + spoken_s

    def at(sample: int) -> float:
        return LEAD_IN_S + sample / rate_hz

    origins = script.origins
    words = time_words(
        script.written,
        [
            (at(sample), origins[min(max(place, 0), len(origins) - 1)])
            for sample, place in header["words"]
        ],
        start_s=LEAD_IN_S,
        end_s=end_s,
    )
    return Speech(
        pcm=_with_silence(samples, spoken_s, rate_hz),
        sample_rate_hz=rate_hz,
        words=words,
        phonemes=_phonemes([(at(sample), ipa) for sample, ipa in header["phonemes"]], end_s),
        sentence_starts_s=tuple(sorted({at(sample) for sample, _ in header["sentences"]})),
    )


def _speech_end_s(header: dict[str, Any], count: int, rate_hz: int) -> float:
    """When the last sounding phoneme ends; the engine pads a sentence's pause after it."""
    for (_, ipa), (after, _) in zip(
        reversed(header["phonemes"][:-1]), reversed(header["phonemes"][1:]), strict=True
    ):
        if ipa:
            return min(int(after), count) / rate_hz
    return count / rate_hz


def _with_silence(samples: Pcm, spoken_s: float, rate_hz: int) -> Pcm:
    pcm = np.zeros(round((LEAD_IN_S + spoken_s + TAIL_S) * rate_hz), np.int16)
    lead_in = round(LEAD_IN_S * rate_hz)
    kept = samples[: len(pcm) - lead_in]
    pcm[lead_in : lead_in + len(kept)] = kept
    return pcm


def _phonemes(starts: list[tuple[float, str]], end_s: float) -> tuple[Phoneme, ...]:
    ends = [start_s for start_s, _ in starts[1:]] + [end_s]
    return tuple(
        Phoneme(ipa, start_s, phoneme_end_s)
        for (start_s, ipa), phoneme_end_s in zip(starts, ends, strict=True)
        # "(en)" says that the engine switched languages; it is no sound
        if phoneme_end_s > start_s and not ipa.startswith("(")
    )


def _run_worker(request: dict[str, Any], timeout_s: float) -> tuple[dict[str, Any], Pcm]:
    spec = importlib.util.find_spec("espeakng_loader")  # finds the folder, imports nothing
    folder = str(Path(spec.origin).parent) if spec and spec.origin else None
    message = request | {"cpu_limit_s": int(timeout_s) + 1, "folder": folder}
    try:
        # -I and -S: nothing but the standard library can be imported, and it starts in 15 ms
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-B", worker.__file__],
            input=json.dumps(message).encode(),
            capture_output=True,
            timeout=timeout_s,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as exc:
        raise VoiceFailed(f"The voice did not answer within {timeout_s:g} s.") from exc
    except OSError as exc:
        raise VoiceFailed(f"The voice process could not be started: {exc.strerror}.") from exc
    if done.returncode == worker.VOICE_UNKNOWN:
        raise UnknownOption(done.stderr.decode("utf-8", "replace"))
    if done.returncode != 0:
        last_words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = last_words[-1] if last_words else f"it ended with status {done.returncode}"
        raise VoiceFailed(f"The voice process failed: {reason}")
    (length,) = struct.unpack_from("<I", done.stdout)
    header: dict[str, Any] = json.loads(done.stdout[4 : 4 + length])
    return header, np.frombuffer(done.stdout, np.int16, offset=4 + length)
