"""Frames and speech into one MP4: one thread draws, the other encodes and writes.

Both spend their time in C code that releases the interpreter's lock, so they fill two cores.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Protocol, Self

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from studio.errors import RenderCancelled
from studio.media.audio import OUTPUT_RATE_HZ, polish
from studio.timeline import FPS, Pcm

_QUEUE_FRAMES = 8
_AHEAD_S = 0.5
"""Sound is written this far ahead of the picture, so that a player never waits for it."""
_TIME_BASE = Fraction(1, FPS)
_X264 = {
    "preset": "veryfast",
    "crf": "23",
    "profile": "high",
    "threads": "1",  # drawing fills the other core, and frame threads cost 5 % more in all
    # Flat drawings gain nothing from a finer search: 30 % less work for 1 % more bits, measured.
    "x264-params": "me=dia:subme=1",
}
_KEYFRAME_EVERY_S = 5
"""A third fewer bits than every two seconds, as the still background is sent less often."""
_BT709 = 1
_TV_RANGE = 1
_AUDIO_BITS_PER_S = 96_000


class FrameSource(Protocol):
    """What the encoder needs of a stage."""

    @property
    def frame_count(self) -> int:
        """How many there are."""

    def frame(self, index: int) -> VideoFrame:
        """A new yuv420p frame; its pts is set by the encoder."""


def encode(
    frames: FrameSource,
    pcm: Pcm,
    sample_rate_hz: int,
    out: Path,
    *,
    size_px: tuple[int, int],
    on_progress: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> None:
    """Write H.264 High, yuv420p, BT.709, and AAC 48 kHz to ``out``, index first.

    Writes ``out`` itself: the caller gives a temporary name, and removes it on any error.

    Args:
        on_progress: called from this thread with (frames drawn, frames in all).
        should_stop: asked before each frame.

    Raises:
        RenderCancelled: ``should_stop`` said so.
        OSError: the file could not be written; errno says why.
    """
    total = frames.frame_count
    with _Writer(out, pcm, sample_rate_hz, size_px) as writer:
        for index in range(total):
            if should_stop():
                raise RenderCancelled("The render was cancelled.")
            frame = frames.frame(index)
            frame.pts = index
            frame.time_base = _TIME_BASE
            writer.put(frame)
            on_progress(index + 1, total)
        writer.finish()


class _Writer:
    """The encoding thread. Frames go in by ``put``; its first error comes out there too."""

    def __init__(self, out: Path, pcm: Pcm, sample_rate_hz: int, size_px: tuple[int, int]) -> None:
        self._out = out
        self._size_px = size_px
        self._audio = polish(pcm, sample_rate_hz)
        self._frames: queue.Queue[VideoFrame | None] = queue.Queue(maxsize=_QUEUE_FRAMES)
        self._abandoned = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="encode", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._abandoned.set()
        with suppress(queue.Full):
            self._frames.put_nowait(None)
        self._thread.join()

    def put(self, frame: VideoFrame | None) -> None:
        while True:
            if self._error is not None:
                raise self._error
            with suppress(queue.Full):
                self._frames.put(frame, timeout=0.2)
                return

    def finish(self) -> None:
        """Wait until everything is written."""
        self.put(None)
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._write()
        except BaseException as exc:  # noqa: BLE001 - raised again in the drawing thread
            self._error = exc

    def _write(self) -> None:
        with av.open(
            str(self._out), "w", format="mp4", options={"movflags": "+faststart"}
        ) as container:
            video = _add_video(container, self._size_px)
            audio = _add_audio(container)
            sound = _Sound(container, audio, self._audio)
            for frame in iter(self._frames.get, None):
                if self._abandoned.is_set():
                    return
                container.mux(video.encode(frame))
                sound.write_until((frame.pts or 0) / FPS + _AHEAD_S)
            if self._abandoned.is_set():
                return
            container.mux(video.encode(None))
            sound.finish()


class _Sound:
    """Polished sound, encoded just ahead of the picture."""

    def __init__(
        self, container: OutputContainer, stream: AudioStream, frames: Iterator[AudioFrame]
    ) -> None:
        self._container = container
        self._stream = stream
        self._frames = frames
        self._written = 0

    def write_until(self, moment_s: float) -> None:
        while self._written < moment_s * OUTPUT_RATE_HZ:
            frame = next(self._frames, None)
            if frame is None:
                return
            self._written += frame.samples
            self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        for frame in self._frames:
            self._container.mux(self._stream.encode(frame))
        self._container.mux(self._stream.encode(None))


def _add_video(container: OutputContainer, size_px: tuple[int, int]) -> VideoStream:
    stream = container.add_stream("libx264", rate=FPS, options=dict(_X264))
    stream.width, stream.height = size_px
    stream.pix_fmt = "yuv420p"
    stream.gop_size = _KEYFRAME_EVERY_S * FPS
    stream.time_base = _TIME_BASE
    context = stream.codec_context
    context.time_base = _TIME_BASE
    context.color_range = _TV_RANGE
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    return stream


def _add_audio(container: OutputContainer) -> AudioStream:
    # mono and the fast coder: a quarter of the work, and no difference for one voice
    stream = container.add_stream(
        "aac", rate=OUTPUT_RATE_HZ, layout="mono", options={"aac_coder": "fast"}
    )
    stream.bit_rate = _AUDIO_BITS_PER_S
    return stream
