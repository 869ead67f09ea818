"""Only the run that holds the lease may write; a stage that kills its workers is given up."""

from app.domain.errors import StageFailed
from app.domain.states import JobStatus, StageStatus
from app.jobs.stage import StageResult
from tests.jobs.bench import FAN, SINGLE, Bench


def test_a_second_run_takes_the_attempt_over_and_the_first_ones_result_is_dropped(
    bench: Bench,
) -> None:
    job = bench.create(SINGLE)
    zombie = bench.take()
    second = bench.attempts.begin(job.id, "validate", 1, worker="wrk_other")
    assert second is not None
    assert bench.attempts.finish(zombie.ticket, StageResult(output={"by": "zombie"})) is False
    assert bench.attempts.progress(zombie.ticket, 0.9) is False
    assert bench.attempts.finish(second.ticket, StageResult(output={"by": "second"})) is True
    (stage, *_) = bench.jobs.detail(job.id).stages
    assert (stage.output, stage.worker) == ({"by": "second"}, "wrk_other")


def test_a_result_that_comes_before_the_second_run_counts(bench: Bench) -> None:
    job = bench.create(SINGLE)
    slow = bench.take()
    assert bench.finish(slow)
    assert bench.attempts.begin(job.id, "validate", 1, worker="wrk_other") is None


def test_the_same_result_twice_counts_once(bench: Bench) -> None:
    bench.create(SINGLE)
    started = bench.take()
    assert bench.finish(started)
    assert bench.finish(started) is False
    assert [e.key for e in bench.queue.entries] == ["script"]


def test_a_stage_that_kills_three_workers_fails_the_job(bench: Bench) -> None:
    job = bench.create(SINGLE)
    for _ in range(3):
        assert bench.attempts.begin(job.id, "validate", 1, worker="wrk_dies") is not None
    assert bench.attempts.begin(job.id, "validate", 1, worker="wrk_careful") is None
    failed = bench.jobs.get(job.id)
    assert failed.status == JobStatus.FAILED
    assert failed.failure is not None
    assert failed.failure.code == "worker_crashed"
    assert "3 times" in failed.failure.message
    bench.jobs.resume(job.id, actor="a")
    assert len(bench.run()) == 5


def test_a_worker_that_goes_in_peace_is_not_counted_as_a_crash(bench: Bench) -> None:
    job = bench.create(SINGLE)
    for _ in range(6):
        started = bench.take()
        assert bench.attempts.release(started.ticket)
        assert bench.attempts.release(started.ticket) is False
        assert bench.finish(started) is False
    assert len(bench.run()) == 5
    statuses = [s.status for s in bench.jobs.detail(job.id).stages if s.key == "validate"]
    assert statuses == [*[StageStatus.CANCELLED] * 6, StageStatus.COMPLETED]


def test_what_is_given_up_in_a_failed_job_is_not_started_again(bench: Bench) -> None:
    job = bench.create(FAN)
    bench.step()
    one, two = bench.take(), bench.take()
    bench.attempts.fail(one.ticket, StageFailed("One."))
    assert bench.attempts.release(two.ticket)
    assert bench.queue.entries == []
    bench.jobs.resume(job.id, actor="a")
    assert len(bench.run()) == 4


def test_entries_of_unknown_jobs_and_attempts_are_harmless(bench: Bench) -> None:
    job = bench.create(SINGLE)
    assert bench.attempts.begin("vid_none", "validate", 1, worker="w") is None
    assert bench.attempts.begin(job.id, "validate", 7, worker="w") is None
