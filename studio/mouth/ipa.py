"""From phonemes to mouth movement.

Each phoneme is held on a fine grid, then smoothed: lips shape themselves well before a sound (slow
for width and rounding, quicker for the jaw), but p, b, m, f and v must close whatever stands beside
them, so closures are put back after smoothing. Constants were fitted on six languages.
"""

from __future__ import annotations

import math

import numpy as np

from studio.mouth.curves import Curve, envelope, smooth
from studio.mouth.visemes import CLOSED, SHAPES, phoneme_shape
from studio.timeline import FPS, MouthTrack, Speech

_STEPS_PER_FRAME = 8
_GRID_HZ = FPS * _STEPS_PER_FRAME

_LEAD_S = 0.045
"""The mouth is seen to move before its sound; one frame ahead looks right."""
_JAW_S, _LIPS_S, _REST_S, _CLOSURE_S = 0.030, 0.045, 0.028, 0.018
_LONGEST_CLOSURE_S = 0.14

_OPEN, _TUCK, _PRESS = 0, 5, 6


def mouth_from_phonemes(speech: Speech) -> MouthTrack:
    """The mouth for a speech whose phonemes are known; loudness widens or narrows the opening."""
    frames = math.ceil(speech.duration_s * FPS)
    held, is_closed, beats = _hold(speech, frames * _STEPS_PER_FRAME)
    rows = np.concatenate(
        [
            smooth(held[:, :1], _JAW_S, _GRID_HZ),
            smooth(held[:, 1:3], _LIPS_S, _GRID_HZ),
            smooth(held[:, 3:], _REST_S, _GRID_HZ),
        ],
        axis=1,
    )
    sharp = smooth(np.column_stack([is_closed, held[:, _TUCK:]]), _CLOSURE_S, _GRID_HZ)
    rows[:, _OPEN] *= 1 - 0.95 * np.clip(1.25 * sharp[:, 0], 0, 1)
    rows[:, _TUCK:] = np.maximum(rows[:, _TUCK:], sharp[:, 1:])
    rows[:, _OPEN] = np.clip(rows[:, _OPEN] * (0.55 + 0.45 * _loudness(speech, len(rows))), 0, 1)
    return MouthTrack(_at_frames(rows, is_closed), tuple(beats))


def _hold(speech: Speech, count: int) -> tuple[Curve, Curve, list[float]]:
    """The unsmoothed grid, where lips must be closed on it, and the stressed syllables."""
    held = np.tile(np.array(SHAPES["sil"], np.float32), (count, 1))
    is_closed = np.zeros(count, np.float32)
    beats: list[float] = []
    for phoneme in speech.phonemes:
        if not phoneme.ipa:
            continue
        shape = phoneme_shape(phoneme.ipa)
        start_s = phoneme.start_s - _LEAD_S
        for viseme, share in zip(shape.visemes, shape.shares, strict=True):
            end_s = start_s + share * (phoneme.end_s - phoneme.start_s)
            first, last = (max(0, round(edge * _GRID_HZ)) for edge in (start_s, end_s))
            held[first:last] = SHAPES[viseme]
            held[first:last, _OPEN] *= shape.opening
            if viseme in CLOSED:
                # however short the sound, the closure must reach a frame
                last = max(last, first + _STEPS_PER_FRAME)
                is_closed[first : min(last, first + round(_LONGEST_CLOSURE_S * _GRID_HZ))] = 1
            start_s = end_s
        if shape.is_stressed:
            beats.append(phoneme.start_s)
    return held, is_closed, beats


def _loudness(speech: Speech, count: int) -> Curve:
    """0 to 1.15, where 1 is loud for this speech; half the mouth's lead ahead of the sound."""
    loud = envelope(speech.pcm, speech.sample_rate_hz, count, _GRID_HZ)
    audible = loud[loud > 0.02]
    reference = float(np.percentile(audible, 85)) if audible.size else 1.0
    ahead = round(_LEAD_S / 2 * _GRID_HZ)
    shifted = np.concatenate([loud[ahead:], np.zeros(ahead, np.float32)])
    return np.clip(shifted / reference, 0, 1.15)


def _at_frames(rows: Curve, is_closed: Curve) -> Curve:
    """One row per frame: its middle, but the tightest moment of a closure that falls inside it."""
    cells = rows.reshape(-1, _STEPS_PER_FRAME, rows.shape[1])
    closed = is_closed.reshape(-1, _STEPS_PER_FRAME)
    frames = cells[:, _STEPS_PER_FRAME // 2].copy()
    for index in np.flatnonzero(closed.sum(axis=1) >= _STEPS_PER_FRAME / 2):
        tightest = int(np.argmin(cells[index, :, _OPEN]))
        frames[index] = cells[index, tightest]
    return frames
