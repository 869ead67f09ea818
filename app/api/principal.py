"""Who asks, and what a route asks of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["jobs", "admin"]

LOCAL_TENANT = "local"
"""Owner of everything that is made without a key, in mock mode."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The client behind a request."""

    tenant: str
    key_id: str | None
    """None: no key was needed and none was sent."""
    scopes: frozenset[str]

    @property
    def sees(self) -> str | None:
        """Tenant whose jobs this client may see; None, for admin keys: everyone's."""
        return None if self.key_id and "admin" in self.scopes else self.tenant

    @property
    def actor(self) -> str:
        """How this client is named in events and audits."""
        return self.key_id or LOCAL_TENANT


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks of its caller. Every route declares one."""

    scope: Scope | None
    """None: anyone."""
    reason: str
    """Why it is so, in the words of the documentation."""
    local_suffices: bool = False
    """Whether a program on the server's own machine needs no key, in any mode."""


JOBS = Access(
    "jobs",
    "Needs an API key with the scope `jobs` in live mode, or when REQUIRE_API_KEY is set. "
    "Other tenants' jobs are answered with 404.",
)
ADMIN = Access(
    "admin",
    "Needs an API key with the scope `admin`; in mock mode on a server that only its own machine "
    "can reach, none.",
)
OPERATIONS = Access(
    "admin",
    "Needs an API key with the scope `admin`, or a request from the server's own machine.",
    local_suffices=True,
)


def public(reason: str) -> Access:
    """Open to anyone, because of ``reason``."""
    return Access(None, f"Public: {reason}")
