"""The worker: takes stages from the queues. ``python -m app.worker``, or inside a web process."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

import structlog

from app.bootstrap import Services, build, warn_of_promises
from app.domain.errors import AppError
from app.jobs.engine import Engine
from app.settings import load
from app.telemetry.logs import configure_logging

_log = structlog.get_logger(__name__)


class Worker:
    """An engine with the services it works for.

    Args:
        grace_s: how long stages at work may take to finish once it is told to stop.
    """

    def __init__(self, services: Services, *, grace_s: float) -> None:
        self._grace_s = grace_s
        work = services.work
        self._engine = Engine(
            services.database,
            services.stages,
            queues=work.queues,
            workdir=work.workdir,
            listen=work.listen,
            client=services.engine_client,
            clock=services.clock,
            poll_s=work.poll_s,
            beat_s=work.heartbeat_s,
            dead_s=work.dead_s,
            sender=services.webhook_sender(),
        )
        self._store = services.store
        self._draining: threading.Thread | None = None
        self._finished = False

    def start(self) -> None:
        """Begin to take work; first clear up after writers that were killed."""
        self._store.discard_partial()
        self._engine.start()

    def begin_drain(self) -> None:
        """Take no more work; returns at once. Asking again changes nothing."""
        if self._draining is None:
            self._draining = threading.Thread(target=self._drain, name="drain")
            self._draining.start()

    def wait_drained(self) -> bool:
        """Wait until it is drained; whether every stage finished in time."""
        self.begin_drain()
        if self._draining is not None:
            self._draining.join(self._grace_s + 10)
        return self._finished

    def _drain(self) -> None:
        self._finished = self._engine.drain(self._grace_s)


def main() -> int:
    """Work until told to stop by SIGTERM or Ctrl-C."""
    try:
        settings = load()
        configure_logging(level=settings.log_level, style=settings.log_format)
        services = build(settings)
        services.prepare()
        warn_of_promises(settings)
    except AppError as exc:
        sys.stderr.write(f"{exc.message}\n{exc.remedy}\n")
        return 1
    stop = threading.Event()

    def told_to_stop(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(1)  # told twice: now
        stop.set()

    signal.signal(signal.SIGTERM, told_to_stop)
    signal.signal(signal.SIGINT, told_to_stop)
    worker = Worker(services, grace_s=services.work.grace_s)
    worker.start()
    if services.work.metrics_port is not None:
        services.metrics.serve(services.work.metrics_port)
    stop.wait()
    finished = worker.wait_drained()
    services.close()
    _log.info("worker.stopped", finished=finished)
    sys.stderr.flush()
    # threads of stages that did not finish must not hold the process: their results are void
    os._exit(0)


if __name__ == "__main__":
    raise SystemExit(main())
