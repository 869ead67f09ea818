"""Prometheus metrics. No label holds an id, or the series would never end."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    start_http_server,
)
from prometheus_client.multiprocess import MultiProcessCollector

_HTTP_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_STAGE_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900)


class Metrics:
    """Counters and histograms of one process.

    Args:
        shared_dir: the folder that several web processes share their metrics in, the same that
            the prometheus client itself takes from ``PROMETHEUS_MULTIPROC_DIR``; ``render`` then
            adds all of them up.
    """

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, *, shared_dir: Path | None = None) -> None:
        self._shared_dir = shared_dir
        self._registry = CollectorRegistry()
        self._http_requests = Counter(
            "avatar_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._http_seconds = Histogram(
            "avatar_http_request_seconds",
            "Time to answer a request.",
            ("method", "route"),
            buckets=_HTTP_SECONDS,
            registry=self._registry,
        )
        self._stage_seconds = Histogram(
            "avatar_stage_seconds",
            "Time of one attempt at a stage.",
            ("stage", "outcome"),
            buckets=_STAGE_SECONDS,
            registry=self._registry,
        )
        self._stage_failures = Counter(
            "avatar_stage_failures",
            "Failed attempts by error code.",
            ("stage", "code"),
            registry=self._registry,
        )
        self._jobs_created = Counter(
            "avatar_jobs_created", "Jobs accepted.", ("route",), registry=self._registry
        )
        self._jobs_by_status = Gauge(
            "avatar_jobs",
            "Jobs by status.",
            ("status",),
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )
        self._event_streams = Gauge(
            "avatar_event_streams",
            "Event streams open.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )

    def http_answered(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. ``route`` is the rule, ``/jobs/<id>``, never the path."""
        self._http_requests.labels(method, route, str(status)).inc()
        self._http_seconds.labels(method, route).observe(seconds)

    def stage_ended(self, *, stage: str, outcome: str, seconds: float, code: str | None) -> None:
        """Count an attempt. ``outcome``: completed, failed or cancelled; ``code``: of a failure."""
        self._stage_seconds.labels(stage, outcome).observe(seconds)
        if code is not None:
            self._stage_failures.labels(stage, code).inc()

    def job_created(self, *, route: str) -> None:
        """Count an accepted job by its plan's route."""
        self._jobs_created.labels(route).inc()

    def jobs_counted(self, counts: dict[str, int]) -> None:
        """Set how many jobs are in each status."""
        for status, count in counts.items():
            self._jobs_by_status.labels(status).set(count)

    def event_streams(self, count: int) -> None:
        """Set how many event streams this process serves."""
        self._event_streams.set(count)

    def render(self) -> bytes:
        """The text that a Prometheus server scrapes."""
        return generate_latest(self._collected())

    def serve(self, port: int) -> None:
        """Answer ``GET /metrics`` on a port of its own, for workers."""
        start_http_server(port, registry=self._collected())

    def _collected(self) -> CollectorRegistry:
        if self._shared_dir is None:
            return self._registry
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._shared_dir))  # type: ignore[no-untyped-call]
        return registry
