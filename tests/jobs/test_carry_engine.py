"""Going on with a job without the queue, as the worker really does it."""

from __future__ import annotations

import threading
import time
from collections import Counter

import sqlalchemy as sa

from app.db.tables import STAGES
from app.domain.states import JobStatus
from app.jobs.engine import QueueLimits
from app.jobs.plan import Plan
from app.jobs.stage import StageContext, StageResult
from tests.jobs.bench import FAN, GATED, SINGLE, chain, node
from tests.jobs.rig import Rig
from tests.jobs.test_engine import Hold

MIXED = Plan(
    route="single_scene",
    nodes=(node("validate"), node("render", "validate", queue="render"), node("store", "render")),
)


class Gauge:
    """A stage that says how many of it run at once."""

    def __init__(self, takes_s: float = 0.03) -> None:
        self.takes_s = takes_s
        self.most = 0
        self.runs: Counter[tuple[str, str]] = Counter()
        self._running = 0
        self._lock = threading.Lock()

    def __call__(self, context: StageContext) -> StageResult:
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
            self.runs[context.job_id, context.node.key] += 1
        time.sleep(self.takes_s)
        with self._lock:
            self._running -= 1
        return StageResult()


def entries(rig: Rig, job_id: str) -> set[str]:
    """Keys of the stages that went through the queue."""
    found = rig.client.raw.list_workflows(load_input=False, load_output=False)
    names = [e.workflow_id.split(":") for e in found]
    return {name[1] for name in names if name[0] == job_id}


def carried(rig: Rig, job_id: str) -> set[str]:
    """Keys of the stages that did not."""
    with rig.database.reading() as session:
        return set(
            session.scalars(
                sa.select(STAGES.c.key).where(STAGES.c.job_id == job_id, STAGES.c.carried)
            )
        )


def test_one_entry_takes_a_job_through(rig: Rig) -> None:
    rig.start({"cpu": QueueLimits(per_worker=1), "render": QueueLimits(per_worker=1)})
    for plan in (SINGLE, MIXED):
        job = rig.final(rig.create(plan).id)
        assert job.status == JobStatus.COMPLETED
        assert len(entries(rig, job.id)) == 1
        assert carried(rig, job.id) == set(plan.keys()) - {"validate"}


def test_a_job_does_not_wait_for_a_poll_between_its_stages(rig: Rig) -> None:
    rig.start(poll_s=2.0)
    job = rig.final(rig.create(SINGLE).id)
    assert job.started_at is not None
    assert job.completed_at is not None
    assert (job.completed_at - job.started_at).total_seconds() < 1.5


def test_the_limit_for_each_worker_holds_for_entries_and_carried_stages_together(rig: Rig) -> None:
    gauge = Gauge()
    rig.stages["render"] = gauge
    rig.start({"cpu": QueueLimits(per_worker=4), "render": QueueLimits(per_worker=2)})
    jobs = [rig.create(MIXED if n % 2 else FAN) for n in range(12)]
    for job in jobs:
        assert rig.final(job.id).status == JobStatus.COMPLETED
    assert gauge.most == 2
    assert set(gauge.runs.values()) == {1}
    assert any(carried(rig, job.id) & {"render"} for job in jobs)


def test_a_queue_with_a_limit_for_all_workers_is_never_carried_into(rig: Rig) -> None:
    gauge = Gauge()
    rig.stages["render"] = gauge
    rig.start({"cpu": QueueLimits(), "render": QueueLimits(per_worker=1, everywhere=1)})
    jobs = [rig.create(MIXED) for _ in range(4)]
    for job in jobs:
        assert rig.final(job.id).status == JobStatus.COMPLETED
        assert "render" in entries(rig, job.id)
        assert "render" not in carried(rig, job.id)
    assert gauge.most == 1


def test_a_limit_set_live_is_respected(rig: Rig) -> None:
    engine = rig.start()
    queue = rig.client.raw.retrieve_queue("render")
    assert queue is not None
    queue.set_worker_concurrency(1)
    queue.set_global_concurrency(1)
    engine._look_at_limits()
    job = rig.final(rig.create(MIXED).id)
    assert job.status == JobStatus.COMPLETED
    assert carried(rig, job.id) == {"store"}


def test_scenes_fan_out_and_join(rig: Rig) -> None:
    gauge = Gauge(0.01)
    rig.stages.update(render=gauge, join=gauge, split=gauge)
    rig.start()
    alone = rig.create(FAN)
    assert rig.final(alone.id).status == JobStatus.COMPLETED
    assert "join" in carried(rig, alone.id)  # among others it may have to queue for a place
    jobs = [rig.create(FAN) for _ in range(5)]
    for job in jobs:
        assert rig.final(job.id).status == JobStatus.COMPLETED
    assert set(gauge.runs.values()) == {1}
    assert len(gauge.runs) == 6 * len(FAN.nodes)


