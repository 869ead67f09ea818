"""Refusals that only HTTP knows.

AppError
├── MalformedBody 400 · MalformedHeader 400 · MalformedParameter 400
├── UnsupportedMediaType 415
├── RangeNotSatisfiable 416
└── StreamsBusy 503           all event streams of this process are taken
"""

from __future__ import annotations

from app.domain.errors import AppError, NotReady


class MalformedBody(AppError):
    """The body is not one JSON object."""

    code = "malformed_body"
    status = 400
    default_remedy = "Send one JSON object in UTF-8."


class MalformedHeader(AppError):
    """A header cannot be read."""

    code = "malformed_header"
    status = 400
    default_remedy = "Correct the header and send the request again."


class MalformedParameter(AppError):
    """A parameter of the address cannot be read, or stands there twice."""

    code = "malformed_parameter"
    status = 400
    default_remedy = "Correct the parameter and send the request again."


class UnsupportedMediaType(AppError):
    """The body is not in a format this route reads."""

    code = "unsupported_media_type"
    status = 415
    default_remedy = "Send the header 'Content-Type: application/json'."


class RangeNotSatisfiable(AppError):
    """The file is shorter than the part that was asked for."""

    code = "range_not_satisfiable"
    status = 416
    default_remedy = "Ask for bytes inside the file, or for the whole file."

    def __init__(self, size: int) -> None:
        super().__init__(f"The file ends before that part: it has {size:,} bytes.")
        self.size = size


class StreamsBusy(NotReady):
    """Every event stream that this process may hold open is taken."""

    code = "streams_busy"
    default_remedy = "Poll the events with 'Accept: application/json', or try again shortly."
