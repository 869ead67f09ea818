"""How long a script takes to speak, guessed from its letters before anyone has spoken it."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LEAD_IN_AND_TAIL_S = 0.9

_SECONDS_PER_LETTER = {
    # letters a second, measured on the embedded voice at 158 words a minute, 2026-11-20
    "LATIN": 1 / 12.2,
    "GREEK": 1 / 12.5,
    "CYRILLIC": 1 / 13.0,
    "ARABIC": 1 / 7.7,
    "HEBREW": 1 / 7.7,
    "DEVANAGARI": 1 / 6.8,
    "BENGALI": 1 / 7.0,
    "GUJARATI": 1 / 7.0,
    "GURMUKHI": 1 / 7.0,
    "TAMIL": 1 / 7.6,
    "TELUGU": 1 / 7.0,
    "KANNADA": 1 / 7.0,
    "MALAYALAM": 1 / 7.0,
    "THAI": 1 / 6.7,
    "HANGUL": 1 / 4.5,
    "HIRAGANA": 1 / 6.5,
    "KATAKANA": 1 / 6.5,
    "CJK": 1 / 3.2,
}
_OTHER_LETTER_S = 1 / 10
_DIGIT_S = 0.28
"""``1,234`` is spoken as words: about two digits for one Latin word."""
_SYMBOL_S = 0.35
"""``%``, ``$``, ``+`` and the like are spoken as a word each."""
_FASTER = {"fr": 0.8, "vi": 0.9, "ja": 1.1}
"""Against other languages of the same script."""


def estimate_speech_s(script: str, language: str) -> float:
    """Seconds of speech, within about a fifth for ordinary prose."""
    spoken_s = sum(_seconds(letter) for letter in script)
    return _LEAD_IN_AND_TAIL_S + spoken_s * _FASTER.get(language.partition("-")[0], 1.0)


@lru_cache(maxsize=4096)
def _seconds(letter: str) -> float:
    category = unicodedata.category(letter)
    if category == "Nd":
        return _DIGIT_S
    if category in {"Sc", "Sm"} or letter in "%&@":
        return _SYMBOL_S
    if not category.startswith("L"):
        return 0.0
    script = unicodedata.name(letter, "").partition(" ")[0]
    return _SECONDS_PER_LETTER.get(script, _OTHER_LETTER_S)
