"""A modest editor that needs no model: it mends what is plainly untidy and says what it did."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.domain.errors import BadResponse
from app.providers.base import CancelCheck, never
from app.providers.faults import spoilt_text, strike
from app.providers.names import display_name
from app.providers.scripts.base import ScriptCapabilities, ScriptRequest, ScriptResult
from app.providers.scripts.scenes import cut_into_scenes
from studio.title import title_from_script

_ENGLISH_SHORTHAND = {
    r"&": "and",
    r"w/": "with",
    r"e\.g\.": "for example",
    r"i\.e\.": "that is",
    r"approx\.": "approximately",
    r"vs\.?": "versus",
}
_SHORTHAND = frozenset({"etc", "approx", "vol", "fig", "inc", "ltd", "bzw", "usw", "evtl", "ggf"})
"""Words whose full stop ends no sentence; so do all of fewer than three letters."""

_SENTENCE_START = re.compile(
    r"(^|\n\n|[.!?] +)"  # the beginning, a new paragraph, or a sentence's end
    r"([a-zà-öø-ÿ][\w'’]*)(?![\w@/]|[.:]\w)"  # a word that does not begin an address
)
_LAST_WORD = re.compile(r"\w+$")
_ENDS_OPEN = re.compile(r"[^\W_]$")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")


class SimulatedEnhancer:
    """Tidies a script by rule; the same script always gives the same result.

    Args:
        name: the provider it stands for.
    """

    def __init__(self, name: str) -> None:
        self.capabilities = ScriptCapabilities(name=name, is_simulated=True, max_characters=100_000)

    def enhance(self, request: ScriptRequest, *, cancelled: CancelCheck = never) -> ScriptResult:
        """See ``ScriptEnhancer.enhance``. Faults: ``script``, ``enhance``, or the provider's."""
        name = self.capabilities.name
        targets = ("script", "enhance", "enhance_script", name)
        strike(name, *targets)
        script, changes = _edit(request.script, english=request.language.startswith("en"))
        script = _checked(spoilt_text(script, *targets), request, name)
        scenes = cut_into_scenes(script, request.scenes) if request.scenes > 1 else (script,)
        return ScriptResult(
            title=title_from_script(script),
            script=script,
            scenes=scenes,
            changes=changes,
            provider=name,
            model="simulated",
        )


def _checked(script: str, request: ScriptRequest, provider: str) -> str:
    """What an answer must be like; that of a model would be checked the same way."""
    if len(script) < len(request.script) / 2:
        raise BadResponse(
            f"{display_name(provider)} gave back an incomplete script.", provider=provider
        )
    return script


def _edit(script: str, *, english: bool) -> tuple[str, tuple[str, ...]]:
    steps: list[tuple[str, Callable[[str], str]]] = [
        ("Removed superfluous spaces.", _tidy_spaces),
        ("Used the typographic ellipsis and dash.", _typographic),
        ("Closed the last sentence.", _closed),
        ("Began each sentence with a capital letter.", _capitalised),
    ]
    if english:
        steps.insert(1, ("Wrote shorthand out, so that it can be spoken.", _written_out))
        steps.append(("Wrote the word I as a capital letter.", _big_i))
    changes: list[str] = []
    for sentence, step in steps:
        edited = step(script)
        if edited != script:
            changes.append(sentence)
            script = edited
    return script, tuple(changes)


def _tidy_spaces(script: str) -> str:
    lines = (re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in script.strip().splitlines())
    tidy = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return re.sub(r"(?<=\w) +([,;.!?])(?=\s|$)", r"\1", tidy)


def _written_out(script: str) -> str:
    for short, long in _ENGLISH_SHORTHAND.items():
        script = re.sub(rf"(?<![\w.]){short}(?=\s)", long, script)
    return script


def _big_i(script: str) -> str:
    return re.sub(r"(?<![\w.-])i(?=(?:['’](?:m|ll|ve|d))?[ ,!?])", "I", script)


def _typographic(script: str) -> str:
    return re.sub(r"(?<=\w) ?-- ?(?=\w)", " – ", re.sub(r"(?<!\.)\.\.\.(?!\.)", "…", script))


def _closed(script: str) -> str:
    stop = "." if _LATIN.search(script) else ""
    return script + stop if _ENDS_OPEN.search(script) else script


def _capitalised(script: str) -> str:
    def capital(match: re.Match[str]) -> str:
        gap, word = match.groups()
        before = _LAST_WORD.search(script, 0, match.start())
        last = before[0].lower() if before else ""
        is_shorthand = gap.startswith(".") and (len(last) < 3 or last in _SHORTHAND)
        # iPhone and eBay are written as their makers want
        is_as_meant = word[1:] != word[1:].lower()
        return gap + (word if is_shorthand or is_as_meant else word[0].upper() + word[1:])

    return _SENTENCE_START.sub(capital, script)
