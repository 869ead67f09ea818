"""Looking into jobs and steering them."""

from __future__ import annotations

import time

import pytest

from tests.api.site import assert_problem


def test_a_job_shows_its_plan_attempts_files_and_cost(working_site):
    job_id = working_site.create(userId="look@example.com")
    working_site.wait(job_id, "completed")
    found = working_site.client.get(f"/jobs/{job_id}").get_json()
    assert found["plan"]["route"] == "single_scene"
    keys = [node["key"] for node in found["plan"]["nodes"]]
    assert keys[0] == "validate"
    assert keys[-1] == "store"
    assert [stage["key"] for stage in found["stages"]] == keys
    for stage in found["stages"]:
        assert stage["status"] == "completed"
        assert stage["attempt"] == 1
        assert stage["progress"] == 100
        assert stage["created_at"] <= stage["started_at"] <= stage["completed_at"]
    assert found["cost_usd"] == 0.25
    assert found["approvals"] == []
    assert found["failure"] is None
    assert found["eventsUrl"] == f"/jobs/{job_id}/events"
    assert found["events"][0]["type"] == "accepted"
    assert found["events"][-1]["type"] == "completed"
    assert found["duration_s"] == 1.5
    assert {**found, **working_site.status(job_id)} == found


@pytest.mark.parametrize("state", ["queued", "processing", "waiting_approval"])
def test_cancelling_is_final_within_a_second_in_every_state(working_site, site, state):
    if state == "queued":
        place, job_id = site, site.create()
    else:
        place = working_site
        job_id = place.create(script="Wait. ((wait))", approve_script=state == "waiting_approval")
        place.wait(job_id, state)
    started = time.monotonic()
    answer = place.client.post(f"/jobs/{job_id}/cancel")
    assert answer.status_code == 200
    assert answer.get_json()["status"] == "cancelled"
    assert time.monotonic() - started < 1
    assert place.status(job_id)["status"] == "cancelled"
    assert place.status(job_id)["error"] is None


def test_cancelling_again_answers_the_same(site):
    job_id = site.create()
    first = site.client.post(f"/jobs/{job_id}/cancel").get_json()
    assert site.client.post(f"/jobs/{job_id}/cancel").get_json() == first


def test_a_finished_job_cannot_be_cancelled(working_site):
    job_id = working_site.create()
    working_site.wait(job_id, "completed")
    problem = assert_problem(working_site.client.post(f"/jobs/{job_id}/cancel"), 409, "conflict")
    assert "completed" in problem["message"]


@pytest.mark.parametrize("body", [None, {}, {"mode": "downstream"}, {"stage": "render_avatar"}])
def test_a_failed_job_is_retried_from_where_it_failed(working_site, body):
    job_id = working_site.create(script="Again. ((break once))")
    working_site.wait(job_id, "failed")
    answer = working_site.client.post(f"/jobs/{job_id}/retry", json=body)
    assert answer.status_code == 202
    working_site.wait(job_id, "completed")
    stages = working_site.client.get(f"/jobs/{job_id}").get_json()["stages"]
    attempts = {stage["key"]: stage["attempt"] for stage in stages}
    assert attempts["synthesize_speech"] == 1, "finished work is not done again"
    assert attempts["render_avatar"] == 2
    failed = next(stage for stage in stages if stage["status"] == "failed")
    assert failed["failure"]["code"] == "provider_credit_exhausted"


def test_a_finished_job_can_run_one_stage_again(working_site):
    job_id = working_site.create()
    working_site.wait(job_id, "completed")
    body = {"stage": "store", "mode": "only"}
    assert working_site.client.post(f"/jobs/{job_id}/retry", json=body).status_code == 202
    working_site.wait(job_id, "completed")
    stages = working_site.client.get(f"/jobs/{job_id}").get_json()["stages"]
    assert [s["key"] for s in stages if s["attempt"] == 2] == ["store"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"stage": "nothing"}, 422, "stage"),
        ({"stage": ""}, 422, "stage"),
        ({"stage": 5}, 422, "stage"),
        ({"mode": "all"}, 422, "mode"),
        ({"stages": "store"}, 422, "stages"),
    ],
)
def test_a_retry_that_makes_no_sense_is_refused(working_site, body, status, field):
    job_id = working_site.create()
    working_site.wait(job_id, "completed")
    answer = working_site.client.post(f"/jobs/{job_id}/retry", json=body)
    assert assert_problem(answer, status)["errors"][0]["field"] == field


