"""How fast and how lean is a render, beside its limit: the encoder alone on the same frames.

Seconds of video per second of work for the whole way from script to packaged files (voice, process
start, drawing, encoding, captions, poster), best of three; the same while another program takes one
core; and 3,000 characters, whose memory must stay flat. The limits are for two idle cores.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import psutil

from benchmarks.report import Figure, show
from studio import RenderSpec, make_video, presenter_voice, render_in_process, speak
from studio.captions import make_cues
from studio.media.encode import encode
from studio.mouth import mouth_track
from studio.stage import Stage

SCRIPT = (
    "Hello, and welcome! I am Maya, your virtual presenter. Today I will show you how easy it is "
    "to turn a plain script into a finished video. No camera, no studio, and no waiting around. "
    "Just type your text, choose a template, and press generate. In a few seconds, your message is "
    "ready to share with the world."
)
LONG_CHARACTERS = 3_000
_RUNS = 3


class _Drawn:
    """Frames that exist already, so that only the encoder is timed."""

    def __init__(self, frames: list[av.VideoFrame]) -> None:
        self._frames = frames
        self.frame_count = len(frames)

    def frame(self, index: int) -> av.VideoFrame:
        return self._frames[index]


def encoder_alone_x(spec: RenderSpec, folder: Path) -> float:
    """Seconds of video per second, with nothing to draw."""
    speech = speak(SCRIPT, voice=presenter_voice(spec))
    cues = make_cues(speech.words, speech.sentence_starts_s)
    with Stage(spec, mouth_track(speech), cues, duration_s=speech.duration_s) as stage:
        drawn = _Drawn([stage.frame(index) for index in range(stage.frame_count)])
    took = []
    for _ in range(_RUNS):
        started = time.perf_counter()
        encode(
            drawn,
            speech.pcm,
            speech.sample_rate_hz,
            folder / "encoder.mp4",
            size_px=spec.size_px,
            on_progress=lambda done, total: None,
            should_stop=lambda: False,
        )
        took.append(time.perf_counter() - started)
    return speech.duration_s / min(took)


def whole_way_x(spec: RenderSpec, folder: Path) -> float:
    """Seconds of video per second, from text to packaged files."""
    rates = []
    for _ in range(_RUNS):
        started = time.perf_counter()
        made = make_video(SCRIPT, folder / "video.mp4", spec=spec)
        rates.append(made.info.duration_s / (time.perf_counter() - started))
    return max(rates)


@contextmanager
def one_core_busy() -> Iterator[None]:
    """A neighbour that takes a whole core."""
    neighbour = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        neighbour.kill()
        neighbour.wait()


def speed(folder: Path) -> list[Figure]:
    """The rates with both cores free and with one taken, and the encoder's own beside them."""
    figures = []
    for name, spec, limit, busy_limit in (
        ("720p 16:9", RenderSpec(), 8, 5),
        ("720p 9:16", RenderSpec(aspect="9:16"), 8, 5),
        ("1080p 16:9", RenderSpec(resolution="1080p"), 4, None),
    ):
        encoder = encoder_alone_x(spec, folder)
        whole = whole_way_x(spec, folder)
        print(f"{name}: encoder alone {encoder:.1f}x, the whole way is {whole / encoder:.2f} of it")
        figures.append(Figure(f"{name}, script to packaged video", whole, limit, "x", "more"))
        if busy_limit is not None:
            with one_core_busy():
                busy = whole_way_x(spec, folder)
            figures.append(Figure(f"{name}, one core busy", busy, busy_limit, "x", "more"))
    return figures


def memory(folder: Path) -> list[Figure]:
    """3,000 characters at 720p, watching the memory of the render process."""
    text = (SCRIPT + " ") * (LONG_CHARACTERS // len(SCRIPT) + 1)
    speech = speak(text[:LONG_CHARACTERS], voice="en-us+f4")
    readings: list[float] = []

    def watch(done: int, total: int) -> None:
        held = [child.memory_info().rss for child in psutil.Process().children()]
        readings.append(max(held, default=0) / 2**20)

    started = time.perf_counter()
    render_in_process(RenderSpec(), speech, folder / "long.mp4", on_progress=watch)
    rate = speech.duration_s / (time.perf_counter() - started)
    quarter = len(readings) // 4
    growth = max(readings[-quarter:]) - max(readings[quarter : 2 * quarter])
    name = f"{LONG_CHARACTERS} characters ({speech.duration_s:.0f} s)"
    return [
        Figure(f"{name}: rate", rate, 8, "x", "more"),
        Figure(f"{name}: memory at most", max(readings), 260, "MB"),
        Figure(f"{name}: growth, second to last quarter", max(growth, 0), 10, "MB"),
    ]


def main() -> int:
    """Measure and print; 1 when a limit is missed."""
    with tempfile.TemporaryDirectory(prefix="bench-render-") as folder:
        return show(*speed(Path(folder)), *memory(Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
