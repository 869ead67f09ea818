"""Sound: read any file to mono PCM, measure its loudness, and polish speech for a video."""

from __future__ import annotations

import math
import wave
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.filter import Graph

from studio.errors import UnreadableMedia
from studio.media.files import appearing
from studio.timeline import Pcm

TARGET_LUFS = -16.0
OUTPUT_RATE_HZ = 48_000
AAC_FRAME = 1024

_SILENCE_LUFS = -60.0
_MOST_GAIN_DB = 45.0
_LIMIT = 0.82
"""-1.7 dBFS: AAC at 96 kbit/s was seen to overshoot its input's peaks by 0.3 dB."""

Filter = tuple[str, str]

_VOICE_CHAIN: tuple[Filter, ...] = (
    ("highpass", "f=75"),
    ("equalizer", "f=220:t=q:w=1:g=1.5"),
    ("equalizer", "f=3200:t=q:w=1.2:g=-2"),
    ("acompressor", "threshold=-20dB:ratio=2.5:attack=8:release=120:makeup=2"),
)


@dataclass(frozen=True, slots=True)
class LoudnessReading:
    """What an EBU R 128 meter says of a whole clip."""

    integrated_lufs: float
    """-70 when nothing passes the meter's gate."""
    true_peak_dbfs: float


def read_audio(path: Path, *, sample_rate_hz: int | None = None) -> tuple[Pcm, int]:
    """Decode the first audio stream to mono; returns (samples, rate).

    Args:
        sample_rate_hz: resample to this; None keeps the file's own.

    Raises:
        UnreadableMedia: no sound in the file, or it cannot be decoded.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise UnreadableMedia(f"{path.name} has no sound.")
            stream = container.streams.audio[0]
            rate_hz = sample_rate_hz or stream.rate
            resampler = AudioResampler(format="s16", layout="mono", rate=rate_hz)
            blocks = [
                block.to_ndarray()[0]
                for frame in (*container.decode(stream), None)
                for block in resampler.resample(frame)
            ]
    except (av.FFmpegError, OSError, ValueError) as exc:
        raise UnreadableMedia(f"{path.name} could not be read as sound.") from exc
    if not blocks:
        raise UnreadableMedia(f"{path.name} holds no samples.")
    return np.concatenate(blocks).astype(np.int16, copy=False), rate_hz


def write_wav(path: Path, pcm: Pcm, sample_rate_hz: int) -> None:
    """Write mono 16-bit PCM.

    Raises:
        StorageFull: the disk refused it.
    """
    with appearing(path) as part, part.open("wb") as handle, wave.open(handle, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(sample_rate_hz)
        wav.writeframes(np.ascontiguousarray(pcm, "<i2").tobytes())


def measure_loudness(pcm: Pcm, sample_rate_hz: int) -> LoudnessReading:
    """Integrated loudness and true peak of mono sound, by FFmpeg's ebur128 (EBU R 128)."""
    integrated, peak = -70.0, 0.0  # the filter gives LUFS, but its peak as an amplitude
    for frame in _filtered(pcm, sample_rate_hz, [("ebur128", "metadata=1:peak=true")]):
        integrated = float(frame.metadata.get("lavfi.r128.I", integrated))
        peak = max(peak, float(frame.metadata.get("lavfi.r128.true_peak", peak)))
    return LoudnessReading(integrated, 20 * math.log10(max(peak, 1e-6)))


def polish(pcm: Pcm, sample_rate_hz: int) -> Iterator[AudioFrame]:
    """Speech made ready for a video: clear, even, at ``TARGET_LUFS``, its peaks held down.

    Yields mono float frames of 1024 samples at 48 kHz (the last one shorter), their pts counted
    in samples. Silence stays silence.
    """
    gain_db = 0.0
    loudness = _integrated_lufs(pcm, sample_rate_hz, _VOICE_CHAIN)
    if loudness > _SILENCE_LUFS:
        gain_db = _bounded(TARGET_LUFS - loudness)
        # the limiter takes some of a peaky voice away again: measure what is left, once
        limited = _integrated_lufs(pcm, sample_rate_hz, _chain(gain_db))
        gain_db = _bounded(gain_db + TARGET_LUFS - limited)
    position = 0
    framed = ("asetnsamples", f"n={AAC_FRAME}:p=0")
    for frame in _filtered(pcm, sample_rate_hz, (*_chain(gain_db), framed)):
        frame.pts = position
        frame.time_base = Fraction(1, OUTPUT_RATE_HZ)
        position += frame.samples
        yield frame


def _bounded(gain_db: float) -> float:
    return min(_MOST_GAIN_DB, max(-_MOST_GAIN_DB, gain_db))


def _chain(gain_db: float) -> tuple[Filter, ...]:
    return (
        *_VOICE_CHAIN,
        ("volume", f"{gain_db:.2f}dB"),
        ("aresample", str(OUTPUT_RATE_HZ)),
        ("alimiter", f"limit={_LIMIT}:attack=3:release=60:level=disabled"),
        ("aformat", f"sample_fmts=fltp:sample_rates={OUTPUT_RATE_HZ}:channel_layouts=mono"),
    )


def _integrated_lufs(pcm: Pcm, sample_rate_hz: int, chain: Iterable[Filter]) -> float:
    """Loudness behind a chain of filters; without the peak, which costs three times as much."""
    integrated = -70.0
    for frame in _filtered(pcm, sample_rate_hz, (*chain, ("ebur128", "metadata=1"))):
        integrated = float(frame.metadata.get("lavfi.r128.I", integrated))
    return integrated


def _filtered(pcm: Pcm, sample_rate_hz: int, chain: Iterable[Filter]) -> Iterator[AudioFrame]:
    """Sound through a chain of FFmpeg filters, a second at a time so that memory stays flat."""
    graph = Graph()
    time_base = Fraction(1, sample_rate_hz)
    source = graph.add_abuffer(
        sample_rate=sample_rate_hz, format="s16", layout="mono", time_base=time_base
    )
    last = source
    for name, options in chain:
        following = graph.add(name, options)
        last.link_to(following)
        last = following
    sink = graph.add("abuffersink")
    last.link_to(sink)
    graph.configure()

    def drained() -> Iterator[AudioFrame]:
        while True:
            try:
                frame = sink.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if isinstance(frame, AudioFrame):
                yield frame

    for start in range(0, len(pcm), sample_rate_hz):
        block = np.ascontiguousarray(pcm[None, start : start + sample_rate_hz])
        frame = AudioFrame.from_ndarray(block, format="s16", layout="mono")
        frame.sample_rate = sample_rate_hz
        frame.pts = start
        frame.time_base = time_base
        source.push(frame)
        yield from drained()
    source.push(None)
    yield from drained()
