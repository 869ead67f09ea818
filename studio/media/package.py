"""Clips made into the finished video: joined, captioned, labelled, with sidecars and a poster."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.reformatter import Colorspace
from numpy.typing import NDArray
from PIL import Image

from studio.captions import make_cues, to_srt, to_vtt
from studio.errors import UnknownOption, UnreadableMedia
from studio.media import subtitles
from studio.media.concat import add_tracks, copy_clips
from studio.media.files import appearing
from studio.media.probe import MediaInfo, probe
from studio.spec import DISCLOSURE
from studio.timeline import Cue, Speech, Word
from studio.voice.voices import find_language

_POSTER_AT_S = 1.2
_JPEG_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Clip:
    """A rendered clip and what is said in it, times counted from the clip's start."""

    video: Path
    words: tuple[Word, ...] = ()
    sentence_starts_s: tuple[float, ...] = ()

    @classmethod
    def of(cls, video: Path, speech: Speech) -> Clip:
        """A clip with the speech it was rendered from."""
        return cls(video, speech.words, speech.sentence_starts_s)


@dataclass(frozen=True, slots=True)
class Package:
    """The files of a finished video, and the video as it really is."""

    video: Path
    srt: Path
    vtt: Path
    poster: Path
    cues: tuple[Cue, ...]
    info: MediaInfo


def package(
    clips: Sequence[Clip],
    out_dir: Path,
    *,
    stem: str = "video",
    title: str = "",
    language: str = "en",
    mark: str = "",
    disclosure: str = DISCLOSURE,
    poster_at_s: float = _POSTER_AT_S,
) -> Package:
    """Join clips by stream copy and write ``stem`` as .mp4, .srt, .vtt and .jpg in ``out_dir``.

    The MP4 gets one soft caption track and tags: title, language, and a comment that says what it
    is. The same clips always give the same bytes.

    Args:
        language: BCP 47 tag; one no voice speaks is written as undetermined.
        mark: prefixed to the comment, e.g. ``SIMULATED``.
        poster_at_s: the poster's moment; a shorter video gives its middle.

    Raises:
        UnreadableMedia: a clip cannot be read or differs from the first.
        StorageFull: the disk refused a file.
    """
    if not clips:
        raise UnreadableMedia("There is no clip to package.")
    comment = f"{mark}. {disclosure}" if mark else disclosure
    video, srt, vtt, jpg = (out_dir / f"{stem}{end}" for end in (".mp4", ".srt", ".vtt", ".jpg"))
    with contextlib.ExitStack() as names:
        # All are written before any gets its name; the video, entered first, gets its name last.
        parts = {path: names.enter_context(appearing(path)) for path in (video, srt, vtt, jpg)}
        cues = _write_video(parts[video], clips, title=title, comment=comment, language=language)
        parts[jpg].write_bytes(_poster(parts[video], poster_at_s))
        parts[srt].write_bytes(to_srt(cues).encode())
        parts[vtt].write_bytes(to_vtt(cues, language=language).encode())
    return Package(video, srt, vtt, jpg, cues, probe(video))


def _write_video(
    part: Path, clips: Sequence[Clip], *, title: str, comment: str, language: str
) -> tuple[Cue, ...]:
    code = _iso639_2(language)
    paths = [clip.video for clip in clips]
    with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        tracks = add_tracks(container, paths[0])
        for track in tracks:
            track.metadata["language"] = code
        captions = subtitles.add_track(container, language_iso639_2=code)
        container.metadata.update(
            {key: value for key, value in (("title", title), ("comment", comment)) if value}
        )
        starts = copy_clips(container, tracks, paths)
        cues = tuple(
            cue
            for clip, start_s in zip(clips, starts, strict=True)
            for cue in make_cues(
                _shifted(clip.words, start_s),
                [moment_s + start_s for moment_s in clip.sentence_starts_s],
            )
        )
        for packet in subtitles.packets(captions, cues):
            container.mux(packet)
    return cues


def _shifted(words: Sequence[Word], by_s: float) -> list[Word]:
    return [replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in words]


def _iso639_2(language: str) -> str:
    try:
        return find_language(language).iso639_2
    except UnknownOption:
        return "und"


def _poster(video: Path, at_s: float) -> bytes:
    """A still as JPEG."""
    try:
        with av.open(str(video)) as container:
            pixels = _still(container, at_s)
    except av.FFmpegError as exc:
        raise UnreadableMedia("The video's picture could not be decoded.") from exc
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return buffer.getvalue()


def _still(container: InputContainer, at_s: float) -> NDArray[np.uint8]:
    stream = container.streams.video[0]
    length_s = (container.duration or 0) / av.time_base
    wanted_s = at_s if at_s < length_s else length_s / 2
    container.seek(round(wanted_s * av.time_base))
    for still in container.decode(stream):
        if still.time >= wanted_s - 0.001:
            # without the colour space the still comes out greener than the video
            rgb = still.reformat(format="rgb24", src_colorspace=Colorspace.ITU709)
            return rgb.to_ndarray().astype(np.uint8, copy=False)
    raise UnreadableMedia("The video has no picture at the poster's moment.")
