"""What is really in a media file, read from the file itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from studio.errors import UnreadableMedia

_TIMEOUT_S = 10.0
_MP4_NAMES = {"mov", "mp4"}


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The picture track."""

    width: int
    height: int
    fps: float
    codec: str
    profile: str
    pix_fmt: str
    frames: int
    """As the container counts them; 0 when it does not say."""
    duration_s: float


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """The sound track."""

    codec: str
    sample_rate_hz: int
    channels: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class SubtitleInfo:
    """A soft caption track."""

    codec: str
    language: str
    """Three letters, or ``und``."""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """A media file as it is, whoever made it and whatever it is called."""

    duration_s: float
    size_bytes: int
    video: VideoInfo | None
    audio: AudioInfo | None
    subtitles: tuple[SubtitleInfo, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    faststart: bool = False
    """The index stands before the media, so that playback starts before the download ends."""


def probe(path: Path) -> MediaInfo:
    """Read a file's tracks and tags without decoding it.

    Raises:
        UnreadableMedia: it is missing, empty, cut off, or not media at all.
    """
    try:
        size_bytes = path.stat().st_size
        with av.open(str(path), timeout=_TIMEOUT_S) as container:
            return _describe(container, path, size_bytes)
    except (av.FFmpegError, OSError, ValueError) as exc:
        raise UnreadableMedia(f"{path.name} could not be read as a media file.") from exc


def _describe(container: InputContainer, path: Path, size_bytes: int) -> MediaInfo:
    streams = container.streams
    video = _video(streams.video[0]) if streams.video else None
    audio = _audio(streams.audio[0]) if streams.audio else None
    if video is None and audio is None:
        raise UnreadableMedia(f"{path.name} has neither picture nor sound.")
    durations = [track.duration_s for track in (video, audio) if track is not None]
    if container.duration:
        durations.append(container.duration / av.time_base)
    is_mp4 = bool(_MP4_NAMES & set(container.format.name.split(",")))
    return MediaInfo(
        duration_s=max(durations),
        size_bytes=size_bytes,
        video=video,
        audio=audio,
        subtitles=tuple(
            SubtitleInfo(stream.codec_context.name, stream.metadata.get("language", "und"))
            for stream in streams.subtitles
        ),
        metadata=dict(container.metadata),
        faststart=is_mp4 and _index_is_first(path),
    )


def _video(stream: VideoStream) -> VideoInfo:
    rate = stream.average_rate or stream.guessed_rate
    return VideoInfo(
        width=stream.width,
        height=stream.height,
        fps=float(rate) if rate else 0.0,
        codec=stream.codec_context.name,
        profile=stream.profile or "",
        pix_fmt=stream.pix_fmt or "",
        frames=stream.frames,
        duration_s=_duration_s(stream),
    )


def _audio(stream: AudioStream) -> AudioInfo:
    return AudioInfo(
        codec=stream.codec_context.name,
        sample_rate_hz=stream.rate,
        channels=stream.channels,
        duration_s=_duration_s(stream),
    )


def _duration_s(stream: VideoStream | AudioStream) -> float:
    if stream.duration is None or stream.time_base is None:
        return 0.0
    return float(stream.duration * stream.time_base)


def _index_is_first(path: Path) -> bool:
    """True when the ``moov`` box comes before ``mdat`` (ISO 14496-12, section 4.2)."""
    with path.open("rb") as handle:
        while len(head := handle.read(8)) == 8:
            length, kind = int.from_bytes(head[:4], "big"), head[4:]
            if kind in (b"moov", b"mdat"):
                return kind == b"moov"
            if length == 1:
                length = int.from_bytes(handle.read(8), "big") - 8
            if length < 8:
                return False
            handle.seek(length - 8, 1)
    return False
