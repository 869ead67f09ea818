"""One change of one job: read under its lock, decided in memory, written at once.

Every change of a job's state goes through here, so the rules stand in one place:

- a node is done when its newest attempt that counts is completed and its gate, if any, is open;
- a node whose needs are all done is started, once, in the transaction that made it ready;
- the job fails at once when a node fails for good; siblings that already run may still finish;
- nothing active and a gate closed: the job waits; everything done: it is completed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db.tables import APPROVALS
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.domain.states import ApprovalStatus, EventType, JobStatus, StageStatus
from app.jobs import statements
from app.jobs.enqueuer import Enqueuer, stage_entry
from app.jobs.events import PendingEvent, store_events
from app.jobs.failures import to_json
from app.jobs.plan import Node, Plan
from app.jobs.views import Failure

ACTIVE = (StageStatus.QUEUED, StageStatus.RUNNING)


@dataclass(slots=True)
class Attempt:
    """What a transition knows of an attempt."""

    key: str
    attempt: int
    status: StageStatus
    progress: float
    try_number: int
    crashes: int
    superseded: bool
    lease: str | None
    output: Mapping[str, Any] | None
    failure: dict[str, Any] | None

    @property
    def is_active(self) -> bool:
        """Waiting to run, or running."""
        return self.status in ACTIVE


@dataclass(slots=True)
class Gate:
    """What a transition knows of an approval."""

    id: str
    gate: str
    key: str
    attempt: int
    status: ApprovalStatus


class Transition:
    """A job under its lock. Change it through the methods, then ``write()`` once."""

    def __init__(
        self,
        session: Session,
        enqueuer: Enqueuer,
        job: Mapping[str, Any],
        attempts: list[Attempt],
        gates: list[Gate],
        now: datetime,
    ) -> None:
        self.session = session
        self.now = now
        self.job = job
        self.id: str = job["id"]
        self.plan = Plan.model_validate(job["plan"])
        self.status = JobStatus(job["status"])
        self.attempts = attempts
        self.gates = gates
        self.withdrawn: list[str] = []
        """Queue entries to withdraw after the commit."""
        self._enqueuer = enqueuer
        self._values: dict[str, Any] = {}
        self._events: list[PendingEvent] = []
        self._starts: list[tuple[Node, int, int, float]] = []
        self._failed_now: Failure | None = None

    @classmethod
    def open(
        cls,
        session: Session,
        enqueuer: Enqueuer,
        job_id: str,
        now: datetime,
        *,
        tenant: str | None = None,
    ) -> Transition:
        """Lock the job and read it. NotFound if there is none, or it is another tenant's."""
        connection = session.connection()
        at = {"at_job": job_id}
        row = connection.execute(statements.LOCK_JOB, at).mappings().one_or_none()
        if row is None or (tenant is not None and row["tenant"] != tenant):
            raise NotFound("There is no such job.")
        attempts = [
            Attempt(a[0], a[1], StageStatus(a[2]), *a[3:])
            for a in connection.execute(statements.ATTEMPTS_OF_JOB, at)
        ]
        gates: list[Gate] = []
        if any(node["gate"] for node in row["plan"]["nodes"]):
            gates = [
                Gate(g[0], g[1], g[2], g[3], ApprovalStatus(g[4]))
                for g in connection.execute(statements.GATES_OF_JOB, at)
            ]
        return cls(session, enqueuer, dict(row), attempts, gates, now)

    # What is known

    def latest(self) -> dict[str, Attempt]:
        """The newest attempt that counts, by node key."""
        return {a.key: a for a in self.attempts if not a.superseded}

    def attempt(self, key: str, attempt: int) -> Attempt | None:
        """One attempt, superseded or not."""
        for a in self.attempts:
            if a.key == key and a.attempt == attempt:
                return a
        return None

    def gate_of(self, attempt: Attempt) -> Gate | None:
        """The approval asked for after this attempt."""
        for gate in self.gates:
            if gate.key == attempt.key and gate.attempt == attempt.attempt:
                return gate
        return None

    def is_done(self, attempt: Attempt) -> bool:
        """Completed, and no gate holds what follows."""
        if attempt.status != StageStatus.COMPLETED:
            return False
        gate = self.gate_of(attempt)
        return gate is None or gate.status == ApprovalStatus.APPROVED

    def done(self) -> set[str]:
        """Keys of the nodes that are done."""
        return {key for key, attempt in self.latest().items() if self.is_done(attempt)}

    # What can change

    def set(self, **values: Any) -> None:
        """Columns of the job to write."""
        self._values.update(values)

    def emit(self, type_: EventType, **data: Any) -> None:
        """Add an event. It is numbered when it is written."""
        self._events.append(PendingEvent(type_, data))

    def update(self, attempt: Attempt, **values: Any) -> None:
        """Write columns of one attempt now."""
        at = {"at_job": self.id, "at_key": attempt.key, "at_attempt": attempt.attempt}
        statement = statements.update_attempt(tuple(values))
        self.session.connection().execute(statement, at | values)
        for name, value in values.items():
            if name in Attempt.__slots__:
                setattr(attempt, name, value)

    def start(self, node: Node, *, try_number: int = 1, delay_s: float = 0.0) -> None:
        """A new attempt at a node, queued."""
        number = 1 + max((a.attempt for a in self.attempts if a.key == node.key), default=0)
        self._starts.append((node, number, try_number, delay_s))
        self.attempts.append(
            Attempt(
                key=node.key,
                attempt=number,
                status=StageStatus.QUEUED,
                progress=0.0,
                try_number=try_number,
                crashes=0,
                superseded=False,
                lease=None,
                output=None,
                failure=None,
            )
        )

    def supersede(self, key: str) -> None:
        """No attempt at this node counts any longer; an active one loses its place."""
        for attempt in self.attempts:
            if attempt.key == key and not attempt.superseded:
                stopped = self._stopped(attempt) if attempt.is_active else {}
                self.update(attempt, superseded=True, **stopped)
        pending = [g for g in self.gates if g.key == key and g.status == ApprovalStatus.PENDING]
        if pending:
            self.session.execute(
                sa.delete(APPROVALS).where(APPROVALS.c.id.in_([gate.id for gate in pending]))
            )
            self.gates = [gate for gate in self.gates if gate not in pending]

    def stop(self, *, queued_only: bool = False) -> None:
        """Take the place of active attempts away: queued ones never run, running ones notice."""
        for attempt in self.attempts:
            if attempt.status == StageStatus.QUEUED or (attempt.is_active and not queued_only):
                self.update(attempt, **self._stopped(attempt))

    def fail(self, failure: Failure) -> None:
        """The job fails with the next ``settle()``, whatever else goes on in it."""
        self._failed_now = failure

    def ask(self, attempt: Attempt, gate: str) -> None:
        """Put a closed gate behind a completed attempt."""
        approval_id = new_id("apr")
        self.session.execute(
            sa.insert(APPROVALS).values(
                id=approval_id,
                job_id=self.id,
                gate=gate,
                key=attempt.key,
                attempt=attempt.attempt,
                status=ApprovalStatus.PENDING,
                created_at=self.now,
            )
        )
        self.gates.append(
            Gate(approval_id, gate, attempt.key, attempt.attempt, ApprovalStatus.PENDING)
        )
        self.emit(EventType.WAITING_APPROVAL, gate=gate, stage=attempt.key, approval_id=approval_id)

    def settle(self) -> None:
        """Start what is ready and say where the job stands now."""
        if self._failed_now is not None:
            self.stop(queued_only=True)
            self._end(JobStatus.FAILED, failure=self._failed_now)
            return
        if self.status.is_final:
            return
        latest = self.latest()
        done = self.done()
        for node in self.plan.ready(done, latest):
            self.start(node)
        latest = self.latest()
        if any(attempt.is_active for attempt in latest.values()):
            if self.status == JobStatus.WAITING_APPROVAL:
                self._stop_waiting()
                self.status = JobStatus.PROCESSING
                self.set(current_step="Queued")
        elif any(gate.status == ApprovalStatus.PENDING for gate in self.gates):
            if self.status != JobStatus.WAITING_APPROVAL:
                self.status = JobStatus.WAITING_APPROVAL
                self.set(waiting_since=self.now, current_step="Waiting for approval...")
        elif len(done) == len(self.plan.nodes):
            self._end(JobStatus.COMPLETED)
        else:
            self._end_unfinished(latest)

    def cancel(self, actor: str) -> None:
        """End the job on a person's wish."""
        self.stop()
        self._end(JobStatus.CANCELLED, actor=actor)

    def reopen(self, actor: str) -> None:
        """A final job goes on; a waiting one stops waiting."""
        if self.status == JobStatus.WAITING_APPROVAL:
            self._stop_waiting()
        shown = min(99, self.job["progress"])
        if self.status == JobStatus.COMPLETED:  # a finished bar starts again
            shown = 0
        self.status = JobStatus.PROCESSING
        self.set(failure=None, completed_at=None, work_s=None, progress=shown)
        self.set(current_step="Queued")
        if self.job["started_at"] is None:
            self.set(started_at=self.now)
        self.emit(EventType.STARTED, actor=actor, resumed=True)

    def show_progress(self) -> int:
        """Set the job's progress from its nodes; never back, and 100 only when completed."""
        shown: int = self._values.get("progress", self.job["progress"])
        if self.status != JobStatus.COMPLETED:
            fractions = {
                key: 1.0 if a.status == StageStatus.COMPLETED else a.progress * a.is_active
                for key, a in self.latest().items()
            }
            shown = max(shown, min(99, int(100 * self.plan.progress(fractions))))
            self.set(progress=shown)
        return shown

    def write(self) -> None:
        """Everything collected goes to the database, in the caller's transaction."""
        for node, number, _try_number, delay_s in self._starts:
            self._enqueuer.stage(
                self.session,
                self.id,
                node.key,
                number,
                queue=node.queue,
                priority=self.job["priority"],
                delay_s=delay_s,
            )
        if self._starts:
            self.session.connection().execute(
                statements.INSERT_STAGES, [self._new_row(*start) for start in self._starts]
            )
        self.show_progress()
        if self.status != self.job["status"]:
            self.set(status=self.status)
        self.set(updated_at=self.now)
        if self._events:
            job = {**self.job, **self._values}
            self.set(
                last_event=store_events(self.session, self._enqueuer, job, self._events, self.now)
            )
        statement = statements.update_job(tuple(self._values))
        self.session.connection().execute(statement, {"at_job": self.id} | self._values)

    # How it is done

    def _stopped(self, attempt: Attempt) -> dict[str, Any]:
        if attempt.status == StageStatus.QUEUED:
            self.withdrawn.append(stage_entry(self.id, attempt.key, attempt.attempt))
        return {"status": StageStatus.CANCELLED, "lease": None, "completed_at": self.now}

    def _stop_waiting(self) -> None:
        since = self.job["waiting_since"]
        if since is not None:
            waited = self.job["waited_s"] + (self.now - since).total_seconds()
            self.set(waited_s=waited, waiting_since=None)

    def _end(self, status: JobStatus, failure: Failure | None = None, **data: Any) -> None:
        if self.status == JobStatus.WAITING_APPROVAL:
            self._stop_waiting()
        self.status = status
        self.set(completed_at=self.now, current_step=status.value.capitalize())
        if status == JobStatus.COMPLETED:
            started = self._values.get("started_at") or self.job["started_at"] or self.now
            waited = self._values.get("waited_s", self.job["waited_s"])
            work_s = max(0.0, (self.now - started).total_seconds() - waited)
            self.set(progress=100, failure=None, work_s=work_s)
        elif failure is not None:
            self.set(failure=to_json(failure))
            data |= to_json(failure)
        self.emit(EventType(status.value), **data)

    def _end_unfinished(self, latest: Mapping[str, Attempt]) -> None:
        """Nothing runs and not all is done: some node failed or was cancelled before a resume."""
        for attempt in latest.values():
            if attempt.failure is not None:
                self._end(JobStatus.FAILED, failure=Failure(**attempt.failure))
                return
        self._end(JobStatus.CANCELLED)

    def _new_row(self, node: Node, number: int, try_number: int, delay_s: float) -> dict[str, Any]:
        return {
            "job_id": self.id,
            "key": node.key,
            "attempt": number,
            "stage": node.stage,
            "label": node.label,
            "status": StageStatus.QUEUED,
            "progress": 0.0,
            "try_number": try_number,
            "crashes": 0,
            "superseded": False,
            "edited": False,
            "created_at": self.now,
            "available_at": self.now + timedelta(seconds=delay_s),
        }
