"""Keys to the API: ``avk_<id>_<secret>``, of which only a hash of the secret is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.db.database import Database
from app.db.tables import ApiKey
from app.domain.clock import Clock, utc_now
from app.domain.errors import InvalidInput, NotFound
from app.domain.ids import new_id

SCOPES = frozenset({"jobs", "admin"})

_FORM = re.compile(r"^avk_([0-9a-z]{26})_([A-Za-z0-9_-]{43})$")
_USED_EVERY = timedelta(minutes=1)
"""``last_used_at`` is written at most this often: a busy key must not make every read a write."""


@dataclass(frozen=True, slots=True)
class ApiKeyView:
    """What may be known of a key after its creation."""

    id: str
    name: str
    tenant: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


def _view(row: ApiKey) -> ApiKeyView:
    return ApiKeyView(
        id=row.id,
        name=row.name,
        tenant=row.tenant,
        scopes=frozenset(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )


def _hash(secret: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiKeys:
    """Create, check, list and revoke keys."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    def create(
        self,
        name: str,
        *,
        tenant: str,
        scopes: Iterable[str],
        expires_at: datetime | None = None,
    ) -> tuple[ApiKeyView, str]:
        """A new key and its plaintext, which nobody will see again."""
        wanted = frozenset(scopes)
        if not wanted or wanted - SCOPES:
            raise InvalidInput(f"Scopes must be among {', '.join(sorted(SCOPES))}.", field="scopes")
        if not tenant.strip():
            raise InvalidInput("A key needs a tenant.", field="tenant")
        secret = secrets.token_urlsafe(32)
        row = ApiKey(
            id=new_id("key"),
            name=name,
            tenant=tenant,
            scopes=sorted(wanted),
            secret_sha256=_hash(secret),
            created_at=self._clock(),
            expires_at=expires_at,
        )
        with self._database.session() as session:
            session.add(row)
        return _view(row), f"avk_{row.id.removeprefix('key_')}_{secret}"

    def authenticate(self, plaintext: str) -> ApiKeyView | None:
        """The key that this text is, or None: unknown, wrong, revoked or expired."""
        form = _FORM.match(plaintext)
        if form is None:
            return None
        key_id, secret = f"key_{form[1]}", form[2]
        now = self._clock()
        with self._database.reading() as session:
            row = session.get(ApiKey, key_id)
        # An unknown id costs the same comparison as a wrong secret.
        right = hmac.compare_digest(row.secret_sha256 if row else "0" * 64, _hash(secret))
        if row is None or not right or row.revoked_at is not None:
            return None
        if row.expires_at is not None and row.expires_at <= now:
            return None
        if row.last_used_at is None or now - row.last_used_at >= _USED_EVERY:
            with self._database.session() as session:
                session.execute(
                    sa.update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now)
                )
            row.last_used_at = now
        return _view(row)

    def list(self) -> tuple[ApiKeyView, ...]:
        """All keys, newest first."""
        with self._database.reading() as session:
            return tuple(
                _view(row) for row in session.scalars(sa.select(ApiKey).order_by(ApiKey.id.desc()))
            )

    def revoke(self, key_id: str) -> ApiKeyView:
        """Make a key worthless from now on. Revoking twice changes nothing."""
        with self._database.session() as session:
            row = session.get(ApiKey, key_id, with_for_update=True)
            if row is None:
                raise NotFound("There is no such key.")
            if row.revoked_at is None:
                row.revoked_at = self._clock()
        return _view(row)
