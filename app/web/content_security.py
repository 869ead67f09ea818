"""What a page may load and run: its own files and nothing else."""

from __future__ import annotations

from flask import Response

_PAGE = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}

_REFERENCE = _PAGE | {"style-src": "'self' 'unsafe-inline'"}
"""RapiDoc writes style attributes into its own shadow tree; scripts stay as strict as elsewhere."""


def _policy(directives: dict[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def protect(response: Response, *, reference: bool = False) -> Response:
    """Set the headers of an HTML page; ``reference`` is the page that RapiDoc draws."""
    response.headers["Content-Security-Policy"] = _policy(_REFERENCE if reference else _PAGE)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    response.headers["Cache-Control"] = "no-cache"
    return response
