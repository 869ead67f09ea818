from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.video_request import Fault, VideoRequest
from app.jobs.plan import Plan
from app.jobs.stage import StageContext, StageInput, StageResult
from app.pipelines.plans import plan_for

CREATED_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Attempt:
    """One attempt at one stage, and what it told the engine."""

    def __init__(self, context: StageContext, reported: list[float]) -> None:
        self.context = context
        self.reported = reported


@pytest.fixture
def attempt(tmp_path: Path) -> Callable[..., Attempt]:
    """A context as the engine would hand it to a stage."""
    made = 0

    def make(
        key: str,
        *,
        inputs: Mapping[str, StageResult] | None = None,
        plan: Plan | None = None,
        number: int = 1,
        cancelled: Callable[[], bool] = lambda: False,
        faults: tuple[Fault, ...] = (),
        **request: Any,
    ) -> Attempt:
        nonlocal made
        made += 1
        workdir = tmp_path / f"work-{made}"
        workdir.mkdir()
        asked = VideoRequest(
            **{"script": "Hello there.", "language": "en", "faults": faults} | request
        )
        plan = plan or plan_for(asked)
        reported: list[float] = []
        context = StageContext(
            job_id="vid_1",
            node=plan.node(key),
            plan=plan,
            attempt=number,
            request=asked,
            inputs={
                name: StageInput(result.output, result.artifacts)
                for name, result in (inputs or {}).items()
            },
            workdir=workdir,
            created_at=CREATED_AT,
            report=reported.append,
            cancelled=cancelled,
        )
        return Attempt(context, reported)

    return make
