"""Every refusal and failure as one document: RFC 9457 problem+json with plain sentences in it.

``error`` and ``message`` are for front ends that show one text to a person; ``code`` is for
programs; ``errors`` names each field; ``type`` is the address of a page about the code.
"""

from __future__ import annotations

import math
from typing import Any

import structlog
from flask import Flask, Response, current_app, json, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from app.api.context import request_id, services
from app.api.problem_catalog import CATALOG
from app.api.rate_limits import retry_after
from app.api.refusals import RangeNotSatisfiable
from app.api.validation import InvalidFields
from app.db.database import UNREACHABLE
from app.domain.errors import AppError, NotReady

MEDIA_TYPE = "application/problem+json"

_log = structlog.get_logger("app.api")


def install(app: Flask) -> None:
    """Answer every exception of every route with a problem document."""
    app.register_error_handler(AppError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def problem(
    *,
    code: str,
    status: int,
    detail: str,
    remedy: str,
    errors: list[dict[str, str]] | None = None,
    retry_after_s: float | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The problem document as a response."""
    sentence = f"{detail} {remedy}".strip()
    known = CATALOG.get(code)
    body: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": known.title if known else code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "instance": request.path.encode("ascii", "backslashreplace").decode()[:200],
        "code": code,
        "error": sentence,
        "message": sentence,
        "remedy": remedy,
        "errors": errors or [],
        "retry_after": None,
        "request_id": request_id(),
        "livemode": services().http.livemode,
    }
    response = current_app.response_class(status=status, content_type=MEDIA_TYPE)
    if retry_after_s is not None:
        body["retry_after"] = max(1, math.ceil(retry_after_s))
        response.headers["Retry-After"] = str(body["retry_after"])
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="AI Video Engineer"'
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    response.set_data(json.dumps(body))
    return response


def _refused(error: AppError) -> Response:
    if error.status >= 500:
        _log.warning("http.refused", code=error.code, status=error.status, detail=error.message)
    if isinstance(error, InvalidFields):
        errors = [
            {"field": found.field, "message": found.message, "remedy": found.remedy}
            for found in error.findings
        ]
    elif error.field:
        errors = [{"field": error.field, "message": error.message, "remedy": error.remedy}]
    else:
        errors = []
    retry_after_s = error.retry_after_s
    if retry_after_s is None and error.status == 503:
        retry_after_s = 5
    return problem(
        code=error.code,
        status=error.status,
        detail=error.message,
        remedy=error.remedy,
        errors=errors,
        retry_after_s=retry_after_s,
        headers=(
            {"Content-Range": f"bytes */{error.size}"}
            if isinstance(error, RangeNotSatisfiable)
            else None
        ),
    )


def _http(error: HTTPException) -> Response:
    """What Flask, Werkzeug and the rate limiter refuse."""
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()  # type: ignore[return-value]  # redirects are no problems
    code, detail, remedy = _HTTP.get(
        status, ("http_error", f"The request was refused ({error.name}).", "Correct the request.")
    )
    headers: dict[str, str] = {}
    retry_after_s: float | None = None
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        headers["Allow"] = allowed
        remedy = f"Use one of: {allowed}."
    elif isinstance(error, RequestEntityTooLarge):
        limit = request.max_content_length
        detail = f"The body is larger than the {limit:,} bytes that are read." if limit else detail
        _drain()
        headers["Connection"] = "close"
    elif status == 429:
        retry_after_s = retry_after()
        detail = f"Too many requests: the limit is {error.description}."
        remedy = f"Wait {math.ceil(retry_after_s)} seconds, then try again."
    return problem(
        code=code,
        status=status,
        detail=detail,
        remedy=remedy,
        retry_after_s=retry_after_s,
        headers=headers,
    )


_HTTP: dict[int, tuple[str, str, str]] = {
    400: ("malformed_request", "The request could not be read.", "Send a well-formed request."),
    404: (
        "not_found",
        "There is nothing at this address.",
        "Check the path; /docs lists every route.",
    ),
    405: ("method_not_allowed", "This address does not answer that method.", ""),
    413: ("payload_too_large", "The body is too large.", "Send a shorter body."),
    414: ("malformed_request", "The address is too long.", "Send a shorter address."),
    415: (
        "unsupported_media_type",
        "The body is not in a format this route reads.",
        "Send the header 'Content-Type: application/json'.",
    ),
    416: ("range_not_satisfiable", "The file is shorter than that.", "Ask for the whole file."),
    429: ("quota_exceeded", "Too many requests.", "Wait, then try again."),
    431: ("malformed_request", "The headers are too large.", "Send fewer or shorter headers."),
}


def _drain(limit_bytes: int = 32_000_000) -> None:
    """Read a refused body to its end, so that the client hears the answer and not a broken pipe."""
    left = min(request.content_length or 0, limit_bytes)
    stream = request.environ["wsgi.input"]
    while left > 0:
        chunk = stream.read(min(left, 65_536))
        if not chunk:
            return
        left -= len(chunk)


def _unexpected(error: Exception) -> Response:
    """A database that is away, or a bug: the traceback goes to the log, the id to the client."""
    if isinstance(error, UNREACHABLE):
        _log.warning("http.database_away", error=type(error).__name__)
        return _refused(NotReady("The database does not answer."))
    _log.error("http.failed", exc_info=error, request_id=request_id())
    return problem(
        code="internal_error",
        status=500,
        detail="Something went wrong on our side.",
        remedy=f"Please report this with the request id {request_id()}.",
    )
