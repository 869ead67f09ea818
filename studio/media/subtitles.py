"""The soft caption track of an MP4 (mov_text, 3GPP timed text)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction

from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.subtitles.stream import SubtitleStream

from studio.timeline import Cue

_MS = Fraction(1, 1000)
_HEADER = b"""[Script Info]
ScriptType: v4.00+
PlayResX: 384
PlayResY: 288

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, \
Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def add_track(container: OutputContainer, *, language_iso639_2: str) -> SubtitleStream:
    """A caption track, to be filled with ``packets``."""
    stream = container.add_stream("mov_text")
    stream.codec_context.subtitle_header = _HEADER
    stream.codec_context.time_base = _MS
    stream.codec_context.open()  # writes the style that stands in the track's header
    stream.time_base = _MS
    stream.metadata["language"] = language_iso639_2
    return stream


def packets(stream: SubtitleStream, cues: Sequence[Cue]) -> Iterator[Packet[Stream]]:
    """One packet a cue; between cues nothing is shown."""
    for index, cue in enumerate(cues):
        start, end = round(cue.start_s * 1000), round(cue.end_s * 1000)
        if index + 1 < len(cues):
            end = min(end, round(cues[index + 1].start_s * 1000))
        if end <= start:
            continue
        # Written here, as FFmpeg's encoder takes ASS and would read "{" and "\\N" as commands:
        # a text sample is its length and its UTF-8 (3GPP TS 26.245, section 5.17)
        text = cue.text.encode()
        packet = Packet(struct.pack(">H", len(text)) + text)
        packet.stream = stream
        packet.time_base = _MS
        packet.pts = packet.dts = start
        packet.duration = end - start
        yield packet
