"""Signs of life of a worker, and the reaper: whoever notices a dead worker gives its work away."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db.database import Database
from app.db.tables import WORKERS

log = structlog.get_logger(__name__)


class Heartbeat:
    """Keeps this worker's row fresh and removes those of the dead.

    A dead worker's work is given away at the latest ``dead_s`` plus 1.2 beats after its last beat.
    """

    def __init__(
        self,
        database: Database,
        worker: str,
        *,
        host: str,
        queues: Sequence[str],
        beat_s: float,
        dead_s: float,
        recover: Callable[[Sequence[str]], None],
    ) -> None:
        if dead_s < 3 * beat_s:
            raise ValueError("a worker must be allowed to miss two beats before it is dead")
        self._database = database
        self._worker = worker
        self._host = host
        self._queues = list(queues)
        self._beat_s = beat_s
        self._dead_s = dead_s
        self._recover = recover
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name="job-heartbeat", daemon=True)

    def sign_on(self, *, forget_others: bool) -> None:
        """Enter this worker before it takes any work."""
        with self._database.session() as session:
            if forget_others:
                session.execute(sa.delete(WORKERS))
            self._beat(session)

    def start(self) -> None:
        """Beat from now on, in a thread."""
        self._thread.start()

    def sign_off(self) -> None:
        """Stop beating and leave: nobody needs to look for this worker."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        with self._database.session() as session:
            session.execute(sa.delete(WORKERS).where(WORKERS.c.id == self._worker))

    def known(self) -> frozenset[str]:
        """Every worker that has signed on and is neither gone nor given up."""
        with self._database.reading() as session:
            return frozenset(session.scalars(sa.select(WORKERS.c.id)))

    def _beat_on(self) -> None:
        # Workers that started together should not all write in the same moment.
        while not self._stopped.wait(self._beat_s * random.uniform(0.8, 1.2)):  # noqa: S311
            try:
                self._once()
            except DBAPIError as error:
                log.warning("job.heartbeat.failed", error=type(error.orig).__name__)

    def _once(self) -> None:
        with self._database.session() as session:
            self._beat(session)
            silent_since = self._database.server_now(session) - timedelta(seconds=self._dead_s)
            dead = list(
                session.scalars(sa.select(WORKERS.c.id).where(WORKERS.c.seen_at < silent_since))
            )
        if not dead:
            return
        log.warning("job.worker.dead", workers=dead)
        # First the work, then the name: who dies in between leaves the name to the next reaper.
        self._recover(dead)
        with self._database.session() as session:
            session.execute(
                sa.delete(WORKERS).where(WORKERS.c.id.in_(dead), WORKERS.c.seen_at < silent_since)
            )

    def _beat(self, session: Session) -> None:
        now = self._database.server_now(session)
        insert = sqlite_insert if self._database.is_sqlite else postgresql_insert
        session.execute(
            insert(WORKERS)
            .values(
                id=self._worker,
                host=self._host,
                pid=os.getpid(),
                queues=self._queues,
                started_at=now,
                seen_at=now,
            )
            .on_conflict_do_update(index_elements=[WORKERS.c.id], set_={"seen_at": now})
        )
