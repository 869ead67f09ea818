"""Cues as SubRip and WebVTT files."""

from __future__ import annotations

from collections.abc import Sequence

from studio.timeline import Cue, join_words

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SHORTEST_MS = 1


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def _clock(milliseconds: int, separator: str) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{separator}{thousandths:03d}"


def _span_ms(cues: Sequence[Cue], index: int) -> tuple[int, int]:
    """A cue's times; it ends before the next one begins, and lasts at least a millisecond."""
    start, end = _ms(cues[index].start_s), _ms(cues[index].end_s)
    if index + 1 < len(cues):
        end = min(end, _ms(cues[index + 1].start_s))
    return start, max(end, start + _SHORTEST_MS)


def to_srt(cues: Sequence[Cue]) -> str:
    """SubRip, one block a cue. It has no escapes: an arrow inside a text is written with a dash."""
    blocks = []
    for index, cue in enumerate(cues):
        start, end = _span_ms(cues, index)
        text = cue.text.replace("-->", "–>")
        blocks.append(f"{index + 1}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{text}\n")
    return "\n".join(blocks)


def to_vtt(cues: Sequence[Cue], *, language: str = "") -> str:
    """WebVTT, with the moment of every word after the first inside its cue: ``<00:00:01.200>``."""
    header = f"WEBVTT\nLanguage: {language}\n" if language else "WEBVTT\n"
    blocks = [header]
    for index, cue in enumerate(cues):
        start, end = _span_ms(cues, index)
        blocks.append(
            f"{index + 1}\n{_clock(start, '.')} --> {_clock(end, '.')}\n{_payload(cue)}\n"
        )
    return "\n".join(blocks)


def _payload(cue: Cue) -> str:
    start, end = _ms(cue.start_s), _ms(cue.end_s)
    text = cue.words[0].text.translate(_ESCAPES)
    for before, word in zip(cue.words, cue.words[1:], strict=False):
        gap = join_words([before.text, word.text])[len(before.text) : -len(word.text)]
        at = _ms(word.start_s)
        stamp = f"<{_clock(at, '.')}>" if start < at < end else ""
        text += f"{gap}{stamp}{word.text.translate(_ESCAPES)}"
        start = max(start, at)
    return text
