"""Webhooks on their way: one try at a time, each recorded, the next one queued with it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
import structlog

from app.db.database import Database
from app.db.tables import DELIVERIES, DELIVERY_ATTEMPTS
from app.domain.clock import Clock
from app.jobs.address_guard import AddressRefused
from app.jobs.enqueuer import Enqueuer
from app.jobs.webhook_sender import Sent, WebhookSender

log = structlog.get_logger(__name__)

DELAYS_S = (5, 30, 120, 600, 1800, 7200, 18000)
"""Between the eight tries; about seven and a half hours in all."""
GONE = 410
"""The receiver wants no more of it."""


class Deliveries:
    """Sends what is due. Without a sender everything is recorded as skipped."""

    def __init__(
        self,
        database: Database,
        enqueuer: Enqueuer,
        sender: WebhookSender | None,
        clock: Clock,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._enqueuer = enqueuer
        self._sender = sender
        self._clock = clock
        self._jitter = jitter

    def deliver(self, delivery_id: str, attempt: int) -> None:
        """One try, unless it was made before."""
        with self._database.reading() as session:
            row = session.execute(
                sa.select(DELIVERIES).where(DELIVERIES.c.id == delivery_id)
            ).one_or_none()
        if row is None or row.status != "pending" or row.attempts >= attempt:
            return
        if self._sender is None:
            self._skip(delivery_id, "This server sends no webhooks.")
            return
        try:
            sent = self._sender.send(row.url, row.id, row.payload, self._clock())
        except AddressRefused as refusal:
            self._skip(delivery_id, str(refusal))
            return
        self._record(delivery_id, attempt, sent)
        log.info(
            "job.webhook.sent",
            delivery=delivery_id,
            job_id=row.job_id,
            attempt=attempt,
            status_code=sent.status_code,
        )

    def _skip(self, delivery_id: str, reason: str) -> None:
        with self._database.session() as session:
            session.execute(
                sa.update(DELIVERIES)
                .where(DELIVERIES.c.id == delivery_id)
                .values(status="skipped", reason=reason, completed_at=self._clock())
            )
        log.info("job.webhook.skipped", delivery=delivery_id, reason=reason)

    def _record(self, delivery_id: str, attempt: int, sent: Sent) -> None:
        now = self._clock()
        with self._database.session() as session:
            mine = session.execute(
                sa.update(DELIVERIES)
                .where(DELIVERIES.c.id == delivery_id, DELIVERIES.c.attempts == attempt - 1)
                .values(attempts=attempt, reason=sent.error)
                .returning(DELIVERIES.c.id)
            ).one_or_none()
            if mine is None:
                return  # the same try was made twice at once, and the other one told first
            session.execute(
                sa.insert(DELIVERY_ATTEMPTS).values(
                    delivery_id=delivery_id,
                    attempt=attempt,
                    status_code=sent.status_code,
                    error=sent.error,
                    duration_ms=sent.duration_ms,
                    created_at=now,
                )
            )
            changes: dict[str, object]
            if sent.is_accepted:
                changes = {"status": "delivered", "completed_at": now}
            elif attempt > len(DELAYS_S) or sent.status_code == GONE:
                changes = {"status": "failed", "completed_at": now}
            else:
                delay_s = DELAYS_S[attempt - 1] * (0.8 + 0.4 * self._jitter())
                changes = {"available_at": now + timedelta(seconds=delay_s)}
                self._enqueuer.delivery(session, delivery_id, attempt + 1, delay_s=delay_s)
            session.execute(
                sa.update(DELIVERIES).where(DELIVERIES.c.id == delivery_id).values(changes)
            )
