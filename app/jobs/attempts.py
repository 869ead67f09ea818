"""One attempt at one stage, from the worker's side: begin, and the three ways to end.

Who begins gets a lease, a fresh secret in the attempt's row. Everything a run writes is
conditional on it, so a worker that was taken for dead, or whose job was cancelled, writes nothing.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db.database import Database
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.domain.states import EventType, JobStatus, StageStatus
from app.domain.video_request import VideoRequest
from app.jobs import statements
from app.jobs.enqueuer import Enqueuer
from app.jobs.failures import WorkerCrashed, failure_of, to_json
from app.jobs.plan import Node, Plan
from app.jobs.stage import ArtifactRef, StageInput, StageResult
from app.jobs.transition import Attempt, Transition
from app.jobs.views import Failure

MAX_CRASHES = 3
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
    deadline_at: datetime


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

    def begin(self, job_id: str, key: str, attempt: int, *, worker: str) -> Started | None:
        """Take the attempt, also from a worker that died with it. None: there is nothing to do."""
        now = self._clock()
        with self._database.session(repeatable=True) as session:
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
            node = job.plan.node(key)
            ticket = Ticket(job_id, key, attempt, secrets.token_hex(8))
            read = _upstream(job, node)
            deadline_at = now + timedelta(seconds=node.timeout_s)
            job.update(
                mine,
                status=StageStatus.RUNNING,
                lease=ticket.lease,
                worker=worker,
                crashes=crashes,
                progress=0.0,
                input={a.key: a.attempt for a in read},
                started_at=now,
                deadline_at=deadline_at,
            )
            if job.status == JobStatus.QUEUED:
                job.status = JobStatus.PROCESSING
                job.set(started_at=now)
                job.emit(EventType.STARTED)
            if not job.status.is_final:
                job.set(current_step=node.label)
            job.write()
            return Started(
                ticket=ticket,
                node=node,
                plan=job.plan,
                request=VideoRequest.model_validate(job.job["request"]),
                inputs=_inputs(session, job_id, read),
                created_at=job.job["created_at"],
                deadline_at=deadline_at,
            )

    def finish(self, ticket: Ticket, result: StageResult) -> bool:
        """Store the result and start what it made ready. False: the result came too late."""
        now = self._clock()
        with self._database.session(repeatable=True) as session:
            opened = self._open(session, ticket, now)
            if opened is None:
                return False
            job, mine = opened
            node = job.plan.node(mine.key)
            output = dict(result.output)
            job.update(
                mine,
                status=StageStatus.COMPLETED,
                progress=1.0,
                lease=None,
                output=output,
                provider=result.provider,
                cost_usd=result.cost_usd,
                completed_at=now,
            )
            _store_artifacts(session, ticket, result, now)
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
            job.settle()
            job.write()
        self._enqueuer.withdraw(job.withdrawn)
        return True

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
        try:
            job = Transition.open(session, self._enqueuer, ticket.job_id, now)
        except NotFound:
            return None
        mine = job.attempt(ticket.key, ticket.attempt)
        if mine is None or mine.status != StageStatus.RUNNING or mine.lease != ticket.lease:
            return None
        return job, mine

    def _give_up(self, job: Transition, attempt: Attempt, crashes: int) -> None:
        attempt.crashes = crashes
        error = WorkerCrashed(f"This stage stopped its worker {crashes} times.")
        job.update(attempt, crashes=crashes)
        self.fail_attempt(job, attempt, failure_of(error, attempt.key))
        job.write()

    def _delay_s(self, try_number: int, retry_after_s: float | None) -> float:
        backoff = min(MAX_BACKOFF_S, 2.0 ** (try_number - 1)) * (0.75 + 0.5 * self._jitter())
        return max(backoff, min(retry_after_s or 0.0, MAX_RETRY_AFTER_S))


def _upstream(job: Transition, node: Node) -> list[Attempt]:
    """The completed attempts of every node above this one, however far up."""
    above: set[str] = set()
    for other in reversed(job.plan.nodes):
        if other.key in node.needs or other.key in above:
            above |= {other.key, *other.needs}
    return [a for key, a in job.latest().items() if key in above]


def _inputs(session: Session, job_id: str, read: list[Attempt]) -> dict[str, StageInput]:
    if not read:
        return {}
    files: dict[tuple[str, int], list[ArtifactRef]] = {}
    rows = session.connection().execute(statements.ARTIFACTS_OF_JOB, {"at_job": job_id})
    for row in rows:
        files.setdefault((row.key, row.attempt), []).append(artifact_ref(row))
    return {
        a.key: StageInput(output=a.output or {}, artifacts=tuple(files.get((a.key, a.attempt), ())))
        for a in read
    }


def artifact_ref(row: sa.Row[Any]) -> ArtifactRef:
    """An artifact's row as what stages hand around."""
    return ArtifactRef(
        kind=row.kind,
        key=row.store_key,
        content_type=row.content_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        meta=row.meta,
    )


def _store_artifacts(session: Session, ticket: Ticket, result: StageResult, now: datetime) -> None:
    if not result.artifacts:
        return
    session.connection().execute(
        statements.INSERT_ARTIFACTS,
        [
            {
                "id": new_id("art"),
                "job_id": ticket.job_id,
                "key": ticket.key,
                "attempt": ticket.attempt,
                "ordinal": ordinal,
                "kind": ref.kind,
                "store_key": ref.key,
                "content_type": ref.content_type,
                "size_bytes": ref.size_bytes,
                "sha256": ref.sha256,
                "meta": dict(ref.meta),
                "created_at": now,
            }
            for ordinal, ref in enumerate(result.artifacts)
        ],
    )
