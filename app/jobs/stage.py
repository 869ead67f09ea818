"""The seam between the engine and what the product does.

A stage is a function of a context that returns a result. ``app.pipelines`` writes stage functions;
``app.jobs.engine`` calls them and records what they return. A stage may be run again after a crash,
so it must be repeatable: it reads inputs, writes into ``workdir``, saves artifacts by content.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from app.domain.artifact import ArtifactRef as ArtifactRef  # part of this seam
from app.domain.video_request import VideoRequest
from app.jobs.plan import Node, Plan


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a finished stage leaves behind. Everything in it is plain JSON but the artifacts."""

    output: Mapping[str, Any] = field(default_factory=dict)
    """What later stages read; small, no bytes."""
    artifacts: tuple[ArtifactRef, ...] = ()
    provider: str | None = None
    """Who really did it."""
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class StageInput:
    """What an upstream stage left behind."""

    output: Mapping[str, Any]
    artifacts: tuple[ArtifactRef, ...]

    def artifact(self, kind: str) -> ArtifactRef:
        """The first artifact of this kind; KeyError if there is none."""
        for artifact in self.artifacts:
            if artifact.kind == kind:
                return artifact
        raise KeyError(kind)


@dataclass(frozen=True, slots=True)
class StageContext:
    """Everything one attempt at one stage may know."""

    job_id: str
    node: Node
    plan: Plan
    attempt: int
    """1-based."""
    request: VideoRequest
    inputs: Mapping[str, StageInput]
    """Every node upstream, by key (not only direct needs), as completed or edited by a person."""
    workdir: Path
    """Fresh and private to this attempt; removed afterwards."""
    created_at: datetime
    """When the job was created. It goes into no file, so that equal requests give equal bytes."""
    report: Callable[[float], None]
    """Tell how far this stage is, 0..1. Cheap to call often; writes are thinned out."""
    cancelled: Callable[[], bool]
    """True once the job was cancelled or this attempt lost its place. Cheap; fresh within 0.5 s."""


StageFunction = Callable[[StageContext], StageResult]
"""Raises ``AppError``; anything else is a bug and fails the stage as ``internal_error``."""


class StageCancelled(Exception):
    """Raised by a stage that saw ``cancelled()`` and stopped. Its result is dropped."""
