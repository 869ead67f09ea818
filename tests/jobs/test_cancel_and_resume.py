"""Ending jobs early, and going on from where they stand."""

import pytest

from app.domain.errors import Conflict, InvalidInput, ProviderUnavailable, StageFailed
from app.domain.states import JobStatus, StageStatus
from app.jobs.stage import StageContext, StageResult
from tests.jobs.bench import FAN, GATED, SINGLE, Bench, artifact, default_stage


def broken(_: StageContext) -> StageResult:
    raise StageFailed("Broken.")


def test_a_queued_job_is_cancelled_and_never_runs(bench: Bench) -> None:
    job = bench.create(SINGLE)
    assert bench.jobs.cancel(job.id, actor="ann").status == JobStatus.CANCELLED
    assert bench.run() == []
    assert bench.types(job.id) == ["accepted", "cancelled"]


def test_an_entry_that_was_taken_already_finds_nothing_to_do(bench: Bench) -> None:
    job = bench.create(SINGLE)
    (entry,) = bench.queue.entries
    bench.jobs.cancel(job.id, actor="ann")
    assert bench.attempts.begin(job.id, entry.key, entry.attempt, worker="w") is None


def test_a_running_stage_of_a_cancelled_job_can_no_longer_write(bench: Bench) -> None:
    job = bench.create(SINGLE)
    started = bench.take()
    bench.jobs.cancel(job.id, actor="ann")
    assert bench.attempts.progress(started.ticket, 0.5) is False
    assert bench.attempts.fail(started.ticket, StageFailed("x")) is False
    assert bench.finish(started) is False
    assert bench.queue.entries == []
    assert bench.jobs.get(job.id).status == JobStatus.CANCELLED
    (stage,) = bench.jobs.detail(job.id).stages
    assert stage.status == StageStatus.CANCELLED
    assert bench.types(job.id) == ["accepted", "started", "cancelled"]


def test_a_delayed_retry_and_a_waiting_job_are_cancelled_too(bench: Bench) -> None:
    def away(_: StageContext) -> StageResult:
        raise ProviderUnavailable("Away.", provider="v")

    bench.stages["validate"] = away
    retrying = bench.create(SINGLE)
    bench.step()
    assert bench.queue.entries[0].delay_s > 0
    assert bench.jobs.cancel(retrying.id, actor="a").status == JobStatus.CANCELLED
    assert bench.queue.entries == []
    bench.stages.clear()
    waiting = bench.create(GATED)
    bench.run()
    assert bench.jobs.cancel(waiting.id, actor="a").status == JobStatus.CANCELLED


def test_cancelling_again_gives_the_same_answer_and_no_new_event(bench: Bench) -> None:
    job = bench.create(FAN)
    bench.step()
    first = bench.jobs.cancel(job.id, actor="a")
    assert bench.jobs.cancel(job.id, actor="b") == first
    assert bench.types(job.id).count("cancelled") == 1


def test_what_has_ended_cannot_be_cancelled(bench: Bench) -> None:
    done = bench.create(SINGLE)
    bench.run()
    bench.stages["validate"] = broken
    failed = bench.create(SINGLE)
    bench.run()
    for job in (done, failed):
        with pytest.raises(Conflict):
            bench.jobs.cancel(job.id, actor="a")


def test_a_failed_job_goes_on_where_it_failed(bench: Bench) -> None:
    bench.stages["render"] = broken
    job = bench.create(SINGLE)
    bench.run()
    before = bench.jobs.get(job.id).progress
    bench.stages.clear()
    resumed = bench.jobs.resume(job.id, actor="ann")
    assert (resumed.status, resumed.failure) == (JobStatus.PROCESSING, None)
    assert resumed.progress >= before
    assert bench.run() == ["render", "store"]
    assert bench.jobs.get(job.id).status == JobStatus.COMPLETED


def test_a_resumed_stage_has_all_its_tries_again(bench: Bench) -> None:
    def away(_: StageContext) -> StageResult:
        raise ProviderUnavailable("Away.", provider="v")

    bench.stages["render"] = away
    job = bench.create(SINGLE)
    bench.run()
    bench.jobs.resume(job.id, actor="ann")
    assert bench.run() == ["render"] * 3
    assert max(s.attempt for s in bench.jobs.detail(job.id).stages if s.key == "render") == 6


def test_a_cancelled_job_goes_on_where_it_stood(bench: Bench) -> None:
    job = bench.create(SINGLE)
    bench.step()
    bench.step()
    bench.jobs.cancel(job.id, actor="a")
    bench.jobs.resume(job.id, actor="a")
    assert bench.run() == ["speech", "render", "store"]


