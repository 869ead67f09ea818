"""A workbench for tests of the jobs' rules: real tables, a queue in memory, a clock that is told.

Nothing runs by itself: ``bench.run()`` takes entries out of the queue one by one, as workers do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.db.database import Database
from app.domain.video_request import VideoRequest
from app.jobs.attempts import Attempts, Started
from app.jobs.enqueuer import delivery_entry, stage_entry
from app.jobs.jobs import Jobs
from app.jobs.plan import Node, Plan
from app.jobs.stage import ArtifactRef, StageContext, StageResult
from app.jobs.views import JobView

START = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@dataclass
class Entry:
    job_id: str
    key: str
    attempt: int
    queue: str
    priority: int
    delay_s: float


@dataclass
class MemoryQueue:
    """Keeps entries in order. Good enough while transactions do not fail."""

    entries: list[Entry] = field(default_factory=list)
    deliveries: list[tuple[str, int, float]] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)

    def prepare(self) -> None: ...

    def stage(
        self,
        session: Session,
        job_id: str,
        key: str,
        attempt: int,
        *,
        queue: str,
        priority: int,
        delay_s: float = 0.0,
    ) -> None:
        self.entries.append(Entry(job_id, key, attempt, queue, priority, delay_s))

    def delivery(
        self, session: Session, delivery_id: str, attempt: int, *, delay_s: float = 0.0
    ) -> None:
        self.deliveries.append((delivery_id, attempt, delay_s))

    def withdraw(self, entries: Sequence[str]) -> None:
        self.entries = [
            e for e in self.entries if stage_entry(e.job_id, e.key, e.attempt) not in entries
        ]

    def waiting_or_running(self, entries: Sequence[str]) -> Mapping[str, bool]:
        known = {stage_entry(e.job_id, e.key, e.attempt) for e in self.entries}
        known |= {delivery_entry(d, a) for d, a, _ in self.deliveries}
        return {e: e in known for e in entries if e in known or e in self.ended}


class Bench:
    """Jobs, their queue and a worker in slow motion."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = START
        self.queue = MemoryQueue()
        self.jobs = Jobs(database, self.queue, lambda: self.now)
        self.attempts = Attempts(database, self.queue, lambda: self.now, jitter=lambda: 0.5)
        self.calls: list[str] = []
        self.stages: dict[str, Callable[[StageContext], StageResult]] = {}
        self.seen: dict[str, StageContext] = {}

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def create(self, plan: Plan, tenant: str = "acme", **request: Any) -> JobView:
        wanted = VideoRequest(**({"script": "Hello there."} | request))
        return self.jobs.create(wanted, plan, tenant=tenant, livemode=False).job

    def take(self, key: str | None = None) -> Started:
        """Begin the next entry, or the next one for this node."""
        entry = next(e for e in self.queue.entries if key is None or e.key == key)
        self.queue.entries.remove(entry)
        started = self.attempts.begin(entry.job_id, entry.key, entry.attempt, worker="wrk_test")
        assert started is not None
        return started

    def finish(self, started: Started, **output: Any) -> bool:
        return self.attempts.finish(
            started.ticket, StageResult(output=output or {"by": started.node.key})
        )

    def step(self) -> bool:
        """One entry from begin to end; False when the queue is empty."""
        if not self.queue.entries:
            return False
        entry = self.queue.entries.pop(0)
        started = self.attempts.begin(entry.job_id, entry.key, entry.attempt, worker="wrk_test")
        if started is None:
            return True
        self.calls.append(started.node.key)
        stage = self.stages.get(started.node.key, default_stage)
        context = context_of(started)
        self.seen[started.node.key] = context
        try:
            result = stage(context)
        except Exception as error:  # noqa: BLE001  # as the engine does
            self.attempts.fail(started.ticket, error)
        else:
            self.attempts.finish(started.ticket, result)
        return True

    def run(self) -> list[str]:
        """Until the queue is empty; returns the nodes that were called."""
        before = len(self.calls)
        while self.step():
            self.pass_time(1)
        return self.calls[before:]

    def types(self, job_id: str) -> list[str]:
        return [event.type.value for event in self.jobs.events(job_id)]


def default_stage(context: StageContext) -> StageResult:
    return StageResult(output={"by": f"{context.node.key}#{context.attempt}"})


def context_of(started: Started) -> StageContext:
    return StageContext(
        job_id=started.ticket.job_id,
        node=started.node,
        plan=started.plan,
        attempt=started.ticket.attempt,
        request=started.request,
        inputs=started.inputs,
        workdir=Path("/nonexistent"),
        created_at=started.created_at,
        report=lambda _: None,
        cancelled=lambda: False,
    )


def node(key: str, *needs: str, queue: str = "cpu", **more: Any) -> Node:
    return Node.model_validate(
        {
            "key": key,
            "stage": key.partition("[")[0],
            "queue": queue,
            "label": f"{key}...",
            "needs": needs,
            **more,
        }
    )


def chain(*keys: str, gate_after: str | None = None, **more: Any) -> Plan:
    nodes = [
        node(
            key,
            *keys[place - 1 : place][: place and 1],
            gate="script" if key == gate_after else None,
            **more,
        )
        for place, key in enumerate(keys)
    ]
    return Plan(route="single_scene", nodes=tuple(nodes))


SINGLE = chain("validate", "script", "speech", "render", "store")
GATED = chain("validate", "script", "speech", "store", gate_after="script")
FAN = Plan(
    route="multi_scene",
    nodes=(
        node("split"),
        node("render[1]", "split", queue="render"),
        node("render[2]", "split", queue="render"),
        node("render[3]", "split", queue="render"),
        node("join", "render[1]", "render[2]", "render[3]"),
    ),
)


def artifact(kind: str, name: str = "a") -> ArtifactRef:
    return ArtifactRef(
        kind=kind,
        key=f"{kind}/{name}",
        content_type="video/mp4",
        size_bytes=3,
        sha256=name * 64,
        meta={"duration_s": 1.5},
    )
