"""What a worker does beside its stages: forget, declare, show itself, keep to its queues."""

from __future__ import annotations

import inspect
import time
from datetime import UTC, datetime, timedelta

import pytest
from dbos import DBOS

from app.domain.states import JobStatus
from app.jobs.engine import QueueLimits
from app.jobs.engine_upkeep import EngineQueue
from tests.jobs.bench import FAN, SINGLE
from tests.jobs.rig import Rig


def test_old_entries_of_the_engine_are_forgotten_and_nothing_else(rig: Rig) -> None:
    rig.start({"cpu": QueueLimits(carry=False)})
    job = rig.create(SINGLE)
    rig.final(job.id)
    queue = EngineQueue(rig.client)
    rig.until(lambda: rig.client.raw.list_workflows(status=["PENDING", "ENQUEUED"]) == [])
    assert queue.forget(datetime.now(UTC) - timedelta(hours=1)) == 0
    assert queue.forget(datetime.now(UTC) + timedelta(seconds=5)) == 5
    assert rig.client.raw.list_workflows() == []
    assert len(rig.jobs.detail(job.id).stages) == 5
    rig.jobs.resume(job.id, stage="store", actor="a")
    assert rig.final(job.id).status == JobStatus.COMPLETED


def test_limits_changed_live_survive_a_restart_until_the_declared_ones_change(rig: Rig) -> None:
    def stored() -> int | None:
        queue = rig.client.raw.retrieve_queue("cpu")
        assert queue is not None
        return queue.worker_concurrency

    declared = {"cpu": QueueLimits(per_worker=4)}
    rig.client.declare(declared, 0.2)
    queue = rig.client.raw.retrieve_queue("cpu")
    assert queue is not None
    queue.set_worker_concurrency(2)
    rig.client.declare(declared, 0.2)
    assert stored() == 2
    rig.client.declare({"cpu": QueueLimits(per_worker=6)}, 0.2)
    assert stored() == 6


def test_a_worker_is_listed_while_it_lives(rig: Rig) -> None:
    engine = rig.start(listen=["cpu"])
    (worker,) = rig.jobs.workers()
    assert (worker.id, worker.queues, worker.alive) == (engine.worker_id, ("cpu",), True)
    first = worker.seen_at
    rig.until(lambda: rig.jobs.workers()[0].seen_at > first)


def test_a_worker_takes_work_of_its_own_queues_only(rig: Rig) -> None:
    rig.start(listen=["cpu"])
    job = rig.create(FAN)
    rig.until(lambda: len(rig.jobs.detail(job.id).stages) == 4)
    time.sleep(0.3)
    assert {s.status.value for s in rig.jobs.detail(job.id).stages[1:]} == {"queued"}


def test_a_heartbeat_must_be_allowed_to_miss_two_beats(rig: Rig) -> None:
    with pytest.raises(ValueError, match="two beats"):
        rig.start(beat_s=5.0, dead_s=10.0)


def test_what_we_use_of_the_engine_beyond_its_public_door_is_still_there() -> None:
    """Pinned to a minor version; this names what to look at when that is raised."""
    recover = inspect.signature(DBOS._recover_pending_workflows)
    assert list(recover.parameters) == ["executor_ids"]
    source = inspect.getsource(DBOS)
    assert "background_thread_stop_events" in source
    assert "_active_workflows_set" in source
