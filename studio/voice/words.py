"""From the voice's word events to the words as they are written, each with its time.

The voice reports more or fewer words than a reader sees: "$3.50" comes as five, a Japanese clause
as one. Captions show what was written, so the written text is cut into words first and the events
only say when each begins; a word without an event shares its neighbours' time by length.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from studio.timeline import SPACELESS, Word

_SPACELESS = re.compile(f"[{SPACELESS}]")
_KANA_TO_HAN = re.compile("(?<=[\u3040-\u30ff])(?=[\u4e00-\u9fff])")
_LONGEST_SPACELESS = 8
_THAI_LEADING_VOWELS = "\u0e40\u0e41\u0e42\u0e43\u0e44"
_SHORTEST_S = 0.02

Event = tuple[float, int]
"""A word begins: seconds, position in the written text."""


def _has_sound(text: str) -> bool:
    return any(unicodedata.category(char)[0] in "LNS" for char in text)


def _before_opening(text: str, position: int, floor: int) -> int:
    """``position`` moved in front of the quotes and brackets that open before it."""
    while position > floor and unicodedata.category(text[position - 1]) in {"Ps", "Pi"}:
        position -= 1
    return position


def _evenly(text: str, start: int, end: int) -> list[int]:
    """Cuts inside a long stretch without spaces, never inside a letter with its marks."""
    cuts = [start]
    for index in range(start + 1, end):
        starts_letter = unicodedata.category(text[index])[0] in "LN"
        if (
            index - cuts[-1] >= _LONGEST_SPACELESS
            and end - index >= 2
            and starts_letter
            and text[index - 1] not in _THAI_LEADING_VOWELS
        ):
            cuts.append(index)
    return cuts


def _cut(text: str, start: int, end: int, positions: Sequence[int]) -> list[int]:
    """Where words begin in the stretch between two spaces."""
    if not _SPACELESS.search(text, start, end):
        return [start]
    marks = {start}
    for position in positions:
        inside_number = text[position - 1 : position + 1].isascii()
        if start < position < end and not inside_number:
            marks.add(_before_opening(text, position, start))
    marks |= {match.start() for match in _KANA_TO_HAN.finditer(text, start, end)}
    coarse = sorted(marks)
    return [
        cut
        for left, right in zip(coarse, [*coarse[1:], end], strict=True)
        for cut in _evenly(text, left, right)
    ]


def written_words(text: str, positions: Sequence[int] = ()) -> list[tuple[int, int]]:
    """Start and end of each word of ``text``; punctuation that stands alone joins a neighbour."""
    spans: list[tuple[int, int]] = []
    pending: int | None = None
    for match in re.finditer(r"\S+", text):
        cuts = _cut(text, match.start(), match.end(), positions)
        for start, end in pairwise([*cuts, match.end()]):
            if _has_sound(text[start:end]):
                spans.append((start if pending is None else pending, end))
                pending = None
            elif spans:
                spans[-1] = (spans[-1][0], end)
            elif pending is None:
                pending = start
    return spans


def time_words(
    text: str, events: Sequence[Event], *, start_s: float, end_s: float
) -> tuple[Word, ...]:
    """The words of ``text`` between ``start_s`` and ``end_s``, timed by the voice's events."""
    spans = written_words(text, [position for _, position in events])
    if not spans:
        return ()
    starts = [span[0] for span in spans]
    begins: list[float | None] = [None] * len(spans)
    for time_s, position in events:
        index = max(0, bisect_right(starts, position) - 1)
        if begins[index] is None:
            begins[index] = time_s
    begins[0] = start_s if begins[0] is None else begins[0]
    times = _fill(begins, [end - start for start, end in spans], end_s)
    return tuple(
        Word(" ".join(text[start:end].split()), time_s, next_s)
        for (start, end), (time_s, next_s) in zip(spans, pairwise(times), strict=True)
    )


def _fill(begins: Sequence[float | None], lengths: Sequence[int], end_s: float) -> list[float]:
    """Strictly increasing times, gaps shared out by length, the end appended."""
    known: list[tuple[int, float]] = []
    for index, time_s in enumerate(begins):
        if time_s is None:
            continue
        steps = index - known[-1][0] if known else 0
        if not known or time_s >= known[-1][1] + steps * _SHORTEST_S:
            known.append((index, time_s))
    last_index, last_s = known[-1]
    known.append((len(begins), max(end_s, last_s + (len(begins) - last_index) * _SHORTEST_S)))
    times: list[float] = []
    for (left, left_s), (right, right_s) in pairwise(known):
        total = sum(lengths[left:right])
        passed = 0
        for index in range(left, right):
            times.append(left_s + (right_s - left_s) * passed / total)
            passed += lengths[index]
    return [*times, known[-1][1]]
