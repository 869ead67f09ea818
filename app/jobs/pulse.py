"""One thread that tells running stages when they lost their place, and stores their progress.

Stages themselves never touch the database, so a slow database never slows a render.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError

from app.db.database import Database
from app.db.tables import STAGES
from app.domain.states import StageStatus
from app.jobs.attempts import Attempts, Ticket

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.25
SAVE_EVERY_S = 0.5
SAVE_STEP = 0.01
IDLE_LOOKS = 3
"""What was claimed in the very last poll shows up a moment later."""


class Run:
    """An attempt that this worker is running."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self.lost = False
        """The job was cancelled, or another run holds the attempt now."""
        self._fraction = 0.0
        self._saved = 0.0
        self._saved_at = 0.0

    def report(self, fraction: float) -> None:
        """Keep the highest share reported, 0..1."""
        self._fraction = max(self._fraction, min(1.0, fraction))

    def cancelled(self) -> bool:
        """Whether the stage should stop."""
        return self.lost

    def due(self, now: float) -> float | None:
        """The share to store now, if it is worth a write."""
        if self._fraction - self._saved < SAVE_STEP or now - self._saved_at < SAVE_EVERY_S:
            return None
        self._saved, self._saved_at = self._fraction, now
        return self._fraction


class Pulse:
    """Watches the runs of one worker. Sleeps while there are none."""

    def __init__(self, database: Database, attempts: Attempts, worker: str) -> None:
        self._database = database
        self._attempts = attempts
        self._worker = worker
        self._runs: dict[str, Run] = {}
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="job-pulse", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; runs that go on are on their own."""
        self._stopped.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(timeout=10)

    def add(self, ticket: Ticket) -> Run:
        """Watch this run."""
        run = Run(ticket)
        with self._changed:
            self._runs[ticket.lease] = run
            self._changed.notify_all()
        return run

    def remove(self, run: Run) -> None:
        """The run is over."""
        with self._changed:
            self._runs.pop(run.ticket.lease, None)
            self._changed.notify_all()

    def runs(self) -> list[Run]:
        """What is running now."""
        with self._changed:
            return list(self._runs.values())

    def wait_idle(self, until: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until nothing runs and ``until()`` holds, for a moment; False when time ran out."""
        deadline = time.monotonic() + timeout_s
        idle_looks = 0
        while idle_looks < IDLE_LOOKS:
            if time.monotonic() > deadline:
                return False
            idle_looks = idle_looks + 1 if not self.runs() and until() else 0
            time.sleep(0.05)
        return True

    def _watch(self) -> None:
        while not self._stopped.is_set():
            with self._changed:
                while not self._runs and not self._stopped.is_set():
                    self._changed.wait()
            if self._stopped.wait(LOOK_EVERY_S):
                return
            try:
                self._look()
            except DBAPIError as error:
                log.warning("job.pulse.failed", error=type(error).__name__)

    def _look(self) -> None:
        runs = self.runs()
        if not runs:
            return
        query = sa.select(STAGES.c.lease).where(
            STAGES.c.worker == self._worker, STAGES.c.status == StageStatus.RUNNING
        )
        with self._database.reading() as session:
            held = set(session.scalars(query))
        now = time.monotonic()
        for run in runs:
            if run.ticket.lease not in held:
                run.lost = True
            elif (fraction := run.due(now)) is not None:
                self._attempts.progress(run.ticket, fraction)
