"""One attempt at one stage, from the worker's side: begin, and the three ways to end.

Who begins gets a lease, a fresh secret in the attempt's row. Everything a run writes is
conditional on it, so a worker that was taken for dead, or whose job was cancelled, writes nothing.
"""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.database import Database
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.states import EventType, StageStatus
from app.domain.video_request import VideoRequest
from app.jobs.enqueuer import Enqueuer
from app.jobs.failures import WorkerCrashed, failure_of, to_json
from app.jobs.job_state import Attempt, Known
from app.jobs.plan import Node, Plan
from app.jobs.results import Files, artifact_rows, as_stored, files_of
from app.jobs.stage import StageInput, StageResult
from app.jobs.transition import Carry, Stale, Transition
from app.jobs.views import Failure

MAX_CRASHES = 3
TURNS = 4
"""As many attempts of a worker begin or end at once. With more, its threads spend their time
waiting for each other (the interpreter runs one), not on the database."""
MAX_BACKOFF_S = 60.0
MAX_RETRY_AFTER_S = 900.0
"""A provider that asks for more patience than this gets asked again after this."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which attempt, and the lease of the run that holds it."""

    job_id: str
    key: str
    attempt: int
    lease: str


@dataclass(frozen=True, slots=True)
class Started:
    """What a run needs to know of its attempt."""

    ticket: Ticket
    node: Node
    plan: Plan
    request: VideoRequest
    inputs: Mapping[str, StageInput]
    created_at: datetime
    known: Known
    """The job as the beginning of this attempt left it."""
    files: Files
    """What the completed attempts of the job left behind."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of the end of an attempt."""

    stored: bool
    """False: the result came too late and was dropped."""
    after: Started | None = None
    """The attempt that the worker goes on with at once."""


