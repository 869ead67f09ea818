"""What the queue forgot or never knew is mended."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.db.tables import DELIVERIES, STAGES
from app.domain.states import JobStatus
from app.jobs.enqueuer import stage_entry
from app.jobs.reconcile import Reconciler
from tests.jobs.bench import FAN, SINGLE, Bench, chain


@pytest.fixture
def reconciler(bench: Bench) -> Reconciler:
    return Reconciler(bench.database, bench.queue, bench.queue, bench.attempts, lambda: bench.now)


def test_while_all_is_well_nothing_is_touched(bench: Bench, reconciler: Reconciler) -> None:
    bench.create(SINGLE)
    bench.create(FAN)
    bench.pass_time(120)
    assert reconciler.run() == 0
    assert len(bench.queue.entries) == 2


def test_an_attempt_past_its_time_is_tried_again(bench: Bench, reconciler: Reconciler) -> None:
    job = bench.create(chain("validate", timeout_s=30.0))
    started = bench.take()
    bench.queue.entries.append(_running(started))
    bench.pass_time(29)
    assert reconciler.run() == 0
    bench.pass_time(2)
    assert reconciler.run() == 1
    assert bench.finish(started) is False  # too late
    first, second = bench.jobs.detail(job.id).stages
    assert first.failure is not None
    assert first.failure.code == "stage_timed_out"
    assert (second.attempt, second.status) == (2, "queued")


def test_a_running_attempt_whose_entry_ended_is_tried_again(
    bench: Bench, reconciler: Reconciler
) -> None:
    job = bench.create(SINGLE)
    started = bench.take()
    bench.queue.ended.add(stage_entry(job.id, "validate", 1))
    bench.pass_time(5)
    assert reconciler.run() == 0  # too fresh to judge
    bench.pass_time(6)
    assert reconciler.run() == 1
    assert bench.finish(started) is False
    assert [(e.key, e.attempt) for e in bench.queue.entries] == [("validate", 2)]
    bench.run()
    assert bench.jobs.get(job.id).status == JobStatus.COMPLETED


def test_a_queued_attempt_without_an_entry_is_queued_again(
    bench: Bench, reconciler: Reconciler
) -> None:
    for _ in range(3):
        bench.create(SINGLE)
    bench.queue.entries.clear()
    bench.pass_time(60)
    assert reconciler.run() == 3
    assert {(e.key, e.attempt) for e in bench.queue.entries} == {("validate", 1)}
    assert reconciler.run() == 0


def test_a_delayed_attempt_is_not_missed_before_its_time(
    bench: Bench, reconciler: Reconciler
) -> None:
    bench.create(SINGLE)
    with bench.database.session() as session:
        session.execute(sa.update(STAGES).values(available_at=bench.now + timedelta(hours=1)))
    bench.queue.entries.clear()
    bench.pass_time(600)
    assert reconciler.run() == 0
    bench.pass_time(3600)
    assert reconciler.run() == 1


def test_a_job_without_anything_active_goes_on(bench: Bench, reconciler: Reconciler) -> None:
    job = bench.create(SINGLE)
    bench.step()
    with bench.database.session() as session:
        session.execute(sa.delete(STAGES).where(STAGES.c.key == "script"))
    bench.queue.entries.clear()
    bench.pass_time(60)
    assert reconciler.run() == 1
    assert bench.run() == ["script", "speech", "render", "store"]
    assert bench.jobs.get(job.id).status == JobStatus.COMPLETED


def test_jobs_that_wait_for_people_are_left_alone(bench: Bench, reconciler: Reconciler) -> None:
    job = bench.create(chain("validate", "store", gate_after="validate"))
    bench.run()
    bench.pass_time(3600 * 24)
    assert reconciler.run() == 0
    assert bench.jobs.get(job.id).status == JobStatus.WAITING_APPROVAL


def test_a_webhook_without_an_entry_is_queued_again(bench: Bench, reconciler: Reconciler) -> None:
    bench.create(SINGLE, webhook_url="http://127.0.0.1:1/hook")
    (before,) = bench.queue.deliveries
    bench.queue.deliveries.clear()
    bench.pass_time(60)
    assert reconciler.run() == 1
    assert bench.queue.deliveries == [before]
    bench.queue.deliveries.clear()
    bench.queue.ended.add(f"{before[0]}:1")
    assert reconciler.run() == 1
    with bench.database.reading() as session:
        assert session.execute(sa.select(DELIVERIES.c.status)).scalar_one() == "failed"


def _running(started):  # type: ignore[no-untyped-def]
    """The entry of an attempt that runs: still in the queue's books."""
    from tests.jobs.bench import Entry

    ticket = started.ticket
    return Entry(ticket.job_id, ticket.key, ticket.attempt, "cpu", 5, 0.0)
