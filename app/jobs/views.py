"""What the rest of the house may see of a job: frozen snapshots, never rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.states import ApprovalStatus, EventType, JobStatus, StageStatus
from app.domain.video_request import VideoRequest
from app.jobs.plan import Plan
from app.jobs.stage import ArtifactRef


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job or an attempt failed, in words for its owner. Provider internals stay out."""

    stage: str | None
    """Node key."""
    code: str
    message: str
    retryable: bool
    remedy: str


@dataclass(frozen=True, slots=True)
class StageView:
    """One attempt at one node."""

    key: str
    stage: str
    label: str
    attempt: int
    status: StageStatus
    progress: float
    """0..1"""
    provider: str | None
    cost_usd: float | None
    failure: Failure | None
    output: Mapping[str, Any]
    worker: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """A gate a job reached."""

    id: str
    gate: str
    stage: str
    status: ApprovalStatus
    comment: str | None
    decided_by: str | None
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventView:
    """A numbered event. ``sequence`` starts at 1 in each job and has no gaps."""

    job_id: str
    sequence: int
    type: EventType
    data: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ArtifactView:
    """A file of a job."""

    id: str
    stage: str
    attempt: int
    ref: ArtifactRef
    created_at: datetime


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it stands."""

    id: str
    tenant: str
    status: JobStatus
    progress: int
    """0..100; never goes back; 100 only with ``completed``."""
    current_step: str
    request: VideoRequest
    plan: Plan
    failure: Failure | None
    livemode: bool
    script: str
    """As it will be or was spoken: enhanced or edited; before that, the user's own."""
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    updated_at: datetime
    eta_s: float | None
    """Seconds left, from the history of this route and length; None without history."""
    video: ArtifactView | None
    """The finished video; set exactly when ``status`` is completed."""
    captions: ArtifactView | None
    """Its WebVTT captions."""
    poster: ArtifactView | None
    """Its picture for lists."""


@dataclass(frozen=True, slots=True)
class JobDetail:
    """A job with all that happened to it."""

    job: JobView
    stages: tuple[StageView, ...]
    approvals: tuple[ApprovalView, ...]
    artifacts: tuple[ArtifactView, ...]


@dataclass(frozen=True, slots=True)
class JobPage:
    """One page of jobs, newest first."""

    jobs: tuple[JobView, ...]
    total: int
    """Of all pages."""
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Created:
    """A job, and whether this call made it."""

    job: JobView
    created: bool


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A process that runs stages."""

    id: str
    host: str
    queues: tuple[str, ...]
    started_at: datetime
    seen_at: datetime
    alive: bool
