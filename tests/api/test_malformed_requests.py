"""Bodies, ids, headers and parameters that no client should send: refused in plain words."""

from __future__ import annotations

import json
import time

import pytest

from tests.api.corpus import HEADERS, IDS, MALFORMED, UNUSABLE
from tests.api.site import Site, assert_problem

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def site(make_site) -> Site:
    return make_site(rate_limit_enabled=False, max_request_bytes=1_000_000)


@pytest.mark.parametrize("name", MALFORMED)
def test_a_body_that_is_no_json_object_is_answered_with_400(site, name):
    before = site.job_count()
    answer = site.client.post("/generate-video", data=MALFORMED[name], headers=JSON)
    problem = assert_problem(answer, 400, "malformed_body")
    assert problem["remedy"]
    assert site.job_count() == before


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_object_that_asks_for_the_impossible_is_answered_with_422(site, name):
    before = site.job_count()
    started = time.monotonic()
    answer = site.client.post("/generate-video", data=UNUSABLE[name], headers=JSON)
    problem = assert_problem(answer, 422)
    assert problem["errors"], "the field at fault is named"
    assert all(len(found["field"]) <= 100 and found["message"] for found in problem["errors"])
    assert len(problem["message"]) < 1000, "what was sent is not echoed"
    assert time.monotonic() - started < 5
    assert site.job_count() == before


def test_an_unknown_member_is_named_and_its_likely_spelling_offered(site):
    answer = site.client.post("/generate-video", json={"script": "Hi.", "aspct": "16:9"})
    problem = assert_problem(answer, 422, "invalid_input")
    assert problem["errors"][0]["field"] == "aspct"
    assert "'aspct'" in problem["message"]
    assert "'aspect'" in problem["message"]


