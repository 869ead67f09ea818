"""Magic inputs: ``[[fail:tts:429x2]]`` in a script asks a simulation to fail in a chosen way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from app.domain.errors import InvalidInput
from app.domain.video_request import Fault
from app.providers.faults import AFTER_ACCEPT, DAMAGES, ERRORS

_MARK = re.compile(r"\[\[\s*(fail|slow)\b([^\[\]\n]{0,80})\]\]", re.IGNORECASE)
_FAIL = re.compile(r":(?P<target>[a-z_]+):(?P<kind>[a-z0-9_]+?)(?:x(?P<times>[1-9]\d?))?$")
_SLOW = re.compile(r":(?P<target>[a-z_]+):(?P<kind>\d{1,3}(?:\.\d)?)s(?:x(?P<times>[1-9]\d?))?$")

MAX_SLOW_S = 300

STORE_KINDS = frozenset({"full", "read_only"})

_EVERYWHERE = frozenset(ERRORS)
TARGETS: Mapping[str, tuple[str, frozenset[str]]] = {
    "validate": ("validate", _EVERYWHERE),
    "script": ("enhance_script", _EVERYWHERE | DAMAGES),
    "enhance": ("enhance_script", _EVERYWHERE | DAMAGES),
    "openai": ("enhance_script", _EVERYWHERE | DAMAGES),
    "tts": ("synthesize_speech", _EVERYWHERE | DAMAGES),
    "speech": ("synthesize_speech", _EVERYWHERE | DAMAGES),
    "vibevoice": ("synthesize_speech", _EVERYWHERE | DAMAGES),
    "elevenlabs": ("synthesize_speech", _EVERYWHERE | DAMAGES),
    "render": ("render_avatar", _EVERYWHERE | DAMAGES | {AFTER_ACCEPT}),
    "heygen": ("render_avatar", _EVERYWHERE | DAMAGES | {AFTER_ACCEPT}),
    "compose": ("compose", _EVERYWHERE),
    "store": ("store", _EVERYWHERE | DAMAGES | STORE_KINDS),
    "wasabi": ("store", _EVERYWHERE | DAMAGES | STORE_KINDS),
}
"""Each target with the stage that it strikes and the kinds of failure it knows."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A magic input and what becomes of a job that holds it."""

    input: str
    stage: str
    outcome: Literal["completes", "fails"]
    code: str | None
    """Of the failure, when the job fails."""
    explanation: str


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "[[fail:validate:rejected]]",
        "validate",
        "fails",
        "content_rejected",
        "Refused by policy before anything is made; not tried again.",
    ),
    Scenario(
        "[[fail:openai:429x2]]",
        "enhance_script",
        "completes",
        None,
        "The script provider asks twice to slow down; the third attempt succeeds.",
    ),
    Scenario(
        "[[fail:script:truncated]]",
        "enhance_script",
        "fails",
        "provider_bad_response",
        "The edited script comes back incomplete each time and is never used.",
    ),
    Scenario(
        "[[fail:vibevoice:timeout]]",
        "synthesize_speech",
        "completes",
        None,
        "VibeVoice does not answer; ElevenLabs speaks the whole script.",
    ),
    Scenario(
        "[[fail:vibevoice:401]]",
        "synthesize_speech",
        "completes",
        None,
        "VibeVoice refuses our key; ElevenLabs speaks the whole script.",
    ),
    Scenario(
        "[[fail:vibevoice:rejected]]",
        "synthesize_speech",
        "fails",
        "content_rejected",
        "Refused by policy: no other provider is asked.",
    ),
    Scenario(
        "[[fail:vibevoice:truncated]]",
        "synthesize_speech",
        "completes",
        None,
        "VibeVoice's sound is cut off; that is noticed, and ElevenLabs speaks.",
    ),
    Scenario(
        "[[fail:tts:429x2]]",
        "synthesize_speech",
        "completes",
        None,
        "Every speech provider asks twice to slow down; the third attempt succeeds.",
    ),
    Scenario(
        "[[fail:tts:500]]",
        "synthesize_speech",
        "fails",
        "speech_unavailable",
        "No speech provider works, in any attempt.",
    ),
    Scenario(
        "[[fail:tts:402]]",
        "synthesize_speech",
        "fails",
        "speech_unavailable",
        "Every speech account is empty; not tried again.",
    ),
    Scenario(
        "[[fail:render:500x3]]",
        "render_avatar",
        "fails",
        "provider_unavailable",
        "The renderer is away for three attempts; a retry by hand then succeeds.",
    ),
    Scenario(
        "[[fail:heygen:402]]",
        "render_avatar",
        "fails",
        "provider_credit_exhausted",
        "The renderer's account is empty; not tried again.",
    ),
    Scenario(
        f"[[fail:render:{AFTER_ACCEPT}x1]]",
        "render_avatar",
        "completes",
        None,
        "The renderer takes the work but its answer is lost; the next attempt finds the same work.",
    ),
    Scenario(
        "[[fail:render:truncatedx1]]",
        "render_avatar",
        "completes",
        None,
        "The first clip is cut off; that is noticed, and it is drawn again.",
    ),
    Scenario(
        "[[fail:compose:500x1]]",
        "compose",
        "completes",
        None,
        "Composing fails once; the second attempt succeeds.",
    ),
    Scenario(
        "[[fail:store:truncated]]",
        "store",
        "fails",
        "storage_corrupt",
        "The saved video is cut off each time; it is never published.",
    ),
    Scenario(
        "[[fail:store:fullx3]]",
        "store",
        "fails",
        "storage_full",
        "No space left for three attempts; a retry by hand then succeeds.",
    ),
    Scenario(
        "[[slow:render:30s]]",
        "render_avatar",
        "completes",
        None,
        "Drawing starts half a minute late; good for trying out cancelling.",
    ),
)
"""A telling selection; any target of ``TARGETS`` takes any kind listed with it."""


