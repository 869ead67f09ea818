"""The tables: our own truth about jobs. The engine's tables are only its queue.

Whoever changes a job or anything below it locks the job's row first: that one lock puts events,
joins and cancels in order.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class Job(Base):
    """A request for a video, with everything it runs by."""

    __tablename__ = "jobs"
    __table_args__ = (
        sa.UniqueConstraint("tenant", "idempotency_key"),
        sa.Index("ix_jobs_tenant_id", "tenant", "id"),
        sa.Index("ix_jobs_user_id_id", "user_id", "id"),
        sa.Index("ix_jobs_status_id", "status", "id"),
        sa.Index("ix_jobs_route_completed_at", "route", "completed_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    tenant: Mapped[str]
    user_id: Mapped[str | None]
    status: Mapped[str]
    progress: Mapped[int]
    current_step: Mapped[str]
    request: Mapped[dict[str, Any]]
    """The snapshot, ``VideoRequest`` as JSON."""
    plan: Mapped[dict[str, Any]]
    route: Mapped[str]
    script: Mapped[str]
    script_chars: Mapped[int]
    priority: Mapped[int]
    livemode: Mapped[bool]
    webhook_url: Mapped[str | None]
    idempotency_key: Mapped[str | None]
    fingerprint: Mapped[str | None]
    failure: Mapped[dict[str, Any] | None]
    last_event: Mapped[int]
    """Highest event number given out; counted under the row's lock, so there are no gaps."""
    version: Mapped[int] = mapped_column(server_default=sa.text("0"))
    """Raised by every change: who knows the job as of this version need not read it again."""
    waited_s: Mapped[float]
    """Seconds spent waiting for people; not part of the work."""
    work_s: Mapped[float | None]
    """Seconds from start to completion without the waiting; the history that eta is told from."""
    waiting_since: Mapped[datetime | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class Stage(Base):
    """One attempt at one node of a job's plan."""

    __tablename__ = "stages"
    __table_args__ = (
        sa.Index("ix_stages_status_deadline_at", "status", "deadline_at"),
        sa.Index("ix_stages_worker_status", "worker", "status"),
    )

    job_id: Mapped[str] = mapped_column(
        sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stage: Mapped[str]
    label: Mapped[str]
    status: Mapped[str]
    progress: Mapped[float]
    try_number: Mapped[int]
    """1 after a start or a resume, one more with each automatic retry."""
    crashes: Mapped[int]
    """How often a worker vanished while it ran this attempt."""
    superseded: Mapped[bool]
    """A resume upstream made this result stale: it no longer counts as done."""
    edited: Mapped[bool]
    """A person replaced members of the output at the gate."""
    carried: Mapped[bool] = mapped_column(server_default=sa.false())
    """It has no queue entry: the worker that made it ready runs it at once. False as soon as it
    is given one, because that worker is gone."""
    lease: Mapped[str | None]
    """Names the one run that may write this row; a late result of an older run finds no row."""
    worker: Mapped[str | None]
    input: Mapped[dict[str, Any] | None]
    """Which attempt of each upstream node was read: ``{"validate": 1}``."""
    output: Mapped[dict[str, Any] | None]
    provider: Mapped[str | None]
    cost_usd: Mapped[float | None]
    failure: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    available_at: Mapped[datetime]
    """Not before this time; later than ``created_at`` for a delayed retry."""
    started_at: Mapped[datetime | None]
    deadline_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]


class Approval(Base):
    """A gate that a job reached, and what was said there."""

    __tablename__ = "approvals"
    __table_args__ = (sa.Index("ix_approvals_job_id", "job_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(sa.ForeignKey("jobs.id", ondelete="CASCADE"))
    gate: Mapped[str]
    key: Mapped[str]
    attempt: Mapped[int]
    status: Mapped[str]
    comment: Mapped[str | None]
    decided_by: Mapped[str | None]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class Artifact(Base):
    """A file that an attempt left in the object store."""

    __tablename__ = "artifacts"
    __table_args__ = (
        sa.UniqueConstraint("job_id", "key", "attempt", "ordinal"),
        sa.Index("ix_artifacts_store_key", "store_key"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(sa.ForeignKey("jobs.id", ondelete="CASCADE"))
    key: Mapped[str]
    attempt: Mapped[int]
    ordinal: Mapped[int]
    kind: Mapped[str]
    store_key: Mapped[str]
    content_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str]
    meta: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Event(Base):
    """Something that happened to a job. Rows are only ever added."""

    __tablename__ = "events"

    job_id: Mapped[str] = mapped_column(
        sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str]
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Worker(Base):
    """A process that runs stages, and when it was last heard."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    queues: Mapped[list[str]]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Delivery(Base):
    """A webhook to send: an event of a job, addressed."""

    __tablename__ = "deliveries"
    __table_args__ = (
        sa.UniqueConstraint("job_id", "sequence"),
        sa.Index("ix_deliveries_status", "status"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """Also the ``webhook-id`` header, so that a receiver can drop repeats."""
    job_id: Mapped[str] = mapped_column(sa.ForeignKey("jobs.id", ondelete="CASCADE"))
    sequence: Mapped[int]
    url: Mapped[str]
    payload: Mapped[dict[str, Any]]
    status: Mapped[str]
    """pending, delivered, failed or skipped."""
    attempts: Mapped[int]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    available_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]


class DeliveryAttempt(Base):
    """One try at one delivery."""

    __tablename__ = "delivery_attempts"

    delivery_id: Mapped[str] = mapped_column(
        sa.ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True
    )
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status_code: Mapped[int | None]
    error: Mapped[str | None]
    duration_ms: Mapped[int]
    created_at: Mapped[datetime]


class RuntimeSetting(Base):
    """A value that takes effect in every process at once and survives restarts."""

    __tablename__ = "runtime_settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str]


class RuntimeSettingChange(Base):
    """Who changed a runtime setting, from what to what. Secrets leave no value here."""

    __tablename__ = "runtime_setting_changes"
    __table_args__ = (sa.Index("ix_runtime_setting_changes_name", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    before: Mapped[Any | None]
    after: Mapped[Any | None]
    actor: Mapped[str]
    created_at: Mapped[datetime]


class ApiKey(Base):
    """A key for the API. Only the hash of its secret is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    tenant: Mapped[str]
    scopes: Mapped[list[str]]
    secret_sha256: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


def _table(entity: type[Base]) -> sa.Table:
    table = entity.__table__
    if not isinstance(table, sa.Table):
        raise TypeError(f"{entity.__name__} is not a table")
    return table


# The plain tables, for statements that run hundreds of times a second: they skip the mapper.
JOBS = _table(Job)
STAGES = _table(Stage)
APPROVALS = _table(Approval)
ARTIFACTS = _table(Artifact)
EVENTS = _table(Event)
WORKERS = _table(Worker)
DELIVERIES = _table(Delivery)
DELIVERY_ATTEMPTS = _table(DeliveryAttempt)
