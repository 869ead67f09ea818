"""Word times for speech that came without any: a recording, or a voice that reports no timing.

The embedded voice speaks the same text. Where it is a third through its sounding time, the
recording is taken to be a third through its own; where both pause at about the same place, they are
tied together there. Good to about a syllable on fluent speech; ``timing_is_estimated`` says that it
is a guess.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.errors import UnknownOption
from studio.mouth.curves import envelope
from studio.timeline import Pcm, Speech, Word
from studio.voice import speak
from studio.voice.sanitize import sanitize
from studio.voice.words import written_words

_GRID_HZ = 100.0
_QUIET = 0.06
"""Of the clip's loud level; below it nobody speaks."""
_PAUSE_S = 0.12
_TIE_S = 0.4
"""Two pauses are the same one if they are estimated to lie no further apart."""
_SHORTEST_S = 0.02

_Curve = NDArray[np.float64]


def align_words(text: str, pcm: Pcm, sample_rate_hz: int, language: str = "en") -> Speech:
    """The recording as a ``Speech`` whose words are those of ``text``, their times estimated.

    A language the embedded voice does not speak is timed by the length of its words.

    Raises:
        InvalidScript: nothing in the text can be spoken.
        VoiceFailed: the embedded voice is missing or broken.
    """
    recording = _Sounding.of(pcm, sample_rate_hz)
    try:
        model = speak(text, language=language)
    except UnknownOption:
        names, shares = _by_length(sanitize(text).written)
        begins, sentences = recording.moments(shares), recording.moments(shares[:1])
    else:
        names = [word.text for word in model.words]
        own = _Sounding.of(model.pcm, model.sample_rate_hz)
        begins = _matched(own, recording, [word.start_s for word in model.words])
        sentences = _matched(own, recording, model.sentence_starts_s)
    end_s = float(recording.moments(np.array([1.0]))[0])
    return Speech(
        pcm=pcm,
        sample_rate_hz=sample_rate_hz,
        words=_in_sequence(names, begins, end_s),
        sentence_starts_s=tuple(float(moment) for moment in sentences),
        timing_is_estimated=True,
    )


@dataclass(frozen=True, slots=True)
class _Sounding:
    """When a clip sounds and when it pauses."""

    passed: _Curve
    """Share of the sounding time that has passed, on a grid of ``_GRID_HZ``: 0 … 1, rising."""
    pauses_s: tuple[tuple[float, float], ...]
    """Start and end of each silence between sounds."""

    @classmethod
    def of(cls, pcm: Pcm, sample_rate_hz: int) -> _Sounding:
        count = max(2, int(len(pcm) / sample_rate_hz * _GRID_HZ))
        loud = envelope(pcm, sample_rate_hz, count, _GRID_HZ)
        level = float(np.percentile(loud, 95))
        sounds = loud > _QUIET * level if level > 0 else np.ones(count, bool)
        passed = np.concatenate([[0.0], np.cumsum(sounds, dtype=np.float64)])
        edges = np.flatnonzero(np.diff(sounds.astype(np.int8))) + 1
        stops = edges if sounds[0] else edges[1:]  # sound ends, sound begins, …
        pauses = tuple(
            (start / _GRID_HZ, end / _GRID_HZ)
            for start, end in zip(stops[::2], stops[1::2], strict=False)
            if end - start >= _PAUSE_S * _GRID_HZ
        )
        return cls(passed / passed[-1], pauses)

    def shares(self, moments_s: object) -> _Curve:
        """How much of the sounding time has passed at each moment."""
        grid_s = np.arange(len(self.passed)) / _GRID_HZ
        return np.interp(np.asarray(moments_s, np.float64), grid_s, self.passed)

    def moments(self, shares: _Curve) -> _Curve:
        """When each share is reached; one that falls on a pause means the end of the pause."""
        reached = np.searchsorted(self.passed, shares + 1e-9, side="right") - 1
        sound_ends = np.searchsorted(self.passed, 1.0 - 1e-9, side="left")
        whole = np.clip(np.where(shares >= 1, sound_ends - 1, reached), 0, len(self.passed) - 2)
        step = self.passed[whole + 1] - self.passed[whole]
        inside = (shares - self.passed[whole]) / np.where(step > 0, step, 1)
        return np.asarray((whole + np.clip(inside, 0, 1)) / _GRID_HZ, np.float64)


def _matched(model: _Sounding, recording: _Sounding, moments_s: object) -> _Curve:
    """Moments of the model's speech as moments of the recording."""
    ties = [(0.0, 0.0)]
    ends = np.array([end for _, end in model.pauses_s])
    shares = model.shares(ends)
    for share, guess_s in zip(shares, recording.moments(shares), strict=True):
        distances = [
            (max(start - guess_s, guess_s - end, 0.0), end) for start, end in recording.pauses_s
        ]
        distance_s, end_s = min(distances, default=(np.inf, 0.0))
        own_share = float(recording.shares(end_s))
        if distance_s <= _TIE_S and share > ties[-1][0] and own_share > ties[-1][1]:
            ties.append((float(share), own_share))
    ties.append((1.0, 1.0))
    from_model, to_recording = zip(*ties, strict=True)
    return recording.moments(np.interp(model.shares(moments_s), from_model, to_recording))


def _by_length(written: str) -> tuple[list[str], _Curve]:
    spans = written_words(written)
    edges = np.cumsum([0, *(end - start for start, end in spans)])
    return [written[start:end] for start, end in spans], edges[:-1] / edges[-1]


def _in_sequence(names: list[str], begins: _Curve, end_s: float) -> tuple[Word, ...]:
    """Words that strictly follow one another, as two estimates may fall on one moment."""
    edges = [float(begins[0])]
    for begin_s in [*map(float, begins[1:]), end_s]:
        edges.append(max(begin_s, edges[-1] + _SHORTEST_S))
    return tuple(Word(name, edges[index], edges[index + 1]) for index, name in enumerate(names))
