"""What a stage leaves behind: into the database, and out of it for the stages that follow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.ids import new_id
from app.domain.states import StageStatus
from app.jobs import statements
from app.jobs.job_state import Attempt, JobState
from app.jobs.stage import ArtifactRef, StageResult

Files = Mapping[tuple[str, int], tuple[ArtifactRef, ...]]
"""Artifacts by node key and attempt."""


def files_of(session: Session, job: JobState) -> Files:
    """What the completed attempts of a job left behind."""
    if not any(a.status == StageStatus.COMPLETED for a in job.attempts):
        return {}
    files: dict[tuple[str, int], list[ArtifactRef]] = {}
    rows = session.connection().execute(statements.ARTIFACTS_OF_JOB, {"at_job": job.id})
    for row in rows:
        files.setdefault((row.key, row.attempt), []).append(artifact_ref(row))
    return {of: tuple(refs) for of, refs in files.items()}


def as_stored(result: StageResult) -> StageResult:
    """The result as it would be read back: later stages see the same, carried on or not."""
    return replace(
        result,
        output=json.loads(json.dumps(dict(result.output))),
        artifacts=tuple(
            replace(ref, meta=json.loads(json.dumps(dict(ref.meta)))) for ref in result.artifacts
        ),
    )


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


def artifact_rows(
    job_id: str, attempt: Attempt, files: Sequence[ArtifactRef], now: datetime
) -> list[dict[str, Any]]:
    """Rows for the files that an attempt left behind."""
    return [
        {
            "id": new_id("art"),
            "job_id": job_id,
            "key": attempt.key,
            "attempt": attempt.attempt,
            "ordinal": ordinal,
            "kind": ref.kind,
            "store_key": ref.key,
            "content_type": ref.content_type,
            "size_bytes": ref.size_bytes,
            "sha256": ref.sha256,
            "meta": ref.meta,
            "created_at": now,
        }
        for ordinal, ref in enumerate(files)
    ]
