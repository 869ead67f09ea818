"""What runs when: order, fan-out, join, retries, progress, events."""

import threading

import pytest

from app.domain.errors import ContentRejected, ProviderUnavailable, RateLimited, StageFailed
from app.domain.states import JobStatus, StageStatus
from app.jobs.stage import StageContext, StageResult
from tests.jobs.bench import FAN, SINGLE, Bench, artifact, chain, default_stage


def test_stages_run_in_order_and_the_job_is_completed(bench: Bench) -> None:
    job = bench.create(SINGLE)
    assert bench.run() == ["validate", "script", "speech", "render", "store"]
    done = bench.jobs.get(job.id)
    assert (done.status, done.progress, done.failure) == (JobStatus.COMPLETED, 100, None)
    assert done.started_at is not None
    assert done.completed_at is not None
    assert done.created_at <= done.started_at <= done.completed_at
    assert bench.types(job.id) == ["accepted", "started", *["stage_completed"] * 5, "completed"]


def test_a_stage_reads_all_that_came_before_it(bench: Bench) -> None:
    bench.stages["script"] = lambda _: StageResult(
        output={"script": "Better words.", "n": 7},
        artifacts=(artifact("script"), artifact("notes")),
    )
    job = bench.create(SINGLE)
    bench.run()
    inputs = bench.seen["store"].inputs
    assert set(inputs) == {"validate", "script", "speech", "render"}
    assert inputs["script"].output == {"script": "Better words.", "n": 7}
    assert inputs["script"].artifact("notes") == artifact("notes")
    assert bench.seen["validate"].inputs == {}
    assert bench.jobs.get(job.id).script == "Better words."


def test_the_video_is_shown_when_the_job_is_completed(bench: Bench) -> None:
    bench.stages["store"] = lambda _: StageResult(artifacts=(artifact("video"), artifact("poster")))
    job = bench.create(SINGLE)
    for _ in range(4):
        bench.step()
    assert bench.jobs.get(job.id).video is None
    bench.run()
    video = bench.jobs.get(job.id).video
    assert video is not None
    assert video.ref == artifact("video")
    assert bench.jobs.artifact(video.id) == video
    assert [j.video for j in bench.jobs.page().jobs] == [video]


def test_scenes_fan_out_and_the_join_waits_for_all(bench: Bench) -> None:
    bench.create(FAN)
    bench.step()
    assert sorted(e.key for e in bench.queue.entries) == ["render[1]", "render[2]", "render[3]"]
    assert {e.queue for e in bench.queue.entries} == {"render"}
    bench.step()
    bench.step()
    assert [e.key for e in bench.queue.entries] == ["render[3]"]
    bench.step()
    assert [e.key for e in bench.queue.entries] == ["join"]
    bench.run()
    assert set(bench.seen["join"].inputs) == {"split", "render[1]", "render[2]", "render[3]"}


def test_siblings_that_finish_together_start_the_join_once(bench: Bench) -> None:
    for _ in range(5):
        job = bench.create(FAN)
        bench.step()
        started = [bench.take() for _ in range(3)]
        together = threading.Barrier(3)

        def finish(one, barrier=together) -> None:  # type: ignore[no-untyped-def]
            barrier.wait(10)
            assert bench.finish(one)

        threads = [threading.Thread(target=finish, args=(one,)) for one in started]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [(e.job_id, e.key) for e in bench.queue.entries] == [(job.id, "join")]
        bench.run()
        assert bench.jobs.get(job.id).status == JobStatus.COMPLETED


def flaky(times: int, error: Exception):  # type: ignore[no-untyped-def]
    def stage(context: StageContext) -> StageResult:
        if context.attempt <= times:
            raise error
        return default_stage(context)

    return stage


def test_a_retryable_failure_is_tried_again_later(bench: Bench) -> None:
    bench.stages["speech"] = flaky(2, ProviderUnavailable("Away.", provider="vibevoice"))
    job = bench.create(SINGLE)
    delays = []
    while bench.queue.entries:
        delays += [e.delay_s for e in bench.queue.entries if e.delay_s]
        bench.step()
    assert delays == [1.0, 2.0]
    assert bench.jobs.get(job.id).status == JobStatus.COMPLETED
    attempts = [s for s in bench.jobs.detail(job.id).stages if s.key == "speech"]
    assert [(a.attempt, a.status.value) for a in attempts] == [
        (1, "failed"),
        (2, "failed"),
        (3, "completed"),
    ]
    assert attempts[0].failure is not None
    assert attempts[0].failure.code == "provider_unavailable"
    assert attempts[0].provider == "vibevoice"
    assert bench.calls.count("validate") == 1


def test_a_provider_that_asks_for_patience_gets_it(bench: Bench) -> None:
    bench.stages["speech"] = flaky(1, RateLimited("Slow.", provider="v", retry_after_s=42.0))
    bench.create(SINGLE)
    for _ in range(3):
        bench.step()
    assert [e.delay_s for e in bench.queue.entries] == [42.0]


