"""Every public error code: what it means and what to do. Each has a page at /problems/{code}."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc

import app.api.refusals  # with the next one: every class of error is loaded
import app.bootstrap  # noqa: F401
from app.domain.errors import AppError


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """What a person may read about one code."""

    code: str
    title: str
    status: int
    meaning: str
    remedy: str


def _classes(base: type[AppError]) -> Iterator[type[AppError]]:
    yield base
    for child in base.__subclasses__():
        yield from _classes(child)


def _page(error: type[AppError]) -> ProblemPage:
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", error.__name__).capitalize()
    meaning = cleandoc(error.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    return ProblemPage(error.code, words, error.status, meaning, error.default_remedy)


_INSTANCES: tuple[ProblemPage, ...] = (
    ProblemPage(
        "internal_error",
        "Internal error",
        500,
        "A mistake of ours. Its traceback is in the server's log under the request id.",
        "Please report it with the request id.",
    ),
    ProblemPage(
        "malformed_request",
        "Malformed request",
        400,
        "The request line or a header could not be read.",
        "Send a well-formed request.",
    ),
    ProblemPage(
        "method_not_allowed",
        "Method not allowed",
        405,
        "The address exists, but does not answer that method.",
        "Use one of the methods in the Allow header.",
    ),
    ProblemPage(
        "payload_too_large",
        "Payload too large",
        413,
        "The body is larger than the server reads (MAX_REQUEST_BYTES).",
        "Send a shorter body.",
    ),
    ProblemPage(
        "invalid_api_key",
        "Invalid API key",
        401,
        "The key is unknown, revoked or expired.",
        "Check that the whole key was copied, or ask the operator for a new one.",
    ),
    ProblemPage(
        "link_invalid",
        "Link not valid",
        403,
        "The address of a file is not one that this server signed.",
        "Read the job again: its answer carries fresh links.",
    ),
    ProblemPage(
        "link_expired",
        "Link expired",
        403,
        "The address of a file was good, but its time is over (MEDIA_LINK_TTL_S).",
        "Read the job again: its answer carries fresh links.",
    ),
    ProblemPage(
        "file_not_found",
        "File not found",
        404,
        "The file was removed: by retention, or by the owner of the storage.",
        "Make the video again.",
    ),
    ProblemPage(
        "empty_script",
        "Empty script",
        422,
        "There is nothing in the script that can be spoken.",
        "Write what the presenter should say.",
    ),
    ProblemPage(
        "script_too_long",
        "Script too long",
        422,
        "The script has more characters than are allowed (MAX_TTS_INPUT_CHARS).",
        "Shorten the script, or split it into several videos.",
    ),
    ProblemPage(
        "speech_too_long",
        "Speech too long",
        422,
        "The script would take longer to speak than is allowed (MAX_TTS_AUDIO_DURATION).",
        "Shorten the script, or split it into several videos.",
    ),
    ProblemPage(
        "unspeakable_script",
        "Unspeakable script",
        422,
        "The voice found nothing in the script that it can speak.",
        "Write it in the letters of its language.",
    ),
    ProblemPage(
        "too_many_scenes",
        "Too many scenes",
        422,
        "The script is too short to be cut into so many scenes.",
        "Ask for fewer scenes or write a longer script.",
    ),
    *(
        ProblemPage(
            f"unknown_{member}",
            f"Unknown {member}",
            422,
            f"There is no such {member}; the message lists those that there are.",
            f"Choose a {member} of GET /catalog.",
        )
        for member in ("template", "presenter", "voice", "language")
    ),
    ProblemPage(
        "unknown_magic_input",
        "Unknown magic input",
        422,
        "The script holds a text in double square brackets that orders nothing known.",
        "See GET /mock/scenarios for all magic inputs.",
    ),
    ProblemPage(
        "magic_input_refused",
        "Magic input refused",
        422,
        "The script holds a magic input, which only mock mode and only a new request takes.",
        "Take the text in double square brackets out of the script.",
    ),
    ProblemPage(
        "webhook_not_local",
        "Webhook not local",
        422,
        "In mock mode nothing leaves the machine, webhooks included.",
        "Use a receiver on localhost, or leave webhook_url out.",
    ),
    ProblemPage(
        "webhook_not_allowed",
        "Webhook not allowed",
        422,
        "A mock server that other machines reach without a key would post to its own ports for "
        "strangers, so it calls no webhooks.",
        "Leave webhook_url out, or set REQUIRE_API_KEY=true or HOST=127.0.0.1.",
    ),
    ProblemPage(
        "video_rejected",
        "Video rejected",
        500,
        "The finished video does not play as it should and was not published.",
        "Retry the job from the rendering stage.",
    ),
    ProblemPage(
        "invalid_key",
        "Invalid storage key",
        422,
        "A file was to be kept under a name that is not a plain relative path.",
        "Please report this with the request id.",
    ),
    ProblemPage(
        "idempotency_key_reused",
        "Idempotency key reused",
        422,
        "The same Idempotency-Key was sent before with another body.",
        "Use a new key for a new request; repeat the exact body to get the first answer again.",
    ),
    ProblemPage(
        "approval_rejected",
        "Approval rejected",
        409,
        "A person rejected the script at the approval gate.",
        "Change the script and approve it, or submit another.",
    ),
)
"""Codes that single errors carry, more exact than their class."""

CATALOG: dict[str, ProblemPage] = {
    page.code: page
    for page in (
        *(_page(error) for error in _classes(AppError) if error.code != "invalid_settings"),
        *_INSTANCES,
    )
}
"""By code."""