def take_out(script: str, *, livemode: bool) -> tuple[str, tuple[Fault, ...]]:
    """Part a script from its magic inputs.

    Returns:
        The script as it is to be spoken, and the failures asked for.

    Raises:
        InvalidInput: an unknown magic input, or any at all in live mode.
    """
    faults: list[Fault] = []
    for match in _MARK.finditer(script):
        if livemode:
            raise InvalidInput(
                "The script holds a magic input, which only mock mode understands.",
                field="script",
                code="magic_input_refused",
                remedy="Take the text in double square brackets out of the script.",
            )
        faults.append(_parse(match))
    if not faults:
        return script, ()
    return re.sub(r"[ \t]{2,}", " ", _MARK.sub(" ", script)).strip(), tuple(faults)


def is_in(script: str) -> bool:
    """Whether a script holds anything that looks like a magic input, known or not."""
    return _MARK.search(script) is not None


def _parse(match: re.Match[str]) -> Fault:
    action = match[1].lower()
    rest = re.sub(r"\s", "", match[2]).lower()
    parts = (_FAIL if action == "fail" else _SLOW).match(rest)
    if parts is None or parts["target"] not in TARGETS:
        raise _unknown("[[fail:<target>:<kind>]] or [[slow:<target>:<seconds>s]]", TARGETS)
    target, kind = parts["target"], parts["kind"]
    if action == "slow":
        if float(kind) > MAX_SLOW_S:
            raise _unknown(f"a slow magic input of at most {MAX_SLOW_S} s", TARGETS)
        kind += "s"
    elif kind not in TARGETS[target][1]:
        raise _unknown(f"[[fail:{target}:<kind>]] with another kind", TARGETS[target][1])
    return Fault(
        action=cast("Literal['fail', 'slow']", action),
        target=target,
        kind=kind,
        times=int(parts["times"]) if parts["times"] else None,
    )


def _unknown(
    wanted: str, choices: Iterator[str] | Mapping[str, object] | frozenset[str]
) -> InvalidInput:
    return InvalidInput(
        f"The script holds a magic input that means nothing; write {wanted}. "
        f"Choices: {', '.join(sorted(choices))}.",
        field="script",
        code="unknown_magic_input",
        remedy="See GET /mock/scenarios for all magic inputs.",
    )
