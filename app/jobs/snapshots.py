"""From rows to the frozen views that the rest of the house sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db.tables import APPROVALS, ARTIFACTS, EVENTS, STAGES
from app.domain.states import ApprovalStatus, EventType, JobStatus, StageStatus
from app.domain.video_request import VideoRequest
from app.jobs.eta import Pace
from app.jobs.failures import from_json
from app.jobs.plan import Plan
from app.jobs.results import artifact_ref
from app.jobs.views import (
    ApprovalView,
    ArtifactView,
    EventView,
    JobView,
    StageView,
)


def job_views(
    session: Session, rows: Sequence[Mapping[str, Any]], pace: Pace
) -> tuple[JobView, ...]:
    """Views of jobs, with two queries for all of them."""
    finished = [row["id"] for row in rows if row["status"] == JobStatus.COMPLETED]
    files = _delivered(session, finished)
    return tuple(_job_view(session, row, files.get(row["id"], {}), pace) for row in rows)


def _job_view(
    session: Session, row: Mapping[str, Any], files: Mapping[str, ArtifactView], pace: Pace
) -> JobView:
    status = JobStatus(row["status"])
    return JobView(
        id=row["id"],
        tenant=row["tenant"],
        status=status,
        progress=row["progress"],
        current_step=row["current_step"],
        request=VideoRequest.model_validate(row["request"]),
        plan=Plan.model_validate(row["plan"]),
        failure=from_json(row["failure"]),
        livemode=row["livemode"],
        script=row["script"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        updated_at=row["updated_at"],
        eta_s=None if status.is_final else pace.eta_s(session, row),
        video=files.get("video"),
        captions=files.get("captions_vtt"),
        poster=files.get("poster"),
    )


_DELIVERED = ("video", "captions_vtt", "poster")


def _delivered(session: Session, job_ids: Sequence[str]) -> dict[str, dict[str, ArtifactView]]:
    """The newest file of each delivered kind of each job, of an attempt that still counts."""
    if not job_ids:
        return {}
    query = (
        sa.select(ARTIFACTS)
        .join(
            STAGES,
            (STAGES.c.job_id == ARTIFACTS.c.job_id)
            & (STAGES.c.key == ARTIFACTS.c.key)
            & (STAGES.c.attempt == ARTIFACTS.c.attempt),
        )
        .where(
            ARTIFACTS.c.job_id.in_(job_ids),
            ARTIFACTS.c.kind.in_(_DELIVERED),
            ~STAGES.c.superseded,
        )
        .order_by(ARTIFACTS.c.id)
    )
    files: dict[str, dict[str, ArtifactView]] = {}
    for row in session.execute(query):
        files.setdefault(row.job_id, {})[row.kind] = artifact_view(row)
    return files


def artifact_view(row: sa.Row[Any]) -> ArtifactView:
    """A row of the artifacts table."""
    return ArtifactView(
        id=row.id,
        stage=row.key,
        attempt=row.attempt,
        ref=artifact_ref(row),
        created_at=row.created_at,
    )


def artifacts_of(session: Session, job_id: str) -> tuple[ArtifactView, ...]:
    """All files of a job, oldest first."""
    query = (
        sa.select(ARTIFACTS)
        .where(ARTIFACTS.c.job_id == job_id)
        .order_by(ARTIFACTS.c.created_at, ARTIFACTS.c.key, ARTIFACTS.c.ordinal)
    )
    return tuple(artifact_view(row) for row in session.execute(query))


def stages_of(session: Session, job_id: str, plan: Plan) -> tuple[StageView, ...]:
    """All attempts of a job, in the plan's order."""
    order = {key: place for place, key in enumerate(plan.keys())}
    rows = session.execute(sa.select(STAGES).where(STAGES.c.job_id == job_id))
    views = [
        StageView(
            key=row.key,
            stage=row.stage,
            label=row.label,
            attempt=row.attempt,
            status=StageStatus(row.status),
            progress=row.progress,
            provider=row.provider,
            cost_usd=row.cost_usd,
            failure=from_json(row.failure),
            output=row.output or {},
            worker=row.worker,
            created_at=row.created_at,
            started_at=row.started_at,
            completed_at=row.completed_at,
        )
        for row in rows
    ]
    return tuple(sorted(views, key=lambda view: (order[view.key], view.attempt)))


def approvals_of(session: Session, job_id: str) -> tuple[ApprovalView, ...]:
    """All gates a job reached, oldest first."""
    query = sa.select(APPROVALS).where(APPROVALS.c.job_id == job_id).order_by(APPROVALS.c.id)
    return tuple(
        ApprovalView(
            id=row.id,
            gate=row.gate,
            stage=row.key,
            status=ApprovalStatus(row.status),
            comment=row.comment,
            decided_by=row.decided_by,
            created_at=row.created_at,
            decided_at=row.decided_at,
        )
        for row in session.execute(query)
    )


def events_of(session: Session, job_id: str, after: int, limit: int) -> tuple[EventView, ...]:
    """Events numbered above ``after``, in order."""
    query = (
        sa.select(EVENTS)
        .where(EVENTS.c.job_id == job_id, EVENTS.c.sequence > after)
        .order_by(EVENTS.c.sequence)
        .limit(limit)
    )
    return tuple(
        EventView(
            job_id=row.job_id,
            sequence=row.sequence,
            type=EventType(row.type),
            data=row.data,
            created_at=row.created_at,
        )
        for row in session.execute(query)
    )
