"""How long a job will still take: from the jobs before it, and from how far it has come."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.db.tables import JOBS
from app.jobs.eta import REFRESH_S
from app.jobs.views import JobView
from tests.jobs.bench import GATED, SINGLE, Bench

SHORT = [(20, 2.1), (60, 2.7), (35, 2.2), (48, 3.0), (27, 2.4), (55, 2.5)]
"""Characters and seconds of short videos; a script of 725 characters really takes 10.6 s."""
MIXED = [*SHORT, (300, 5.6), (410, 6.9), (900, 12.8)]


def completed(bench: Bench, history: list[tuple[int, float]]) -> None:
    for characters, seconds in history:
        job = bench.create(SINGLE, script="x" * characters)
        bench.pass_time(30)  # waiting for a worker is no work
        while bench.queue.entries:
            started = bench.take()
            if started.node.key == "store":
                bench.pass_time(seconds)
            bench.finish(started)
        assert bench.jobs.get(job.id).progress == 100
    bench.pass_time(REFRESH_S)


def halfway(bench: Bench, job: JobView, progress: int) -> None:
    """A job whose first stages are done, at a progress of our choice."""
    bench.finish(bench.take())
    with bench.database.session() as session:
        session.execute(sa.update(JOBS).where(JOBS.c.id == job.id).values(progress=progress))


def eta(bench: Bench, job: JobView) -> float | None:
    return bench.jobs.get(job.id).eta_s


@pytest.mark.parametrize("history", [SHORT, SHORT[:1], MIXED], ids=["short", "one", "mixed"])
def test_a_long_script_is_foretold_from_short_videos_within_a_factor_of_two(
    bench: Bench, history: list[tuple[int, float]]
) -> None:
    completed(bench, history)
    job = bench.create(SINGLE, script="x" * 725)
    found = eta(bench, job)
    assert found is not None
    assert 10.6 / 2 <= found <= 10.6 * 2


def test_a_short_script_is_foretold_from_long_videos_with_its_fixed_share(bench: Bench) -> None:
    completed(bench, [(600, 9.1), (725, 10.6), (1400, 18.7)])
    assert eta(bench, bench.create(SINGLE, script="x" * 40)) == pytest.approx(2.4, abs=0.4)


def test_one_job_that_stood_still_for_an_hour_does_not_spoil_the_forecast(bench: Bench) -> None:
    completed(bench, [*MIXED, (30, 3600.0)])
    assert eta(bench, bench.create(SINGLE, script="x" * 725)) == pytest.approx(10.6, rel=0.2)


def test_shorter_work_for_longer_scripts_never_gives_less_than_nothing(bench: Bench) -> None:
    completed(bench, [(20, 9.0), (400, 4.0), (800, 1.0)])
    assert eta(bench, bench.create(SINGLE, script="x" * 3000)) == pytest.approx(4.0)


def test_without_history_nothing_is_foretold_below_ten_percent(bench: Bench) -> None:
    job = bench.create(SINGLE)
    assert eta(bench, job) is None
    halfway(bench, job, 9)
    bench.pass_time(3)
    assert eta(bench, job) is None


def test_without_history_a_job_is_judged_by_its_own_progress(bench: Bench) -> None:
    job = bench.create(SINGLE)
    halfway(bench, job, 25)
    bench.pass_time(5)
    assert eta(bench, job) == pytest.approx(15.0)


def test_what_a_job_shows_itself_counts_for_more_the_further_it_is(bench: Bench) -> None:
    completed(bench, [(100, 10.0)])
    job = bench.create(SINGLE, script="x" * 100)
    halfway(bench, job, 20)
    bench.pass_time(5)  # the history says 8 s more, the job itself 20 s
    early = eta(bench, job)
    halfway(bench, job, 80)
    bench.pass_time(15)  # the history says 2 s more, the job itself 5 s
    late = eta(bench, job)
    assert [early, late] == pytest.approx([10.4, 4.4])


def test_time_in_which_nobody_worked_does_not_carry_a_forecast_away(bench: Bench) -> None:
    """A job taken up after a day: its clock went on, its work did not."""
    completed(bench, [(100, 10.0)])
    job = bench.create(SINGLE, script="x" * 100)
    halfway(bench, job, 50)
    bench.pass_time(86_400)
    found = eta(bench, job)
    assert found is not None
    assert 5 <= found <= 20


def test_the_time_a_person_took_to_decide_is_no_work(bench: Bench) -> None:
    job = bench.create(GATED)
    bench.run()
    bench.pass_time(3600)
    assert eta(bench, job) is None
    bench.jobs.decide(job.id, "script", "approve", actor="me")
    bench.pass_time(2)
    halfway(bench, job, 50)
    found = eta(bench, job)
    assert found is not None
    assert found < 10
