"""Sound and picture files: read, polish, encode, probe, join, package. All by PyAV."""

from __future__ import annotations

from studio.media.audio import LoudnessReading, measure_loudness, polish, read_audio, write_wav
from studio.media.concat import join_clips
from studio.media.package import Clip, Package, package
from studio.media.probe import AudioInfo, MediaInfo, SubtitleInfo, VideoInfo, probe

__all__ = [
    "AudioInfo",
    "Clip",
    "LoudnessReading",
    "MediaInfo",
    "Package",
    "SubtitleInfo",
    "VideoInfo",
    "join_clips",
    "measure_loudness",
    "package",
    "polish",
    "probe",
    "read_audio",
    "write_wav",
]