class Attempts:
    """Begins and ends attempts. Each method is one transaction."""

    def __init__(
        self,
        database: Database,
        enqueuer: Enqueuer,
        clock: Clock,
        *,
        max_crashes: int = MAX_CRASHES,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._enqueuer = enqueuer
        self._clock = clock
        self._max_crashes = max_crashes
        self._jitter = jitter
        self._turns = threading.BoundedSemaphore(TURNS)

    def begin(self, job_id: str, key: str, attempt: int, *, worker: str) -> Started | None:
        """Take the attempt, also from a worker that died with it. None: there is nothing to do."""
        now = self._clock()
        with self._turns, self._database.session(repeatable=True) as session:
            try:
                job = Transition.open(session, self._enqueuer, job_id, now)
            except NotFound:
                return None
            mine = job.attempt(key, attempt)
            if mine is None or not mine.is_active or mine.superseded:
                return None
            if job.status.is_final and mine.status == StageStatus.QUEUED:
                return None
            crashes = mine.crashes + (mine.status == StageStatus.RUNNING)
            if crashes >= self._max_crashes:
                self._give_up(job, mine, crashes)
                return None
            mine.crashes, mine.carried = crashes, False
            job.update(mine, **job.run(mine, job.plan.node(key), worker, secrets.token_hex(8)))
            job.write()
            return _started(
                job,
                mine,
                VideoRequest.model_validate(job.job["request"]),
                files_of(session, job),
            )

    def finish(self, ticket: Ticket, result: StageResult) -> bool:
        """Store the result and start what it made ready. False: the result came too late."""
        return self._finish(ticket, as_stored(result)).stored

    def finish_and_go_on(self, started: Started, result: StageResult, carry: Carry) -> Ended:
        """Store the result, and begin one attempt that it made ready, if ``carry`` takes it.

        Both in one transaction, and usually without reading: the worker knows the job.

        Args:
            result: as ``as_stored()`` gives it, for the next stage may be handed it unread.
        """
        try:
            return self._finish(started.ticket, result, started, carry, from_memory=True)
        except Stale:  # progress was stored, a sibling ended, somebody cancelled
            return self._finish(started.ticket, result, started, carry)

    def _finish(
        self,
        ticket: Ticket,
        result: StageResult,
        started: Started | None = None,
        carry: Carry | None = None,
        *,
        from_memory: bool = False,
    ) -> Ended:
        now = self._clock()
        with self._turns, self._database.session(repeatable=True) as session:
            known = started.known if started is not None and from_memory else None
            job = self._job(session, ticket, now, known)
            if job is None:
                return Ended(stored=False)
            mine = _held(job, ticket)
            if mine is not None:
                self._complete(job, mine, result)
                job.settle(carry)
                job.write()
            elif carry is None or (begun := job.leased(carry.lease)) is None:
                return Ended(stored=False)
            else:  # the commit was ours, only its answer was lost with the connection
                job.carried = begun
            after = None
            if started is not None and job.carried is not None:
                if known is None:
                    files = files_of(session, job)
                else:
                    files = {**started.files, (ticket.key, ticket.attempt): result.artifacts}
                after = _started(job, job.carried, started.request, files)
        self._enqueuer.withdraw(job.withdrawn)
        return Ended(stored=True, after=after)

    def _complete(self, job: Transition, mine: Attempt, result: StageResult) -> None:
        node = job.plan.node(mine.key)
        output = result.output
        job.update(
            mine,
            status=StageStatus.COMPLETED,
            progress=1.0,
            lease=None,
            output=output,
            provider=result.provider,
            cost_usd=result.cost_usd,
            completed_at=job.now,
        )
        job.keep(artifact_rows(job.id, mine, result.artifacts, job.now))
        if isinstance(output.get("script"), str):
            job.set(script=output["script"])
        job.emit(
            EventType.STAGE_COMPLETED,
            stage=mine.key,
            attempt=mine.attempt,
            provider=result.provider,
        )
        if node.gate is not None:
            job.ask(mine, node.gate)

    def fail(self, ticket: Ticket, error: Exception) -> bool:
        """Store the failure; a new attempt follows if the error allows. False: came too late."""
        now = self._clock()
        failure = failure_of(error, ticket.key)
        with self._database.session(repeatable=True) as session:
            opened = self._open(session, ticket, now)
            if opened is None:
                return False
            job, mine = opened
            self.fail_attempt(
                job,
                mine,
                failure,
                retry_after_s=getattr(error, "retry_after_s", None),
                provider=getattr(error, "provider", None),
            )
            job.write()
        self._enqueuer.withdraw(job.withdrawn)
        return True

    def fail_attempt(
        self,
        job: Transition,
        attempt: Attempt,
        failure: Failure,
        *,
        retry_after_s: float | None = None,
        provider: str | None = None,
    ) -> None:
        """Mark an attempt failed within a transition, and retry it or fail the job."""
        node = job.plan.node(attempt.key)
        again = failure.retryable and attempt.try_number < node.max_attempts
        delay_s = self._delay_s(attempt.try_number, retry_after_s) if again else 0.0
        job.update(
            attempt,
            status=StageStatus.FAILED,
            lease=None,
            failure=to_json(failure),
            provider=provider,
            completed_at=job.now,
        )
        job.emit(
            EventType.STAGE_FAILED,
            stage=attempt.key,
            attempt=attempt.attempt,
            code=failure.code,
            message=failure.message,
            retry_in_s=round(delay_s, 1) if again else None,
        )
        if attempt.superseded:
            return
        if not again:
            if not job.status.is_final:
                job.fail(failure)
        elif not job.status.is_final:
            job.start(node, try_number=attempt.try_number + 1, delay_s=delay_s)
        job.settle()

    def progress(self, ticket: Ticket, fraction: float) -> bool:
        """Store how far a run is, 0..1, and tell it when the job moved by a whole percent."""
        with self._database.session(repeatable=True) as session:
            opened = self._open(session, ticket, self._clock())
            if opened is None:
                return False
            job, mine = opened
            if fraction <= mine.progress or job.status.is_final:
                return True
            job.update(mine, progress=fraction)
            shown = job.show_progress()
            if shown > job.job["progress"]:
                job.emit(EventType.PROGRESS, progress=shown, stage=mine.key)
            job.write()
        return True

    def release(self, ticket: Ticket) -> bool:
        """Give an attempt up in peace, and queue another one in its place.

        A new attempt, as the queue entry of this one ends whenever its stage returns.
        """
        now = self._clock()
        with self._database.session(repeatable=True) as session:
            opened = self._open(session, ticket, now)
            if opened is None:
                return False
            job, mine = opened
            job.update(mine, status=StageStatus.CANCELLED, lease=None, completed_at=now)
            if not mine.superseded and not job.status.is_final:
                job.start(job.plan.node(mine.key), try_number=mine.try_number)
            job.write()
        return True

    def _open(
        self, session: Session, ticket: Ticket, now: datetime
    ) -> tuple[Transition, Attempt] | None:
        job = self._job(session, ticket, now)
        mine = None if job is None else _held(job, ticket)
        return None if job is None or mine is None else (job, mine)

    def _job(
        self, session: Session, ticket: Ticket, now: datetime, known: Known | None = None
    ) -> Transition | None:
        if known is not None:
            return Transition.again(session, self._enqueuer, known, now)
        try:
            return Transition.open(session, self._enqueuer, ticket.job_id, now)
        except NotFound:
            return None

    def _give_up(self, job: Transition, attempt: Attempt, crashes: int) -> None:
        attempt.crashes = crashes
        error = WorkerCrashed(f"This stage stopped its worker {crashes} times.")
        job.update(attempt, crashes=crashes)
        self.fail_attempt(job, attempt, failure_of(error, attempt.key))
        job.write()

    def _delay_s(self, try_number: int, retry_after_s: float | None) -> float:
        backoff = min(MAX_BACKOFF_S, 2.0 ** (try_number - 1)) * (0.75 + 0.5 * self._jitter())
        return max(backoff, min(retry_after_s or 0.0, MAX_RETRY_AFTER_S))


def _held(job: Transition, ticket: Ticket) -> Attempt | None:
    """The attempt, if it is still this run's own."""
    mine = job.attempt(ticket.key, ticket.attempt)
    if mine is None or mine.status != StageStatus.RUNNING or mine.lease != ticket.lease:
        return None
    return mine


def _started(job: Transition, mine: Attempt, request: VideoRequest, files: Files) -> Started:
    if mine.lease is None:
        raise ValueError("this attempt does not run")
    node = job.plan.node(mine.key)
    return Started(
        ticket=Ticket(job.id, mine.key, mine.attempt, mine.lease),
        node=node,
        plan=job.plan,
        request=request,
        inputs={
            a.key: StageInput(output=a.output or {}, artifacts=files.get((a.key, a.attempt), ()))
            for a in job.upstream(node)
        },
        created_at=job.job["created_at"],
        known=job.known(),
        files=files,
    )
