"""How a presenter moves: blinks, brows, breath, nods, sway and glances, all from one seed."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.presenters.face import Gaze
from studio.presenters.figure import Pose
from studio.presenters.mouth import MouthShape
from studio.timeline import FPS, MouthTrack

_Curve = NDArray[np.float64]

_BLINK = (0.45, 1.0, 1.0, 0.6, 0.2)
"""Closing takes two frames, opening three: lids fall faster than they rise."""
_BLINK_EVERY_S = (2.2, 4.6)
_NOD_SPACING_S = 0.42
_TURN_EVERY_S = (2.6, 5.2)


class Motion:
    """The poses of a whole clip, computed at once; a few numbers per frame."""

    def __init__(
        self,
        mouth: MouthTrack,
        *,
        duration_s: float,
        frame_count: int,
        sentence_starts_s: Sequence[float],
        seed: int,
    ) -> None:
        dice = random.Random(seed)  # noqa: S311 - acting, not secrets
        self._rows = _rows_for(mouth, frame_count)
        time = np.arange(frame_count) / FPS
        talk = _smooth((self._rows[:, 0] > 0.08).astype(float), 25)
        wave = _Waves(time, dice)
        nods, raised = _beats(time, mouth.beats_s, dice)
        raised += sum((2.2 * _bump(time, s - 0.1, 0.8) for s in sentence_starts_s), 0.0)
        turn = _turns(time, duration_s, sentence_starts_s, dice)

        self._rotation = np.radians(
            0.8 * wave(0.13) + 0.5 * wave(0.29) + 0.35 * wave(0.53) * talk + 0.16 * turn
        )
        self._sway = 2.2 * wave(0.11) + 1.2 * wave(0.27)
        self._nod = 0.8 * wave(0.19) + 3.2 * nods
        self._yaw = 1.6 * wave(0.15) + 1.1 * wave(0.33) + turn
        self._pitch = 1.4 * wave(0.21) + 2.4 * nods
        self._breath = 1.6 * np.sin(2 * np.pi * 0.24 * time)
        self._brows = 2 * np.clip(raised, 0, 4.5)
        self._blink = _blinks(frame_count, duration_s, sentence_starts_s, dice)
        self._gaze_x, self._gaze_y = _glances(frame_count, dice)
        self._smile = 0.34 + 0.34 * (1 - talk)

    def pose(self, index: int) -> Pose:
        """Where the layers stand in frame ``index``."""
        return Pose(
            rotation=float(self._rotation[index]),
            sway=float(self._sway[index]),
            nod=float(self._nod[index]),
            yaw=float(self._yaw[index]),
            pitch=float(self._pitch[index]),
            breath=float(self._breath[index]),
            gaze=Gaze(
                blink=float(self._blink[index]),
                x=float(self._gaze_x[index]),
                y=float(self._gaze_y[index]),
                brows=float(self._brows[index]),
            ),
        )

    def mouth(self, index: int) -> MouthShape:
        """The shape of the lips in frame ``index``."""
        opening, wide, rnd, teeth, tongue, tuck, press = (float(v) for v in self._rows[index])
        return MouthShape(
            min(1.05, max(0.0, opening)),
            wide,
            rnd,
            teeth,
            tongue,
            tuck,
            press,
            float(self._smile[index]),
        )


class _Waves:
    """Slow sines, each with its own phase."""

    def __init__(self, time: _Curve, dice: random.Random) -> None:
        self._time = time
        self._dice = dice

    def __call__(self, frequency_hz: float) -> _Curve:
        phase = self._dice.uniform(0, 2 * np.pi)
        return np.asarray(np.sin(2 * np.pi * frequency_hz * self._time + phase))


def _rows_for(mouth: MouthTrack, frame_count: int) -> NDArray[np.float32]:
    """The track's rows, cut or held at rest so that there is one for every frame."""
    rows = mouth.rows[:frame_count]
    missing = frame_count - len(rows)
    if not missing:
        return rows
    rest = np.zeros((missing, 7), np.float32)
    return np.concatenate([rows.reshape(-1, 7), rest])


def _smooth(curve: _Curve, frames: int) -> _Curve:
    padded = np.pad(curve, frames // 2, mode="edge") if len(curve) else curve
    kernel = np.ones(frames) / frames
    return np.convolve(padded, kernel, "valid")[: len(curve)] if len(curve) else curve


def _bump(time: _Curve, start_s: float, length_s: float) -> _Curve:
    """0 to 1 and back within ``length_s``."""
    share = np.clip((time - start_s) / length_s, 0, 1)
    return np.asarray(np.sin(share * np.pi) ** 2)


def _beats(time: _Curve, beats_s: Sequence[float], dice: random.Random) -> tuple[_Curve, _Curve]:
    """Nods on stressed syllables, and brows raised on a third of them."""
    nods, raised = np.zeros_like(time), np.zeros_like(time)
    last = -_NOD_SPACING_S
    for beat in beats_s:
        if beat - last < _NOD_SPACING_S:
            continue
        last = beat
        strength = dice.uniform(0.5, 1.0)
        around = slice(max(0, int((beat - 0.4) * FPS)), max(0, int((beat + 0.8) * FPS)))
        nods[around] += strength * _bump(time[around], beat - 0.22, 0.5)
        if dice.random() < 0.33:
            raised[around] += 2.6 * strength * _bump(time[around], beat - 0.28, 0.68)
    return nods, raised


def _turns(
    time: _Curve, duration_s: float, sentence_starts_s: Sequence[float], dice: random.Random
) -> _Curve:
    """The head turns to a new side where a sentence starts, and now and then between."""
    moments = [s for s in sentence_starts_s if s > 0.5]
    at = dice.uniform(*_TURN_EVERY_S)
    while at < duration_s:
        if all(abs(at - other) > 1.2 for other in moments):
            moments.append(at)
        at += dice.uniform(*_TURN_EVERY_S)
    curve = np.zeros_like(time)
    held = 0.0
    for moment in sorted(moments):
        target = dice.choice((-1, 0, 1)) * dice.uniform(2.0, 4.4)
        share = np.clip((time - moment) / 0.55, 0, 1)
        curve += (target - held) * share * share * (3 - 2 * share)
        held = target
    return curve


def _blinks(
    frame_count: int, duration_s: float, sentence_starts_s: Sequence[float], dice: random.Random
) -> _Curve:
    moments = list(sentence_starts_s[1:])
    at = dice.uniform(0.9, 1.8)
    while at < duration_s:
        moments.append(at)
        at += dice.uniform(*_BLINK_EVERY_S)
    curve = np.zeros(frame_count)
    for moment in moments:
        first = int(moment * FPS)
        for step, closed in enumerate(_BLINK):
            if 0 <= first + step < frame_count:
                curve[first + step] = max(curve[first + step], closed)
    return curve


def _glances(frame_count: int, dice: random.Random) -> tuple[_Curve, _Curve]:
    """Eyes rest on the viewer and leave for a moment; they jump, as eyes do."""
    x, y = np.zeros(frame_count), np.zeros(frame_count)
    start = 0
    while start < frame_count:
        end = start + int(dice.uniform(1.0, 2.6) * FPS)
        x[start:end] = dice.choice((0, 0, 0, -1.5, 1.5, 2))
        y[start:end] = dice.choice((0, 0, 0.8, -0.8))
        start = end
    return x, y
