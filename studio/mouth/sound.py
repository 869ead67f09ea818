"""From sound alone to mouth movement, for speech whose phonemes nobody told us.

Short spectra in five bands: loudness opens the mouth, the share of the first formant's band lowers
the jaw, the second formant's spreads or rounds the lips, and hiss shows the teeth.
"""

from __future__ import annotations

import math

import numpy as np

from studio.mouth.curves import Curve, envelope, smooth
from studio.timeline import FPS, MouthTrack, Pcm

_STEPS_PER_FRAME = 4
_GRID_HZ = FPS * _STEPS_PER_FRAME
_WINDOW_S = 0.04
_BANDS_HZ = ((90, 500), (500, 1100), (1100, 2000), (2000, 3600), (3600, 8000))
_SMOOTHING_S = 0.022
_LEAD_S = 0.03
_BLOCK = 2048
_SILENCE_DB = -62.0
"""Below this the loudest part of a clip is noise, and the mouth stays shut."""
_BEAT_GAP_S = 0.45


def mouth_from_sound(pcm: Pcm, sample_rate_hz: int) -> MouthTrack:
    """The mouth for any mono speech; loudness is judged against the clip's own quiet and loud."""
    frames = math.ceil(len(pcm) / sample_rate_hz * FPS)
    bands = _band_powers(pcm, sample_rate_hz, frames * _STEPS_PER_FRAME)
    rows = smooth(_shape(bands), _SMOOTHING_S, _GRID_HZ)
    ahead = round(_LEAD_S * _GRID_HZ)
    rows = np.concatenate([rows[ahead:], np.repeat(rows[-1:], ahead, axis=0)])
    return MouthTrack(rows[_STEPS_PER_FRAME // 2 :: _STEPS_PER_FRAME], _beats(pcm, sample_rate_hz))


def _band_powers(pcm: Pcm, sample_rate_hz: int, count: int) -> Curve:
    """Power in each band, relative to full scale, at ``count`` moments of the grid."""
    size = 1 << math.ceil(math.log2(sample_rate_hz * _WINDOW_S))
    window = np.hanning(size).astype(np.float32)
    frequencies = np.fft.rfftfreq(size, 1 / sample_rate_hz)
    masks = np.stack(
        [(frequencies >= low) & (frequencies < high) for low, high in _BANDS_HZ], axis=1
    )
    weights = masks.astype(np.float32) / np.square(window.sum() / 2)
    centres = ((np.arange(count) + 0.5) / _GRID_HZ * sample_rate_hz).astype(int)
    padded = np.pad(pcm, size)
    powers = np.empty((count, len(_BANDS_HZ)), np.float32)
    offsets = np.arange(size) + size // 2
    for start in range(0, count, _BLOCK):  # in blocks: a whole script at once would cost 500 MB
        indices = np.minimum(centres[start : start + _BLOCK, None] + offsets, len(padded) - 1)
        spectra = np.fft.rfft(padded[indices].astype(np.float32) / 32768 * window, axis=1)
        powers[start : start + _BLOCK] = np.square(np.abs(spectra)) @ weights
    return powers


def _shape(bands: Curve) -> Curve:
    total = bands.sum(axis=1)
    level_db = 10 * np.log10(total + 1e-12)
    top = float(np.percentile(level_db, 95)) if len(level_db) else 0.0
    if top < _SILENCE_DB:
        return _silence(len(bands))
    floor = max(float(np.percentile(level_db, 8)) + 6, top - 38)
    floor = min(floor, top - 12)  # speech without a pause has no quiet to measure
    loud = np.clip((level_db - floor) / (top - floor), 0, 1)
    tiny = 1e-12
    voiced = 1 - np.clip((bands[:, 4] / (total + tiny) - 0.35) / 0.35, 0, 1)
    jaw = bands[:, 1] / (bands[:, 0] + bands[:, 1] + tiny)
    upper = bands[:, 2] + bands[:, 3]
    front = upper / (bands[:, 1] + upper + tiny)

    opening = loud**1.3 * voiced * (0.35 + 0.75 * np.clip(1.4 * jaw, 0, 1))
    rows = np.zeros((len(bands), 7), np.float32)
    rows[:, 0] = np.maximum(opening, 0.16 * (1 - voiced) * loud)
    rows[:, 1] = np.clip(1.6 * (front - 0.35), -0.5, 0.7) * loud
    rows[:, 2] = np.clip(0.45 - 1.3 * front, 0, 0.8) * loud * voiced
    rows[:, 3] = np.clip(0.35 + 0.65 * (1 - voiced) + 0.3 * front, 0, 1) * loud
    rows[:, 4] = 0.4 * loud
    rows[:, 6] = 0.3 * (1 - loud)
    return np.clip(rows, (0, -1, 0, 0, 0, 0, 0), 1).astype(np.float32)


def _silence(count: int) -> Curve:
    rows = np.zeros((count, 7), np.float32)
    rows[:, 6] = 0.3
    return rows


def _beats(pcm: Pcm, sample_rate_hz: int) -> tuple[float, ...]:
    """Moments where loudness rises to a peak well above the speech's usual: nods land there."""
    count = math.ceil(len(pcm) / sample_rate_hz * FPS)
    if count < 3:
        return ()
    loud = envelope(pcm, sample_rate_hz, count, FPS, window_s=0.12)
    threshold = float(np.percentile(loud, 75))
    peaks = np.flatnonzero(
        (loud[1:-1] > threshold)
        & (loud[1:-1] > 0.01)
        & (loud[1:-1] >= loud[:-2])
        & (loud[1:-1] > loud[2:])
    )
    beats: list[float] = []
    for peak_s in (peaks + 1) / FPS:
        if not beats or peak_s - beats[-1] >= _BEAT_GAP_S:
            beats.append(float(peak_s))
    return tuple(beats)
