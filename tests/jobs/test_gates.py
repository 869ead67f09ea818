"""Approvals: a waiting job is a row, and an answer counts once."""

import threading

import pytest

from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.states import ApprovalStatus, JobStatus
from app.jobs.stage import StageResult
from tests.jobs.bench import GATED, SINGLE, Bench


@pytest.fixture
def waiting(bench: Bench) -> str:
    bench.stages["script"] = lambda _: StageResult(output={"script": "Draft.", "title": "T"})
    job = bench.create(GATED)
    bench.run()
    return job.id


def test_a_job_at_a_gate_waits_and_holds_nothing(bench: Bench, waiting: str) -> None:
    job = bench.jobs.get(waiting)
    assert job.status == JobStatus.WAITING_APPROVAL
    assert job.script == "Draft."
    assert bench.queue.entries == []
    (approval,) = bench.jobs.detail(waiting).approvals
    assert (approval.gate, approval.stage, approval.status) == ("script", "script", "pending")
    asked = bench.jobs.events(waiting)[-1]
    assert (asked.type, asked.data["gate"]) == ("waiting_approval", "script")
    assert asked.data["approval_id"] == approval.id


def test_approval_lets_the_job_go_on(bench: Bench, waiting: str) -> None:
    bench.pass_time(3600)
    job = bench.jobs.decide(waiting, "script", "approve", actor="ann", comment="Fine.")
    assert job.status == JobStatus.PROCESSING
    assert bench.run() == ["speech", "store"]
    done = bench.jobs.detail(waiting)
    assert done.job.status == JobStatus.COMPLETED
    (approval,) = done.approvals
    assert (approval.status, approval.decided_by, approval.comment) == (
        ApprovalStatus.APPROVED,
        "ann",
        "Fine.",
    )


def test_waiting_for_people_does_not_count_as_work(bench: Bench, waiting: str) -> None:
    bench.pass_time(3600)
    bench.jobs.decide(waiting, "script", "approve", actor="ann")
    bench.run()
    later = Bench(bench.database)
    later.now = bench.now
    assert (later.create(GATED).eta_s or 0) < 60


def test_a_second_approval_changes_nothing(bench: Bench, waiting: str) -> None:
    bench.jobs.decide(waiting, "script", "approve", actor="ann")
    bench.jobs.decide(waiting, "script", "approve", actor="bob")
    assert len(bench.queue.entries) == 1
    assert bench.jobs.detail(waiting).approvals[0].decided_by == "ann"
    with pytest.raises(Conflict):
        bench.jobs.decide(waiting, "script", "reject", actor="bob")


def test_two_people_at_once_start_the_next_stage_once(bench: Bench, waiting: str) -> None:
    def approve() -> None:
        bench.jobs.decide(waiting, "script", "approve", actor="x")

    threads = [threading.Thread(target=approve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.key for e in bench.queue.entries] == ["speech"]


def test_an_edit_replaces_members_of_the_output_and_goes_on(bench: Bench, waiting: str) -> None:
    job = bench.jobs.decide(waiting, "script", "edit", actor="ann", output={"script": "Mine."})
    assert job.script == "Mine."
    bench.run()
    assert bench.seen["speech"].inputs["script"].output == {"script": "Mine.", "title": "T"}
    assert bench.calls.count("script") == 1


def test_a_rejection_fails_the_job_and_a_resume_writes_anew(bench: Bench, waiting: str) -> None:
    job = bench.jobs.decide(waiting, "script", "reject", actor="ann", comment="Too long.")
    assert job.status == JobStatus.FAILED
    assert job.failure is not None
    assert (job.failure.code, job.failure.stage) == ("approval_rejected", "script")
    assert bench.queue.entries == []

    bench.jobs.resume(waiting, actor="ann")
    assert bench.run() == ["script"]
    assert bench.jobs.get(waiting).status == JobStatus.WAITING_APPROVAL
    bench.jobs.decide(waiting, "script", "approve", actor="ann")
    assert bench.run() == ["speech", "store"]
    assert bench.calls.count("validate") == 1


def test_running_the_gated_stage_again_asks_again(bench: Bench, waiting: str) -> None:
    bench.jobs.resume(waiting, stage="script", actor="ann")
    assert bench.jobs.get(waiting).status == JobStatus.PROCESSING
    with pytest.raises(Conflict):
        bench.jobs.decide(waiting, "script", "approve", actor="ann")
    bench.run()
    assert bench.jobs.get(waiting).status == JobStatus.WAITING_APPROVAL
    assert len(bench.jobs.detail(waiting).approvals) == 1


def test_nothing_unapproved_is_ever_spoken_also_when_the_script_alone_is_run_again(
    bench: Bench, waiting: str
) -> None:
    bench.jobs.decide(waiting, "script", "edit", actor="ann", output={"script": "Mine."})
    bench.run()
    bench.jobs.resume(waiting, stage="script", mode="only", actor="bob")
    bench.run()
    job = bench.jobs.get(waiting)
    assert (job.status, job.script) == (JobStatus.WAITING_APPROVAL, "Draft.")
    with pytest.raises(Conflict):
        bench.jobs.resume(waiting, stage="speech", actor="bob")
    bench.jobs.decide(waiting, "script", "approve", actor="ann")
    assert bench.run() == []
    assert bench.jobs.get(waiting).status == JobStatus.COMPLETED
    assert [a.status for a in bench.jobs.detail(waiting).approvals] == ["approved", "approved"]


def test_the_step_that_is_shown_agrees_with_the_status(bench: Bench, waiting: str) -> None:
    assert bench.jobs.get(waiting).current_step == "Waiting for approval..."
    approved = bench.jobs.decide(waiting, "script", "approve", actor="ann")
    assert (approved.status, approved.current_step) == (JobStatus.PROCESSING, "Queued")
    bench.run()
    again = bench.jobs.resume(waiting, stage="store", actor="ann")
    assert (again.status, again.current_step) == (JobStatus.PROCESSING, "Queued")


def test_there_must_be_such_a_gate_and_a_job_waiting_at_it(bench: Bench, waiting: str) -> None:
    with pytest.raises(NotFound):
        bench.jobs.decide(waiting, "budget", "approve", actor="ann")
    with pytest.raises(NotFound):
        bench.jobs.decide(bench.create(SINGLE).id, "script", "approve", actor="ann")
    with pytest.raises(Conflict):
        bench.jobs.decide(bench.create(GATED).id, "script", "approve", actor="ann")
    with pytest.raises(InvalidInput):
        bench.jobs.decide(waiting, "script", "edit", actor="ann")
    with pytest.raises(InvalidInput):
        bench.jobs.decide(waiting, "script", "approve", actor="ann", output={"script": "x"})


def test_a_cancelled_job_takes_no_answer_until_it_is_resumed(bench: Bench, waiting: str) -> None:
    bench.jobs.cancel(waiting, actor="ann")
    with pytest.raises(Conflict):
        bench.jobs.decide(waiting, "script", "approve", actor="ann")
    bench.jobs.resume(waiting, actor="ann")
    assert bench.jobs.get(waiting).status == JobStatus.WAITING_APPROVAL
    bench.jobs.decide(waiting, "script", "approve", actor="ann")
    assert bench.run() == ["speech", "store"]
