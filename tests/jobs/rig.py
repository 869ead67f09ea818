"""A real worker in this process, with the engine's own queue, for tests of what only it can show."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.db.database import Database
from app.domain.video_request import VideoRequest
from app.jobs.engine import Engine, EngineClient, QueueLimits
from app.jobs.jobs import Jobs
from app.jobs.plan import Plan
from app.jobs.stage import StageContext, StageFunction, StageResult
from app.jobs.stage_runner import THREADS
from app.jobs.views import JobView

QUEUES = {name: QueueLimits(per_worker=4) for name in ("cpu", "render")}


class Rig:
    """Jobs, and an engine to run them when it is wanted."""

    def __init__(self, database: Database, workdir: Path) -> None:
        self.database = database
        self.workdir = workdir
        self.client = EngineClient(database)
        self.jobs = Jobs(database, self.client)
        self.stages: dict[str, StageFunction] = {}
        self.engines: list[Engine] = []

    def start(self, queues: dict[str, QueueLimits] | None = None, **options: Any) -> Engine:
        settings: dict[str, Any] = {"poll_s": 0.05, "beat_s": 0.5, "dead_s": 10.0}
        engine = Engine(
            self.database,
            _Known(self.stages),
            queues=queues or QUEUES,
            workdir=self.workdir,
            **(settings | options),
        )
        engine.start()
        self.engines.append(engine)
        return engine

    def close(self) -> None:
        for engine in self.engines:
            engine.drain(5)
        for engine in self.engines:
            self.end(engine)
        self.client.close()

    def end(self, engine: Engine, grace_s: float = 5.0) -> bool:
        """Drain, and wait for stages that outlive it: a worker's process would end instead."""
        finished = engine.drain(grace_s)
        self.until(lambda: not _engine_threads())
        if engine._own_engine is not None:
            engine._own_engine.dispose()
        return finished

    def create(self, plan: Plan, **request: Any) -> JobView:
        wanted = VideoRequest(**({"script": "Hello there."} | request))
        return self.jobs.create(wanted, plan, tenant="acme", livemode=False).job

    def until(self, holds: Callable[[], bool], within_s: float = 20.0) -> float:
        """Wait for something; returns the seconds it took."""
        began = time.monotonic()
        while not holds():
            took = time.monotonic() - began
            assert took < within_s, f"not within {within_s} s"
            time.sleep(0.02)
        return time.monotonic() - began

    def final(self, job_id: str, within_s: float = 20.0) -> JobView:
        self.until(lambda: self.jobs.get(job_id).status.is_final, within_s)
        return self.jobs.get(job_id)


def _engine_threads() -> list[str]:
    return [
        thread.name
        for thread in threading.enumerate()
        if thread.name.startswith(("dbos-executor", THREADS))
    ]


class _Known(dict[str, StageFunction]):
    """Stages that a test did not write do nothing."""

    def __init__(self, stages: dict[str, StageFunction]) -> None:
        super().__init__(stages)
        self._stages = stages

    def __getitem__(self, name: str) -> StageFunction:
        return self._stages.get(name, nothing)


def nothing(_: StageContext) -> StageResult:
    return StageResult(output={"done": True})
