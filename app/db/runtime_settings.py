"""Settings that people change while the product runs: audited, effective at once everywhere."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.db.database import Database
from app.db.tables import RuntimeSetting, RuntimeSettingChange
from app.domain.clock import Clock, utc_now
from app.domain.ids import new_id

JsonValue = None | bool | int | float | str | Sequence[object] | Mapping[str, object]

_SECRET = "secret:"  # noqa: S105  # a prefix of names, not a secret


@dataclass(frozen=True, slots=True)
class SettingChange:
    """Who changed what, and when."""

    name: str
    before: object
    after: object
    actor: str
    created_at: datetime


class RuntimeSettings:
    """Named JSON values in the database."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    def get(self, name: str) -> object:
        """The value, or None when it was never set."""
        with self._database.reading() as session:
            return session.execute(
                sa.select(RuntimeSetting.value).where(RuntimeSetting.name == name)
            ).scalar_one_or_none()

    def set(self, name: str, value: JsonValue, *, actor: str) -> None:
        """Set a value; None takes it away. ``actor`` goes into the audit."""
        try:
            self._set(name, value, actor)
        except IntegrityError:  # another process set it for the first time at the same moment
            self._set(name, value, actor)

    def _set(self, name: str, value: JsonValue, actor: str) -> None:
        now = self._clock()
        with self._database.session() as session:
            row = session.get(RuntimeSetting, name, with_for_update=True)
            before = row.value if row else None
            if value is None:
                if row is not None:
                    session.delete(row)
            elif row is None:
                session.add(
                    RuntimeSetting(name=name, value=value, updated_at=now, updated_by=actor)
                )
            else:
                row.value, row.updated_at, row.updated_by = value, now, actor
            session.add(
                RuntimeSettingChange(
                    id=new_id("evt"),
                    name=name,
                    before=before,
                    after=value,
                    actor=actor,
                    created_at=now,
                )
            )

    def changes(self, name: str, limit: int = 100) -> tuple[SettingChange, ...]:
        """The audit of one setting, newest first."""
        with self._database.reading() as session:
            rows = session.scalars(
                sa.select(RuntimeSettingChange)
                .where(RuntimeSettingChange.name == name)
                .order_by(RuntimeSettingChange.id.desc())
                .limit(limit)
            )
            return tuple(
                SettingChange(row.name, row.before, row.after, row.actor, row.created_at)
                for row in rows
            )

    def get_or_create_secret(self, name: str) -> str:
        """43 random letters, made by whoever asks first and the same for every process since."""
        stored = self.get(_SECRET + name)
        if stored is None:
            now = self._clock()
            try:
                with self._database.session() as session:
                    session.add(
                        RuntimeSetting(
                            name=_SECRET + name,
                            value=secrets.token_urlsafe(32),
                            updated_at=now,
                            updated_by="system",
                        )
                    )
                    session.add(
                        RuntimeSettingChange(
                            id=new_id("evt"), name=_SECRET + name, actor="system", created_at=now
                        )
                    )
            except IntegrityError:
                pass  # another process was first; its secret is the one
            stored = self.get(_SECRET + name)
        return str(stored)
