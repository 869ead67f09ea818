"""Do the lips follow the sound? Decoded pixels of the finished file against its decoded sound.

For each presenter: how well the height of the mouth's opening correlates with the loudness of the
sound, the same with the sound shifted by 5.5 s (which must fall apart), and how many p, b and m
close the lips. `python -m benchmarks.lip_sync maya zoe` measures only some.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Figure, show
from studio import RenderSpec, Speech, presenter_voice, render_in_process, speak
from studio.media import read_audio
from studio.mouth import mouth_track
from studio.mouth.curves import envelope
from studio.presenters import PRESENTERS
from studio.stage import Stage
from studio.timeline import FPS

SCRIPT = (
    "Hello, and welcome! I am your virtual presenter. Today I will show you how easy it is to turn "
    "a plain script into a finished video. No camera, no studio, and no waiting around. Just type "
    "your text, choose a template, and press generate. In a few seconds, your message is ready."
)
SHIFT_S = 5.5
CLOSED_OPENING = 0.12
_DARK_LUMA = 44
"""The cavity of the mouth is drawn at 42; skin, lips and teeth are lighter."""
_LEADS_FRAMES = (0, 1, 2)
"""The mouth is drawn a frame ahead of its sound on purpose."""


@dataclass(frozen=True)
class Sync:
    """How a clip's picture and sound belong together."""

    r: float
    r_shifted: float
    closed: float
    """Share of p, b and m at which the lips meet."""


def opening_in_pixels(video: Path, mouth_box_px: tuple[int, int, int, int]) -> NDArray[np.float64]:
    """Height in pixels of the dark between the lips, in every decoded frame."""
    left, top, right, bottom = mouth_box_px
    quarter = (right - left) // 4  # long dark hair may reach into the box's sides
    heights = []
    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            luma = frame.to_ndarray(format="yuv420p")[top:bottom, left + quarter : right - quarter]
            dark = np.flatnonzero((luma < _DARK_LUMA).sum(axis=1) >= 2)
            heights.append(float(dark[-1] - dark[0] + 1) if dark.size else 0.0)
    return np.array(heights)


def closures(speech: Speech) -> float:
    """Share of p, b and m whose narrowest opening is below ``CLOSED_OPENING``."""
    opening = mouth_track(speech).rows[:, 0]
    narrowest = [
        min(opening[max(0, int(sound.start_s * FPS) - 1) : int(sound.start_s * FPS) + 3])
        for sound in speech.phonemes
        if any(letter in sound.ipa for letter in "pbm")
    ]
    return float(np.mean(np.array(narrowest) < CLOSED_OPENING)) if narrowest else 1.0


def measure(spec: RenderSpec, speech: Speech, video: Path) -> Sync:
    """Compare what is seen with what is heard in a rendered clip."""
    with Stage(spec, mouth_track(speech), (), duration_s=speech.duration_s) as stage:
        opening = opening_in_pixels(video, stage.mouth_box_px)
    pcm, rate_hz = read_audio(video)
    loudness = envelope(pcm, rate_hz, len(opening), FPS, window_s=0.06).astype(np.float64)
    away = np.roll(loudness, round(SHIFT_S * FPS))

    def best(sound: NDArray[np.float64]) -> float:
        return max(
            float(np.corrcoef(opening[: len(opening) - lead], sound[lead:])[0, 1])
            for lead in _LEADS_FRAMES
        )

    return Sync(best(loudness), best(away), closures(speech))


def main(presenters: list[str]) -> int:
    """Render and measure; 1 when a limit is missed."""
    status = 0
    with tempfile.TemporaryDirectory(prefix="bench-lip-sync-") as folder:
        for name in presenters:
            spec = RenderSpec(presenter=name, captions=False)
            speech = speak(SCRIPT, voice=presenter_voice(spec))
            video = Path(folder) / f"{name}.mp4"
            render_in_process(spec, speech, video)
            sync = measure(spec, speech, video)
            status |= show(
                Figure(f"{name}: mouth in pixels against sound, r", sync.r, 0.6, "", "more"),
                Figure(f"{name}: the same, sound shifted {SHIFT_S} s", sync.r_shifted, 0.25, ""),
                Figure(f"{name}: lips closed on p, b, m", 100 * sync.closed, 100, "%", "more"),
            )
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(PRESENTERS)))
