"""What the API answers about videos and jobs: the shapes of contract §1, and what came since."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.states import ApprovalStatus, EventType, JobStatus, StageStatus


class Answer(BaseModel):
    """Base of every JSON object that the API answers with."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Live(Answer):
    """An answer of its own, not a part of one."""

    livemode: bool
    """False: simulated; nothing left the machine and nothing was charged."""


class VideoAccepted(Live):
    """The job that will make the video exists; poll ``statusUrl`` or listen to its events."""

    id: str = Field(examples=["vid_01kacv4m8p3q5r7s9t1v3w5x7z"])
    status: Literal["queued"]
    """Always ``queued``, also when an Idempotency-Key is sent again: the answer is the same one."""
    message: str
    statusUrl: str
    """Path to poll; spelled as the front end knows it."""
    mock_mode: bool


class FailureAnswer(Answer):
    """Why a job or an attempt failed."""

    stage: str | None
    """Key of the stage, ``render_avatar[scene-2]``."""
    code: str
    """Stable; for programs."""
    type: str
    """Page about the code."""
    message: str
    """One sentence for a person."""
    retryable: bool
    """Whether the same again may succeed."""
    remedy: str
    """What to do next."""


class VideoStatus(Live):
    """A video on its way, or done."""

    id: str
    status: JobStatus
    progress: int = Field(ge=0, le=100)
    """Whole percent; never goes back; 100 only with ``completed``."""
    current_step: str
    """What is being done now, for a person: ``Generating voiceover...``."""
    video_url: str | None
    """Complete address of the MP4; needs no header, supports Range, works for a limited time and
    is signed anew at each reading. Set exactly when ``status`` is ``completed``."""
    captions_url: str | None
    """Address of the WebVTT captions, with the time of every word; like ``video_url``."""
    poster_url: str | None
    """Address of a JPEG of the video for lists and players; like ``video_url``."""
    error: str | None
    """One sentence when ``status`` is ``failed``."""
    script: str
    """As it is spoken: enhanced or edited once that is done."""
    template: str
    user_id: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    updated_at: datetime
    eta_s: float | None
    """Seconds left, when history allows a guess."""
    failure: FailureAnswer | None
    """``error`` with its code, stage and remedy."""
    presenter: str | None
    language: str | None
    voice: str | None
    aspect: str
    resolution: str
    captions: bool
    scenes: int
    priority: int
    duration_s: float | None
    """Length of the finished video."""
    size_bytes: int | None
    """Size of the finished video."""
    statusUrl: str
    """Path of this object."""
    jobUrl: str
    """Path of the job with its stages and files."""


class JobList(Live):
    """Jobs, newest first; failed ones stay visible."""

    total: int
    """Of all pages."""
    jobs: list[VideoStatus]
    next_cursor: str | None
    """Send it as ``cursor`` to get the next page; null on the last one."""


class StageAnswer(Answer):
    """One attempt at one stage."""

    key: str
    stage: str
    label: str
    attempt: int
    """1-based."""
    status: StageStatus
    progress: int
    """Whole percent of this attempt."""
    provider: str | None
    """Who really did it."""
    cost_usd: float | None
    failure: FailureAnswer | None
    worker: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


class ApprovalAnswer(Answer):
    """A gate that the job reached, and what a person said."""

    id: str
    gate: str
    stage: str
    status: ApprovalStatus
    comment: str | None
    decided_by: str | None
    created_at: datetime
    decided_at: datetime | None


class ArtifactAnswer(Answer):
    """A file that the job made."""

    id: str
    kind: str
    """``video``, ``captions_srt``, ``captions_vtt``, ``poster``, ``speech`` …"""
    stage: str
    attempt: int
    content_type: str
    size_bytes: int
    sha256: str
    meta: dict[str, Any]
    """Measured facts: duration, width, height …"""
    url: str
    """Complete address; needs no header, works for a limited time."""
    created_at: datetime


class PlanNode(Answer):
    """A stage that the job will go through."""

    key: str
    stage: str
    label: str
    needs: list[str]
    scene: int | None
    gate: str | None
    """Name of the approval asked for after this stage."""


class PlanAnswer(Answer):
    """What the job goes through, fixed when it was created."""

    route: str
    """``single_scene``, ``multi_scene``."""
    nodes: list[PlanNode]


class EventAnswer(Answer):
    """Something that happened to a job. The data of one server-sent event."""

    job_id: str
    sequence: int
    """1-based, without gaps: the id to resume after."""
    type: EventType
    created_at: datetime
    data: dict[str, Any]
    livemode: bool


class JobAnswer(VideoStatus):
    """A video with all that happened on the way."""

    plan: PlanAnswer
    stages: list[StageAnswer]
    """Every attempt, in order."""
    approvals: list[ApprovalAnswer]
    artifacts: list[ArtifactAnswer]
    cost_usd: float
    """Sum over all attempts; 0 in mock mode."""
    events: list[EventAnswer]
    """What happened, oldest first; the first 500."""
    eventsUrl: str
    """Path of the event stream."""


class EventList(Live):
    """Events after the one asked for."""

    job_id: str
    status: JobStatus
    """Where the job stands now."""
    events: list[EventAnswer]
    last: int
    """Send it as ``after`` next time."""
