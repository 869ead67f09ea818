"""One change of one job: decided in memory on what is known of it, written at once.

What is known was read under the job's lock, or it is what this process itself wrote last. Either
way the write is conditional on the job's ``version``, which every write raises: nothing is ever
decided on what is no longer so.

Every change of a job's state goes through here, so the rules stand in one place:

- a node is done when its newest attempt that counts is completed and its gate, if any, is open;
- a node whose needs are all done is started, once, in the transaction that made it ready;
- the job fails at once when a node fails for good; siblings that already run may still finish;
- nothing active and a gate closed: the job waits; everything done: it is completed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import Any, Protocol

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
from app.jobs.job_state import Attempt, Gate, JobState, Known
from app.jobs.plan import Node, Plan
from app.jobs.views import Failure


class Carry(Protocol):
    """A worker that offers to go on with the job itself."""

    worker: str
    lease: str
    """The lease of the attempt that it would go on with."""

    def take(self, queue: str) -> bool:
        """Whether a stage of this queue may run now; its place is then kept."""


class Stale(Exception):
    """Somebody else wrote the job since it was known. Roll back and read it anew."""


class Transition(JobState):
    """A job about to change. Change it through the methods, then ``write()`` once."""

    def __init__(
        self,
        session: Session,
        enqueuer: Enqueuer,
        job: Mapping[str, Any],
        attempts: list[Attempt],
        gates: list[Gate],
        now: datetime,
        *,
        plan: Plan | None = None,
        is_new: bool = False,
    ) -> None:
        super().__init__(job, attempts, gates, plan)
        self.session = session
        self.now = now
        self.withdrawn: list[str] = []
        """Queue entries to withdraw after the commit."""
        self.carried: Attempt | None = None
        """The attempt that the worker goes on with, without a queue entry."""
        self._enqueuer = enqueuer
        self._is_new = is_new
        self._values: dict[str, Any] = {}
        self._changes: dict[tuple[str, int], dict[str, Any]] = {}
        self._events: list[PendingEvent] = []
        self._entries: list[tuple[Node, int, float]] = []
        self._rows: dict[str, list[dict[str, Any]]] = {"stages": [], "artifacts": [], "gates": []}
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

    @classmethod
    def again(cls, session: Session, enqueuer: Enqueuer, known: Known, now: datetime) -> Transition:
        """Without reading. ``write()`` raises ``Stale`` if somebody else wrote meanwhile."""
        attempts = [copy(attempt) for attempt in known.attempts]
        gates = [copy(gate) for gate in known.gates]
        return cls(session, enqueuer, known.job, attempts, gates, now, plan=known.plan)

    def known(self) -> Known:
        """What is known after ``write()``, for the next transition."""
        return Known(
            {**self.job, **self._values}, self.plan, tuple(self.attempts), tuple(self.gates)
        )

    # What can change

    def set(self, **values: Any) -> None:
        """Columns of the job to write."""
        self._values.update(values)

    def emit(self, type_: EventType, **data: Any) -> None:
        """Add an event. It is numbered when it is written."""
        self._events.append(PendingEvent(type_, data))

    def update(self, attempt: Attempt, **values: Any) -> None:
        """Columns of one attempt to write."""
        self._changes.setdefault((attempt.key, attempt.attempt), {}).update(values)
        for name, value in values.items():
            if name in Attempt.__slots__:
                setattr(attempt, name, value)

    def start(self, node: Node, *, try_number: int = 1, delay_s: float = 0.0) -> None:
        """A new attempt at a node, queued."""
        attempt = self.add_attempt(node, try_number=try_number)
        self._entries.append((node, attempt.attempt, delay_s))
        self._rows["stages"].append(self._new_row(node, attempt, delay_s))

    def carry_on(self, node: Node, carry: Carry) -> None:
        """A new attempt at a node that runs at once in this worker, without a queue entry."""
        attempt = self.add_attempt(node, try_number=1)
        attempt.carried = True
        row = self._new_row(node, attempt, 0.0)
        self._rows["stages"].append(row)
        row |= self.run(attempt, node, carry.worker, carry.lease)
        self.carried = attempt

    def run(self, attempt: Attempt, node: Node, worker: str, lease: str) -> dict[str, Any]:
        """The attempt runs now; returns the columns that say so."""
        values = {
            "status": StageStatus.RUNNING,
            "lease": lease,
            "worker": worker,
            "crashes": attempt.crashes,
            "progress": 0.0,
            "carried": attempt.carried,
            "input": {a.key: a.attempt for a in self.upstream(node)},
            "started_at": self.now,
            "deadline_at": self.now + timedelta(seconds=node.timeout_s),
        }
        attempt.status, attempt.lease, attempt.progress = StageStatus.RUNNING, lease, 0.0
        if self.status == JobStatus.QUEUED:
            self.status = JobStatus.PROCESSING
            self.set(started_at=self.now)
            self.emit(EventType.STARTED)
        if not self.status.is_final:
            self.set(current_step=node.label)
        return values

    def requeue(self, attempt: Attempt) -> None:
        """Give a carried attempt the queue entry that it never had, as its worker is gone."""
        self.update(attempt, carried=False)
        self._entries.append((self.plan.node(attempt.key), attempt.attempt, 0.0))

    def keep(self, artifacts: Sequence[Mapping[str, Any]]) -> None:
        """Rows of files that an attempt left behind."""
        self._rows["artifacts"].extend(dict(row) for row in artifacts)

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
        self._rows["gates"].append(
            {
                "id": approval_id,
                "job_id": self.id,
                "gate": gate,
                "key": attempt.key,
                "attempt": attempt.attempt,
                "status": ApprovalStatus.PENDING,
                "created_at": self.now,
            }
        )
        self.gates.append(
            Gate(approval_id, gate, attempt.key, attempt.attempt, ApprovalStatus.PENDING)
        )
        self.emit(EventType.WAITING_APPROVAL, gate=gate, stage=attempt.key, approval_id=approval_id)

    def settle(self, carry: Carry | None = None) -> None:
        """Start what is ready and say where the job stands now.

        Args:
            carry: who may go on with one of the stages that are ready.
        """
        if self._failed_now is not None:
            self.stop(queued_only=True)
            self._end(JobStatus.FAILED, failure=self._failed_now)
            return
        if self.status.is_final:
            return
        latest = self.latest()
        done = self.done()
        for node in self.plan.ready(done, latest):
            if carry is not None and self.carried is None and carry.take(node.queue):
                self.carry_on(node, carry)
            else:
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
        """Everything collected goes to the database, in the caller's transaction.

        The job comes first: that takes its lock, and shows whether what was known still holds.
        """
        connection = self.session.connection()
        self.show_progress()
        if self.status != self.job["status"]:
            self.set(status=self.status)
        version: int = self.job["version"]
        self.set(updated_at=self.now, version=version + 1)
        if self._events:
            self.set(last_event=self.job["last_event"] + len(self._events))
        if self._is_new:
            connection.execute(statements.INSERT_JOB, {**self.job, **self._values})
        else:
            written = connection.execute(
                statements.update_job(tuple(self._values)),
                {"at_job": self.id, "at_version": version} | self._values,
            )
            if written.rowcount != 1:
                raise Stale
        statements.insert(connection, statements.INSERT_STAGES, self._rows["stages"])
        for (key, number), values in self._changes.items():
            connection.execute(
                statements.update_attempt(tuple(values)),
                {"at_job": self.id, "at_key": key, "at_attempt": number} | values,
            )
        statements.insert(connection, statements.INSERT_ARTIFACTS, self._rows["artifacts"])
        statements.insert(connection, statements.INSERT_APPROVALS, self._rows["gates"])
        for node, number, delay_s in self._entries:
            self._enqueuer.stage(
                self.session,
                self.id,
                node.key,
                number,
                queue=node.queue,
                priority=self.job["priority"],
                delay_s=delay_s,
            )
        if self._events:
            first: int = self.job["last_event"] + 1
            job = {**self.job, **self._values}
            store_events(self.session, self._enqueuer, job, self._events, first, self.now)

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

    def _new_row(self, node: Node, attempt: Attempt, delay_s: float) -> dict[str, Any]:
        return {
            "job_id": self.id,
            "key": node.key,
            "attempt": attempt.attempt,
            "stage": node.stage,
            "label": node.label,
            "status": StageStatus.QUEUED,
            "progress": 0.0,
            "try_number": attempt.try_number,
            "crashes": 0,
            "superseded": False,
            "edited": False,
            "carried": False,
            "lease": None,
            "worker": None,
            "input": None,
            "created_at": self.now,
            "available_at": self.now + timedelta(seconds=delay_s),
            "started_at": None,
            "deadline_at": None,
        }
