"""The worker's side of the engine: takes attempts from the queues and runs their stages.

The queue, its limits, priorities and delays are DBOS's. The truth is ours: an entry only says
"try this attempt"; what that means is decided under the job's lock (``transition``), and who may
write is decided by the attempt's lease (``attempts``). So an entry may be run twice, late or never
without harm, and the engine's tables may be cleaned at any time.
"""

from __future__ import annotations

import logging
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSConfig

from app.db.database import Database
from app.domain.clock import Clock, utc_now
from app.domain.ids import is_id, new_id
from app.jobs.attempts import MAX_CRASHES, Attempts
from app.jobs.carried import CarriedStages
from app.jobs.deliveries import Deliveries
from app.jobs.engine_client import (
    APPLICATION,
    CALLBACK_QUEUE,
    DELIVER,
    RUN_STAGE,
    VERSION,
    EngineClient,
    serializer,
)
from app.jobs.engine_upkeep import EngineQueue
from app.jobs.heartbeat import Heartbeat
from app.jobs.pulse import Pulse
from app.jobs.queues import EMBEDDED_POLL_S, SCALED_POLL_S, QueueLimits
from app.jobs.reconcile import Reconciler
from app.jobs.rounds import Round, Rounds
from app.jobs.slots import Slots
from app.jobs.solitude import Solitude
from app.jobs.stage import StageFunction
from app.jobs.stage_runner import StageRunner, patiently
from app.jobs.webhook_sender import WebhookSender

__all__ = ["Engine", "EngineClient", "QueueLimits"]

log = structlog.get_logger(__name__)

_CALLBACKS = QueueLimits(per_worker=4, poll_s=1.0)
LIMITS_S = 15.0
"""Limits that were changed live hold for carried stages within this time."""
MAX_ENGINE_CRASHES = 50
"""The engine's own limit on restarts, far above ours, which has better words for it."""


