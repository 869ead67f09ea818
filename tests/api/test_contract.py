"""The shapes that the browser front end already speaks (contract §1), exactly."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from app.domain.ids import is_id
from tests.api.site import assert_problem

BODY = {"script": "Hello, world.", "template": "presenter1", "userId": "user@example.com"}


def test_a_video_is_accepted_with_the_members_that_the_front_end_reads(site):
    answer = site.client.post("/generate-video", json=BODY)
    assert answer.status_code == 202
    accepted = answer.get_json()
    assert accepted == {
        "id": accepted["id"],
        "status": "queued",
        "message": accepted["message"],
        "statusUrl": f"/video-status/{accepted['id']}",
        "mock_mode": True,
        "livemode": False,
    }
    assert is_id(accepted["id"], "vid")
    assert re.fullmatch(r"[A-Z].*\.", accepted["message"])
    assert answer.headers["Location"] == accepted["statusUrl"]


def test_a_new_job_says_what_was_asked_for(site):
    job_id = site.client.post("/generate-video", json=BODY).get_json()["id"]
    found = site.client.get(f"/video-status/{job_id}").get_json()
    assert found["id"] == job_id
    assert found["status"] == "queued"
    assert found["progress"] == 0
    assert isinstance(found["progress"], int)
    assert isinstance(found["current_step"], str)
    assert found["current_step"]
    assert found["video_url"] is None
    assert found["error"] is None
    assert found["failure"] is None
    assert found["script"] == "Hello, world."
    assert found["template"] == "presenter1"
    assert found["user_id"] == "user@example.com"
    assert found["started_at"] is None
    assert found["completed_at"] is None
    assert found["livemode"] is False
    created = datetime.fromisoformat(found["created_at"])
    assert created.utcoffset() == timedelta(0)


def test_the_list_holds_the_same_objects_newest_first(site):
    ids = [site.create(userId="list@example.com") for _ in range(3)]
    listed = site.client.get("/jobs?userId=list@example.com").get_json()
    assert listed["total"] == 3
    assert [job["id"] for job in listed["jobs"]] == ids[::-1]
    assert listed["jobs"][0] == site.status(ids[-1])
    assert listed["next_cursor"] is None


def test_the_list_is_paged_and_each_job_is_on_one_page(site):
    ids = [site.create(userId="pages@example.com") for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        query = "/jobs?userId=pages@example.com&limit=2" + (f"&cursor={cursor}" if cursor else "")
        page = site.client.get(query).get_json()
        assert page["total"] == 5
        assert len(page["jobs"]) <= 2
        seen += [job["id"] for job in page["jobs"]]
        cursor = page["next_cursor"]
    assert seen == ids[::-1]


def test_the_list_can_be_narrowed_to_a_state(site):
    job_id = site.create(userId="narrow@example.com")
    site.create(userId="narrow@example.com")
    site.client.post(f"/jobs/{job_id}/cancel")
    listed = site.client.get("/jobs?userId=narrow@example.com&status=cancelled").get_json()
    assert [job["id"] for job in listed["jobs"]] == [job_id]
    assert listed["total"] == 1


def test_a_finished_video_opens_in_a_browser_tab(working_site):
    site = working_site
    job_id = site.create()
    found = site.wait(job_id, "completed")
    assert found["progress"] == 100
    assert found["error"] is None
    link = urlsplit(found["video_url"])
    assert link.scheme == "http"
    assert link.netloc == "localhost"
    assert link.path.endswith(".mp4")
    answer = site.client.get(f"{link.path}?{link.query}")
    assert answer.status_code == 200
    assert answer.content_type == "video/mp4"
    assert answer.data == b"video of Hello there."


def test_a_finished_video_comes_with_captions_and_a_poster_in_the_list_too(working_site):
    site = working_site
    job_id = site.create()
    assert site.status(job_id)["poster_url"] is None
    found = site.wait(job_id, "completed")
    listed = site.client.get("/jobs").get_json()["jobs"][0]
    for member, content in (("captions_url", b"captions_vtt"), ("poster_url", b"poster")):
        for url in (found[member], listed[member]):
            link = urlsplit(url)
            answer = site.client.get(f"{link.path}?{link.query}")
            assert answer.status_code == 200
            assert answer.data == content + b" of Hello there."


def test_progress_never_goes_back_and_is_100_only_when_completed(working_site):
    job_id = working_site.create(script="Slow. ((slow))")
    seen = [working_site.status(job_id)]
    while seen[-1]["status"] not in ("completed", "failed"):
        seen.append(working_site.status(job_id))
    progress = [found["progress"] for found in seen]
    assert progress == sorted(progress)
    assert all(found["progress"] < 100 for found in seen if found["status"] != "completed")
    assert all(found["video_url"] is None for found in seen if found["status"] != "completed")
    assert seen[-1]["progress"] == 100
    assert seen[-1]["video_url"]


def test_a_failed_job_says_in_one_sentence_why_and_stays_visible(working_site):
    job_id = working_site.create(script="Never. ((break))", userId="sad@example.com")
    found = working_site.wait(job_id, "failed")
    assert found["error"] == "The renderer's account is empty."
    assert found["video_url"] is None
    assert found["failure"] == {
        "stage": "render_avatar",
        "code": "provider_credit_exhausted",
        "type": "/problems/provider_credit_exhausted",
        "message": "The renderer's account is empty.",
        "retryable": False,
        "remedy": found["failure"]["remedy"],
    }
    listed = working_site.client.get("/jobs?userId=sad@example.com").get_json()
    assert listed["jobs"] == [working_site.status(job_id)]


def test_links_carry_the_public_address_when_one_is_set(working_site):
    site = working_site.told(public_base_url="https://videos.example.com/api")
    found = site.wait(site.create(), "completed")
    assert found["video_url"].startswith("https://videos.example.com/api/media/art_")


def test_too_long_a_script_is_told_the_limit_and_too_long_a_speech_its_estimate(site):
    problem = assert_problem(site.client.post("/generate-video", json={"script": "a" * 3001}), 422)
    assert "3001" in problem["message"]
    assert "3000" in problem["message"]
    wordy = "Nobody listens to a minute and a half of this. " * 60
    problem = assert_problem(site.client.post("/generate-video", json={"script": wordy}), 422)
    assert problem["errors"][0]["field"] == "script"
    assert "90 seconds" in problem["message"]
    assert re.search(r"about \d+ seconds", problem["message"])


def test_an_unknown_choice_is_answered_with_the_known_ones(site):
    for member, choice in (("template", "presenter1"), ("presenter", "maya")):
        answer = site.client.post("/generate-video", json={"script": "Hi.", member: "nobody"})
        problem = assert_problem(answer, 422)
        assert problem["errors"][0]["field"] == member
        assert choice in problem["message"]


def test_health_has_the_members_that_the_front_end_reads(working_site):
    answer = working_site.client.get("/health")
    assert answer.status_code == 200
    found = answer.get_json()
    assert found["status"] == "healthy"
    assert found["mock_mode"] is True
    assert found["tts_provider"] == "vibevoice"
    assert found["vibevoice_available"] is True
    assert found["elevenlabs_fallback"] is True
    assert found["livemode"] is False
    assert found["workers"]["alive"] == 1
    assert found["queue_depth"] == 0
    assert found["version"]


def test_health_without_a_worker_is_degraded_but_answers(site):
    found = site.client.get("/health").get_json()
    assert found["status"] == "degraded"
    assert found["workers"] == {"alive": 0, "total": 0}


def test_the_queue_is_as_deep_as_stages_wait_in_it(make_site):
    site = make_site()
    assert site.client.get("/health").get_json()["queue_depth"] == 0
    one, other = site.create(), site.create()
    assert site.client.get("/health").get_json()["queue_depth"] == 2
    site.client.post(f"/jobs/{one}/cancel")
    assert site.client.get("/health").get_json()["queue_depth"] == 1
    assert site.status(other)["status"] == "queued"


def test_every_json_answer_says_whether_it_is_real(site):
    job_id = site.create()
    for path in (
        "/health",
        "/livez",
        "/readyz",
        "/jobs",
        f"/jobs/{job_id}",
        f"/video-status/{job_id}",
        "/catalog",
        "/mock/scenarios",
        "/admin/workers",
        "/problems",
        "/problems/not_found",
        "/nothing",
    ):
        assert site.client.get(path).get_json()["livemode"] is False, path
    events = site.client.get(f"/jobs/{job_id}/events", headers={"Accept": "application/json"})
    assert events.get_json()["livemode"] is False
