"""The way into the engine's queue: all that a web process needs of it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy.orm import Session

from app.db.database import Database
from app.db.runtime_settings import RuntimeSettings
from app.jobs.enqueuer import delivery_entry, stage_entry
from app.jobs.queues import QueueLimits

APPLICATION = "ai-video-engineer"
VERSION = "pipeline-1"
"""Pinned: a worker only takes entries of its own version, and these entries are too short-lived
to differ between releases. Raise it only to let old workers finish alone."""
RUN_STAGE = "run_stage"
DELIVER = "deliver"
CALLBACK_QUEUE = "callback"


def serializer() -> DBOSPortableJSONSerializer:
    """JSON. The engine's default is pickle: who writes the database would run our code."""
    return DBOSPortableJSONSerializer()


class EngineClient:
    """Puts entries into the queue and takes them out. Connects on first use; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._client: DBOSClient | None = None

    @property
    def raw(self) -> DBOSClient:
        """The engine's own client, for the other engine modules."""
        self.prepare()
        if self._client is None:
            raise RuntimeError("the engine's client was closed while it was opened")
        return self._client

    def prepare(self) -> None:
        """Create the engine's tables if need be, and connect. Not inside a transaction."""
        if self._client is not None:
            return
        with self._lock:
            if self._client is None:
                DBOS.migrate(self._database.url)
                self._client = DBOSClient(
                    system_database_url=self._database.url,
                    application_name=APPLICATION,
                    serializer=serializer(),
                    lazy=True,
                )

    def close(self) -> None:
        """Give the connections back. The client opens again when it is used again."""
        with self._lock:
            if self._client is not None:
                self._client.destroy()
                self._client = None

    def declare(self, queues: Mapping[str, QueueLimits], poll_s: float) -> None:
        """Create the queues. What was changed live stays, until the declared limits change."""
        declared = RuntimeSettings(self._database)
        for name, limits in queues.items():
            everywhere = limits.everywhere
            per_worker = min(limits.per_worker, everywhere or limits.per_worker)
            wanted: dict[str, int | float | None] = {
                "per_worker": per_worker,
                "everywhere": everywhere,
                "starts": limits.starts,
                "period_s": limits.period_s,
                "poll_s": limits.poll_s or poll_s,
            }
            known = declared.get(f"queue:{name}") == wanted
            self.raw.register_queue(
                name,
                worker_concurrency=per_worker,
                global_concurrency=everywhere,
                limiter=(
                    {"limit": limits.starts, "period": limits.period_s} if limits.starts else None
                ),
                polling_interval_sec=limits.poll_s or poll_s,
                on_conflict="never_update" if known else "always_update",
            )
            if not known:
                declared.set(f"queue:{name}", wanted, actor="system")

    def limits(self, declared: Mapping[str, QueueLimits]) -> dict[str, QueueLimits]:
        """The queues with the limits that hold now, as somebody may have changed them live."""
        found: dict[str, QueueLimits] = {}
        for name, limits in declared.items():
            queue = self.raw.retrieve_queue(name)
            if queue is not None:
                limiter = queue.limiter
                found[name] = replace(
                    limits,
                    per_worker=queue.worker_concurrency or limits.per_worker,
                    everywhere=queue.global_concurrency,
                    starts=limiter["limit"] if limiter else None,
                )
        return found

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
        """Enqueue one attempt at one stage within the caller's transaction."""
        options = EnqueueOptions(
            workflow_name=RUN_STAGE,
            queue_name=queue,
            workflow_id=stage_entry(job_id, key, attempt),
            app_version=VERSION,
            priority=priority,
        )
        if delay_s > 0:
            options["delay_seconds"] = delay_s
        self.raw.enqueue_in_transaction(session, options, job_id, key, attempt, queue)

    def delivery(
        self, session: Session, delivery_id: str, attempt: int, *, delay_s: float = 0.0
    ) -> None:
        """Enqueue one try at one webhook within the caller's transaction."""
        options = EnqueueOptions(
            workflow_name=DELIVER,
            queue_name=CALLBACK_QUEUE,
            workflow_id=delivery_entry(delivery_id, attempt),
            app_version=VERSION,
        )
        if delay_s > 0:
            options["delay_seconds"] = delay_s
        self.raw.enqueue_in_transaction(session, options, delivery_id, attempt)

    def withdraw(self, entries: Sequence[str]) -> None:
        """Take waiting entries out of their queues."""
        if entries:
            self.raw.cancel_workflows(list(entries))
