"""The values that pass between voice, mouth, drawing and captions.

All times are seconds from the first sample.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FPS = 25
"""Frames per second of everything the studio draws and encodes."""

Pcm = NDArray[np.int16]
"""Mono speech, shape (samples,), signed 16 bit."""


@dataclass(frozen=True, slots=True)
class Word:
    """A spoken word as it stands in the text, with its punctuation: ``"video."``."""

    text: str
    start_s: float
    end_s: float
    """Start of the next word, or end of speech. Always greater than ``start_s``."""


@dataclass(frozen=True, slots=True)
class Phoneme:
    """One IPA phoneme, stress marks included: ``"ˈoʊ"``. An empty symbol is silence."""

    ipa: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Speech:
    """A script, spoken. What any speech provider delivers once it is decoded and timed."""

    pcm: Pcm
    sample_rate_hz: int
    words: tuple[Word, ...]
    phonemes: tuple[Phoneme, ...] = ()
    """Empty when only sound is known; the mouth then follows the sound alone."""
    sentence_starts_s: tuple[float, ...] = ()
    timing_is_estimated: bool = False
    """True when the words were aligned by us rather than reported by the voice."""

    @property
    def duration_s(self) -> float:
        """Length of the sound, lead-in and tail included."""
        return len(self.pcm) / self.sample_rate_hz


@dataclass(frozen=True, slots=True)
class MouthTrack:
    """How the mouth moves: one row per video frame at ``FPS``.

    Columns of ``rows``, float32, shape (frames, 7):
    open 0..1 · wide -1..1 · round 0..1 · teeth 0..1 · tongue 0..1 · tuck 0..1 (f, v) ·
    press 0..1 (p, b, m).
    """

    rows: NDArray[np.float32]
    beats_s: tuple[float, ...] = ()
    """Starts of stressed syllables: nods and brows land on them."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption on screen: at most two lines; its words light up one after the other."""

    words: tuple[Word, ...]

    @property
    def start_s(self) -> float:
        """Start of the first word."""
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        """End of the last word."""
        return self.words[-1].end_s

    @property
    def text(self) -> str:
        """The words, joined by spaces."""
        return join_words([word.text for word in self.words])


SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer
    "\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\uff00-\uffef"  # Han, kana, full-width forms
    "\U00020000-\U0003ffff"
)
"""Scripts that put no space between words, as a regular expression's character class."""

_ENDS_SPACELESS = re.compile(f"[{SPACELESS}]$")
_STARTS_SPACELESS = re.compile(f"^[{SPACELESS}]")


def join_words(texts: Sequence[str]) -> str:
    """Words as a line of text: a space between them, except inside Chinese, Japanese, Thai …"""
    line = ""
    for text in texts:
        spaceless = _ENDS_SPACELESS.search(line) and _STARTS_SPACELESS.search(text)
        line += text if not line or spaceless else f" {text}"
    return line
