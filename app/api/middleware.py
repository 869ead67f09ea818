"""What happens around every request: id, log line, metrics, CORS and security headers."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, current_app, g, request
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from app.api.context import request_id, services

_log = structlog.get_logger("app.access")

_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
_NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'"
"""For answers that are data. Pages set a policy of their own."""


def trust_proxies(app: Flask, hops: int) -> None:
    """Believe the X-Forwarded-* headers of ``hops`` reverse proxies; of none when 0."""
    if hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops
        )


def allow_origins(app: Flask, origins: tuple[str, ...]) -> None:
    """Let browser front ends of these origins call the API. No cookies: keys go in headers."""
    if not origins:
        return
    CORS(
        app,
        origins="*" if "*" in origins else list(origins),
        methods=["GET", "HEAD", "POST", "OPTIONS"],
        allow_headers=[
            "Accept",
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "Last-Event-ID",
            "Range",
            "X-API-Key",
            "X-Request-Id",
        ],
        expose_headers=[
            "Accept-Ranges",
            "Content-Disposition",
            "Content-Length",
            "Content-Range",
            "ETag",
            "Idempotency-Replayed",
            "Location",
            "Retry-After",
            "X-RateLimit-Limit",
            "X-RateLimit-Remaining",
            "X-RateLimit-Reset",
            "X-Request-Id",
        ],
        send_wildcard="*" in origins,
        supports_credentials=False,
        max_age=600,
    )


def observe(app: Flask, *, patience_s: float = 15.0) -> None:
    """Give every request an id and a time, and every answer its headers and its log line.

    Args:
        patience_s: how long a client may send or take nothing in the middle of a request.
    """
    app.config["CLIENT_PATIENCE_S"] = patience_s
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    g.started = time.perf_counter()
    _bound_patience()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id())


def _bound_patience() -> None:
    """Free this thread from a client that stops sending its body or taking its answer.

    The servers that we run under hand their socket over; without a limit of its own each such
    client would hold one of a few threads for as long as it likes.
    """
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.settimeout(current_app.config["CLIENT_PATIENCE_S"])


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = request_id()
    for name, value in _SECURITY.items():
        response.headers.setdefault(name, value)
    if response.mimetype in {"application/json", "application/problem+json"}:
        response.headers.setdefault("Content-Security-Policy", _NOTHING_RUNS)
        response.headers.setdefault("Cache-Control", "no-store")
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else "(none)"
    services().metrics.http_answered(
        method=request.method if request.method in _METHODS else "(other)",
        route=route,
        status=response.status_code,
        seconds=seconds,
    )
    client = g.get("principal")
    level = _log.debug if route in _QUIET else _log.info
    level(
        "http.request",
        method=request.method[:20],
        route=route,
        status=response.status_code,
        duration_ms=round(seconds * 1000, 1),
        client=client.actor if client else None,
        tenant=client.tenant if client else None,
    )
    return response


_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
_QUIET = frozenset({"/livez", "/readyz", "/health", "/metrics"})
"""Asked every few seconds by machines; logged at DEBUG."""
