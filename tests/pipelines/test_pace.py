from __future__ import annotations

import pytest

from app.domain.video_request import VideoRequest
from app.jobs.stage import StageCancelled, StageResult
from app.pipelines.pace import Paced
from app.pipelines.plans import PACED_WEIGHTS, plan_for

PLAN = plan_for(VideoRequest(script="Hello."), PACED_WEIGHTS)


class Time:
    """A clock that only passes when somebody waits."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time():
    return Time()


def paced(stage, time: Time, pace_s: float = 20) -> Paced:
    return Paced(stage, pace_s, monotonic=time, wait=time.wait)


def test_each_stage_takes_its_share_of_the_time(attempt, time):
    took = []
    for node in PLAN.nodes:
        before = time()
        paced(lambda context: StageResult(), time)(attempt(node.key, plan=PLAN).context)
        took.append(time() - before)
    assert took == pytest.approx([2, 3, 4, 4, 4, 3])


def test_progress_rises_with_the_time_not_with_the_work(attempt, time):
    def quick(context):
        context.report(1.0)
        time.wait(1)
        context.report(1.0)
        return StageResult()

    made = attempt("synthesize_speech", plan=PLAN)
    paced(quick, time)(made.context)
    assert made.reported == sorted(made.reported)
    assert made.reported[:2] == pytest.approx([0, 0.25])
    assert len(made.reported) > 10


def test_a_stage_that_really_takes_longer_is_not_held_up(attempt, time):
    def slow(context):
        time.wait(60)
        context.report(0.5)
        return StageResult(output={"done": True})

    made = attempt("render_avatar", plan=PLAN)
    result = paced(slow, time)(made.context)
    assert (time(), result.output, made.reported) == (60, {"done": True}, [0.5])


def test_waiting_ends_at_once_when_the_job_is_cancelled(attempt, time):
    made = attempt("compose", plan=PLAN, cancelled=lambda: time() >= 1)
    with pytest.raises(StageCancelled):
        paced(lambda context: StageResult(), time)(made.context)
    assert time() < 1.5
