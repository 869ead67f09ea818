"""Whether the product works: for front ends and people, for orchestrators, for Prometheus."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from apiflask import APIBlueprint
from flask import Response

from app.api.answers import Answer, Live
from app.api.context import services
from app.api.operation import operation
from app.api.principal import OPERATIONS, public

health = APIBlueprint("health", __name__)

_PROBE = public("front ends and orchestrators ask before they have a key.")


class WorkerCounts(Answer):
    """The processes that do the work."""

    alive: int
    total: int


class HealthAnswer(Live):
    """How the product is."""

    status: Literal["healthy", "degraded"]
    """``degraded``: requests are taken, but no worker is there to do them yet."""
    mock_mode: bool
    """True: every provider is simulated."""
    tts_provider: str
    """Who speaks first."""
    vibevoice_available: bool
    elevenlabs_fallback: bool
    """Whether ElevenLabs stands in when the first provider fails."""
    version: str
    workers: WorkerCounts
    queue_depth: int
    """Stages that wait for a worker."""
    jobs: dict[str, int]
    """Jobs by status."""
    time: datetime


class ProbeAnswer(Live):
    """Yes."""

    status: Literal["live", "ready"]


@health.get("/health")
@operation(health, access=_PROBE, tag="Operations", refuses=(503,), counted=False)
@health.output(HealthAnswer)
def get_health() -> HealthAnswer:
    """See how the product is: its mode, its providers, its workers and its queue."""
    services_ = services()
    workers = services_.jobs.workers()
    counts = {status.value: count for status, count in services_.jobs.counts().items()}
    alive = sum(worker.alive for worker in workers)
    speech = services_.speech
    return HealthAnswer(
        status="healthy" if alive else "degraded",
        mock_mode=not services_.http.livemode,
        tts_provider=speech.provider,
        vibevoice_available=speech.vibevoice_available,
        elevenlabs_fallback=speech.elevenlabs_fallback,
        version=services_.version,
        workers=WorkerCounts(alive=alive, total=len(workers)),
        queue_depth=services_.jobs.queue_depth(),
        jobs=counts,
        time=services_.clock(),
        livemode=services_.http.livemode,
    )


@health.get("/livez")
@operation(health, access=_PROBE, tag="Operations", counted=False)
@health.output(ProbeAnswer)
def get_livez() -> ProbeAnswer:
    """Is the process alive? Looks at nothing else: a restart would not mend a database."""
    return ProbeAnswer(status="live", livemode=services().http.livemode)


@health.get("/readyz")
@operation(health, access=_PROBE, tag="Operations", refuses=(503,), counted=False)
@health.output(ProbeAnswer)
def get_readyz() -> ProbeAnswer:
    """May requests be sent here? Yes when the database answers."""
    services().database.ping()
    return ProbeAnswer(status="ready", livemode=services().http.livemode)


_METRICS: dict[int, dict[str, Any]] = {
    200: {
        "description": "Metrics in Prometheus' text format.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}


@health.get("/metrics")
@operation(
    health, access=OPERATIONS, tag="Operations", answers=_METRICS, refuses=(503,), counted=False
)
def get_metrics() -> Response:
    """Read the metrics: requests, stages, jobs, streams."""
    services_ = services()
    services_.metrics.jobs_counted(
        {status.value: count for status, count in services_.jobs.counts().items()}
    )
    return Response(services_.metrics.render(), content_type=services_.metrics.content_type)
