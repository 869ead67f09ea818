"""The embedded voice: text in, timed speech out, offline and the same to the bit every time.

It is espeak-ng in a one-shot child process: clear, in some forty languages, and plainly a machine.
Its Japanese knows kana only: it says "Chinese letter" for each kanji, so scripts want furigana.
"""

from __future__ import annotations

from studio.voice.engine import LEAD_IN_S, TAIL_S, speak
from studio.voice.language import detect_language
from studio.voice.voices import LANGUAGES, Language, find_language

__all__ = [
    "LANGUAGES",
    "LEAD_IN_S",
    "TAIL_S",
    "Language",
    "detect_language",
    "find_language",
    "speak",
]
