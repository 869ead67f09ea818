"""Going on with a job without the queue: the rules, seen in slow motion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from app.db.tables import STAGES
from app.domain.states import JobStatus
from app.jobs.attempts import Ended, Started
from app.jobs.carried import CarriedStages
from app.jobs.reconcile import Reconciler
from app.jobs.results import as_stored
from app.jobs.stage import StageResult
from tests.jobs.bench import FAN, GATED, SINGLE, Bench, artifact, context_of


@dataclass
class Takes:
    """A worker that goes on with stages of these queues."""

    queues: tuple[str, ...] = ("cpu", "render")
    worker: str = "wrk_test"
    lease: str = "next"
    asked: list[str] = field(default_factory=list)

    def take(self, queue: str) -> bool:
        self.asked.append(queue)
        return queue in self.queues


def go_on(bench: Bench, started: Started, carry: Takes | None = None, **result: Any) -> Ended:
    made = as_stored(StageResult(**({"output": {"by": started.node.key}} | result)))
    return bench.attempts.finish_and_go_on(started, made, carry or Takes())


def then(ended: Ended) -> Started:
    assert ended.after is not None
    return ended.after


@pytest.fixture
def carried(bench: Bench) -> CarriedStages:
    return CarriedStages(bench.database, bench.queue, lambda: bench.now)


def test_a_job_is_carried_through_all_its_stages_with_one_entry(bench: Bench) -> None:
    job = bench.create(SINGLE)
    started = bench.take()
    keys = [started.node.key]
    for number in range(len(SINGLE.nodes) - 1):
        started = then(go_on(bench, started, Takes(lease=f"lease{number}")))
        keys.append(started.node.key)
        assert bench.queue.entries == []
    assert go_on(bench, started) == Ended(stored=True)
    assert keys == list(SINGLE.keys())
    done = bench.jobs.detail(job.id)
    assert done.job.status == JobStatus.COMPLETED
    assert done.job.progress == 100
    assert {(s.status.value, s.worker) for s in done.stages} == {("completed", "wrk_test")}
    assert bench.types(job.id) == ["accepted", "started", *["stage_completed"] * 5, "completed"]
    assert [e.sequence for e in bench.jobs.events(job.id)] == list(range(1, 9))


def test_a_carried_stage_reads_what_a_queued_one_would_read(bench: Bench) -> None:
    seen: list[Any] = []
    for carry in (Takes(), Takes(queues=())):
        bench.create(SINGLE)
        files = (artifact("script"), artifact("timing", "b"))
        output = {"times": (1, 2), 3: "three"}  # JSON knows neither tuples nor numbers as names
        ended = go_on(bench, bench.take(), carry, output=output, artifacts=files)
        second = ended.after or bench.take()
        ended = go_on(bench, second, carry, artifacts=(artifact("speech"),))
        third = ended.after or bench.take()
        seen.append((third.node, third.plan, third.request, third.inputs))
    assert seen[0] == seen[1]
    assert set(seen[0][3]) == {"validate", "script"}
    assert seen[0][3]["validate"].output == {"times": [1, 2], "3": "three"}


def test_only_one_stage_of_several_is_carried_and_the_last_to_end_carries_the_join(
    bench: Bench,
) -> None:
    job = bench.create(FAN)
    mine = then(go_on(bench, bench.take()))
    assert mine.node.key == "render[1]"
    assert [e.key for e in bench.queue.entries] == ["render[2]", "render[3]"]
    others = [bench.take(), bench.take()]
    assert go_on(bench, mine) == Ended(stored=True)
    assert go_on(bench, others[0]) == Ended(stored=True)
    join = then(go_on(bench, others[1]))
    assert join.node.key == "join"
    assert set(join.inputs) == {"split", "render[1]", "render[2]", "render[3]"}
    go_on(bench, join)
    assert bench.jobs.get(job.id).status == JobStatus.COMPLETED


def test_what_the_worker_does_not_take_goes_into_its_queue(bench: Bench) -> None:
    bench.create(FAN)
    carry = Takes(queues=("cpu",))
    assert go_on(bench, bench.take(), carry).after is None
    assert carry.asked == ["render"] * 3
    assert len(bench.queue.entries) == 3


def test_nothing_is_carried_through_a_closed_gate(bench: Bench) -> None:
    job = bench.create(GATED)
    ended = go_on(bench, then(go_on(bench, bench.take())))
    assert ended == Ended(stored=True)
    assert bench.jobs.get(job.id).status == JobStatus.WAITING_APPROVAL
    bench.jobs.decide(job.id, "script", "approve", actor="a")
    assert [e.key for e in bench.queue.entries] == ["speech"]
    go_on(bench, then(go_on(bench, bench.take())))
    assert bench.jobs.get(job.id).status == JobStatus.COMPLETED


def test_what_was_written_meanwhile_is_seen(bench: Bench) -> None:
    job = bench.create(SINGLE)
    started = bench.take()
    assert bench.attempts.progress(started.ticket, 0.5)
    second = then(go_on(bench, started))
    bench.jobs.cancel(job.id, actor="a")
    assert go_on(bench, second) == Ended(stored=False)
    assert bench.jobs.get(job.id).status == JobStatus.CANCELLED
    assert bench.queue.entries == []
    sequences = [e.sequence for e in bench.jobs.events(job.id)]
    assert sequences == list(range(1, len(sequences) + 1))


def test_a_commit_whose_answer_was_lost_is_found_again(bench: Bench) -> None:
    job = bench.create(SINGLE)
    started = bench.take()
    carry = Takes()
    first = then(go_on(bench, started, carry))
    again = then(go_on(bench, started, carry))
    assert (again.ticket, again.inputs) == (first.ticket, first.inputs)
    assert len(bench.jobs.detail(job.id).stages) == 2
    assert go_on(bench, started, Takes(lease="other")) == Ended(stored=False)


def test_the_stages_of_a_dead_worker_are_queued_and_its_late_result_is_dropped(
    bench: Bench, carried: CarriedStages
) -> None:
    job = bench.create(SINGLE)
    zombie = then(go_on(bench, bench.take()))
    assert carried.owners() == {"wrk_test"}
    assert carried.requeue_of(["wrk_other"]) == 0
    assert carried.requeue_of(["wrk_test"]) == 1
    assert carried.requeue_of(["wrk_test"]) == 0  # another reaper comes too late
    assert carried.owners() == frozenset()
    (entry,) = bench.queue.entries
    assert (entry.key, entry.attempt, entry.queue) == ("script", 1, "cpu")
    second = bench.take()
    assert go_on(bench, zombie) == Ended(stored=False)
    assert then(go_on(bench, second)).node.key == "speech"
    with bench.database.reading() as session:
        rows = session.execute(
            sa.select(STAGES.c.key, STAGES.c.crashes, STAGES.c.carried).where(
                STAGES.c.job_id == job.id
            )
        ).all()
    assert {tuple(row) for row in rows} == {
        ("validate", 0, False),
        ("script", 1, False),
        ("speech", 0, True),
    }


def test_a_result_that_comes_before_the_entry_is_taken_counts(
    bench: Bench, carried: CarriedStages
) -> None:
    job = bench.create(SINGLE)
    slow = then(go_on(bench, bench.take()))
    carried.requeue_of(["wrk_test"])
    assert go_on(bench, slow, Takes(queues=())).stored
    entry = bench.queue.entries.pop(0)
    assert bench.attempts.begin(job.id, entry.key, entry.attempt, worker="wrk_other") is None
    assert [e.key for e in bench.queue.entries] == ["speech"]


def test_a_carried_stage_that_kills_three_workers_fails_the_job(
    bench: Bench, carried: CarriedStages
) -> None:
    job = bench.create(SINGLE)
    go_on(bench, bench.take())
    carried.requeue_of(["wrk_test"])
    for worker in ("wrk_b", "wrk_c"):
        assert bench.attempts.begin(job.id, "script", 1, worker=worker) is not None
    assert bench.attempts.begin(job.id, "script", 1, worker="wrk_d") is None
    failed = bench.jobs.get(job.id)
    assert failed.failure is not None
    assert failed.failure.code == "worker_crashed"


def test_what_a_live_worker_forgot_is_queued_but_nothing_fresh_and_nothing_that_runs(
    bench: Bench, carried: CarriedStages
) -> None:
    bench.create(SINGLE)
    runs = then(go_on(bench, bench.take()))
    assert carried.requeue_forgotten("wrk_test", []) == 0
    bench.pass_time(11)
    assert carried.requeue_forgotten("wrk_test", [runs.ticket.lease]) == 0
    assert carried.requeue_forgotten("wrk_other", []) == 0
    assert carried.requeue_forgotten("wrk_test", ["another"]) == 1
    assert [e.key for e in bench.queue.entries] == ["script"]


def test_a_carried_stage_handed_over_in_peace_is_queued_anew(bench: Bench) -> None:
    job = bench.create(SINGLE)
    mine = then(go_on(bench, bench.take()))
    assert bench.attempts.release(mine.ticket)
    assert [(e.key, e.attempt) for e in bench.queue.entries] == [("script", 2)]
    assert bench.run() == ["script", "speech", "render", "store"]
    assert bench.jobs.get(job.id).status == JobStatus.COMPLETED


def test_the_reconciler_misses_no_entry_of_a_carried_stage_but_minds_its_time(
    bench: Bench,
) -> None:
    reconciler = Reconciler(
        bench.database, bench.queue, bench.queue, bench.attempts, lambda: bench.now
    )
    job = bench.create(SINGLE)
    mine = then(go_on(bench, bench.take()))
    bench.pass_time(120)
    assert reconciler.run() == 0
    bench.pass_time(mine.node.timeout_s)
    assert reconciler.run() == 1
    assert go_on(bench, mine) == Ended(stored=False)
    assert [(e.key, e.attempt) for e in bench.queue.entries] == [("script", 2)]
    assert bench.jobs.get(job.id).status == JobStatus.PROCESSING


def test_a_failure_of_a_carried_stage_is_that_of_any_stage(bench: Bench) -> None:
    job = bench.create(SINGLE)
    mine = then(go_on(bench, bench.take()))
    assert context_of(mine).attempt == 1
    bench.attempts.fail(mine.ticket, KeyError("inside"))
    assert bench.jobs.get(job.id).status == JobStatus.FAILED
    bench.jobs.resume(job.id, actor="a")
    assert bench.run() == ["script", "speech", "render", "store"]
