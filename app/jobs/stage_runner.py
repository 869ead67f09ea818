"""Runs the stages of one worker: those that the queue gives it, and those it goes on with itself.

When a stage ends, the worker goes on with one that became ready, without a queue entry, as long as
its own limits allow. The entry that began it all ends with its own stage; what is carried on runs
in threads of ours, so no entry holds its place for longer than its stage.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

from app.jobs.attempts import Attempts, Started
from app.jobs.failures import named
from app.jobs.pulse import Pulse, Run
from app.jobs.results import as_stored
from app.jobs.slots import Offer, Slots
from app.jobs.stage import StageCancelled, StageContext, StageFunction, StageResult

log = structlog.get_logger(__name__)
T = TypeVar("T")

DATABASE_PATIENCE_S = 60.0
"""As long a finished result waits for a database that went away."""
THREADS = "job-carried"


class StageRunner:
    """Thread-safe.

    Args:
        workdir: parent of the private folders that attempts get.
        occupy: enters a carried stage, by an id and its queue, into the engine's own books, so
            that it claims no more entries than have a place.
    """

    def __init__(
        self,
        stages: Mapping[str, StageFunction],
        attempts: Attempts,
        pulse: Pulse,
        slots: Slots,
        *,
        worker: str,
        workdir: Path,
        occupy: Callable[[str, str], AbstractContextManager[None]],
    ) -> None:
        self._stages = stages
        self._attempts = attempts
        self._pulse = pulse
        self._slots = slots
        self._worker = worker
        self._workdir = workdir / worker
        self._occupy = occupy
        self._threads = ThreadPoolExecutor(
            max_workers=max(1, slots.most_carried), thread_name_prefix=THREADS
        )

    def run(self, job_id: str, key: str, attempt: int, queue: str) -> None:
        """Run the attempt of a claimed entry. What it makes ready goes on in another thread."""
        if not self._slots.wait(queue):
            return
        offer = Offer(self._slots, self._worker, queue)
        try:
            started = patiently(
                lambda: self._attempts.begin(job_id, key, attempt, worker=self._worker)
            )
        except BaseException:
            offer.close(accepted=False)
            raise
        if started is None:
            offer.close(accepted=False)
            return
        after = self._perform(started, self._pulse.add(started.ticket), offer)
        if after is not None:
            self._threads.submit(self._carry_on, *after)

    def close(self) -> None:
        """Let idle threads go. Those that still run end with their stages."""
        self._threads.shutdown(wait=False)
        shutil.rmtree(self._workdir, ignore_errors=True)

    def _carry_on(self, started: Started, run: Run) -> None:
        """A carried stage, and all that follow it in this worker."""
        after: tuple[Started, Run] | None = (started, run)
        try:
            while after is not None:
                started, run = after
                offer = Offer(self._slots, self._worker, started.node.queue)
                with self._occupy(started.ticket.lease, started.node.queue):
                    after = self._perform(started, run, offer)
        except Exception:  # a thread's boundary: the attempt will be found and queued
            log.exception("job.stage.lost", job_id=started.ticket.job_id, stage=started.node.key)

    def _perform(self, started: Started, run: Run, offer: Offer) -> tuple[Started, Run] | None:
        """One attempt from its begin to its end; what to go on with, its place already taken."""
        ticket = started.ticket
        facts = log.bind(job_id=ticket.job_id, stage=ticket.key, attempt=ticket.attempt)
        began = time.monotonic()
        after: tuple[Started, Run] | None = None
        try:
            result = as_stored(self._call(started, run))
        except StageCancelled:
            facts.info("job.stage.cancelled")
        except Exception as error:  # noqa: BLE001  # the one boundary: every failure is stored
            known, failed = named(error), error
            if known is None:
                facts.exception("job.stage.broken")
            else:
                facts.warning("job.stage.failed", error=known.message, code=known.code)
            patiently(lambda: self._attempts.fail(ticket, failed))
        else:
            ended = patiently(lambda: self._attempts.finish_and_go_on(started, result, offer))
            if ended.after is not None:
                after = (ended.after, self._pulse.add(ended.after.ticket))
            facts.info(
                "job.stage.completed" if ended.stored else "job.stage.result_dropped",
                duration_s=round(time.monotonic() - began, 3),
            )
        finally:
            offer.close(accepted=after is not None)
            self._pulse.remove(run)
        return after

    def _call(self, started: Started, run: Run) -> StageResult:
        ticket = started.ticket
        safe_key = re.sub(r"[^A-Za-z0-9_-]+", "-", ticket.key).strip("-")
        workdir = self._workdir / f"{ticket.job_id}.{safe_key}.{ticket.lease}"
        workdir.mkdir(parents=True)
        try:
            return self._stages[started.node.stage](
                StageContext(
                    job_id=ticket.job_id,
                    node=started.node,
                    plan=started.plan,
                    attempt=ticket.attempt,
                    request=started.request,
                    inputs=started.inputs,
                    workdir=workdir,
                    created_at=started.created_at,
                    report=run.report,
                    cancelled=run.cancelled,
                )
            )
        finally:
            shutil.rmtree(workdir, ignore_errors=True)


def patiently(write: Callable[[], T]) -> T:
    """Try a transaction until the database is back: a restart of it must not cost a result."""
    deadline = time.monotonic() + DATABASE_PATIENCE_S
    pause_s = 0.1
    while True:
        try:
            return write()
        except DBAPIError as error:
            if time.monotonic() > deadline:
                raise
            log.warning("job.database.retried", error=type(error.orig).__name__)
            time.sleep(pause_s)
            pause_s = min(2.0, pause_s * 2)
