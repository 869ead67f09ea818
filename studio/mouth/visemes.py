"""The fifteen mouth shapes of speech, and which phonemes look like which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Viseme = Literal[
    "sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "ih", "oh", "ou"
]

SHAPES: dict[Viseme, tuple[float, float, float, float, float, float, float]] = {
    # open, wide, round, teeth, tongue, tuck, press
    "sil": (0.00, 0.00, 0.00, 0.00, 0.0, 0.0, 0.15),
    "PP": (0.00, -0.05, 0.00, 0.00, 0.0, 0.0, 1.00),
    "FF": (0.10, 0.10, 0.00, 0.00, 0.0, 1.0, 0.00),
    "TH": (0.22, 0.15, 0.00, 0.60, 0.9, 0.0, 0.00),
    "DD": (0.24, 0.25, 0.00, 0.80, 0.6, 0.0, 0.00),
    "kk": (0.28, 0.15, 0.00, 0.50, 0.2, 0.0, 0.00),
    "CH": (0.24, -0.25, 0.65, 0.90, 0.0, 0.0, 0.00),
    "SS": (0.15, 0.45, 0.00, 1.00, 0.0, 0.0, 0.00),
    "nn": (0.22, 0.20, 0.00, 0.60, 0.7, 0.0, 0.00),
    "RR": (0.24, -0.15, 0.45, 0.30, 0.2, 0.0, 0.00),
    "aa": (0.95, 0.25, 0.00, 0.50, 0.5, 0.0, 0.00),
    "E": (0.55, 0.55, 0.00, 0.70, 0.4, 0.0, 0.00),
    "ih": (0.34, 0.65, 0.00, 0.85, 0.3, 0.0, 0.00),
    "oh": (0.68, -0.25, 0.60, 0.20, 0.3, 0.0, 0.00),
    "ou": (0.34, -0.50, 1.00, 0.00, 0.1, 0.0, 0.00),
}

CLOSED: frozenset[Viseme] = frozenset({"PP", "FF"})
"""Lips meet, or the lip meets the teeth; a smoothed track must not lose it."""

_VOWELS: dict[Viseme, str] = {
    "aa": "aɑɐʌæäɶ",
    "E": "eɛəɘɜœɚɝɞᵊ",
    "ih": "iɪyʏɨᵻ",
    "oh": "oɔɒɤ",
    "ou": "uʊɯʉɵø",
}
_CONSONANTS: dict[Viseme, str] = {
    "PP": "pbmɓʙ",
    "FF": "fvʋɸβɱ",
    "TH": "θð",
    "DD": "tdʈɖɗɟc",
    "kk": "kgɡɠqɢxɣχʁħʕhɦŋɴʔ",
    "CH": "ʃʒɕʑʂʐ",
    "SS": "szçʝ",
    "nn": "nɳlɭɲʎɫɬɺ",
    "RR": "rɹɻɾɽʀ",
    "ou": "wʍɥ",
    "ih": "jʲ",
}
_VISEME_OF_VOWEL: dict[str, Viseme] = {c: v for v, cs in _VOWELS.items() for c in cs}
_VISEME_OF_CONSONANT: dict[str, Viseme] = {c: v for v, cs in _CONSONANTS.items() for c in cs}
_REDUCED = frozenset("əɘɐᵊᵻʌ")


@dataclass(frozen=True, slots=True)
class PhonemeShape:
    """What one phoneme asks of the mouth."""

    visemes: tuple[Viseme, ...]
    """More than one for diphthongs and affricates, in the order spoken."""
    shares: tuple[float, ...]
    """Of the phoneme's time, for each viseme; sums to 1."""
    opening: float
    """Factor on the opening: stressed vowels open wider, reduced ones hardly."""
    is_stressed: bool


def phoneme_shape(ipa: str) -> PhonemeShape:
    """The mouth for an IPA symbol as the voice writes it, e.g. ``"ˈoʊ"`` or ``"tʃ"``.

    Diacritics and symbols we do not know are passed over; with nothing left the mouth rests.
    """
    symbols = [char for char in ipa if char in _VISEME_OF_VOWEL or char in _VISEME_OF_CONSONANT]
    vowels = [char for char in symbols if char in _VISEME_OF_VOWEL]
    visemes: list[Viseme] = []
    for char in symbols:
        viseme = _VISEME_OF_VOWEL.get(char) or _VISEME_OF_CONSONANT[char]
        if not visemes or visemes[-1] != viseme:
            visemes.append(viseme)
    visemes = visemes or ["sil"]
    is_stressed = "ˈ" in ipa
    opening = 1.0
    if vowels:
        opening = 1.08 if is_stressed else 1.0 if "ˌ" in ipa else 0.78
        opening *= 0.7 if len(vowels) == 1 and vowels[0] in _REDUCED else 1.0
    return PhonemeShape(
        tuple(visemes), _shares(len(visemes), is_vowel=bool(vowels)), opening, is_stressed
    )


def _shares(count: int, *, is_vowel: bool) -> tuple[float, ...]:
    if count == 2:  # the first part of a diphthong lasts, the stop of an affricate is short
        return (0.6, 0.4) if is_vowel else (0.35, 0.65)
    return (1 / count,) * count
