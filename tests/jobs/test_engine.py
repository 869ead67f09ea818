"""The engine as it really runs: queues, limits, cancels, drain, recovery."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from app.db.database import Database
from app.db.tables import APPROVALS, JOBS, STAGES
from app.domain.errors import ProviderUnavailable
from app.domain.ids import new_id
from app.domain.states import JobStatus
from app.jobs.address_guard import AddressGuard
from app.jobs.engine import EngineClient, QueueLimits
from app.jobs.jobs import Jobs
from app.jobs.stage import StageCancelled, StageContext, StageResult
from app.jobs.webhook_sender import WebhookSender
from tests.jobs.bench import FAN, GATED, SINGLE, chain
from tests.jobs.rig import Rig
from tests.jobs.test_webhooks import SECRET, Receiver


class Hold:
    """A stage that runs until it is let go, and says how many run at once."""

    def __init__(self, *, notices: bool = True) -> None:
        self.notices = notices
        self.let_go = threading.Event()
        self.started = threading.Semaphore(0)
        self.running = 0
        self.most = 0
        self.cancelled_after_s: float | None = None
        self.order: list[int] = []
        self._lock = threading.Lock()

    def __call__(self, context: StageContext) -> StageResult:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
            self.order.append(context.request.priority)
        self.started.release()
        began = time.monotonic()
        try:
            while not self.let_go.wait(0.01):
                if self.notices and context.cancelled():
                    self.cancelled_after_s = time.monotonic() - began
                    raise StageCancelled
                assert time.monotonic() - began < 30
        finally:
            with self._lock:
                self.running -= 1
        return StageResult(output={"held": True})

    def wait_started(self) -> None:
        assert self.started.acquire(timeout=20)


def test_a_job_runs_to_its_end_in_private_folders_that_are_removed(rig: Rig) -> None:
    folders: list[Path] = []

    def render(context: StageContext) -> StageResult:
        assert list(context.workdir.iterdir()) == []
        (context.workdir / "frame.png").write_bytes(b"x")
        folders.append(context.workdir)
        return StageResult()

    rig.stages["render"] = render
    rig.start()
    done = [rig.final(rig.create(FAN).id) for _ in range(2)]
    assert [job.status for job in done] == [JobStatus.COMPLETED] * 2
    assert len(set(folders)) == 6
    assert not any(folder.exists() for folder in folders)


def test_a_job_created_before_any_worker_ever_ran_is_not_lost(
    empty_database_url: str, tmp_path: Path
) -> None:
    database = Database(empty_database_url)
    database.upgrade()
    rig = Rig(database, tmp_path / "work")
    job = rig.create(SINGLE)
    rig.start()
    assert rig.final(job.id).status == JobStatus.COMPLETED
    rig.close()
    database.dispose()


def test_job_and_queue_entry_are_both_there_or_neither(rig: Rig, database: Database) -> None:
    class Breaks(EngineClient):
        def stage(self, *args, **options) -> None:  # type: ignore[no-untyped-def]
            super().stage(*args, **options)
            raise RuntimeError("the process ends here")

    breaking = Breaks(database)
    with pytest.raises(RuntimeError):
        Jobs(database, breaking).create(
            rig.create(SINGLE).request, SINGLE, tenant="acme", livemode=False
        )
    assert rig.jobs.page().total == 1
    assert len(rig.client.raw.list_queued_workflows()) == 1
    breaking.close()


def test_a_front_end_that_has_just_started_may_decide_and_resume(rig: Rig) -> None:
    rig.start()
    job = rig.create(GATED)
    rig.until(lambda: rig.jobs.get(job.id).status == JobStatus.WAITING_APPROVAL)
    for act in (
        lambda jobs: jobs.decide(job.id, "script", "approve", actor="a"),
        lambda jobs: jobs.resume(job.id, stage="store", actor="a"),
    ):
        fresh = EngineClient(rig.database)
        began = time.monotonic()
        act(Jobs(rig.database, fresh))
        assert time.monotonic() - began < 5
        fresh.close()
        assert rig.final(job.id).status == JobStatus.COMPLETED


def test_progress_and_cancellation_reach_a_running_stage(rig: Rig) -> None:
    hold = Hold()

    def render(context: StageContext) -> StageResult:
        context.report(0.5)
        return hold(context)

    rig.stages["render"] = render
    rig.start()
    job = rig.create(chain("validate", "render", "store"))
    hold.wait_started()
    rig.until(lambda: rig.jobs.get(job.id).progress == 50)
    began = time.monotonic()
    assert rig.jobs.cancel(job.id, actor="a").status == JobStatus.CANCELLED
    assert time.monotonic() - began < 1.0
    rig.until(lambda: hold.cancelled_after_s is not None)
    assert time.monotonic() - began < 1.5  # 0.5 s on an idle machine
    assert rig.jobs.get(job.id).status == JobStatus.CANCELLED


def test_queued_delayed_and_waiting_jobs_are_cancelled_within_a_second(rig: Rig) -> None:
    def away(_: StageContext) -> StageResult:
        raise ProviderUnavailable("Away.", provider="v", retry_after_s=60)

    hold = Hold()
    rig.stages.update(away=away, hold=hold)
    rig.start({"cpu": QueueLimits(per_worker=3)})
    delayed = rig.create(chain("away"))
    waiting = rig.create(GATED)
    rig.until(lambda: len(rig.jobs.detail(delayed.id).stages) == 2)
    rig.until(lambda: rig.jobs.get(waiting.id).status == JobStatus.WAITING_APPROVAL)
    blockers = [rig.create(chain("hold")) for _ in range(3)]
    for _ in blockers:
        hold.wait_started()
    queued = rig.create(chain("validate"))
    for job in (delayed, waiting, queued):
        began = time.monotonic()
        assert rig.jobs.cancel(job.id, actor="a").status == JobStatus.CANCELLED
        assert time.monotonic() - began < 1.0
    assert rig.client.raw.list_workflows(status=["DELAYED", "ENQUEUED"]) == []
    hold.let_go.set()
    for job in blockers:
        assert rig.final(job.id).status == JobStatus.COMPLETED
    assert [s.status.value for s in rig.jobs.detail(queued.id).stages] == ["cancelled"]


def test_a_limit_for_each_worker_holds(rig: Rig) -> None:
    hold = Hold()
    rig.stages["hold"] = hold
    rig.start({"cpu": QueueLimits(per_worker=2)})
    jobs = [rig.create(chain("hold")) for _ in range(5)]
    hold.wait_started()
    hold.wait_started()
    time.sleep(0.3)  # time enough for a third to start by mistake
    hold.let_go.set()
    for job in jobs:
        rig.final(job.id)
    assert hold.most == 2


def test_the_most_urgent_job_runs_first(rig: Rig) -> None:
    hold = Hold()
    rig.stages["hold"] = hold
    for priority in (9, 5, 1, 5):
        rig.create(chain("hold"), priority=priority)
    hold.let_go.set()
    rig.start({"cpu": QueueLimits(per_worker=1, everywhere=1)})
    rig.until(lambda: len(hold.order) == 4)
    assert hold.order == [1, 5, 5, 9]


def test_a_rate_limit_spreads_starts(rig: Rig) -> None:
    starts: list[float] = []

    def stage(_: StageContext) -> StageResult:
        starts.append(time.monotonic())
        return StageResult()

    rig.stages["limited"] = stage
    for _ in range(4):
        rig.create(chain("limited"))
    rig.start({"cpu": QueueLimits(per_worker=8, starts=2, period_s=3.0)})
    rig.until(lambda: len(starts) == 4)
    # Counted from the claim: the first two may have begun a little after theirs.
    assert starts[2] - starts[1] > 1.5


def test_a_retry_comes_after_its_delay(rig: Rig) -> None:
    tried: list[float] = []

    def flaky(_: StageContext) -> StageResult:
        tried.append(time.monotonic())
        if len(tried) == 1:
            raise ProviderUnavailable("Away.", provider="v")
        return StageResult()

    rig.stages["flaky"] = flaky
    rig.start()
    job = rig.create(chain("flaky"))
    assert rig.final(job.id).status == JobStatus.COMPLETED
    assert tried[1] - tried[0] > 0.7


def test_a_stage_past_its_time_is_stopped_and_tried_again(rig: Rig) -> None:
    seen: list[bool] = []

    def slow(context: StageContext) -> StageResult:
        if context.attempt == 1:
            began = time.monotonic()
            while not context.cancelled():
                assert time.monotonic() - began < 20
                time.sleep(0.02)
            seen.append(True)
            raise StageCancelled
        return StageResult()

    rig.stages["slow"] = slow
    rig.start(reconcile_s=0.3)
    job = rig.create(chain("slow", timeout_s=0.4))
    assert rig.final(job.id).status == JobStatus.COMPLETED
    assert seen == [True]
    first = rig.jobs.detail(job.id).stages[0]
    assert first.failure is not None
    assert first.failure.code == "stage_timed_out"


def test_a_bug_in_a_stage_fails_the_job_and_not_the_worker(rig: Rig) -> None:
    def broken(_: StageContext) -> StageResult:
        raise KeyError("inside")

    rig.stages["broken"] = broken
    rig.start()
    failed = rig.final(rig.create(chain("broken")).id)
    assert failed.failure is not None
    assert failed.failure.code == "internal_error"
    assert "inside" not in failed.failure.message
    assert rig.final(rig.create(SINGLE).id).status == JobStatus.COMPLETED


def test_a_full_disk_fails_the_job_clearly_and_a_retry_after_the_mend_succeeds(rig: Rig) -> None:
    full = threading.Event()
    full.set()

    def store(context: StageContext) -> StageResult:
        if full.is_set():
            raise OSError(28, "No space left on device")
        return StageResult()

    rig.stages["store"] = store
    rig.start()
    job = rig.create(SINGLE)
    failed = rig.final(job.id)
    assert failed.failure is not None
    assert (failed.failure.stage, failed.failure.code) == ("store", "storage_full")
    full.clear()
    rig.jobs.resume(job.id, actor="a")
    assert rig.final(job.id).status == JobStatus.COMPLETED


def test_a_work_folder_that_cannot_be_made_fails_the_job_and_not_the_worker(rig: Rig) -> None:
    engine = rig.start()
    place = rig.workdir / engine.worker_id
    place.symlink_to(Path("/proc/sys"))  # nobody, not even root, can make a folder there
    failed = rig.final(rig.create(chain("validate")).id)
    assert failed.status == JobStatus.FAILED
    place.unlink()
    rig.jobs.resume(failed.id, actor="a")
    assert rig.final(failed.id).status == JobStatus.COMPLETED


def test_drain_lets_running_work_finish_and_keeps_its_result(rig: Rig) -> None:
    hold = Hold()
    rig.stages["hold"] = hold
    engine = rig.start()
    job = rig.create(chain("hold", "store"))
    hold.wait_started()
    threading.Timer(0.7, hold.let_go.set).start()
    assert engine.drain(20) is True
    first = rig.jobs.detail(job.id).stages[0]
    assert first.status == "completed"
    assert rig.jobs.get(job.id).status == JobStatus.PROCESSING  # nobody took the next stage
    assert rig.jobs.workers() == ()
    rig.start()
    assert rig.final(job.id).status == JobStatus.COMPLETED


def test_drain_hands_over_what_does_not_finish_in_time(rig: Rig) -> None:
    hold = Hold(notices=False)
    rig.stages["hold"] = hold
    engine = rig.start()
    job = rig.create(chain("hold"))
    hold.wait_started()
    threading.Timer(1.5, hold.let_go.set).start()
    assert rig.end(engine, grace_s=0.2) is False
    rig.start()
    assert rig.final(job.id).status == JobStatus.COMPLETED
    stages = rig.jobs.detail(job.id).stages
    assert [(s.attempt, s.status.value) for s in stages] == [(1, "cancelled"), (2, "completed")]


def test_webhooks_are_delivered_by_the_worker(rig: Rig) -> None:
    receiver = Receiver()
    guard = AddressGuard(allow_public=False, allow_loopback=True)
    rig.start(sender=WebhookSender(guard, SECRET))
    rig.create(chain("validate"), webhook_url=receiver.url)
    rig.until(lambda: len(receiver.got) == 4)
    told = {json.loads(body)["type"] for _, _, body in receiver.got}
    assert told == {"job.accepted", "job.started", "job.stage_completed", "job.completed"}
    receiver.close()


def test_a_thousand_jobs_at_a_gate_hold_no_thread(rig: Rig) -> None:
    rig.stages["script"] = lambda _: StageResult(output={"script": "Draft."})
    rig.start()
    rig.final(rig.create(SINGLE).id)
    first = rig.create(GATED)
    rig.until(lambda: rig.jobs.get(first.id).status == JobStatus.WAITING_APPROVAL)
    rig.until(lambda: rig.client.raw.list_workflows(status=["PENDING", "ENQUEUED"]) == [])
    before = psutil.Process().num_threads()
    ids = _copies(rig.database, first.id, 999)
    assert rig.jobs.counts()[JobStatus.WAITING_APPROVAL] == 1000
    assert psutil.Process().num_threads() <= before
    assert rig.client.raw.list_workflows(status=["PENDING", "ENQUEUED", "DELAYED"]) == []
    rig.jobs.decide(ids[500], "script", "approve", actor="a")
    assert rig.final(ids[500]).status == JobStatus.COMPLETED


def _copies(database: Database, job_id: str, count: int) -> list[str]:
    """The rows of a job again and again, under new ids."""
    ids = [new_id("vid") for _ in range(count)]
    with database.session() as session:
        for table, column in ((JOBS, "id"), (STAGES, "job_id"), (APPROVALS, "job_id")):
            rows = (
                session.execute(sa.select(table).where(table.c[column] == job_id)).mappings().all()
            )
            copies = [{**row, column: new} for row in rows for new in ids]
            if table is APPROVALS:
                copies = [{**row, "id": new_id("apr")} for row in copies]
            session.execute(sa.insert(table), copies)
    return ids
