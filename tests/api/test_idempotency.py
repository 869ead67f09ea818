"""Sending the same request twice makes one video."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from tests.api.site import assert_problem


def post(site, key, body, **headers):
    return site.client.post(
        "/generate-video", json=body, headers={"Idempotency-Key": key, **headers}
    )


def test_the_same_key_and_body_give_the_same_job_and_answer(site):
    first = post(site, "key-1", {"script": "Once."})
    again = post(site, "key-1", {"script": "Once."})
    assert again.status_code == first.status_code == 202
    assert again.get_json() == first.get_json()
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"


def test_the_order_and_spacing_of_members_do_not_matter(site):
    first = post(site, "key-2", {"script": "Once.", "seed": 5})
    again = site.client.post(
        "/generate-video",
        data='{ "seed" : 5,\n "script" : "Once." }',
        headers={"Idempotency-Key": "key-2", "Content-Type": "application/json"},
    )
    assert again.get_json() == first.get_json()


def test_the_answer_is_the_same_also_when_the_job_is_done(working_site):
    first = post(working_site, "key-3", {"script": "Once."}).get_json()
    working_site.wait(first["id"], "completed")
    assert post(working_site, "key-3", {"script": "Once."}).get_json() == first


def test_the_same_key_with_another_body_is_refused(site):
    before = post(site, "key-4", {"script": "Once."})
    count = site.job_count()
    problem = assert_problem(
        post(site, "key-4", {"script": "Twice."}), 422, "idempotency_key_reused"
    )
    assert "Idempotency-Key" in problem["message"]
    assert site.job_count() == count
    assert post(site, "key-4", {"script": "Once."}).get_json() == before.get_json()


def test_without_a_key_every_request_makes_a_video(site):
    assert site.create() != site.create()


def test_tenants_may_use_the_same_key(make_site):
    site = make_site(require_api_key=True)
    mine, theirs = site.key("mine"), site.key("theirs")
    first = post(site, "same", {"script": "Once."}, **mine).get_json()
    second = post(site, "same", {"script": "Once."}, **theirs).get_json()
    assert first["id"] != second["id"]


def test_keys_survive_a_restart(make_site, tmp_path):
    before = make_site(data_dir=tmp_path / "kept")
    first = post(before, "key-5", {"script": "Once."}).get_json()
    before.services.database.dispose()
    after = make_site(data_dir=tmp_path / "kept")
    assert after.app is not before.app
    assert post(after, "key-5", {"script": "Once."}).get_json() == first


def test_a_limit_lowered_since_does_not_turn_a_repeat_into_a_refusal(make_site, tmp_path):
    body = {"script": "A sentence that was short enough."}
    first = post(make_site(data_dir=tmp_path), "key", body)
    lowered = make_site(data_dir=tmp_path, max_tts_input_chars=10)
    again = post(lowered, "key", body)
    assert again.status_code == 202
    assert again.get_json()["id"] == first.get_json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert_problem(post(lowered, "other", body), 422, "script_too_long")
    changed = post(lowered, "key", {"script": "Another sentence, also too long."})
    assert_problem(changed, 422, "idempotency_key_reused")


def test_many_at_the_same_moment_make_one_video(site):
    body = {"script": "At once."}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(site, "key-6", body), range(16)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({json.dumps(answer.get_json()) for answer in answers}) == 1


def test_a_refused_request_does_not_use_its_key_up(site):
    assert_problem(post(site, "key-7", {"script": ""}), 422)
    assert post(site, "key-7", {"script": "Now."}).status_code == 202