def test_nothing_is_retried_where_nothing_failed(site):
    assert_problem(site.client.post(f"/jobs/{site.create()}/retry"), 409, "conflict")


@pytest.fixture
def waiting(working_site):
    job_id = working_site.create(script="Please approve.", approve_script=True)
    working_site.wait(job_id, "waiting_approval")
    return job_id


def decide(site, job_id, gate="script", **body):
    return site.client.post(f"/jobs/{job_id}/approvals/{gate}", json=body)


def gate_of(site, job_id):
    return site.client.get(f"/jobs/{job_id}").get_json()["approvals"]


def test_an_approved_script_goes_on(working_site, waiting):
    (gate,) = gate_of(working_site, waiting)
    assert gate["gate"] == "script"
    assert gate["status"] == "pending"
    answer = decide(working_site, waiting, decision="approve", comment="Fine.")
    assert answer.status_code == 200
    working_site.wait(waiting, "completed")
    (gate,) = gate_of(working_site, waiting)
    assert gate["status"] == "approved"
    assert gate["comment"] == "Fine."
    assert gate["decided_by"] == "local"


def test_approving_twice_changes_nothing(working_site, waiting):
    assert decide(working_site, waiting, decision="approve").status_code == 200
    assert decide(working_site, waiting, decision="approve").status_code == 200
    assert len(gate_of(working_site, waiting)) == 1


def test_an_edited_script_is_the_one_that_is_spoken(working_site, waiting):
    answer = decide(working_site, waiting, decision="edit", script="My own words.")
    assert answer.status_code == 200
    found = working_site.wait(waiting, "completed")
    assert found["script"] == "My own words."


@pytest.mark.parametrize("script", ["a" * 3001, "...", "word " * 500])
def test_an_edited_script_keeps_the_same_limits(working_site, waiting, script):
    answer = decide(working_site, waiting, decision="edit", script=script)
    assert assert_problem(answer, 422)["errors"][0]["field"] == "script"
    assert working_site.status(waiting)["status"] == "waiting_approval"


def test_an_edit_is_checked_and_cleaned_like_a_new_script(working_site, waiting):
    answer = decide(working_site, waiting, decision="edit", script="hi [[fail:render:402]]")
    problem = assert_problem(answer, 422, "magic_input_refused")
    assert "new request" in problem["message"]
    assert working_site.status(waiting)["status"] == "waiting_approval"
    answer = decide(working_site, waiting, decision="edit", script=" My\x07 own\r\nwords. ")
    assert answer.get_json()["script"] == "My own\nwords."


def test_an_edit_too_short_for_its_scenes_is_refused_at_the_gate(working_site):
    job_id = working_site.create(script="One. Two. Three.", scenes=3, approve_script=True)
    working_site.wait(job_id, "waiting_approval")
    answer = decide(working_site, job_id, decision="edit", script="Hi")
    problem = assert_problem(answer, 422, "too_many_scenes")
    assert problem["errors"][0]["field"] == "script"


def test_a_rejected_script_fails_the_job_in_words(working_site, waiting):
    assert decide(working_site, waiting, decision="reject").status_code == 200
    found = working_site.status(waiting)
    assert found["status"] == "failed"
    assert found["failure"]["code"] == "approval_rejected"
    assert_problem(decide(working_site, waiting, decision="approve"), 409, "conflict")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "decision"),
        ({"decision": "perhaps"}, "decision"),
        ({"decision": "edit"}, "script"),
        ({"decision": "edit", "script": "  "}, "script"),
        ({"decision": "edit", "script": ""}, "script"),
        ({"decision": "approve", "script": "Mine."}, "script"),
        ({"decision": "approve", "comment": "c" * 2001}, "comment"),
        ({"decision": "approve", "by": "me"}, "by"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused_by_name(working_site, waiting, body, field):
    problem = assert_problem(decide(working_site, waiting, **body), 422)
    assert problem["errors"][0]["field"] == field
    assert working_site.status(waiting)["status"] == "waiting_approval"


def test_a_gate_that_the_job_has_not_is_a_404_and_one_not_reached_a_409(site):
    job_id = site.create(approve_script=True)
    assert_problem(decide(site, job_id, "nothing", decision="approve"), 404)
    assert_problem(decide(site, job_id, "script", decision="approve"), 409)
