"""Which of the voice's languages a script is written in."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

FALLBACK = "en"

_BY_SCRIPT: dict[str, tuple[str, ...]] = {
    # The first is taken when the text is too short to tell the others apart. Malay is left out
    # beside Indonesian: the two halve each other's probability and sound alike.
    "LATIN": (
        *("en", "de", "fr", "es", "pt", "it", "nl", "pl", "tr", "sv", "id", "vi", "cs", "da"),
        *("fi", "nb", "ro", "hu", "hr", "sk", "ca"),
    ),
    "CYRILLIC": ("ru", "uk", "bg"),
    "ARABIC": ("ar", "fa", "ur"),
    "DEVANAGARI": ("hi", "mr"),
    "BENGALI": ("bn",),
    "GUJARATI": ("gu",),
    "GURMUKHI": ("pa",),
    "TAMIL": ("ta",),
    "TELUGU": ("te",),
    "KANNADA": ("kn",),
    "MALAYALAM": ("ml",),
    "THAI": ("th",),
    "HEBREW": ("he",),
    "GREEK": ("el",),
    "HANGUL": ("ko",),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "CJK": ("zh",),
}
_MODEL_LABELS = {"nb": "no"}
_CERTAIN = 0.6
"""Of the probability among the script's languages. Greetings of two words reach it."""
_FEWEST_LETTERS = 6


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(
        {_MODEL_LABELS.get(tag, tag) for tags in _BY_SCRIPT.values() for tag in tags}
    )
    return identifier


def _main_script(text: str) -> str | None:
    counts: Counter[str] = Counter()
    for char in text:
        if unicodedata.category(char)[0] == "L":
            script = unicodedata.name(char, "").partition(" ")[0]
            if script in _BY_SCRIPT:
                counts[script] += 1
    if counts["HIRAGANA"] + counts["KATAKANA"]:  # Japanese is mostly Han by letters
        counts["HIRAGANA"] += counts.pop("CJK", 0)
    # a Han or Hangul letter carries about as much as three Latin ones
    for script in ("CJK", "HANGUL", "HIRAGANA"):
        counts[script] *= 3
    script, count = counts.most_common(1)[0] if counts else ("", 0)
    return script if count else None


def detect_language(text: str) -> str:
    """The tag of the language, always one the voice speaks; ``FALLBACK`` when there is doubt.

    The script decides where it can; a statistical model only chooses between languages that share
    one. A short Latin text is taken for English unless the model is certain.
    """
    script = _main_script(text)
    if script is None:
        return FALLBACK
    candidates = _BY_SCRIPT[script]
    letters = "".join(char if char.isalpha() else " " for char in text)
    if len(candidates) == 1 or len(letters.replace(" ", "")) < _FEWEST_LETTERS:
        return candidates[0]
    ranked = dict(_identifier().rank(" ".join(letters.split())))
    scores = {tag: ranked.get(_MODEL_LABELS.get(tag, tag), 0.0) for tag in candidates}
    best = max(scores, key=lambda tag: scores[tag])
    return best if scores[best] > _CERTAIN * sum(scores.values()) else candidates[0]
