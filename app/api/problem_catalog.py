"""Every public error code: what it means and what to do. Each has a page at /problems/{code}."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc

import app.api.refusals  # noqa: F401  # its classes belong into the catalogue
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
        *(_page(error) for error in _classes(AppError) if error.__module__ != "app.settings"),
        *_INSTANCES,
    )
}
"""By code."""
