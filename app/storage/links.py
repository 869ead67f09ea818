"""Links to media that need no header: signed, and good for a limited time."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from urllib.parse import quote

from app.domain.clock import Clock, utc_now
from app.domain.errors import Forbidden

_STEPS_PER_TTL = 4


class MediaLinks:
    """Signs and checks ``/media/{artifact_id}/{filename}?expires=…&signature=…``.

    Args:
        secret: gives the signing key; asked once, at the first link.
        ttl_s: how long a link works. Links made within a quarter of it are equal, so that a
            player or cache that asks for the status twice does not load the video twice.
    """

    def __init__(self, secret: Callable[[], bytes], ttl_s: int, clock: Clock = utc_now) -> None:
        self._load_secret = secret
        self._ttl_s = ttl_s
        self._clock = clock

    def path_for(self, artifact_id: str, filename: str, expires_at: datetime | None = None) -> str:
        """The path and query of a link, to be put behind the server's address."""
        expires = int(expires_at.timestamp()) if expires_at else self._default_expiry()
        signature = self._sign(artifact_id, filename, expires)
        path = f"/media/{quote(artifact_id, safe='')}/{quote(filename, safe='')}"
        return f"{path}?expires={expires}&signature={signature}"

    def verify(
        self, artifact_id: str, filename: str, expires: str, signature: str, now: datetime
    ) -> None:
        """Check what came with a request.

        Raises:
            Forbidden: not one of our links, changed, or too old.
        """
        known = expires.isascii() and expires.isdigit() and len(expires) <= 12
        expected = self._sign(artifact_id, filename, int(expires)) if known else ""
        if not known or not hmac.compare_digest(expected.encode(), signature.encode()):
            raise Forbidden(
                "This link is not valid.",
                code="link_invalid",
                remedy="Ask for the video's status again and use the link in it.",
            )
        if int(expires) < now.timestamp():
            raise Forbidden(
                "This link has expired.",
                code="link_expired",
                remedy="Ask for the video's status again and use the link in it.",
            )

    def _default_expiry(self) -> int:
        step = max(1, self._ttl_s // _STEPS_PER_TTL)
        return (int(self._clock().timestamp()) // step + 1) * step + self._ttl_s

    def _sign(self, artifact_id: str, filename: str, expires: int) -> str:
        message = f"{artifact_id}\n{filename}\n{expires}".encode()
        digest = hmac.new(self._secret, message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    @cached_property
    def _secret(self) -> bytes:
        return self._load_secret()
