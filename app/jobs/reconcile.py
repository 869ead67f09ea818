"""Compares attempts and deliveries with the queue and mends what does not fit.

Nothing here is needed while all goes well. It is for what the engine cannot know: an attempt that
runs past its time, an entry that ended without its attempt, an entry that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

import sqlalchemy as sa
import structlog

from app.db.database import Database
from app.db.tables import DELIVERIES, JOBS, STAGES
from app.domain.clock import Clock
from app.domain.errors import AppError
from app.domain.states import JobStatus, StageStatus
from app.jobs.attempts import Attempts
from app.jobs.enqueuer import Enqueuer, delivery_entry, stage_entry
from app.jobs.failures import AttemptLost, StageTimedOut, failure_of
from app.jobs.job_state import ACTIVE
from app.jobs.transition import Transition

log = structlog.get_logger(__name__)

AnyRow = sa.Row[*tuple[Any, ...]]

SETTLED = timedelta(seconds=10)
"""Younger attempts are left alone: they may be on their way right now."""
BATCH = 500


class QueueState(Protocol):
    """What the queue knows."""

    def waiting_or_running(self, entries: Sequence[str]) -> Mapping[str, bool]:
        """For each entry that exists: True while it waits or runs, False when it has ended."""


class Reconciler:
    """One pass at a time; several workers may do so at once, as every change is conditional."""

    def __init__(
        self,
        database: Database,
        enqueuer: Enqueuer,
        queue: QueueState,
        attempts: Attempts,
        clock: Clock,
    ) -> None:
        self._database = database
        self._enqueuer = enqueuer
        self._queue = queue
        self._attempts = attempts
        self._clock = clock

    def run(self) -> int:
        """Mend everything; returns how many things were mended."""
        mended = self._overdue() + self._lost() + self._lost_deliveries() + self._stalled()
        if mended:
            log.warning("job.reconciled", mended=mended)
        return mended

    def _overdue(self) -> int:
        with self._database.reading() as session:
            late = session.execute(
                sa.select(STAGES.c.job_id, STAGES.c.key, STAGES.c.attempt, STAGES.c.lease).where(
                    STAGES.c.status == StageStatus.RUNNING,
                    STAGES.c.deadline_at < self._clock(),
                )
            ).all()
        error = StageTimedOut("This stage took longer than it may.")
        return sum(self._fail(row, error) for row in late)

    def _lost(self) -> int:
        """Active attempts whose entry has ended or never was.

        Carried ones have none: they are as alive as their worker, see ``carried``.
        """
        mended = 0
        for rows in self._batches():
            known = self._queue.waiting_or_running(
                [stage_entry(row.job_id, row.key, row.attempt) for row in rows]
            )
            for row in rows:
                goes_on = known.get(stage_entry(row.job_id, row.key, row.attempt))
                if goes_on is None and row.status == StageStatus.QUEUED:
                    mended += self._enqueue_again(row)
                elif not goes_on:
                    mended += self._fail(row, AttemptLost("This stage was lost on its way."))
        return mended

    def _batches(self) -> Iterable[Sequence[AnyRow]]:
        before = self._clock() - SETTLED
        position: tuple[str, str, int] = ("", "", 0)
        while True:
            query = (
                sa.select(
                    STAGES.c.job_id, STAGES.c.key, STAGES.c.attempt, STAGES.c.status, STAGES.c.lease
                )
                .where(
                    STAGES.c.status.in_(ACTIVE),
                    ~STAGES.c.carried,
                    STAGES.c.available_at < before,
                    sa.tuple_(STAGES.c.job_id, STAGES.c.key, STAGES.c.attempt) > position,
                )
                .order_by(STAGES.c.job_id, STAGES.c.key, STAGES.c.attempt)
                .limit(BATCH)
            )
            with self._database.reading() as session:
                rows = session.execute(query).all()
            if not rows:
                return
            yield rows
            position = (rows[-1].job_id, rows[-1].key, rows[-1].attempt)

    def _fail(self, row: AnyRow, error: AppError) -> int:
        with self._database.session() as session:
            job = Transition.open(session, self._enqueuer, row.job_id, self._clock())
            attempt = job.attempt(row.key, row.attempt)
            # Seen without the lock: since then it may have ended well, or begun anew.
            if attempt is None or not attempt.is_active or attempt.lease != row.lease:
                return 0
            self._attempts.fail_attempt(job, attempt, failure_of(error, attempt.key))
            job.write()
        self._enqueuer.withdraw(job.withdrawn)
        return 1

    def _enqueue_again(self, row: AnyRow) -> int:
        with self._database.session() as session:
            job = Transition.open(session, self._enqueuer, row.job_id, self._clock())
            attempt = job.attempt(row.key, row.attempt)
            if attempt is None or attempt.status != StageStatus.QUEUED:
                return 0
            self._enqueuer.stage(
                session,
                job.id,
                row.key,
                row.attempt,
                queue=job.plan.node(row.key).queue,
                priority=job.job["priority"],
            )
        return 1

    def _lost_deliveries(self) -> int:
        with self._database.reading() as session:
            rows = session.execute(
                sa.select(DELIVERIES.c.id, DELIVERIES.c.attempts)
                .where(
                    DELIVERIES.c.status == "pending",
                    DELIVERIES.c.available_at < self._clock() - SETTLED,
                )
                .limit(BATCH)
            ).all()
        known = self._queue.waiting_or_running(
            [delivery_entry(row.id, row.attempts + 1) for row in rows]
        )
        mended = 0
        for row in rows:
            entry = delivery_entry(row.id, row.attempts + 1)
            if entry not in known:
                with self._database.session() as session:
                    self._enqueuer.delivery(session, row.id, row.attempts + 1)
                mended += 1
            elif not known[entry]:
                with self._database.session() as session:
                    session.execute(
                        sa.update(DELIVERIES)
                        .where(DELIVERIES.c.id == row.id, DELIVERIES.c.status == "pending")
                        .values(
                            status="failed",
                            reason="The webhook was lost on its way.",
                            completed_at=self._clock(),
                        )
                    )
                mended += 1
        return mended

    def _stalled(self) -> int:
        """Jobs that should go on but have nothing active: settled anew."""
        active = (
            sa.select(STAGES.c.job_id)
            .where(STAGES.c.job_id == JOBS.c.id, STAGES.c.status.in_(ACTIVE))
            .exists()
        )
        with self._database.reading() as session:
            ids = session.scalars(
                sa.select(JOBS.c.id).where(
                    JOBS.c.status.in_((JobStatus.QUEUED, JobStatus.PROCESSING)),
                    JOBS.c.updated_at < self._clock() - SETTLED,
                    ~active,
                )
            ).all()
        for job_id in ids:
            with self._database.session() as session:
                job = Transition.open(session, self._enqueuer, job_id, self._clock())
                job.settle()
                job.write()
        return len(ids)
