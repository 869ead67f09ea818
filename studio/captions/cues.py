"""Words grouped into captions that can be read at a glance."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from studio.timeline import SPACELESS, Cue, Word, join_words

MOST_WORDS = 7
MOST_CHARACTERS = 40
"""Of Latin width; a Chinese or Japanese character counts for two."""

_SPACELESS = re.compile(f"[{SPACELESS}]")
_CLOSING = "[\"'”’»)\\]』」）]*$"
_SENTENCE_END = re.compile("[.!?…。！？।॥؟۔]" + _CLOSING)
_CLAUSE_END = re.compile("[,;:，、；：،؛—–]" + _CLOSING)
_PLAIN_WORD = re.compile(r"[^\w]*[^\W\d_]+[^\w]*$")
"""Letters and the punctuation around them; no address, no number, nothing with a hyphen."""
_FEWEST_BEFORE_CLAUSE = 3


def width(text: str) -> int:
    """Columns of Latin width that a text takes; marks that sit on a letter take none."""
    columns = 0
    for char in text:
        if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
            continue
        columns += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return columns


def _split_long(word: Word) -> Iterator[Word]:
    """A word wider than a caption (a long address, Thai without spaces) in pieces, time shared.

    Pieces of a word in an alphabet with capitals (Latin, Greek, Cyrillic) end in a hyphen.
    """
    if width(word.text) <= MOST_CHARACTERS:
        yield word
        return
    hyphen = "-" if _PLAIN_WORD.match(word.text) and word.text.lower() != word.text.upper() else ""
    pieces = [""]
    for char in word.text:
        is_mark = unicodedata.category(char)[0] == "M"
        if not is_mark and width(pieces[-1] + char + hyphen) > MOST_CHARACTERS:
            pieces.append("")
        pieces[-1] += char
    step_s = (word.end_s - word.start_s) / len(word.text)
    start_s = word.start_s
    for piece in pieces[:-1]:
        end_s = start_s + step_s * len(piece)
        yield Word(piece + hyphen, start_s, end_s)
        start_s = end_s
    yield Word(pieces[-1], start_s, word.end_s)


def _is_full(words: Sequence[Word], following: Word) -> bool:
    texts = [word.text for word in (*words, following)]
    spaced = sum(1 for text in texts if not _SPACELESS.search(text))
    return spaced > MOST_WORDS or width(join_words(texts)) > MOST_CHARACTERS


def _ends_cue(words: Sequence[Word]) -> bool:
    text = words[-1].text
    if _SENTENCE_END.search(text):
        return True
    characters = sum(width(word.text) for word in words)
    is_worth_breaking = len(words) >= _FEWEST_BEFORE_CLAUSE and characters >= MOST_CHARACTERS // 4
    return is_worth_breaking and bool(_CLAUSE_END.search(text))


def make_cues(words: Sequence[Word], sentence_starts_s: Sequence[float] = ()) -> tuple[Cue, ...]:
    """Captions of at most seven words or forty columns, broken where the sentence breathes.

    Args:
        words: in order, as spoken.
        sentence_starts_s: where known, so that a heading without a full stop stands alone.
    """
    starts = sorted(sentence_starts_s)
    cues: list[Cue] = []
    current: list[Word] = []
    for word in (piece for whole in words for piece in _split_long(whole)):
        index = bisect_left(starts, word.start_s - 0.01)
        begins_sentence = index < len(starts) and starts[index] <= word.start_s + 0.01
        if current and (begins_sentence or _is_full(current, word)):
            cues.append(Cue(tuple(current)))
            current = []
        current.append(word)
        if _ends_cue(current):
            cues.append(Cue(tuple(current)))
            current = []
    if current:
        cues.append(Cue(tuple(current)))
    return tuple(_rebalanced(cues))


def _rebalanced(cues: Sequence[Cue]) -> Iterator[Cue]:
    """A lone short word left over by a full cue takes a companion from it."""
    pending: Cue | None = None
    for cue in cues:
        if pending is not None:
            is_leftover = len(cue.words) == 1 and not _SENTENCE_END.search(pending.text)
            if (
                is_leftover
                and len(pending.words) >= 4
                and not _is_full(cue.words, pending.words[-1])
            ):
                moved = pending.words[-1]
                pending = Cue(pending.words[:-1])
                cue = Cue((moved, *cue.words))
            yield pending
        pending = cue
    if pending is not None:
        yield pending
