"""Script text made speakable: what the voice is given, and what the captions show for it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from studio.errors import InvalidScript

MAX_CHARACTERS = 20_000
"""What the voice takes in about a second; callers set their own, lower limits."""

# Runs are bounded, as otherwise a text of 6,000 asterisks takes seconds.
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>|<!--.{0,500}?-->", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\(([^()\s]*)\)")
_EMPHASIS = re.compile(
    r"(?<![\w*~`])(\*{1,3}|_{1,3}|~~|`{1,3})(?=\S)([^\n]{1,200}?)(?<=\S)\1(?![\w*~`])"
)
_LINE_MARKER = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|[-*+•‣▪●][ \t]+|>[ \t]?)", re.MULTILINE)
_CODE_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*$", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*([-*_=])(?:[ \t]*\1){2,}[ \t]*$", re.MULTILINE)
_BLANKS = re.compile(r"[^\S\n]+")
_PARAGRAPH = re.compile(r" ?\n\s*\n\s*")
_LONELY_MARK = re.compile(r"[^\S\n]+(?=[,.](?:\s|$))")
_SPACES = re.compile(r"[^\S\n]+|[^\S\n]*\n(?!\n)[^\S\n]*")

_PICTURES = re.compile(
    "["
    "\U0001f000-\U0001faff"  # emoji proper, with flags and skin tones
    "\u2600-\u27bf"  # sun to dingbats
    "\u2b00-\u2bff\u2300-\u23ff\u25a0-\u25ff\u2190-\u21ff"  # stars, clocks, shapes, arrows
    "\ufe00-\ufe0f\u20e3\u3030\u303d"
    "\U000e0000-\U000e0fff"  # tags inside flags
    "]+"
)
_JOINERS = "\u200c\u200d"
"""Meaningful between letters in Persian and the Indian scripts, and part of emoji elsewhere."""

_SCHEME = re.compile(r"\b(?:https?|ftp)://(?:www\.)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SpeakableText:
    """A script in two forms that share their words."""

    written: str
    """What captions show."""
    spoken: str
    """What the voice is given."""
    origins: tuple[int, ...]
    """For every character of ``spoken``, its position in ``written``."""


def _keep(char: str, before: str, after: str) -> bool:
    if char in _JOINERS:
        return all(unicodedata.category(side)[0] in "LM" for side in (before, after))
    return char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _without_markup(text: str) -> str:
    for pattern, replacement in (
        (_CODE_FENCE, ""),
        (_RULE, "\n\n"),
        (_TAG, " "),
        (_LINK, r"\1"),
        (_LINE_MARKER, ""),
    ):
        text = pattern.sub(replacement, text)
    for _ in range(3):  # emphasis nests: ***_word_***
        text = _EMPHASIS.sub(r"\2", text)
    return text


def _written(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = _BLANKS.sub(" ", text.replace("\u2029", "\n\n"))
    text = _without_markup(unicodedata.normalize("NFC", text))
    text = _PICTURES.sub(" ", text)
    padded = f" {text} "
    text = "".join(
        char
        for before, char, after in zip(padded, padded[1:], padded[2:], strict=False)
        if _keep(char, before, after)
    )
    paragraphs = (_SPACES.sub(" ", part).strip() for part in _PARAGRAPH.split(text))
    # "word <tag>, …" must not leave its comma alone
    return "\n\n".join(_LONELY_MARK.sub("", part) for part in paragraphs if part)


def sanitize(text: str) -> SpeakableText:
    """Text without markup, emoji and control characters, in NFC, its spaces collapsed.

    A blank line stays: the voice pauses there.

    Raises:
        InvalidScript: no letter or digit is left, or there are more than ``MAX_CHARACTERS``.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidScript(
            f"The script has {len(text):,} characters; the voice takes {MAX_CHARACTERS:,} at most."
        )
    written = _written(text)
    if not _is_speakable(written):
        raise InvalidScript("The script has no letter or digit that a voice could say.")
    silent = [False] * len(written)
    for match in _SCHEME.finditer(written):
        silent[match.start() : match.end()] = [True] * (match.end() - match.start())
    kept = tuple(index for index, is_silent in enumerate(silent) if not is_silent)
    spoken = "".join(written[index] for index in kept)
    if not _is_speakable(spoken):  # a scheme and nothing else: then it is what is meant
        return SpeakableText(written, written, tuple(range(len(written))))
    return SpeakableText(written, spoken, kept)


def _is_speakable(text: str) -> bool:
    return any(unicodedata.category(char)[0] in "LN" for char in text)
