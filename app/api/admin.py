"""What operators look at: the workers."""

from __future__ import annotations

from datetime import datetime

from apiflask import APIBlueprint

from app.api.answers import Answer, Live
from app.api.context import services
from app.api.operation import operation
from app.api.principal import ADMIN

admin = APIBlueprint("admin", __name__)


class WorkerAnswer(Answer):
    """A process that does the work of jobs."""

    id: str
    host: str
    queues: list[str]
    started_at: datetime
    seen_at: datetime
    """When it last said that it is alive."""
    alive: bool
    """False: not heard for 30 seconds; its work was given to others."""


class WorkerList(Live):
    """Every worker that runs, or died without a word."""

    workers: list[WorkerAnswer]


@admin.get("/admin/workers")
@operation(admin, access=ADMIN, tag="Operations")
@admin.output(WorkerList)
def list_workers() -> WorkerList:
    """List the workers, with the queues that they take from."""
    return WorkerList(
        workers=[
            WorkerAnswer(
                id=worker.id,
                host=worker.host,
                queues=list(worker.queues),
                started_at=worker.started_at,
                seen_at=worker.seen_at,
                alive=worker.alive,
            )
            for worker in services().jobs.workers()
        ],
        livemode=services().http.livemode,
    )
