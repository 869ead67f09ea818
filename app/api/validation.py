"""Turns pydantic's findings into sentences that say which field, what is wrong and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.domain.errors import InvalidInput

MAX_FINDINGS = 20
"""A request with more mistakes than this is told of the first ones."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a request."""

    field: str
    message: str
    remedy: str


class InvalidFields(InvalidInput):
    """One or more members of the request are wrong; ``findings`` names each."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        message = first.message
        if len(findings) > 1:
            more = len(findings) - 1
            message += f" ({more} more {'mistake' if more == 1 else 'mistakes'} in 'errors'.)"
        super().__init__(message, field=first.field, remedy=first.remedy)
        self.findings = tuple(findings)


def refusal(error: ValidationError, model: type[BaseModel]) -> InvalidFields:
    """The refusal for what pydantic found wrong with input for ``model``."""
    details = error.errors(include_url=False)
    return InvalidFields(list(_findings(details, model))[:MAX_FINDINGS])


def _findings(details: Sequence[ErrorDetails], model: type[BaseModel]) -> Iterator[Finding]:
    known = sorted(field.alias or name for name, field in model.model_fields.items())
    for detail in details:
        field = ".".join(str(part) for part in detail["loc"]) or "(body)"
        field = field.encode("ascii", "backslashreplace").decode()[:100]
        message, remedy = _sentence(field, detail, known)
        yield Finding(field, message, remedy)


def _sentence(field: str, detail: ErrorDetails, known: list[str]) -> tuple[str, str]:
    kind = detail["type"]
    context: dict[str, Any] = detail.get("ctx", {})
    if kind == "missing":
        return f"'{field}' is missing.", f"Add '{field}'."
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(field, known, n=1)
        hint = f"Did you mean '{near[0]}'? " if near else ""
        return f"'{field}' is not known here.", f"{hint}Known: {', '.join(known)}."
    if kind == "string_pattern_mismatch" and detail["input"] == "":
        return f"'{field}' is empty.", f"Fill '{field}' or leave it out."
    if kind == "string_pattern_mismatch":
        wanted = _FORMS.get(field, "written in another form; see /docs")
        return f"'{field}' must be {wanted}.", f"Correct '{field}'."
    for prefix, expected in _EXPECTED:
        if kind.startswith(prefix):
            return f"'{field}' must be {expected.format_map(context)}.", f"Correct '{field}'."
    if kind == "string_too_short" and context["min_length"] == 1:
        return f"'{field}' is empty.", f"Fill '{field}' or leave it out."
    if kind == "string_too_short":
        return (
            f"'{field}' is too short: it needs at least {context['min_length']} characters.",
            f"Lengthen '{field}'.",
        )
    if kind == "string_too_long":
        return (
            f"'{field}' is too long: at most {context['max_length']} characters.",
            f"Shorten '{field}'.",
        )
    if kind == "value_error":
        reason = str(context.get("error", detail["msg"])).rstrip(".")
        return f"'{field}': {reason}.", f"Correct '{field}'."
    return f"'{field}': {detail['msg'].rstrip('.')}.", f"Correct '{field}'."


_EXPECTED: tuple[tuple[str, str], ...] = (
    ("string_type", "text"),
    ("string_sub_type", "text"),
    ("string_unicode", "text of complete Unicode characters"),
    ("literal_error", "one of {expected}"),
    ("enum", "one of {expected}"),
    ("bool", "true or false"),
    ("int", "a whole number"),
    ("float", "a number"),
    ("finite_number", "a finite number"),
    ("greater_than_equal", "{ge} or more"),
    ("greater_than", "more than {gt}"),
    ("less_than_equal", "{le} or less"),
    ("less_than", "less than {lt}"),
    ("list_type", "a list"),
    ("tuple_type", "a list"),
    ("dict_type", "an object"),
    ("model_type", "an object"),
    ("model_attributes_type", "an object"),
    ("url", "a complete address such as https://example.com/hook"),
)
"""Prefix of pydantic's error type -> what the value must be; the longer prefix stands first."""

_ID = "the id of a choice, letters and digits such as {example}; see GET /catalog"
_FORMS: dict[str, str] = {
    "template": _ID.format(example="presenter1"),
    "presenter": _ID.format(example="maya"),
    "voice": _ID.format(example="maya"),
    "language": "a language tag such as en or pt-BR",
    "userId": "text without control characters",
    "webhook_url": "a complete address such as https://example.com/hook",
}
"""What a member with a pattern looks like, in words."""
