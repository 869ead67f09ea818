"""Reads a JSON object from a request body, strictly: what is ambiguous or unstorable is refused.

``json.loads`` alone accepts NaN, keeps the last of two equal keys, turns 1e999 into infinity and
lets lone surrogates and NUL through, which no database stores. All of that is named and refused
here, so no layer below has to think of it.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask import Request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import RequestEntityTooLarge

from app.api.refusals import MalformedBody, UnsupportedMediaType
from app.domain.errors import InvalidInput

MAX_DEPTH = 20
"""No request of ours nests deeper than three; this bounds every walk over the body."""

_SYNTAX_REMEDY = 'Send one JSON object in UTF-8, for example {"script": "Hello."}.'


def read_json_object(request: Request, *, optional: bool = False) -> dict[str, Any]:
    """The body as a dict of plain JSON.

    Args:
        request: the request at hand.
        optional: an absent body counts as ``{}``, whatever its content type.

    Raises:
        UnsupportedMediaType: 415, the body is not ``application/json``.
        MalformedBody: 400, the body is not one JSON object.
        InvalidInput: 422, a text holds characters that cannot be stored.
        RequestEntityTooLarge: 413, more bytes than the server reads.
    """
    raw = _read(request)
    if optional and not raw.strip():
        return {}
    if request.mimetype != "application/json":
        said = f"'{request.mimetype[:100]}'" if request.mimetype else "no content type"
        raise UnsupportedMediaType(
            f"The body must be JSON, but the request says {said}.",
            remedy="Send the header 'Content-Type: application/json'.",
        )
    value = _parse(raw)
    if not isinstance(value, dict):
        raise MalformedBody(
            f"The body must be a JSON object, not {_KINDS.get(type(value), 'something else')}.",
            remedy=_SYNTAX_REMEDY,
        )
    _refuse_unstorable(value, path="", depth=1)
    return value


def _read(request: Request) -> bytes:
    try:
        raw = request.get_data(cache=True)
    except (OSError, ParseException):  # hung up, too slow, or chunks that are none
        raise MalformedBody(
            "The body broke off or did not arrive as it was announced.",
            remedy="Send the request again, with the right Content-Length.",
        ) from None
    limit = request.max_content_length
    if request.content_length is None and limit is not None and len(raw) >= limit:
        raise RequestEntityTooLarge  # Werkzeug cuts a body of unknown length off without a word
    return raw


_KINDS: dict[type, str] = {
    list: "a list",
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


def _parse(raw: bytes) -> Any:
    if not raw.strip():
        raise MalformedBody("The body is empty.", remedy=_SYNTAX_REMEDY)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise MalformedBody(
            f"The body is not valid UTF-8: byte {exc.start} cannot be read.",
            remedy="Encode the JSON as UTF-8.",
        ) from None
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique_members,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_bounded_int,
        )
    except json.JSONDecodeError as exc:
        raise MalformedBody(
            f"The body is not valid JSON: line {exc.lineno}, column {exc.colno}: "
            f"{exc.msg[:1].lower()}{exc.msg[1:]}.",
            remedy=_SYNTAX_REMEDY,
        ) from None
    except RecursionError:
        _refuse_depth()


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise MalformedBody(
                f"The member {_quoted(name)} stands twice in the body.",
                remedy="Name each member once.",
            )
        members[name] = value
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedBody(
        f"{name} is not valid JSON.", remedy="Use a finite number or leave the member out."
    )


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise MalformedBody(
            "A number in the body is too large to be represented.",
            remedy="Use a smaller number.",
        )
    return number


def _bounded_int(digits: str) -> int:
    if len(digits) > 20:
        raise MalformedBody(
            "A whole number in the body has more than 20 digits.", remedy="Use a smaller number."
        )
    return int(digits)


def _refuse_depth() -> NoReturn:
    raise MalformedBody(
        f"The body is nested more than {MAX_DEPTH} levels deep.",
        remedy="Send a flat JSON object.",
    )


def _refuse_unstorable(value: Any, *, path: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        _refuse_depth()
    if isinstance(value, str):
        _refuse_text(value, path)
    elif isinstance(value, dict):
        for name, member in value.items():
            inner = f"{path}.{name}" if path else name
            _refuse_text(name, path or "(a member's name)")
            _refuse_unstorable(member, path=inner, depth=depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_unstorable(item, path=f"{path}.{index}", depth=depth + 1)


def _refuse_text(text: str, path: str) -> None:
    if "\x00" in text:
        raise InvalidInput(
            f"'{path}' holds a NUL character.", field=path, remedy="Remove the character U+0000."
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidInput(
            f"'{path}' holds half a character (a lone surrogate).",
            field=path,
            remedy="Send complete Unicode characters.",
        ) from None


def _quoted(name: str) -> str:
    shown = name.encode("ascii", "backslashreplace").decode()
    return f"'{shown[:60]}…'" if len(shown) > 60 else f"'{shown}'"