def test_a_gate_stops_what_is_carried(rig: Rig) -> None:
    rig.start()
    job = rig.create(GATED)
    rig.until(lambda: rig.jobs.get(job.id).status == JobStatus.WAITING_APPROVAL)
    assert carried(rig, job.id) == {"script"}
    rig.jobs.decide(job.id, "script", "approve", actor="a")
    assert rig.final(job.id).status == JobStatus.COMPLETED
    assert carried(rig, job.id) == {"script", "store"}


def test_a_carried_stage_is_cancelled_within_a_second(rig: Rig) -> None:
    hold = Hold()
    rig.stages["hold"] = hold
    rig.start()
    job = rig.create(chain("validate", "hold", "store"))
    hold.wait_started()
    assert carried(rig, job.id) == {"hold"}
    began = time.monotonic()
    assert rig.jobs.cancel(job.id, actor="a").status == JobStatus.CANCELLED
    rig.until(lambda: hold.cancelled_after_s is not None)
    assert time.monotonic() - began < 1.5  # 0.5 s on an idle machine
    rig.until(lambda: hold.running == 0)
    hold.let_go.set()
    assert rig.final(rig.create(chain("validate", "hold")).id).status == JobStatus.COMPLETED


def test_the_entry_of_a_stage_ends_while_its_job_is_carried_on(rig: Rig) -> None:
    hold = Hold()
    rig.stages["hold"] = hold
    rig.start()
    job = rig.create(chain("validate", "hold"))
    hold.wait_started()
    rig.until(lambda: rig.client.raw.list_workflows(status=["PENDING", "ENQUEUED"]) == [])
    assert entries(rig, job.id) == {"validate"}
    hold.let_go.set()
    assert rig.final(job.id).status == JobStatus.COMPLETED


def test_no_entry_is_claimed_while_carried_stages_have_all_places(rig: Rig) -> None:
    """It would wait in vain here, while another worker may be idle."""
    hold = Hold()
    rig.stages["hold"] = hold
    rig.start({"cpu": QueueLimits(per_worker=1)})
    jobs = [rig.create(chain("validate", "hold"))]
    hold.wait_started()
    jobs.append(rig.create(chain("validate")))
    time.sleep(0.5)  # time enough to claim it by mistake
    assert rig.client.raw.list_workflows(status="PENDING") == []
    hold.let_go.set()
    for job in jobs:
        assert rig.final(job.id).status == JobStatus.COMPLETED


def test_drain_lets_a_carried_stage_finish_and_goes_on_with_nothing(rig: Rig) -> None:
    hold = Hold()
    rig.stages["hold"] = hold
    engine = rig.start()
    job = rig.create(chain("validate", "hold", "store"))
    hold.wait_started()
    threading.Timer(0.7, hold.let_go.set).start()
    assert rig.end(engine, grace_s=20) is True
    stages = {s.key: s.status.value for s in rig.jobs.detail(job.id).stages}
    assert stages == {"validate": "completed", "hold": "completed", "store": "queued"}
    assert carried(rig, job.id) == {"hold"}
    rig.start()
    assert rig.final(job.id).status == JobStatus.COMPLETED


def test_drain_hands_over_a_carried_stage_that_does_not_finish_in_time(rig: Rig) -> None:
    hold = Hold(notices=False)
    rig.stages["hold"] = hold
    engine = rig.start()
    job = rig.create(chain("validate", "hold"))
    hold.wait_started()
    threading.Timer(1.5, hold.let_go.set).start()
    assert rig.end(engine, grace_s=0.2) is False
    rig.start()
    assert rig.final(job.id).status == JobStatus.COMPLETED
    stages = [(s.key, s.attempt, s.status.value) for s in rig.jobs.detail(job.id).stages]
    assert stages == [
        ("validate", 1, "completed"),
        ("hold", 1, "cancelled"),
        ("hold", 2, "completed"),
    ]


def test_a_result_that_is_not_json_fails_its_job_and_no_other(rig: Rig) -> None:
    rig.stages["odd"] = lambda _: StageResult(output={"what": object()})
    rig.start()
    failed = rig.final(rig.create(chain("validate", "odd")).id)
    assert failed.failure is not None
    assert (failed.failure.stage, failed.failure.code) == ("odd", "internal_error")
    assert rig.final(rig.create(SINGLE).id).status == JobStatus.COMPLETED


def test_an_entry_that_waits_for_its_place_is_handed_over(rig: Rig) -> None:
    """As when the place was given to a carried stage while the entry was on its way."""
    engine = rig.start({"cpu": QueueLimits(per_worker=1)})
    assert engine._slots.take("cpu")
    job = rig.create(chain("validate"))
    rig.until(lambda: len(rig.client.raw.list_workflows(status="PENDING")) == 1)
    assert rig.end(engine, grace_s=0.3) is False
    assert [s.status.value for s in rig.jobs.detail(job.id).stages] == ["queued"]
    rig.start({"cpu": QueueLimits(per_worker=1)})
    assert rig.final(job.id).status == JobStatus.COMPLETED
    assert [s.attempt for s in rig.jobs.detail(job.id).stages] == [1]
