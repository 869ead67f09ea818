"""What a route may reach: the services, who asks, and the request's id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flask import current_app, g, request

from app.domain.ids import new_id

if TYPE_CHECKING:
    from app.api.principal import Principal
    from app.bootstrap import Services

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


def services() -> Services:
    """The services that this application was created with."""
    return cast("Services", current_app.extensions["services"])


def principal() -> Principal:
    """Who asks. Only in routes that declare access; set by their guard."""
    return cast("Principal", g.principal)


def request_id() -> str:
    """The id of this request: the client's ``X-Request-Id`` if well formed, else a new one."""
    if "request_id" not in g:
        sent = request.headers.get("X-Request-Id", "")
        g.request_id = sent if _REQUEST_ID.fullmatch(sent) else new_id("req")
    return cast("str", g.request_id)


def absolute(path: str) -> str:
    """``path`` as a complete address: under PUBLIC_BASE_URL, else where this request came to."""
    base = services().http.public_base_url or request.url_root
    return f"{base.rstrip('/')}{path}"


def is_local() -> bool:
    """Whether the request surely comes from a program on this machine.

    The peer must be a loopback address, the Host header must say so too (a web page that rebinds
    its own name to 127.0.0.1 cannot), and no proxy may have passed the request on.
    """
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    peer = request.remote_addr or ""
    host = urlsplit(f"//{request.host}").hostname or ""
    return _is_loopback(peer) and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    return address == "::1" or bool(re.fullmatch(r"127(\.\d{1,3}){3}", address))