class Engine:
    """Runs stages in this process, until it is drained. One per process.

    Args:
        stages: the stage functions by name. A worker must know all stages of its queues.
        queues: the queues to create, with their limits.
        listen: the queues to take work from; None: all of ``queues``.
        workdir: parent of the private folders that attempts get; on a local disk.
        poll_s: how often each queue is asked for work; None: 0.25 s on SQLite, 0.5 s on PostgreSQL.
        beat_s: a sign of life is given this often.
        dead_s: a worker not heard for this long is taken for dead, its work given to others.
        reconcile_s: how often attempts are compared with the queue.
        keep_entries_h: as long the engine's own rows of ended attempts are kept.
        sender: sends webhooks; None: they are recorded as skipped.
    """

    def __init__(
        self,
        database: Database,
        stages: Mapping[str, StageFunction],
        *,
        queues: Mapping[str, QueueLimits],
        workdir: Path,
        listen: Sequence[str] | None = None,
        client: EngineClient | None = None,
        clock: Clock = utc_now,
        poll_s: float | None = None,
        beat_s: float = 5.0,
        dead_s: float = 30.0,
        reconcile_s: float = 60.0,
        max_crashes: int = MAX_CRASHES,
        max_threads: int = 256,
        keep_entries_h: float = 24.0,
        sender: WebhookSender | None = None,
    ) -> None:
        self.worker_id = new_id("wrk")
        self._database = database
        self._queues = {CALLBACK_QUEUE: _CALLBACKS, **queues}
        self._listen = list(self._queues if listen is None else listen)
        self._workdir = workdir
        self._client = client or EngineClient(database)
        self._clock = clock
        self._poll_s = poll_s or (EMBEDDED_POLL_S if database.is_sqlite else SCALED_POLL_S)
        self._max_threads = max_threads
        self.attempts = Attempts(database, self._client, clock, max_crashes=max_crashes)
        self._pulse = Pulse(database, self.attempts, self.worker_id)
        self._carried = CarriedStages(database, self._client, clock)
        self._listened = {name: q for name, q in self._queues.items() if name in self._listen}
        self._slots = Slots(self._listened)
        self._runner = StageRunner(
            stages,
            self.attempts,
            self._pulse,
            self._slots,
            worker=self.worker_id,
            workdir=workdir,
            occupy=self._occupy,
        )
        self._heartbeat = Heartbeat(
            database,
            self.worker_id,
            host=socket.gethostname(),
            queues=self._listen,
            beat_s=beat_s,
            dead_s=dead_s,
            recover=self._recover,
        )
        self._solitude = Solitude(database.path)
        self._queue = EngineQueue(self._client)
        self._deliveries = Deliveries(database, self._client, sender, clock)
        self._keep = timedelta(hours=keep_entries_h)
        reconciler = Reconciler(database, self._client, self._queue, self.attempts, clock)
        self._rounds = Rounds(
            Round("reconcile", reconcile_s, reconciler.run),
            Round("orphans", reconcile_s, self._recover_orphans),
            Round("limits", LIMITS_S, self._look_at_limits),
            Round("workdirs", reconcile_s, self._sweep_workdirs),
            Round("retention", 3600.0, self._forget_entries),
        )
        self._dbos: DBOS | None = None
        self._own_engine: sa.Engine | None = None

    def start(self) -> None:
        """Begin to take work. What dead workers left is taken up: at once when we are alone."""
        self._workdir.mkdir(parents=True, exist_ok=True)
        self._client.prepare()
        self._client.declare(self._queues, self._poll_s)
        self._look_at_limits()
        alone = self._solitude.enter()
        self._heartbeat.sign_on(forget_others=alone)
        logging.getLogger("dbos").addHandler(logging.NullHandler())  # or it brings its own
        self._own_engine = self._database.engine_for_repeatable_work()
        config = DBOSConfig(
            name=APPLICATION,
            system_database_url=self._database.url,
            system_database_engine=self._own_engine,
            executor_id=self.worker_id,
            application_version=VERSION,
            serializer=serializer(),
            max_executor_threads=self._max_threads,
            run_migrations=False,
            use_listen_notify=False,
            log_level="WARNING",
            scheduler_polling_interval_sec=60.0,
        )
        self._dbos = DBOS(config=config)
        self._register()
        DBOS.listen_queues(self._listen)
        DBOS.launch()
        if alone:
            self._recover(sorted(self._owners() - {self.worker_id}))
        self._pulse.start()
        self._heartbeat.start()
        self._rounds.start()
        log.info("job.worker.started", worker=self.worker_id, queues=self._listen, alone=alone)

    def drain(self, grace_s: float) -> bool:
        """Take no more work, finish what runs, hand over what does not finish in time.

        Returns:
            Whether everything finished. If not, threads of stages may still run: their results
            will be dropped, and the process should end itself with ``os._exit``.
        """
        if self._dbos is None:
            return True
        self._slots.stop_carrying()
        for event in self._dbos.background_thread_stop_events:
            event.set()
        self._rounds.stop()
        finished = self._pulse.wait_idle(self._is_idle, grace_s)
        if not finished:
            for run in self._pulse.runs():
                self.attempts.release(run.ticket)
                run.lost = True
        self._recover([self.worker_id])
        self._pulse.stop()
        DBOS.destroy(destroy_registry=True)
        self._dbos = None
        self._slots.close()
        self._runner.close()
        if self._own_engine is not None:
            self._own_engine.dispose()
        self._heartbeat.sign_off()
        self._solitude.leave()
        self._client.close()
        log.info("job.worker.drained", worker=self.worker_id, finished=finished)
        return finished

    # Recovery

    def _recover(self, workers: Sequence[str]) -> None:
        # Private, but the only conditional one: what a live worker claimed meanwhile stays its own.
        if workers:
            DBOS._recover_pending_workflows(list(workers))
            self._carried.requeue_of(workers)
            log.info("job.workers.recovered", workers=list(workers))

    def _owners(self) -> frozenset[str]:
        return self._queue.owners() | self._carried.owners()

    def _recover_orphans(self) -> int:
        """Work of owners that nobody has heard of: their reaper died too."""
        # Owners first: who signs on and takes work after that is not in doubt.
        orphans = self._owners() - self._heartbeat.known()
        self._recover(sorted(orphans))
        leases = [run.ticket.lease for run in self._pulse.runs()]
        return len(orphans) + self._carried.requeue_forgotten(self.worker_id, leases)

    def _look_at_limits(self) -> None:
        self._slots.limit(self._client.limits(self._listened))

    def _sweep_workdirs(self) -> int:
        """Folders of workers that are no more, on this machine's disk."""
        known = self._heartbeat.known()
        left = [
            folder
            for folder in self._workdir.iterdir()
            if is_id(folder.name, "wrk") and folder.name not in known
        ]
        for folder in left:
            shutil.rmtree(folder, ignore_errors=True)
        return len(left)

    def _forget_entries(self) -> int:
        return self._queue.forget(self._clock() - self._keep)

    # Running

    def _is_idle(self) -> bool:
        # An entry is active from its claim until its outcome is written, longer than its stage.
        return self._dbos is None or not self._dbos._active_workflows_set.activeList()

    @contextmanager
    def _occupy(self, name: str, queue: str) -> Iterator[None]:
        """Let the engine count a carried stage among what this worker runs of a queue."""
        if self._dbos is None:
            yield
            return
        entry = self._dbos._active_workflows_set.add(name, queue)
        try:
            yield
        finally:
            entry.release()

    def _register(self) -> None:
        """Tell the engine our two kinds of entries. Plain functions: it cannot take methods."""

        def run_stage(job_id: str, key: str, attempt: int, queue: str) -> None:
            self._runner.run(job_id, key, attempt, queue)

        def deliver(delivery_id: str, attempt: int) -> None:
            patiently(lambda: self._deliveries.deliver(delivery_id, attempt))

        for name, entry in ((RUN_STAGE, run_stage), (DELIVER, deliver)):
            DBOS.workflow(name=name, max_recovery_attempts=MAX_ENGINE_CRASHES)(entry)
