"""Sends one webhook, signed as the Standard Webhooks specification 1.0.0 says.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

from app.jobs.address_guard import AddressGuard, Target

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one try."""

    status_code: int | None
    """None: there was no answer."""
    error: str | None
    duration_ms: int

    @property
    def is_accepted(self) -> bool:
        """The receiver said yes."""
        return self.status_code is not None and 200 <= self.status_code < 300


def shared_secret(secret: str) -> str:
    """The signing secret in the form that receivers' libraries want."""
    return "whsec_" + base64.b64encode(secret.encode()).decode()


def signature(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """The ``webhook-signature`` header."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


class _Pinned(HTTPAdapter):
    """Connects to the address that was checked, while TLS still asks for the name."""

    def __init__(self, target: Target) -> None:
        self._target = target
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        if self._target.scheme == "https":
            kwargs |= {
                "server_hostname": self._target.host,
                "assert_hostname": self._target.host,
            }
        super().init_poolmanager(*args, **kwargs)


class WebhookSender:
    """Posts events. No redirects, no proxies, no cookies; AddressRefused before any connection.

    Args:
        timeout_s: how long a receiver may take to answer.
    """

    def __init__(
        self, guard: AddressGuard, secret: str, *, timeout_s: float = READ_TIMEOUT_S
    ) -> None:
        self._guard = guard
        self._secret = secret
        self._timeout_s = timeout_s

    def send(self, url: str, webhook_id: str, payload: Mapping[str, Any], now: datetime) -> Sent:
        """One POST. Never raises for what the receiver or the network does."""
        target = self._guard.check(url)
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        timestamp = int(now.timestamp())
        parts = urlsplit(url)
        address = f"[{target.address}]" if ":" in target.address else target.address
        pinned = urlunsplit(
            (target.scheme, f"{address}:{target.port}", parts.path or "/", parts.query, "")
        )
        headers = {
            "host": parts.netloc,
            "content-type": "application/json",
            "user-agent": "ai-video-engineer-webhooks/1",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._secret, webhook_id, timestamp, body),
        }
        began = time.monotonic()
        status_code: int | None = None
        error: str | None = None
        with requests.Session() as session:
            session.trust_env = False
            session.mount(f"{target.scheme}://", _Pinned(target))
            try:
                with session.post(
                    pinned,
                    data=body,
                    headers=headers,
                    timeout=(CONNECT_TIMEOUT_S, self._timeout_s),
                    allow_redirects=False,
                    stream=True,  # the answer's body is not read: it says nothing to us
                ) as answer:
                    status_code = answer.status_code
                    if not answer.ok or answer.is_redirect:
                        error = f"The receiver answered {status_code}."
            except requests.Timeout:
                error = "The receiver did not answer in time."
            except requests.exceptions.SSLError:
                error = "The receiver's certificate was not accepted."
            except requests.RequestException:
                error = "The receiver could not be reached."
        return Sent(status_code, error, int(1000 * (time.monotonic() - began)))
