"""API keys: who asks (before each request) and whether they may (before each view).

The rules of contract §5: admin routes always need the admin scope, except in mock mode on a server
bound to loopback; job routes need a key in live mode or when REQUIRE_API_KEY is set.
"""

from __future__ import annotations

from flask import Flask, g, request

from app.api.context import is_local, services
from app.api.principal import LOCAL_TENANT, Access, Principal
from app.domain.errors import Forbidden, Unauthorized

MAX_KEY_CHARS = 200
"""Longer texts are no keys of ours and are not looked up."""


def install(app: Flask) -> None:
    """Name the client of every request, before the rate limiter counts it."""
    app.before_request(_identify)


def _identify() -> None:
    """Set ``g.principal`` or remember why there is none; only a guard turns that into a refusal.

    A public route answers whatever key is sent with the request.
    """
    g.principal = None
    g.refusal = None
    try:
        key = _key_sent()
    except Unauthorized as exc:
        g.refusal = exc
        return
    if key is None:
        return
    found = services().api_keys.authenticate(key) if len(key) <= MAX_KEY_CHARS else None
    if found is None:
        g.refusal = Unauthorized(
            "The API key is not valid: unknown, revoked or expired.",
            code="invalid_api_key",
            remedy="Check that the whole key was copied, or ask the operator for a new one.",
        )
        return
    g.principal = Principal(found.tenant, found.id, frozenset(found.scopes))


def _key_sent() -> str | None:
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        scheme, _, credentials = authorization.strip().partition(" ")
        if scheme.lower() != "bearer" or not credentials.strip():
            raise Unauthorized("The Authorization header is not of the form 'Bearer <key>'.")
        return credentials.strip()
    return request.headers.get("X-API-Key", "").strip() or None


def check(access: Access) -> None:
    """Let the request through or refuse it.

    Raises:
        Unauthorized: 401, a key is needed and none, or no valid one, came.
        Forbidden: 403, the key lacks the scope.
    """
    if access.scope is None:
        return
    if g.refusal is not None:
        raise g.refusal
    client: Principal | None = g.principal
    if client is None:
        if not _open_to_all(access):
            raise Unauthorized(f"This route needs an API key with the scope '{access.scope}'.")
        g.principal = Principal(LOCAL_TENANT, None, frozenset({access.scope}))
        return
    if access.scope not in client.scopes and "admin" not in client.scopes:
        raise Forbidden(
            f"The API key lacks the scope '{access.scope}'.",
            remedy=f"Use a key with the scope '{access.scope}'.",
        )


def _open_to_all(access: Access) -> bool:
    http = services().http
    if access.local_suffices and is_local():
        return True
    if http.livemode:
        return False
    if access.scope == "admin":
        return http.bound_to_loopback and is_local()
    return not http.require_api_key
