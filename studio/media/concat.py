"""Clips of one renderer joined end to end without decoding: packets copied, times shifted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from studio.errors import UnreadableMedia
from studio.media.files import appearing


@dataclass(frozen=True, slots=True)
class _Shape:
    """What must be the same for packets of two files to stand in one track."""

    video: tuple[object, ...]
    audio: tuple[object, ...]
    extradata: tuple[bytes | None, bytes | None]


def join_clips(clips: Sequence[Path], out: Path) -> tuple[float, ...]:
    """Join clips by stream copy; returns where each begins, in seconds.

    Raises:
        UnreadableMedia: a clip cannot be read, or differs from the first in codec, size or rate.
        StorageFull: the disk refused the file.
    """
    with (
        appearing(out) as part,
        av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container,
    ):
        tracks = add_tracks(container, clips[0])
        return copy_clips(container, tracks, clips)


def add_tracks(container: OutputContainer, clip: Path) -> tuple[Stream, Stream]:
    """Tracks in ``container`` like the picture and sound of ``clip``."""
    with _opened(clip) as source:
        video, audio = _tracks(source, clip)
        # Encoders only have their headers here; the templates are copied before the file closes.
        return (
            container.add_stream_from_template(video, opaque=True),
            container.add_stream_from_template(audio, opaque=True),
        )


def copy_clips(
    container: OutputContainer, tracks: tuple[Stream, Stream], clips: Sequence[Path]
) -> tuple[float, ...]:
    """Copy all packets of ``clips`` into ``tracks``; returns where each clip begins, in seconds."""
    starts: list[float] = []
    begin_s = 0.0
    shape: _Shape | None = None
    last_dts: dict[int, int] = {}
    for clip in clips:
        with _opened(clip) as source:
            video, audio = _tracks(source, clip)
            own = _shape(video, audio)
            shape = shape or own
            if own != shape:
                raise UnreadableMedia(
                    f"{clip.name} cannot be joined to {clips[0].name}: codec, size or rate differ."
                )
            starts.append(begin_s)
            targets = {video.index: tracks[0], audio.index: tracks[1]}
            frames = 0
            for packet in _packets(source, clip, [video, audio]):
                frames += packet.stream_index == video.index and packet.size > 0
                _copy(container, packet, targets[packet.stream_index], begin_s, last_dts)
            if frames != video.frames:
                raise UnreadableMedia(f"{clip.name} is cut off.")
            begin_s += _duration_s(video, clip)
    return tuple(starts)


def _copy(
    container: OutputContainer,
    packet: Packet[Stream],
    target: Stream,
    begin_s: float,
    last_dts: dict[int, int],
) -> None:
    if packet.dts is None or packet.pts is None:  # the empty packet at a file's end
        return
    shift = round(begin_s / packet.time_base)
    packet.dts += shift
    packet.pts += shift
    # The first sound packet of a clip only primes the decoder and reaches into the clip before.
    if packet.dts <= last_dts.get(packet.stream_index, packet.dts - 1):
        return
    last_dts[packet.stream_index] = packet.dts
    packet.stream = target
    container.mux(packet)


def _opened(clip: Path) -> InputContainer:
    try:
        return av.open(str(clip))
    except (av.FFmpegError, OSError, ValueError) as exc:
        raise UnreadableMedia(f"{clip.name} could not be read as a video.") from exc


def _tracks(source: InputContainer, clip: Path) -> tuple[av.VideoStream, av.AudioStream]:
    if not source.streams.video or not source.streams.audio:
        raise UnreadableMedia(f"{clip.name} lacks picture or sound.")
    return source.streams.video[0], source.streams.audio[0]


def _packets(source: InputContainer, clip: Path, streams: list[Stream]) -> Iterator[Packet[Stream]]:
    try:
        yield from source.demux(streams)
    except av.FFmpegError as exc:
        raise UnreadableMedia(f"{clip.name} is damaged.") from exc


def _duration_s(video: av.VideoStream, clip: Path) -> float:
    if video.duration is None or video.time_base is None:
        raise UnreadableMedia(f"{clip.name} does not say how long it is.")
    return float(video.duration * video.time_base)


def _shape(video: av.VideoStream, audio: av.AudioStream) -> _Shape:
    picture, sound = video.codec_context, audio.codec_context
    return _Shape(
        video=(picture.name, video.width, video.height, video.pix_fmt, video.average_rate),
        audio=(sound.name, audio.rate, audio.channels),
        extradata=(picture.extradata, sound.extradata),
    )
