"""What becomes of stages without a queue entry when the worker that carried them is gone.

Nothing in the queue knows of them. Their attempts name the worker; once it is known to be dead,
each is given the entry that it never had, and whoever takes that counts the crash.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa
import structlog

from app.db.database import Database
from app.db.tables import STAGES
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.states import StageStatus
from app.jobs.enqueuer import Enqueuer
from app.jobs.transition import Transition

log = structlog.get_logger(__name__)

SETTLED = timedelta(seconds=10)
"""A younger attempt may be on its way from its transaction to its thread."""
_RUNNING = (STAGES.c.status == StageStatus.RUNNING, STAGES.c.carried)


class CarriedStages:
    """Finds carried attempts that nobody runs any more and puts them into their queues."""

    def __init__(self, database: Database, enqueuer: Enqueuer, clock: Clock) -> None:
        self._database = database
        self._enqueuer = enqueuer
        self._clock = clock

    def owners(self) -> frozenset[str]:
        """Workers that carry stages, alive or not."""
        with self._database.reading() as session:
            return frozenset(session.scalars(sa.select(STAGES.c.worker).where(*_RUNNING)))

    def requeue_of(self, workers: Collection[str]) -> int:
        """Give away everything that these workers carried; how much that was."""
        return self._requeue(STAGES.c.worker.in_(workers)) if workers else 0

    def requeue_forgotten(self, worker: str, leases: Collection[str]) -> int:
        """Give away what a live worker should carry but does not run: these leases it runs."""
        return self._requeue(
            STAGES.c.worker == worker,
            STAGES.c.lease.not_in(leases),
            STAGES.c.started_at < self._clock() - SETTLED,
        )

    def _requeue(self, *which: sa.ColumnElement[bool]) -> int:
        query = sa.select(STAGES.c.job_id, STAGES.c.lease).where(*_RUNNING, *which)
        with self._database.reading() as session:
            left = session.execute(query).all()
        requeued = sum(self._requeue_one(row.job_id, row.lease) for row in left)
        if requeued:
            log.info("job.carried.requeued", stages=requeued)
        return requeued

    def _requeue_one(self, job_id: str, lease: str) -> bool:
        with self._database.session(repeatable=True) as session:
            try:
                job = Transition.open(session, self._enqueuer, job_id, self._clock())
            except NotFound:
                return False
            attempt = job.leased(lease)
            # Seen without the lock: it may have ended since, or another reaper was faster.
            if attempt is None or not attempt.carried:
                return False
            job.requeue(attempt)
            job.write()
        return True
