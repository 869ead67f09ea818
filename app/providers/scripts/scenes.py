"""Cutting a script into scenes of about the same length."""

from __future__ import annotations

import re

from app.domain.errors import InvalidInput
from studio.timeline import join_words

_SENTENCE_END = re.compile(
    r"(?<=[.!?…।॥])[\"'”’)\]]*\s+"  # a stop, closing quotes, then space
    r"|(?<=[。！？])"  # full-width stops need no space
    r"|\n{2,}"
)


_CLAUSE_END = re.compile(r"(?<=[,;:.!?…।॥،؛])\s+|(?<=[、，；：。！？])|\n")


def sentences(script: str) -> list[str]:
    """The sentences of a script, in order; nothing of it is lost but space."""
    return _parted(script, _SENTENCE_END)


def _parted(script: str, end: re.Pattern[str]) -> list[str]:
    parts: list[str] = []
    start = 0
    for match in end.finditer(script):
        parts.append(script[start : match.end()].strip())
        start = match.end()
    parts.append(script[start:].strip())
    return [part for part in parts if part]


def cut_into_scenes(script: str, count: int) -> tuple[str, ...]:
    """A script in ``count`` parts, cut between sentences, or else clauses, or else words.

    Raises:
        InvalidInput: there are fewer words than scenes.
    """
    for pieces in (sentences(script), _parted(script, _CLAUSE_END), script.split()):
        if len(pieces) >= count:
            break
    else:
        raise InvalidInput(
            f"The script is too short to be cut into {count} scenes.",
            field="scenes",
            code="too_many_scenes",
            remedy="Ask for fewer scenes or write a longer script.",
        )
    return tuple(join_words(part) for part in _even_parts(pieces, count))


def _even_parts(pieces: list[str], count: int) -> list[list[str]]:
    parts: list[list[str]] = []
    left = list(pieces)
    for still in range(count, 1, -1):
        target = sum(map(len, left)) / still
        part = [left.pop(0)]
        # take a piece while that brings the part nearer to its share and leaves one for each other
        while len(left) >= still and _size(part) + len(left[0]) / 2 < target:
            part.append(left.pop(0))
        parts.append(part)
    return [*parts, left]


def _size(part: list[str]) -> int:
    return sum(map(len, part))