def test_several_mistakes_are_all_named_at_once(site):
    wrong = {"script": "Hi.", "aspect": "4:3", "seed": "abc", "captions": "perhaps"}
    problem = assert_problem(site.client.post("/generate-video", json=wrong), 422)
    assert {found["field"] for found in problem["errors"]} == {"seed", "aspect", "captions"}
    assert "2 more mistakes" in problem["detail"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json", "*/*"],
)
def test_another_content_type_is_answered_with_415(site, content_type):
    body = json.dumps({"script": "Hello."})
    answer = site.client.post("/generate-video", data=body, content_type=content_type)
    assert "application/json" in assert_problem(answer, 415, "unsupported_media_type")["message"]


def test_a_charset_beside_the_content_type_is_fine(site):
    answer = site.client.post(
        "/generate-video",
        data='{"script": "Grüße."}'.encode(),
        content_type="application/json; charset=utf-8",
    )
    assert answer.status_code == 202


def test_a_body_over_the_limit_is_answered_with_413_that_names_the_limit(site):
    huge = json.dumps({"script": "a" * 1_100_000})
    answer = site.client.post("/generate-video", data=huge, headers=JSON)
    assert "1,000,000 bytes" in assert_problem(answer, 413, "payload_too_large")["message"]


@pytest.mark.parametrize("path", ["/jobs/{}/retry", "/jobs/{}/approvals/script"])
@pytest.mark.parametrize("name", [n for n in MALFORMED if n not in ("nothing", "blanks")])
def test_other_routes_read_bodies_as_strictly(site, path, name):
    job = site.create()
    answer = site.client.post(path.format(job), data=MALFORMED[name], headers=JSON)
    assert_problem(answer, 400, "malformed_body")


@pytest.mark.parametrize("text", IDS)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/video-status/{}"),
        ("GET", "/jobs/{}"),
        ("GET", "/jobs/{}/events"),
        ("POST", "/jobs/{}/cancel"),
        ("POST", "/jobs/{}/retry"),
        ("GET", "/media/{}/x.mp4"),
        ("GET", "/problems/{}"),
        ("GET", "/catalog/templates/{}.png"),
    ],
)
def test_an_id_that_does_not_exist_is_a_4xx_in_plain_words(site, method, path, text):
    answer = site.client.open(path.format(text), method=method, follow_redirects=True)
    assert 400 <= answer.status_code < 500, answer.data
    assert_problem(answer, answer.status_code)


@pytest.mark.parametrize(("name", "value"), HEADERS)
def test_odd_headers_never_make_a_request_fail(site, name, value):
    for path in ("/health", "/jobs", "/jobs?limit=1", "/problems/not_found"):
        answer = site.client.get(path, headers={name: value})
        assert answer.status_code < 500, (path, answer.data)
        if answer.status_code >= 400:
            assert_problem(answer, answer.status_code)


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 256, "a\tb", "\x7f"])
def test_an_idempotency_key_must_be_visible_ascii(site, key):
    answer = site.client.post(
        "/generate-video",
        json={"script": "Hello."},
        headers={"Idempotency-Key": key.encode().decode("latin-1")},
    )
    problem = assert_problem(answer, 400, "malformed_header")
    assert problem["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=abc",
        "limit=",
        "limit=1.5",
        "limit=99999999999999999999999",
        "status=done",
        "status=",
        "limit=1&limit=2",
        "status=failed&status=queued",
        "userId=a&userId=b",
        "userId=%00",
        "userId=" + "u" * 321,
        "cursor=x",
        "cursor=vid_",
        "cursor=%00",
        "cursor=" + "x" * 600,
        "user_id=a",
        "userid=a",
        "offset=2&limit=3",
    ],
)
def test_a_parameter_that_cannot_be_used_is_refused_by_name(site, query):
    answer = site.client.get(f"/jobs?{query}")
    problem = assert_problem(answer, answer.status_code)
    assert answer.status_code in {400, 422}
    assert query.partition("=")[0] in problem["message"]


def test_a_parameter_that_holds_unreadable_bytes_has_a_code_of_its_own(site):
    assert_problem(site.client.get("/jobs?userId=%00"), 400, "malformed_parameter")
    assert_problem(site.client.get("/jobs?limit=1&limit=2"), 400, "malformed_parameter")


@pytest.mark.parametrize(
    "path",
    [
        "/jobs?nonsense=1",
        "/jobs/{id}/events?nonsense=1",
        "/media/art_01kacv4m8p3q5r7s9t1v3w5x7z/video.mp4?expires=1&signature=a&nonsense=1",
        "/catalog/templates/presenter1.webp?nonsense=1",
    ],
)
def test_an_unknown_parameter_is_named_and_not_ignored(site, path):
    problem = assert_problem(site.client.get(path.format(id=site.create())), 422)
    assert problem["errors"][0]["field"] == "nonsense"


def test_a_parameter_in_another_spelling_is_answered_with_the_right_one(site):
    problem = assert_problem(site.client.get("/jobs?user_id=x"), 422)
    assert "Did you mean 'userId'?" in problem["message"]


@pytest.mark.parametrize("member", ["userId", "webhook_url", "template"])
def test_an_empty_member_is_called_empty(site, member):
    answer = site.client.post("/generate-video", json={"script": "Hi.", member: ""})
    assert f"'{member}' is empty." in assert_problem(answer, 422)["message"]


def test_a_body_names_the_user_in_one_spelling_only(site):
    answer = site.client.post("/generate-video", json={"script": "Hi.", "user_id": "x"})
    problem = assert_problem(answer, 422)
    assert problem["errors"][0]["field"] == "user_id"
    assert "Did you mean 'userId'?" in problem["message"]


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=1&after=2", "after=9999999999"])
def test_a_place_in_the_events_that_cannot_be_is_refused(site, query):
    answer = site.client.get(f"/jobs/{site.create()}/events?{query}")
    assert answer.status_code in {400, 422}
    assert_problem(answer, answer.status_code)


def test_an_address_of_any_shape_is_a_404_and_not_a_crash(site):
    for path in ("/nothing", "/jobs//", "/../../etc/passwd", "/%00", "/%ff", "/" + "a" * 9000):
        answer = site.client.get(path)
        assert answer.status_code in {404, 308}, path


def test_another_method_is_a_405_that_names_the_right_ones(site):
    answer = site.client.delete("/generate-video")
    assert "POST" in assert_problem(answer, 405, "method_not_allowed")["message"]
    assert "POST" in answer.headers["Allow"]


def test_what_is_not_there_is_said_in_the_same_words_whatever_the_id_looks_like(site):
    missing = {
        assert_problem(site.client.get(path), 404)["message"]
        for place in ("/jobs", "/video-status")
        for path in (f"{place}/x", f"{place}/vid_01kacv4m8p3q5r7s9t1v3w5x7z")
    }
    assert missing == {"There is no such job. Check the id."}
