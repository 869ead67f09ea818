"""A title for a clip, taken from its script."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from studio.typography import without_pictures

_SENTENCE_ENDS = frozenset(".!?…。！？．।॥؟۔։")
_CLAUSE_ENDS = frozenset(",;:，、；：،؛–—")
_ABBREVIATED = frozenset(
    ("dr", "mr", "mrs", "ms", "prof", "st", "nr", "no", "vs", "etc", "e.g", "i.e", "z.b", "bzw")
)
_SHORTEST_WORDS = 4
"""A first sentence of fewer words is a greeting: the title comes from the next one."""
_SHORTEST_UNSPACED = 6
"""The same in characters, for scripts that write no spaces."""
_DANGLING = 3
"""A word this short at a cut is an article or a preposition that waits for what was cut off."""


def title_from_script(script: str, max_chars: int = 52) -> str:
    """The first telling sentence, or a phrase of it, of at most ``max_chars`` characters.

    Works for any language. Emoji and the punctuation around the phrase are dropped; a cut falls
    at the end of a clause or a word, never inside one unless it alone is too long.

    Returns:
        The title; empty for a script without a letter or a digit.
    """
    sentences = [s for s in _sentences(without_pictures(script)) if s]
    if not sentences:
        return ""
    chosen = next((s for s in sentences if not _is_greeting(s)), sentences[0])
    return _bare(_shortened(chosen, max_chars))


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for index, character in enumerate(text):
        if character in _SENTENCE_ENDS and _ends_sentence(text, index, start):
            yield _bare(text[start : index + 1])
            start = index + 1
    yield _bare(text[start:])


def _ends_sentence(text: str, index: int, start: int) -> bool:
    if text[index] != ".":
        return True
    following = text[index + 1 : index + 2]
    if following and not following.isspace():
        return False
    last = text[start:index].split()[-1:] or [""]
    word = last[0].lower().lstrip("(\"'“„«")
    initial = len(word) == 1 and word.isalpha()
    return not (initial or word in _ABBREVIATED)


def _bare(phrase: str) -> str:
    """Without the punctuation and spaces around it, but with signs that carry meaning."""
    kept = "%$€£°+#&)»”>"
    first, last = 0, len(phrase)
    while first < last and not (phrase[first].isalnum() or phrase[first] in "$€£#+(«“„¿¡"):
        if _is_tag(phrase[first:]):
            break
        first += 1
    while last > first and not (phrase[last - 1].isalnum() or _is_mark(phrase[last - 1])):
        if phrase[last - 1] in kept and _closes(phrase[first:last]):
            break
        last -= 1
    bare = phrase[first:last]
    return bare if any(c.isalnum() for c in bare) else ""


def _is_tag(phrase: str) -> bool:
    """``<b>`` at the start: someone writes about markup."""
    return phrase[0] == "<" and not phrase[1:2].isspace() and ">" in phrase


def _is_mark(character: str) -> bool:
    """Vowel signs of Indic and Arabic scripts belong to the letter before them."""
    return unicodedata.category(character) in ("Mn", "Mc")


def _closes(phrase: str) -> bool:
    opening = {")": "(", "»": "«", "”": "“", ">": "<"}.get(phrase[-1])
    return opening is None or opening in phrase


def _is_greeting(sentence: str) -> bool:
    words = sentence.split()
    if len(words) == 1:
        return len(sentence) < _SHORTEST_UNSPACED or sentence.isascii()
    return len(words) < _SHORTEST_WORDS


def _shortened(sentence: str, max_chars: int) -> str:
    if len(sentence) <= max_chars:
        return sentence
    for index in range(max_chars, max_chars // 2 - 1, -1):
        if sentence[index] in _CLAUSE_ENDS:
            return sentence[:index]
    words = sentence[: max_chars + 1].split()
    if len(words) == 1:
        return _whole_letters(sentence[:max_chars])
    if not sentence[max_chars].isspace():
        words.pop()
    while len(words) > 3 and len(words[-1]) <= _DANGLING and words[-1].isalpha():
        words.pop()
    return " ".join(words)


def _whole_letters(text: str) -> str:
    """A cut must not part a letter from its vowel sign; the last, perhaps partial, one goes."""
    end = len(text) - 1
    while end > 0 and _is_mark(text[end]):
        end -= 1
    return text[:end]