def test_when_all_tries_are_used_the_job_fails_with_the_last_reason(bench: Bench) -> None:
    bench.stages["speech"] = flaky(9, ProviderUnavailable("Away.", provider="vibevoice"))
    job = bench.create(SINGLE)
    bench.run()
    failed = bench.jobs.get(job.id)
    assert failed.status == JobStatus.FAILED
    assert failed.failure is not None
    assert (failed.failure.stage, failed.failure.code) == ("speech", "provider_unavailable")
    assert bench.calls.count("speech") == 3
    assert "render" not in bench.calls
    assert bench.types(job.id)[-4:] == ["stage_failed", "stage_failed", "stage_failed", "failed"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ContentRejected("No.", provider="v"), "content_rejected"),
        (StageFailed("Broken."), "stage_failed"),
        (ZeroDivisionError("secret"), "internal_error"),
        (OSError(28, "No space left on device"), "storage_full"),
        (OSError(30, "Read-only file system"), "storage_read_only"),
    ],
)
def test_other_failures_are_not_tried_again(bench: Bench, error: Exception, code: str) -> None:
    bench.stages["script"] = flaky(9, error)
    job = bench.create(SINGLE)
    bench.run()
    failed = bench.jobs.get(job.id)
    assert failed.failure is not None
    assert failed.failure.code == code
    assert failed.failure.remedy
    assert "secret" not in failed.failure.message
    assert bench.calls.count("script") == 1


def test_one_scene_that_fails_ends_the_job_but_running_ones_may_finish(bench: Bench) -> None:
    bench.stages["render[1]"] = flaky(9, StageFailed("Broken."))
    job = bench.create(FAN)
    bench.step()
    second = bench.take("render[2]")
    bench.step()
    assert bench.jobs.get(job.id).status == JobStatus.FAILED
    assert bench.queue.entries == []  # the third never starts
    assert bench.finish(second)
    stages = {s.key: s.status for s in bench.jobs.detail(job.id).stages}
    assert stages["render[2]"] == StageStatus.COMPLETED
    assert stages["render[3]"] == StageStatus.CANCELLED
    assert bench.jobs.get(job.id).status == JobStatus.FAILED

    bench.stages.clear()
    bench.jobs.resume(job.id, actor="me")
    assert bench.run() == ["render[1]", "render[3]", "join"]
    assert bench.jobs.get(job.id).status == JobStatus.COMPLETED


def test_events_are_numbered_without_gaps_also_under_a_race(bench: Bench) -> None:
    job = bench.create(FAN)
    bench.step()
    started = [bench.take() for _ in range(3)]

    def work(one) -> None:  # type: ignore[no-untyped-def]
        for share in range(1, 10):
            bench.attempts.progress(one.ticket, share / 10)
        bench.finish(one)

    threads = [threading.Thread(target=work, args=(one,)) for one in started]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bench.run()
    events = bench.jobs.events(job.id)
    assert [e.sequence for e in events] == list(range(1, len(events) + 1))
    shown = [e.data["progress"] for e in events if e.type == "progress"]
    assert shown == sorted(shown)
    assert len(shown) > 5
    assert bench.jobs.events(job.id, after=len(events) - 2) == events[-2:]
    assert bench.jobs.events(job.id, limit=3) == events[:3]


def test_progress_never_goes_back_and_reaches_100_only_at_the_end(bench: Bench) -> None:
    bench.stages["render"] = flaky(1, ProviderUnavailable("Away.", provider="v"))
    job = bench.create(SINGLE)
    shown = [0]
    while bench.queue.entries:
        started = bench.take()
        for share in (0.3, 0.9, 0.5, 1.0):
            bench.attempts.progress(started.ticket, share)
            shown.append(bench.jobs.get(job.id).progress)
        if started.node.key == "render" and started.ticket.attempt == 1:
            bench.attempts.fail(started.ticket, ProviderUnavailable("Away.", provider="v"))
        else:
            bench.finish(started)
        shown.append(bench.jobs.get(job.id).progress)
    assert shown == sorted(shown)
    assert shown[-1] == 100
    assert all(percent <= 99 for percent in shown[:-1])
    assert len(set(shown)) > 8


def test_the_step_is_named_while_it_runs(bench: Bench) -> None:
    job = bench.create(SINGLE)
    assert bench.jobs.get(job.id).current_step == "Queued"
    bench.take()
    view = bench.jobs.get(job.id)
    assert (view.status, view.current_step) == (JobStatus.PROCESSING, "validate...")


def test_the_history_of_a_route_tells_how_long_a_job_takes(bench: Bench) -> None:
    first = bench.create(SINGLE, script="x" * 100)
    assert bench.jobs.get(first.id).eta_s is None
    bench.run()  # one second of the clock per stage
    fresh = Bench(bench.database)
    fresh.now = bench.now
    longer = fresh.create(SINGLE, script="x" * 200)
    whole = fresh.jobs.get(longer.id).eta_s
    assert whole is not None
    assert 4.0 < whole < 8.0  # twice the words, but the fixed share only once
    fresh.step()
    fresh.step()
    assert (fresh.jobs.get(longer.id).eta_s or whole) < whole
    assert fresh.create(chain("validate"), script="x").eta_s is not None
    assert fresh.create(FAN).eta_s is None


def test_a_plan_needs_no_more_than_its_own_row(bench: Bench) -> None:
    """A deploy that changes plans or drops stages does not touch a job that was created before."""
    job = bench.create(chain("old_stage", "other_old_stage"))
    assert bench.run() == ["old_stage", "other_old_stage"]
    assert bench.jobs.get(job.id).status == JobStatus.COMPLETED
