"""Files by signed link: anyone who holds a link may read the file until the link expires."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import quote

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field

from app.api import byte_ranges
from app.api.context import services
from app.api.operation import operation
from app.api.parameters import artifact_id as checked
from app.api.parameters import path_parameter
from app.api.principal import public

media = APIBlueprint("media", __name__)

_CHUNK = 1 << 16


class MediaQuery(BaseModel):
    """The signature of a link, and how to show the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    expires: str = Field(default="", max_length=20)
    """Unix time until which the link works."""
    signature: str = Field(default="", max_length=200)
    """Proves that this server made the link."""
    download: str = Field(default="", max_length=10)
    """``1``: save the file instead of showing it."""


_BYTES: dict[str, Any] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
_ANSWERS: dict[int, dict[str, Any]] = {
    200: {"description": "The file.", "content": _BYTES},
    206: {
        "description": "The part asked for with `Range`.",
        "content": _BYTES,
        "headers": {
            "Content-Range": {
                "schema": {"type": "string"},
                "description": "Where the part lies: `bytes 0-1023/123456`.",
            }
        },
    },
    304: {"description": "The file is the one that `If-None-Match` names."},
}


@media.get("/media/<artifact_id>/<filename>")
@operation(
    media,
    access=public("the signature in the link is the permission; it ends with `expires`."),
    tag="Files",
    refuses=(403, 404, 416),
    parameters=[
        path_parameter(
            "artifact_id", "From a link of this server.", "art_01kacv4m8p3q5r7s9t1v3w5x7z"
        ),
        path_parameter("filename", "From a link of this server.", "video.mp4"),
    ],
    answers=_ANSWERS,
    counted=False,
)
@media.input(MediaQuery, location="query", arg_name="query")
def get_media(artifact_id: str, filename: str, query: MediaQuery) -> Response:
    """Read a file.

    Take the address from `video_url` or an artifact's `url` as it is: it is signed. It needs no
    header, answers HEAD, `Range` (one part) and `If-None-Match`, and stops working after its time.
    """
    services_ = services()
    services_.links.verify(artifact_id, filename, query.expires, query.signature, services_.clock())
    found = services_.jobs.artifact(checked(artifact_id)).ref
    etag = f'"{found.sha256}"'
    left_s = max(0, int(query.expires) - int(services_.clock().timestamp()))
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": f"private, max-age={left_s}, immutable",
        "Content-Disposition": _disposition(filename, download=query.download == "1"),
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if request.if_none_match.contains(found.sha256):
        return Response(status=304, headers=headers)
    size = services_.store.size(found.key)
    part = None
    if _range_applies(etag):
        part = byte_ranges.parse(request.headers.get("Range"), size)
    length = part.length if part else size
    headers["Content-Length"] = str(length)
    if part:
        headers["Content-Range"] = str(part)
    body: Iterator[bytes] = iter(())
    if request.method != "HEAD":
        body = _Reading(services_.store.open(found.key), part.first if part else 0, length)
    return Response(
        body,
        status=206 if part else 200,
        content_type=found.content_type,
        headers=headers,
        direct_passthrough=True,
    )


def _range_applies(etag: str) -> bool:
    """RFC 9110 §13.1.5: with If-Range, a part is sent only if the client has this very file."""
    condition = request.headers.get("If-Range")
    return condition is None or condition.strip() == etag


def _disposition(filename: str, *, download: bool) -> str:
    kind = "attachment" if download else "inline"
    plain = "".join(c if (c.isalnum() and c.isascii()) or c in "._-" else "_" for c in filename)
    if plain == filename:
        return f'{kind}; filename="{plain}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


class _Reading:
    """Part of an open file as chunks; closed by the server, also when the client goes away."""

    def __init__(self, file: BinaryIO, first: int, length: int) -> None:
        self._file = file
        self._left = length
        file.seek(first)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = self._file.read(min(_CHUNK, self._left))
        if not chunk:
            self.close()
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        """Called by the server at the end of the answer."""
        self._file.close()
