"""kill -9 anywhere: no job is lost, none is stuck, no completed stage runs again."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app.db.database import Database
from app.db.tables import STAGES
from app.domain.states import JobStatus
from app.jobs.views import JobView
from tests.chaos.crew import Crew
from tests.chaos.plans import SCENES, SINGLE
from tests.chaos.plans import STAGES as STAGES_OF_A_JOB

CrewOf = Callable[..., Crew]
nightly = pytest.mark.skipif(os.environ.get("NIGHTLY") != "1", reason="set NIGHTLY=1 to run it")


def test_a_worker_killed_in_every_stage_loses_and_repeats_nothing(crew_of: CrewOf) -> None:
    """Each job kills its worker in another stage: as it starts, or with its work just done."""
    crew = crew_of(per_worker=2, max_crashes=20)
    jobs = [
        crew.create(SINGLE, f"die:{stage}:{'end' if number % 2 else 'start'}")
        for number, stage in enumerate(STAGES_OF_A_JOB)
    ]
    crew.hire()
    crew.finish(jobs, within_s=90, replace=True)
    crew.assert_nothing_was_repeated(jobs)
    for job, stage in zip(jobs, STAGES_OF_A_JOB, strict=True):
        assert len(crew.lines("start", job.id, stage)) >= 2


def _kill_at_random(crew: Crew, jobs: int, kills: int, pause_s: tuple[float, float]) -> None:
    dice = random.Random(7)
    for _ in range(2):
        crew.hire(wait=False)
    made = [crew.create(SINGLE if number % 3 else SCENES) for number in range(jobs)]
    while crew.kills < kills:
        # A worker that has not started yet has nothing to lose: wait for it.
        victim = dice.choice(crew.workers)
        crew.name(victim)
        time.sleep(dice.uniform(*pause_s))
        crew.kill(victim)
        crew.hire(wait=False)
        if all(crew.jobs.get(job.id).status.is_final for job in made):
            made += [crew.create(SCENES) for _ in range(4)]
    crew.finish(made, within_s=120)
    crew.assert_nothing_was_repeated(made)
    assert crew.kills >= kills


def test_workers_killed_at_random_lose_and_repeat_nothing(crew_of: CrewOf) -> None:
    crew = crew_of(max_crashes=20, pause_s=0.2)
    _kill_at_random(crew, jobs=20, kills=8, pause_s=(0.1, 0.6))


@pytest.mark.nightly
@nightly
@pytest.mark.timeout(900)
def test_fifty_kills_over_a_hundred_jobs_lose_and_repeat_nothing(crew_of: CrewOf) -> None:
    crew = crew_of(max_crashes=50, pause_s=0.3)
    _kill_at_random(crew, jobs=100, kills=50, pause_s=(0.1, 1.0))


def test_a_worker_that_dies_for_good_is_replaced_in_time(crew_of: CrewOf) -> None:
    crew = crew_of(beat_s=0.5, dead_s=3.0)
    first = crew.hire()
    job = crew.create(SINGLE, "sleep:render_avatar:60")
    crew.until(lambda: len(crew.lines("start", job.id, "render_avatar")) == 1, within_s=30)
    crew.hire()
    crew.kill(first)
    # dead_s since the last beat, up to 1.2 beats until the next look, and the polls
    took = crew.until(lambda: len(crew.lines("start", job.id, "render_avatar")) == 2, within_s=30)
    assert took < 3.0 + 1.2 * 0.5 + 3.0
    assert len(crew.lines("start", job.id, "validate")) == 1


@pytest.mark.nightly
@nightly
def test_with_the_real_figures_a_dead_worker_is_replaced_within_40_seconds(
    crew_of: CrewOf,
) -> None:
    crew = crew_of(beat_s=5.0, dead_s=30.0)
    first = crew.hire()
    job = crew.create(SINGLE, "sleep:render_avatar:90")
    crew.until(lambda: len(crew.lines("start", job.id, "render_avatar")) == 1, within_s=30)
    crew.hire()
    crew.kill(first)
    took = crew.until(lambda: len(crew.lines("start", job.id, "render_avatar")) == 2, within_s=60)
    assert took < 40


def test_a_carried_stage_of_a_dead_worker_is_given_to_another(
    crew_of: CrewOf, database: Database
) -> None:
    crew = crew_of(beat_s=0.5, dead_s=3.0)
    first = crew.hire()
    job = crew.create(SINGLE, "sleep:render_avatar:1")
    crew.until(lambda: len(crew.lines("start", job.id, "render_avatar")) == 1, within_s=30)
    with database.reading() as session:
        rows = session.execute(sa.select(STAGES.c.key, STAGES.c.carried)).all()
    assert dict(tuple(row) for row in rows) == {
        "validate": False,
        "enhance_script": True,
        "synthesize_speech": True,
        "render_avatar": True,
    }
    crew.hire()
    crew.kill(first)
    crew.finish([job], within_s=30)
    crew.assert_nothing_was_repeated([job])
    starts = [len(crew.lines("start", job.id, key)) for key in STAGES_OF_A_JOB]
    assert starts == [1, 1, 1, 2, 1, 1]


def test_a_worker_alone_on_its_file_resumes_within_three_seconds(
    crew_of: CrewOf, database_url: str
) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("on PostgreSQL nobody can know that it is alone; heartbeats decide")
    crew = crew_of(beat_s=5.0, dead_s=30.0)
    first = crew.hire()
    job = crew.create(SINGLE, "sleep:render_avatar:1")
    crew.until(lambda: len(crew.lines("start", job.id, "render_avatar")) == 1, within_s=30)
    crew.kill(first)
    crew.hire()
    took = crew.until(lambda: len(crew.lines("start", job.id, "render_avatar")) == 2, within_s=20)
    assert took < 3.0
    crew.finish([job], within_s=30)


def test_the_result_of_a_worker_that_was_asleep_is_discarded(crew_of: CrewOf) -> None:
    crew = crew_of(beat_s=0.5, dead_s=3.0)
    sleeper = crew.hire()
    job = crew.create(SINGLE, "sleep:synthesize_speech:1.5")
    crew.until(lambda: len(crew.lines("start", job.id, "synthesize_speech")) == 1, within_s=30)
    sleeper.send_signal(signal.SIGSTOP)
    crew.hire()
    crew.until(lambda: len(crew.lines("start", job.id, "synthesize_speech")) == 2, within_s=30)
    sleeper.send_signal(signal.SIGCONT)
    crew.finish([job], within_s=30)
    (stage,) = [s for s in crew.jobs.detail(job.id).stages if s.key == "synthesize_speech"]
    assert stage.worker != crew.name(sleeper)
    assert stage.output == {"worker": stage.worker}
    crew.assert_nothing_was_repeated([job])


def test_a_stage_that_kills_every_worker_is_given_up_with_a_clear_error(crew_of: CrewOf) -> None:
    crew = crew_of(per_worker=2)
    poisoned = crew.create(SINGLE, "poison:compose")
    crew.hire()
    crew.until(
        lambda: bool(crew.replace_dead() + 1) and crew.jobs.get(poisoned.id).status.is_final,
        within_s=90,
    )
    failed = crew.jobs.get(poisoned.id)
    assert failed.status == JobStatus.FAILED
    assert failed.failure is not None
    assert (failed.failure.stage, failed.failure.code) == ("compose", "worker_crashed")
    assert len(crew.lines("start", poisoned.id, "compose")) == 3
    assert len(crew.lines("start", poisoned.id, "validate")) == 1
    healthy = crew.create(SINGLE)
    crew.finish([healthy], within_s=30, replace=True)


def test_sigterm_lets_the_running_stage_finish(crew_of: CrewOf) -> None:
    crew = crew_of()
    worker = crew.hire()
    job = crew.create(SINGLE, "sleep:render_avatar:2")
    crew.until(lambda: len(crew.lines("start", job.id, "render_avatar")) == 1, within_s=30)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    stages = {s.key: s.status.value for s in crew.jobs.detail(job.id).stages}
    assert stages["render_avatar"] == "completed"
    assert crew.jobs.workers() == ()
    crew.bury(worker)
    crew.hire()
    crew.finish([job], within_s=30)
    assert len(crew.lines("start", job.id, "render_avatar")) == 1


def test_sigterm_hands_over_what_takes_too_long(crew_of: CrewOf) -> None:
    crew = crew_of(grace_s=0.3)
    worker = crew.hire()
    job = crew.create(SINGLE, "sleep:render_avatar:5")
    crew.until(lambda: len(crew.lines("start", job.id, "render_avatar")) == 1, within_s=30)
    crew.hire()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    crew.bury(worker)
    crew.finish([job], within_s=30)
    assert len(crew.lines("start", job.id, "render_avatar")) == 2


def test_two_workers_and_two_front_ends_share_one_database(crew_of: CrewOf) -> None:
    crew = crew_of(pause_s=0.01)
    other = crew_of(pause_s=0.01)
    crew.hire(wait=False)
    crew.hire(wait=False)
    made: list[JobView] = []

    def create(front: Crew) -> None:
        made.extend(front.create(SINGLE if n % 2 else SCENES) for n in range(10))

    fronts = [threading.Thread(target=create, args=(front,)) for front in (crew, other)]
    for front in fronts:
        front.start()
    for front in fronts:
        front.join()
    crew.finish(made, within_s=60)
    crew.assert_nothing_was_repeated(made)
    for job in made:
        for node in job.plan.nodes:
            assert len(crew.lines("start", job.id, node.key)) == 1
