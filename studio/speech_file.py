"""A speech on disk: a WAV that any player reads, and a JSON file of what is said when."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from studio.errors import UnreadableMedia
from studio.media.audio import read_audio, write_wav
from studio.media.files import write_text
from studio.timeline import Pcm, Phoneme, Speech, Word

_VERSION = 1


def save_speech(speech: Speech, wav_path: Path, timing_path: Path) -> None:
    """Write both files, each whole or not at all.

    Raises:
        StorageFull: the disk refused one.
    """
    write_wav(wav_path, speech.pcm, speech.sample_rate_hz)
    write_text(timing_path, json.dumps(timing_of(speech), ensure_ascii=False) + "\n")


def load_speech(wav_path: Path, timing_path: Path | None = None) -> Speech:
    """Read a speech. Without a timing file the words stay empty and the sound can be any format.

    Raises:
        UnreadableMedia: no readable sound, or a timing file that is not one of ours.
    """
    pcm, sample_rate_hz = read_audio(wav_path)
    if timing_path is None:
        return Speech(pcm, sample_rate_hz, ())
    try:
        timing = json.loads(timing_path.read_text(encoding="utf-8"))
        return speech_from(timing, pcm, sample_rate_hz)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise UnreadableMedia(f"{timing_path.name} is not a speech's timing.") from exc


def timing_of(speech: Speech) -> dict[str, Any]:
    """Everything of a speech but its samples, as JSON takes it."""
    return {
        "version": _VERSION,
        "sample_rate_hz": speech.sample_rate_hz,
        "words": [[word.text, word.start_s, word.end_s] for word in speech.words],
        "phonemes": [[sound.ipa, sound.start_s, sound.end_s] for sound in speech.phonemes],
        "sentence_starts_s": list(speech.sentence_starts_s),
        "timing_is_estimated": speech.timing_is_estimated,
    }


def speech_from(timing: dict[str, Any], pcm: Pcm, sample_rate_hz: int) -> Speech:
    """The reverse of ``timing_of``.

    Raises:
        KeyError, TypeError, ValueError: it is not such a record.
    """
    if timing["version"] != _VERSION:
        raise ValueError(f"timing version {timing['version']!r} is not {_VERSION}")
    return Speech(
        pcm=pcm,
        sample_rate_hz=sample_rate_hz,
        words=tuple(
            Word(str(text), float(start), float(end)) for text, start, end in timing["words"]
        ),
        phonemes=tuple(
            Phoneme(str(ipa), float(start), float(end)) for ipa, start, end in timing["phonemes"]
        ),
        sentence_starts_s=tuple(float(moment) for moment in timing["sentence_starts_s"]),
        timing_is_estimated=bool(timing["timing_is_estimated"]),
    )
