"""Turns what the jobs layer knows into what the API answers."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence

from app.api.answers import (
    ApprovalAnswer,
    ArtifactAnswer,
    EventAnswer,
    FailureAnswer,
    JobAnswer,
    PlanAnswer,
    PlanNode,
    StageAnswer,
    VideoStatus,
)
from app.api.context import absolute, services
from app.domain.states import JobStatus
from app.jobs.plan import Plan
from app.jobs.views import ArtifactView, EventView, Failure, JobDetail, JobView, StageView

_SUFFIXES = {"audio/wav": ".wav", "text/vtt": ".vtt", "application/x-subrip": ".srt"}
"""Where the platform's own table differs between machines."""


def video_status(job: JobView) -> VideoStatus:
    """The object that clients poll."""
    request = job.request
    failed = job.status is JobStatus.FAILED and job.failure is not None
    return VideoStatus(
        id=job.id,
        status=job.status,
        progress=job.progress,
        current_step=job.current_step,
        video_url=link(job.id, job.video) if job.video else None,
        captions_url=link(job.id, job.captions) if job.captions else None,
        poster_url=link(job.id, job.poster) if job.poster else None,
        error=job.failure.message if failed and job.failure else None,
        script=job.script,
        template=request.template,
        user_id=request.user_id,
        created_at=job.created_at,
        started_at=job.started_at,
        completed_at=job.completed_at,
        updated_at=job.updated_at,
        eta_s=job.eta_s,
        failure=_failure(job.failure) if failed else None,
        presenter=request.presenter,
        language=request.language,
        voice=request.voice,
        aspect=request.aspect,
        resolution=request.resolution,
        captions=request.captions,
        scenes=request.scenes,
        priority=request.priority,
        duration_s=job.video.ref.meta.get("duration_s") if job.video else None,
        size_bytes=job.video.ref.size_bytes if job.video else None,
        statusUrl=f"/video-status/{job.id}",
        jobUrl=f"/jobs/{job.id}",
        livemode=job.livemode,
    )


def job_answer(detail: JobDetail, events: Sequence[EventView]) -> JobAnswer:
    """The job with its stages, approvals, files and events."""
    job = detail.job
    return JobAnswer(
        **dict(video_status(job)),
        plan=_plan(job.plan),
        stages=[_stage(stage) for stage in detail.stages],
        approvals=[
            ApprovalAnswer(
                id=approval.id,
                gate=approval.gate,
                stage=approval.stage,
                status=approval.status,
                comment=approval.comment,
                decided_by=approval.decided_by,
                created_at=approval.created_at,
                decided_at=approval.decided_at,
            )
            for approval in detail.approvals
        ],
        artifacts=[artifact(job.id, item) for item in detail.artifacts],
        cost_usd=round(sum(stage.cost_usd or 0.0 for stage in detail.stages), 6),
        events=[event(item, livemode=job.livemode) for item in events],
        eventsUrl=f"/jobs/{job.id}/events",
    )


def artifact(job_id: str, item: ArtifactView) -> ArtifactAnswer:
    """A file with its link."""
    return ArtifactAnswer(
        id=item.id,
        kind=item.ref.kind,
        stage=item.stage,
        attempt=item.attempt,
        content_type=item.ref.content_type,
        size_bytes=item.ref.size_bytes,
        sha256=item.ref.sha256,
        meta=dict(item.ref.meta),
        url=link(job_id, item),
        created_at=item.created_at,
    )


def event(item: EventView, *, livemode: bool) -> EventAnswer:
    """An event, as a stream or a list tells it."""
    return EventAnswer(
        job_id=item.job_id,
        sequence=item.sequence,
        type=item.type,
        created_at=item.created_at,
        data=dict(item.data),
        livemode=livemode,
    )


def link(job_id: str, item: ArtifactView) -> str:
    """A complete, signed address that works for a limited time."""
    kind = item.ref.content_type.partition(";")[0].strip()
    suffix = _SUFFIXES.get(kind) or mimetypes.guess_extension(kind) or ".bin"
    name = job_id if item.ref.kind == "video" else f"{job_id}-{item.ref.kind}"
    return absolute(services().links.path_for(item.id, f"{name}{suffix}"))


def _plan(plan: Plan) -> PlanAnswer:
    return PlanAnswer(
        route=plan.route,
        nodes=[
            PlanNode(
                key=node.key,
                stage=node.stage,
                label=node.label,
                needs=list(node.needs),
                scene=node.scene,
                gate=node.gate,
            )
            for node in plan.nodes
        ],
    )


def _stage(stage: StageView) -> StageAnswer:
    return StageAnswer(
        key=stage.key,
        stage=stage.stage,
        label=stage.label,
        attempt=stage.attempt,
        status=stage.status,
        progress=int(stage.progress * 100),
        provider=stage.provider,
        cost_usd=stage.cost_usd,
        failure=_failure(stage.failure) if stage.failure else None,
        worker=stage.worker,
        created_at=stage.created_at,
        started_at=stage.started_at,
        completed_at=stage.completed_at,
    )


def _failure(failure: Failure | None) -> FailureAnswer | None:
    if failure is None:
        return None
    return FailureAnswer(
        stage=failure.stage,
        code=failure.code,
        type=f"/problems/{failure.code}",
        message=failure.message,
        retryable=failure.retryable,
        remedy=failure.remedy,
    )
