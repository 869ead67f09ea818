"""Smoothing and loudness curves shared by both ways of moving the mouth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.timeline import Pcm

Curve = NDArray[np.float32]


def smooth(columns: Curve, sigma_s: float, rate_hz: float) -> Curve:
    """Gaussian along the first axis; the ends are held."""
    sigma = sigma_s * rate_hz
    radius = int(3 * sigma) + 1
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(columns, ((radius, radius), (0, 0)), mode="edge")
    smoothed = [np.convolve(column, kernel, "valid") for column in padded.T]
    return np.stack(smoothed, axis=1).astype(np.float32)


def envelope(
    pcm: Pcm, sample_rate_hz: int, count: int, rate_hz: float, *, window_s: float = 0.05
) -> Curve:
    """Root mean square in a window around each of ``count`` moments, ``rate_hz`` a second; 0..1."""
    power = np.square(pcm.astype(np.float32) / 32768, dtype=np.float64)
    total = np.concatenate([[0.0], np.cumsum(power)])
    moments = (np.arange(count) + 0.5) / rate_hz
    first = np.clip(((moments - window_s / 2) * sample_rate_hz).astype(int), 0, len(pcm))
    last = np.clip(((moments + window_s / 2) * sample_rate_hz).astype(int), 0, len(pcm))
    mean: NDArray[np.float64] = (total[last] - total[first]) / np.maximum(last - first, 1)
    return np.asarray(np.sqrt(np.maximum(mean, 0.0)), np.float32)
