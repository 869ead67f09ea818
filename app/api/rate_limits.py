"""How often one client may ask: per key, or per address where no key was sent.

Counted in this process's memory, in a moving window. If counting itself fails, requests go through:
a limiter must never take the product down.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, cast

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter

from app.api.moving_window import MovingWindowMemory


def install(
    app: Flask, *, every: str, by_endpoint: Mapping[str, str], exempt: frozenset[str]
) -> None:
    """Count requests. Call after the routes are registered and after ``auth.install``.

    Args:
        every: limit over all routes together, ``1200 per minute``.
        by_endpoint: further, tighter limits of single routes.
        exempt: endpoints that are never counted: health checks, files, pages.
    """
    limiter = Limiter(
        _client,
        app=app,
        application_limits=[every],
        application_limits_exempt_when=lambda: request.endpoint in exempt,
        storage_uri=f"{MovingWindowMemory.STORAGE_SCHEME[0]}://",
        strategy="moving-window",
        swallow_errors=True,
    )
    for endpoint, limit in by_endpoint.items():
        limited = limiter.limit(limit)(app.view_functions[endpoint])
        app.view_functions[endpoint] = cast("Any", limited)
    app.extensions["limiter_of_requests"] = limiter
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    """How much is left. The library's own headers put Retry-After on good answers too."""
    limiter: Limiter = current_app.extensions["limiter_of_requests"]
    current = limiter.current_limit
    if current is not None:
        response.headers["X-RateLimit-Limit"] = str(current.limit.amount)
        response.headers["X-RateLimit-Remaining"] = str(current.remaining)
        response.headers["X-RateLimit-Reset"] = str(current.reset_at)
    return response


def retry_after() -> float:
    """Seconds until the limit that was just reached has room again; only in a 429."""
    limiter: Limiter = current_app.extensions["limiter_of_requests"]
    current = limiter.current_limit
    if current is None:
        return 1.0
    # the library tells the reset in whole seconds and one too many
    return min(max(1.0, current.reset_at - time.time()), float(current.limit.get_expiry()))


def _client() -> str:
    client = g.get("principal")
    if client is not None and client.key_id:
        return f"key:{client.key_id}"
    return f"address:{request.remote_addr or 'unknown'}"