def test_downstream_repeats_all_that_depends_on_the_stage(bench: Bench) -> None:
    job = bench.create(SINGLE)
    bench.run()
    bench.stages["store"] = lambda c: StageResult(artifacts=(artifact("video", f"{c.attempt}"),))
    bench.jobs.resume(job.id, stage="speech", actor="a")
    assert bench.jobs.get(job.id).progress < 100
    assert bench.run() == ["speech", "render", "store"]
    done = bench.jobs.get(job.id)
    assert done.video is not None
    assert done.video.ref.key == "video/2"
    assert bench.seen["render"].inputs["speech"].output == {"by": "speech#2"}


def test_only_repeats_the_stage_alone(bench: Bench) -> None:
    bench.stages["store"] = lambda c: StageResult(artifacts=(artifact("video", f"{c.attempt}"),))
    job = bench.create(SINGLE)
    bench.run()
    bench.jobs.resume(job.id, stage="speech", mode="only", actor="a")
    assert bench.run() == ["speech"]
    done = bench.jobs.get(job.id)
    assert (done.status, done.progress) == (JobStatus.COMPLETED, 100)
    assert done.video is not None
    bench.jobs.resume(job.id, stage="store", actor="a")
    bench.run()
    assert bench.seen["store"].inputs["speech"].output == {"by": "speech#2"}


def test_a_gated_stage_that_is_run_again_asks_again(bench: Bench) -> None:
    job = bench.create(GATED)
    bench.run()
    for mode in ("downstream", "only"):
        bench.jobs.decide(job.id, "script", "approve", actor="a")
        bench.run()
        bench.jobs.resume(job.id, stage="script", mode=mode, actor="a")
        bench.run()
        assert bench.jobs.get(job.id).status == JobStatus.WAITING_APPROVAL


def test_one_scene_can_be_made_again_without_the_others(bench: Bench) -> None:
    job = bench.create(FAN)
    bench.run()
    bench.jobs.resume(job.id, stage="render[2]", actor="a")
    assert bench.run() == ["render[2]", "join"]


def test_a_second_failure_elsewhere_is_not_forgotten(bench: Bench) -> None:
    job = bench.create(FAN)
    bench.step()
    one, two, three = (bench.take() for _ in range(3))
    bench.finish(three)
    bench.attempts.fail(one.ticket, StageFailed("One."))
    bench.attempts.fail(two.ticket, StageFailed("Two."))
    bench.jobs.resume(job.id, stage="render[1]", actor="a")
    bench.run()
    failed = bench.jobs.get(job.id)
    assert failed.status == JobStatus.FAILED
    assert failed.failure is not None
    assert failed.failure.message == "Two."
    bench.jobs.resume(job.id, actor="a")
    assert bench.run() == ["render[2]", "join"]


def test_resume_refuses_what_makes_no_sense(bench: Bench) -> None:
    running = bench.create(SINGLE)
    with pytest.raises(Conflict, match="queued"):
        bench.jobs.resume(running.id, actor="a")
    with pytest.raises(Conflict):
        bench.jobs.resume(running.id, stage="validate", actor="a")
    bench.run()
    with pytest.raises(Conflict, match="Nothing has failed"):
        bench.jobs.resume(running.id, actor="a")
    with pytest.raises(InvalidInput, match="validate, script"):
        bench.jobs.resume(running.id, stage="nonsense", actor="a")
    bench.stages["script"] = broken
    failed = bench.create(SINGLE)
    bench.run()
    with pytest.raises(Conflict, match="cannot run before speech"):
        bench.jobs.resume(failed.id, stage="render", actor="a")


def test_a_stage_that_still_runs_is_not_resumed(bench: Bench) -> None:
    job = bench.create(FAN)
    bench.step()
    one, two = bench.take("render[1]"), bench.take("render[2]")
    bench.attempts.fail(one.ticket, StageFailed("One."))
    with pytest.raises(Conflict, match="still running"):
        bench.jobs.resume(job.id, stage="render[2]", actor="a")
    bench.jobs.resume(job.id, actor="a")
    assert bench.finish(two)
    bench.run()
    assert bench.calls.count("render[2]") == 0  # it was taken by hand, once
    assert bench.jobs.get(job.id).status == JobStatus.COMPLETED


def test_a_late_result_of_a_superseded_attempt_is_dropped(bench: Bench) -> None:
    bench.stages["script"] = default_stage
    job = bench.create(GATED)
    bench.run()
    bench.jobs.resume(job.id, stage="script", actor="a")
    started = bench.take()
    bench.jobs.cancel(job.id, actor="a")
    bench.jobs.resume(job.id, actor="a")
    again = bench.take()
    assert again.ticket.attempt == started.ticket.attempt + 1
    assert bench.finish(started, by="late") is False
    assert bench.finish(again, by="again") is True
