"""One utterance in one short-lived process: JSON on stdin, header and s16le samples on stdout.

espeak-ng is not thread-safe, and the same text comes out a few samples longer or shorter the second
time it is spoken in one process; the first call of a fresh process is always the same, to the bit.
So this file is run, not imported: it needs the standard library only, and it bounds its own memory
and processor time. It also keeps the GPL engine out of the caller's process.

Request:  {"text", "voice", "rate_wpm", "pitch", "cpu_limit_s", "folder"?}
Answer:   u32 little-endian header length, header, samples; the header has sample_rate_hz and the
          events [sample, …] of words, sentences (with the position in the text) and phonemes (IPA).
Failure:  exit status 3 (engine missing or broken) or 4 (voice unknown), a sentence on stderr.
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import pathlib
import struct
import sys
from typing import Any, NoReturn

ENGINE_FAILED = 3
VOICE_UNKNOWN = 4

ADDRESS_SPACE_BYTES = 400 * 1024 * 1024
"""Measured: 20,000 characters are spoken under 300 MB."""

_SYNCHRONOUS = 2
_OPTIONS = 0x8000 | 1 | 2  # do not exit on error, report phonemes, as IPA
_CHARS_UTF8 = 1
_END_PAUSE = 0x1000
_RATE, _PITCH = 1, 3
_EVENT_END, _EVENT_WORD, _EVENT_SENTENCE, _EVENT_PHONEME = 0, 1, 2, 7


class _EventId(ctypes.Union):
    _fields_ = [
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("string", ctypes.c_char * 8),
    ]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_id", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_SynthCallback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


def _fail(status: int, sentence: str) -> NoReturn:
    sys.stderr.write(sentence)
    sys.stderr.flush()
    os._exit(status)


def _bound_resources(cpu_limit_s: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has none; the caller's timeout still holds
        return
    for limit, value in (
        (resource.RLIMIT_CPU, cpu_limit_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        *([(resource.RLIMIT_AS, ADDRESS_SPACE_BYTES)] if sys.platform == "linux" else []),
    ):
        resource.setrlimit(limit, (value, value))


def engine_folder() -> pathlib.Path:
    """Where the engine and its data lie, found without importing the package."""
    spec = importlib.util.find_spec("espeakng_loader")
    if spec is None or spec.origin is None:
        _fail(ENGINE_FAILED, "The package espeakng_loader is not installed.")
    return pathlib.Path(spec.origin).parent


def _load(folder: pathlib.Path) -> ctypes.CDLL:
    for pattern in ("libespeak-ng.so*", "libespeak-ng*.dylib", "espeak-ng.dll"):
        for path in sorted(folder.glob(pattern)):
            return ctypes.CDLL(str(path))
    _fail(ENGINE_FAILED, "The speech engine's library file is missing.")


def speak(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Header and samples of one utterance. Ends the process where it cannot."""
    folder = pathlib.Path(request["folder"]) if request.get("folder") else engine_folder()
    engine = _load(folder)
    # The engine cuts its data path at about 160 characters and then looks elsewhere: go there and
    # name the folder relatively.
    os.chdir(folder)
    sample_rate_hz = engine.espeak_Initialize(_SYNCHRONOUS, 0, b"espeak-ng-data", _OPTIONS)
    if sample_rate_hz <= 0:
        _fail(ENGINE_FAILED, "The speech engine did not find its data.")

    samples = bytearray()
    words: list[tuple[int, int]] = []
    sentences: list[tuple[int, int]] = []
    phonemes: list[tuple[int, str]] = []

    def collect(wave: Any, count: int, events: Any) -> int:
        if count > 0 and wave:
            samples.extend(ctypes.string_at(wave, count * 2))
        index = 0
        while (event := events[index]).type != _EVENT_END:
            if event.type == _EVENT_WORD:
                words.append((event.sample, event.text_position - 1))
            elif event.type == _EVENT_SENTENCE:
                sentences.append((event.sample, event.text_position))
            elif event.type == _EVENT_PHONEME:
                phonemes.append((event.sample, event.id.string.decode("utf-8", "ignore")))
            index += 1
        return 0

    callback = _SynthCallback(collect)
    engine.espeak_SetSynthCallback(callback)
    if engine.espeak_SetVoiceByName(str(request["voice"]).encode()) != 0:
        _fail(VOICE_UNKNOWN, f"The speech engine has no voice {request['voice']!r}.")
    engine.espeak_SetParameter(_RATE, int(request["rate_wpm"]), 0)
    engine.espeak_SetParameter(_PITCH, int(request["pitch"]), 0)

    text = str(request["text"]).encode() + b"\0"
    engine.espeak_Synth.argtypes = [
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_uint,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_uint,
        ctypes.c_void_p,
        ctypes.c_void_p,
    ]
    if engine.espeak_Synth(text, len(text), 0, 1, 0, _CHARS_UTF8 | _END_PAUSE, None, None) != 0:
        _fail(ENGINE_FAILED, "The speech engine refused the text.")
    header = {
        "sample_rate_hz": sample_rate_hz,
        "words": words,
        "sentences": sentences,
        "phonemes": phonemes,
    }
    return header, bytes(samples)


def main() -> None:
    """Answer the one request on stdin."""
    request = json.loads(sys.stdin.buffer.read())
    _bound_resources(int(request["cpu_limit_s"]))
    header, samples = speak(request)
    encoded = json.dumps(header).encode()
    out = sys.stdout.buffer
    out.write(struct.pack("<I", len(encoded)))
    out.write(encoded)
    out.write(samples)
    out.flush()
    os._exit(0)  # the engine has nothing to tidy; its own exit handlers cost 10 ms


if __name__ == "__main__":
    main()
