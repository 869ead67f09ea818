"""Parts of a request outside its body: ids in the path, headers; read strictly and documented."""

from __future__ import annotations

import re
from typing import Any

from flask import request

from app.api.refusals import MalformedHeader
from app.domain.errors import InvalidInput, NotFound
from app.domain.ids import is_id

_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")
_SEQUENCE = re.compile(r"\d{1,9}", re.ASCII)


def job_id(text: str) -> str:
    """``text``, if it can be the id of a job.

    Raises:
        NotFound: it cannot; no database is asked, whatever bytes the path held.
    """
    if not is_id(text, "vid"):
        raise NotFound("There is no such job.")
    return text


def artifact_id(text: str) -> str:
    """``text``, if it can be the id of an artifact; NotFound if not."""
    if not is_id(text, "art"):
        raise NotFound("There is no such file.")
    return text


def cursor(text: str | None) -> str | None:
    """``text``, if it can be a place in the list of jobs.

    Raises:
        InvalidInput: it was not given out by this server.
    """
    if text is not None and not is_id(text, "vid"):
        raise InvalidInput(
            "The 'cursor' is not one that this server gave out.",
            field="cursor",
            remedy="Send the next_cursor of the page before, or leave 'cursor' out.",
        )
    return text


def idempotency_key() -> str | None:
    """The Idempotency-Key header.

    Raises:
        MalformedHeader: empty, longer than 255 or not visible ASCII.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None or _VISIBLE.fullmatch(key):
        return key
    raise MalformedHeader(
        "The Idempotency-Key is not usable.",
        field="Idempotency-Key",
        remedy="Send 1 to 255 visible ASCII characters without spaces, for example a UUID.",
    )


def last_event_id(after: int) -> int:
    """The Last-Event-ID header, which a reconnecting browser sends, else ``after``."""
    sent = request.headers.get("Last-Event-ID", "").strip()
    if not sent:
        return after
    if not _SEQUENCE.fullmatch(sent):
        raise MalformedHeader(
            "The Last-Event-ID is not a number that this server gave out.",
            field="Last-Event-ID",
            remedy="Send the id of the last event received, or leave the header out.",
        )
    return int(sent)


def path_parameter(name: str, description: str, example: str) -> dict[str, Any]:
    """Documents a part of the path."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }


JOB_ID = path_parameter(
    "id", "The id that `POST /generate-video` answered.", "vid_01kacv4m8p3q5r7s9t1v3w5x7z"
)
IDEMPOTENCY_PARAMETER: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of your own that names this request, such as a UUID: 1 to 255 "
    "visible ASCII characters.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
LAST_EVENT_ID: dict[str, Any] = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "Sent by browsers when they reconnect: only later events follow.",
    "schema": {"type": "string", "pattern": "^[0-9]{0,9}$"},
}
ACCEPTED_HEADERS: dict[str, Any] = {
    "Location": {"schema": {"type": "string"}, "description": "Path to poll."},
    "Idempotency-Replayed": {
        "schema": {"type": "string", "const": "true"},
        "description": "Present when the Idempotency-Key was known and nothing new was started.",
    },
}
