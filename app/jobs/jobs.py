"""The public door of jobs: create, look, decide, cancel, resume."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.database import Database
from app.db.tables import APPROVALS, ARTIFACTS, JOBS, STAGES, WORKERS
from app.domain.clock import Clock, utc_now
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.states import ApprovalStatus, EventType, JobStatus, StageStatus
from app.domain.video_request import VideoRequest
from app.jobs import snapshots
from app.jobs.enqueuer import Enqueuer
from app.jobs.eta import Pace
from app.jobs.failures import ApprovalRejected, failure_of
from app.jobs.job_state import Gate
from app.jobs.new_job import new_job
from app.jobs.plan import Plan
from app.jobs.transition import Transition
from app.jobs.views import ArtifactView, Created, EventView, JobDetail, JobPage, JobView, WorkerView

Decision = Literal["approve", "reject", "edit"]
ResumeMode = Literal["downstream", "only"]


class Jobs:
    """Everything that people and programs may do with jobs. Thread-safe.

    ``tenant=None`` means all tenants, for administrators; another tenant's job is not found.

    Args:
        dead_s: a worker that was not heard for this long is taken for dead.
    """

    def __init__(
        self,
        database: Database,
        enqueuer: Enqueuer,
        clock: Clock = utc_now,
        *,
        dead_s: float = 30.0,
    ) -> None:
        self._database = database
        self._enqueuer = enqueuer
        self._clock = clock
        self._pace = Pace(clock)
        self._dead_after = timedelta(seconds=dead_s)

    def create(
        self,
        request: VideoRequest,
        plan: Plan,
        *,
        tenant: str,
        livemode: bool,
        idempotency_key: str | None = None,
        fingerprint: str | None = None,
    ) -> Created:
        """Store a job and enqueue its first stages, both or neither.

        The same tenant and key find the job made before, if the fingerprint is the same too.
        """
        self._enqueuer.prepare()
        earlier = self.replay(tenant, idempotency_key, fingerprint)
        if earlier is not None:
            return earlier
        now = self._clock()
        row = new_job(request, plan, now) | {
            "tenant": tenant,
            "livemode": livemode,
            "idempotency_key": idempotency_key,
            "fingerprint": fingerprint,
        }
        try:
            with self._database.session() as session:
                job = Transition(session, self._enqueuer, row, [], [], now, plan=plan, is_new=True)
                job.emit(EventType.ACCEPTED)
                job.settle()
                job.write()
                view = self._view(session, job.known().job)
        except IntegrityError:
            # Another request with the same key was a moment faster.
            earlier = self.replay(tenant, idempotency_key, fingerprint)
            if earlier is None:
                raise
            return earlier
        return Created(view, created=True)

    def replay(
        self, tenant: str, idempotency_key: str | None, fingerprint: str | None
    ) -> Created | None:
        """The job that ``create`` would find instead of making one; None if it would make one.

        Raises:
            InvalidInput: the key was used with another request.
        """
        if idempotency_key is None:
            return None
        with self._database.reading() as session:
            row = (
                session.execute(
                    sa.select(JOBS).where(
                        JOBS.c.tenant == tenant, JOBS.c.idempotency_key == idempotency_key
                    )
                )
                .mappings()
                .one_or_none()
            )
            if row is None:
                return None
            if row["fingerprint"] != fingerprint:
                raise InvalidInput(
                    "This Idempotency-Key was already used with another request.",
                    code="idempotency_key_reused",
                    remedy="Use a new key for a new request.",
                )
            return Created(self._view(session, dict(row)), created=False)

    def get(self, job_id: str, *, tenant: str | None = None) -> JobView:
        """The job as it stands."""
        with self._database.reading() as session:
            return self._view(session, self._row(session, job_id, tenant))

    def detail(self, job_id: str, *, tenant: str | None = None) -> JobDetail:
        """The job with its attempts, approvals and files."""
        with self._database.reading() as session:
            job = self._view(session, self._row(session, job_id, tenant))
            return JobDetail(
                job=job,
                stages=snapshots.stages_of(session, job_id, job.plan),
                approvals=snapshots.approvals_of(session, job_id),
                artifacts=snapshots.artifacts_of(session, job_id),
            )

    def page(
        self,
        *,
        tenant: str | None = None,
        user_id: str | None = None,
        status: JobStatus | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> JobPage:
        """Jobs, newest first. ``cursor`` comes from the page before."""
        wanted = []
        if tenant is not None:
            wanted.append(JOBS.c.tenant == tenant)
        if user_id is not None:
            wanted.append(JOBS.c.user_id == user_id)
        if status is not None:
            wanted.append(JOBS.c.status == status)
        below = [JOBS.c.id < cursor] if cursor is not None else []
        with self._database.reading() as session:
            total = session.execute(
                sa.select(sa.func.count()).select_from(JOBS).where(*wanted)
            ).scalar_one()
            rows = (
                session.execute(
                    sa.select(JOBS)
                    .where(*wanted, *below)
                    .order_by(JOBS.c.id.desc())
                    .limit(limit + 1)
                )
                .mappings()
                .all()
            )
            views = snapshots.job_views(session, [dict(row) for row in rows[:limit]], self._pace)
        more = len(rows) > limit
        return JobPage(jobs=views, total=total, next_cursor=views[-1].id if more else None)

    def cancel(self, job_id: str, *, tenant: str | None = None, actor: str) -> JobView:
        """End the job now. Running stages are told, and whatever they still deliver is dropped."""
        with self._database.session() as session:
            job = self._open(session, job_id, tenant)
            if job.status in (JobStatus.COMPLETED, JobStatus.FAILED):
                raise Conflict(f"The job is already {job.status.value}.")
            if job.status != JobStatus.CANCELLED:
                job.cancel(actor)
                job.write()
        self._enqueuer.withdraw(job.withdrawn)
        return self.get(job_id)

    def decide(
        self,
        job_id: str,
        gate: str,
        decision: Decision,
        *,
        tenant: str | None = None,
        actor: str,
        comment: str | None = None,
        output: Mapping[str, Any] | None = None,
    ) -> JobView:
        """Say yes or no at a gate, or change the stage's output and say yes.

        Args:
            output: for ``edit``: the members of the stage's output to replace.
        """
        if (decision == "edit") != (output is not None):
            raise InvalidInput("An edit, and only an edit, brings a new output.", field="output")
        self._enqueuer.prepare()
        with self._database.session() as session:
            job = self._open(session, job_id, tenant)
            asked = _pending(job, gate, decision)
            if asked is not None:
                self._answer(job, asked, decision, actor, comment, output)
                job.write()
        self._enqueuer.withdraw(job.withdrawn)
        return self.get(job_id)

    def resume(
        self,
        job_id: str,
        *,
        stage: str | None = None,
        mode: ResumeMode = "downstream",
        tenant: str | None = None,
        actor: str,
    ) -> JobView:
        """Run a stage again and go on from there. Finished work above it is never run again.

        Args:
            stage: node key; None: whatever failed, was cancelled or was rejected.
            mode: ``downstream``: what depends on the stage runs again too;
                ``only``: finished results that depend on it stay as they are.
        """
        self._enqueuer.prepare()
        with self._database.session() as session:
            job = self._open(session, job_id, tenant)
            again = _to_repeat(job, stage, mode)
            for key in again:
                job.supersede(key)
            job.reopen(actor)
            job.settle()
            job.write()
        self._enqueuer.withdraw(job.withdrawn)
        return self.get(job_id)

    def events(
        self, job_id: str, *, after: int = 0, limit: int = 500, tenant: str | None = None
    ) -> tuple[EventView, ...]:
        """Events numbered above ``after``, in order and without gaps."""
        with self._database.reading() as session:
            self._exists(session, job_id, tenant)
            return snapshots.events_of(session, job_id, after, limit)

    def artifact(self, artifact_id: str) -> ArtifactView:
        """One file by its id."""
        with self._database.reading() as session:
            row = session.execute(
                sa.select(ARTIFACTS).where(ARTIFACTS.c.id == artifact_id)
            ).one_or_none()
        if row is None:
            raise NotFound("There is no such file.")
        return snapshots.artifact_view(row)

    def counts(self, *, tenant: str | None = None) -> dict[JobStatus, int]:
        """How many jobs stand where; every status is in it."""
        query = sa.select(JOBS.c.status, sa.func.count()).group_by(JOBS.c.status)
        if tenant is not None:
            query = query.where(JOBS.c.tenant == tenant)
        with self._database.reading() as session:
            found: dict[str, int] = {row[0]: row[1] for row in session.execute(query)}
        return {status: found.get(status.value, 0) for status in JobStatus}

    def queue_depth(self) -> int:
        """How many stages wait for a worker, of whatever jobs."""
        query = sa.select(sa.func.count()).where(STAGES.c.status == StageStatus.QUEUED)
        with self._database.reading() as session:
            return session.execute(query).scalar_one()

    def workers(self) -> tuple[WorkerView, ...]:
        """Every worker that is running or died without a word, oldest first."""
        with self._database.reading() as session:
            alive_since = self._database.server_now(session) - self._dead_after
            rows = session.execute(sa.select(WORKERS).order_by(WORKERS.c.started_at)).all()
        return tuple(
            WorkerView(
                id=row.id,
                host=row.host,
                queues=tuple(row.queues),
                started_at=row.started_at,
                seen_at=row.seen_at,
                alive=row.seen_at > alive_since,
            )
            for row in rows
        )

    def _row(self, session: Session, job_id: str, tenant: str | None) -> Mapping[str, Any]:
        row = session.execute(sa.select(JOBS).where(JOBS.c.id == job_id)).mappings().one_or_none()
        if row is None or (tenant is not None and row["tenant"] != tenant):
            raise NotFound("There is no such job.")
        return dict(row)

    def _exists(self, session: Session, job_id: str, tenant: str | None) -> None:
        owner = session.execute(
            sa.select(JOBS.c.tenant).where(JOBS.c.id == job_id)
        ).scalar_one_or_none()
        if owner is None or (tenant is not None and owner != tenant):
            raise NotFound("There is no such job.")

    def _view(self, session: Session, row: Mapping[str, Any]) -> JobView:
        return snapshots.job_views(session, [row], self._pace)[0]

    def _open(self, session: Session, job_id: str, tenant: str | None) -> Transition:
        return Transition.open(session, self._enqueuer, job_id, self._clock(), tenant=tenant)

    def _answer(
        self,
        job: Transition,
        asked: Gate,
        decision: Decision,
        actor: str,
        comment: str | None,
        output: Mapping[str, Any] | None,
    ) -> None:
        yes = decision != "reject"
        asked.status = ApprovalStatus.APPROVED if yes else ApprovalStatus.REJECTED
        job.session.execute(
            sa.update(APPROVALS)
            .where(APPROVALS.c.id == asked.id)
            .values(status=asked.status, comment=comment, decided_by=actor, decided_at=job.now)
        )
        attempt = job.attempt(asked.key, asked.attempt)
        if output is not None and attempt is not None:
            edited = {**(attempt.output or {}), **output}
            job.update(attempt, output=edited, edited=True)
            if isinstance(edited.get("script"), str):
                job.set(script=edited["script"])
        if not yes:
            said = ApprovalRejected(f"The {asked.gate} was not approved.")
            job.fail(failure_of(said, asked.key))
        job.settle()


def _pending(job: Transition, name: str, decision: Decision) -> Gate | None:
    """The gate that waits; None when the same was already said. Conflict otherwise."""
    asked = [gate for gate in job.gates if gate.gate == name]
    if not asked:
        if any(node.gate == name for node in job.plan.nodes):
            raise Conflict(f"The job is not waiting at the gate '{name}'.")
        raise NotFound(f"This job has no gate '{name}'.")
    waiting = [gate for gate in asked if gate.status == ApprovalStatus.PENDING]
    if waiting and not job.status.is_final:
        return waiting[0]
    said = ApprovalStatus.REJECTED if decision == "reject" else ApprovalStatus.APPROVED
    if not waiting and decision != "edit" and asked[-1].status == said:
        return None
    raise Conflict(f"The job is not waiting at the gate '{name}'.")


def _to_repeat(job: Transition, stage: str | None, mode: ResumeMode) -> frozenset[str]:
    """Keys of the nodes whose results no longer count."""
    latest = job.latest()
    if stage is None:
        again = frozenset(
            key
            for key, attempt in latest.items()
            if attempt.status in (StageStatus.FAILED, StageStatus.CANCELLED)
            or (
                (gate := job.gate_of(attempt)) is not None
                and gate.status == ApprovalStatus.REJECTED
            )
        )
        if job.status not in (JobStatus.FAILED, JobStatus.CANCELLED):
            raise Conflict(f"Nothing has failed: the job is {job.status.value}.")
        return again
    if job.status in (JobStatus.QUEUED, JobStatus.PROCESSING):
        raise Conflict(f"The job is {job.status.value}; wait for its end or cancel it first.")
    try:
        node = job.plan.node(stage)
    except KeyError:
        choices = ", ".join(job.plan.keys())
        raise InvalidInput(
            f"This job has no stage '{stage}'; it has {choices}.", field="stage"
        ) from None
    missing = [need for need in node.needs if need not in job.done()]
    if missing:
        raise Conflict(f"'{stage}' cannot run before {', '.join(missing)}.")
    again = job.plan.downstream(stage) if mode == "downstream" else frozenset({stage})
    if any(key in latest and latest[key].status == StageStatus.RUNNING for key in again):
        raise Conflict(f"'{stage}' or what follows it is still running.")
    return again
