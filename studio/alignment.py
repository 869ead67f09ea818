"""Word times for speech that came without any: a recording, or a voice that reports no timing.

The embedded voice speaks the same text. Where it is a third through its sounding time, the
recording is taken to be a third through its own: pauses of either do not count, rate does not
matter. Good to about a syllable on fluent speech; ``timing_is_estimated`` says that it is a guess.
"""

from __future__ import annotations

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
_SHORTEST_S = 0.02


def align_words(text: str, pcm: Pcm, sample_rate_hz: int, language: str = "en") -> Speech:
    """The recording as a ``Speech`` whose words are those of ``text``, their times estimated.

    A language the embedded voice does not speak is timed by the length of its words.

    Raises:
        InvalidScript: nothing in the text can be spoken.
        VoiceFailed: the embedded voice is missing or broken.
    """
    try:
        model = speak(text, language=language)
        names = [word.text for word in model.words]
        model_voiced = _voiced(model.pcm, model.sample_rate_hz)
        starts = _shares(model_voiced, [word.start_s for word in model.words])
        sentences = _shares(model_voiced, model.sentence_starts_s)
    except UnknownOption:
        written = sanitize(text).written
        spans = written_words(written)
        names = [written[start:end] for start, end in spans]
        lengths = np.cumsum([0, *(end - start for start, end in spans)])
        starts = lengths[:-1] / lengths[-1]
        sentences = starts[:1]
    voiced = _voiced(pcm, sample_rate_hz)
    begins = _moments(voiced, starts)
    end_s = max(float(_moments(voiced, np.array([1.0]))[0]), float(begins[-1]) + _SHORTEST_S)
    return Speech(
        pcm=pcm,
        sample_rate_hz=sample_rate_hz,
        words=_words(names, begins, end_s),
        sentence_starts_s=tuple(float(moment) for moment in _moments(voiced, sentences)),
        timing_is_estimated=True,
    )


def _voiced(pcm: Pcm, sample_rate_hz: int) -> NDArray[np.float64]:
    """Share of the speaking time that has passed, on a grid of ``_GRID_HZ``: 0 … 1, rising."""
    count = max(2, int(len(pcm) / sample_rate_hz * _GRID_HZ))
    loud = envelope(pcm, sample_rate_hz, count, _GRID_HZ)
    level = float(np.percentile(loud, 95))
    speaking = (loud > _QUIET * level).astype(np.float64) if level > 0 else np.ones(count)
    passed = np.concatenate([[0.0], np.cumsum(speaking)])
    return np.asarray(passed / passed[-1], np.float64)


def _shares(voiced: NDArray[np.float64], moments_s: object) -> NDArray[np.float64]:
    grid_s = np.arange(len(voiced)) / _GRID_HZ
    return np.interp(np.asarray(moments_s, np.float64), grid_s, voiced)


def _moments(voiced: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """When the given shares are reached; a share at a pause is the moment the pause ends."""
    last = np.searchsorted(voiced, np.minimum(shares, 1.0) + 1e-9, side="right") - 1
    at_end = np.searchsorted(voiced, 1.0 - 1e-9, side="left")
    last = np.clip(np.where(shares >= 1.0, at_end, last), 0, len(voiced) - 2)
    step = voiced[last + 1] - voiced[last]
    inside = np.where(step > 0, (shares - voiced[last]) / np.where(step > 0, step, 1), 0.0)
    return np.asarray((last + np.clip(inside, 0, 1)) / _GRID_HZ, np.float64)


def _words(names: list[str], begins: NDArray[np.float64], end_s: float) -> tuple[Word, ...]:
    """Words that strictly follow one another, as two estimates may fall on one moment."""
    edges = [float(begins[0])]
    for begin_s in [*map(float, begins[1:]), end_s]:
        edges.append(max(begin_s, edges[-1] + _SHORTEST_S))
    return tuple(Word(name, edges[index], edges[index + 1]) for index, name in enumerate(names))
