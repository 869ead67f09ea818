"""What every answer has in common: ids, headers, CORS, rate limits, and no secrets in the log."""

from __future__ import annotations

import dataclasses
import re

import pytest
import structlog

from tests.api.site import assert_problem


def test_a_request_id_is_made_when_none_is_sent(site):
    first, second = site.client.get("/livez"), site.client.get("/livez")
    assert re.fullmatch(r"req_[0-9a-z]{26}", first.headers["X-Request-Id"])
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


@pytest.mark.parametrize("sent", ["abc-123", "a" * 128, "A.b_c"])
def test_a_well_formed_request_id_is_kept(site, sent):
    answer = site.client.get("/nothing", headers={"X-Request-Id": sent})
    assert answer.headers["X-Request-Id"] == sent
    assert answer.get_json()["request_id"] == sent


@pytest.mark.parametrize("sent", ["", "a b", "a" * 129, "é", 'x"y', "<script>", "a;b"])
def test_any_other_request_id_is_replaced(site, sent):
    answer = site.client.get("/livez", headers={"X-Request-Id": sent})
    assert re.fullmatch(r"req_[0-9a-z]{26}", answer.headers["X-Request-Id"])


@pytest.mark.parametrize("path", ["/livez", "/jobs", "/nothing", "/openapi.json", "/problems"])
def test_answers_carry_security_headers(site, path):
    headers = site.client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"


FRONT_END = "https://studio.example.com"


@pytest.fixture(scope="module")
def open_site(make_site):
    return make_site(cors_origins=(FRONT_END,))


def test_a_front_end_of_a_known_origin_may_ask_before_it_sends(open_site):
    answer = open_site.client.options(
        "/generate-video",
        headers={
            "Origin": FRONT_END,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,idempotency-key,x-api-key",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == FRONT_END
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    for name in ("content-type", "idempotency-key", "x-api-key"):
        assert name in allowed
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(("path", "status"), [("/jobs", 200), ("/nothing", 404)])
def test_a_front_end_of_a_known_origin_may_read_answers_and_errors(open_site, path, status):
    answer = open_site.client.get(path, headers={"Origin": FRONT_END})
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == FRONT_END
    exposed = answer.headers["Access-Control-Expose-Headers"]
    for name in ("Location", "Retry-After", "X-Request-Id", "Idempotency-Replayed"):
        assert name in exposed


def test_other_origins_are_not_let_in(open_site, site):
    for place in (open_site, site):
        answer = place.client.get("/jobs", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_star_lets_every_origin_in(make_site):
    answer = make_site(cors_origins=("*",)).client.get(
        "/jobs", headers={"Origin": "https://any.one"}
    )
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_client_that_asks_too_often_is_told_how_long_to_wait(make_site):
    client = make_site(rate_limit_enabled=True, rate_limit="3 per minute").client
    for left in (2, 1, 0):
        answer = client.get("/jobs")
        assert answer.status_code == 200
        assert answer.headers["X-RateLimit-Remaining"] == str(left)
        assert "Retry-After" not in answer.headers
    answer = client.get("/jobs")
    problem = assert_problem(answer, 429, "quota_exceeded")
    assert "3 per 1 minute" in problem["message"]
    assert 1 <= problem["retry_after"] <= 60
    assert answer.headers["Retry-After"] == str(problem["retry_after"])


def test_no_one_waits_longer_than_the_limits_own_window(make_site, monkeypatch):
    client = make_site(rate_limit_enabled=True, rate_limit="1 per minute").client
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.9)
    assert client.get("/jobs").status_code == 200
    problem = assert_problem(client.get("/jobs"), 429, "quota_exceeded")
    assert problem["retry_after"] == 60
    assert "Wait 60 seconds" in problem["message"]


def test_videos_have_a_limit_of_their_own(make_site):
    site = make_site(rate_limit_enabled=True, rate_limit_create="1 per minute")
    site.create()
    answer = site.client.post("/generate-video", json={"script": "Again."})
    assert_problem(answer, 429, "quota_exceeded")
    assert site.client.get("/jobs").status_code == 200
    assert site.job_count() == 1


def test_clients_are_counted_by_key_else_by_address(make_site):
    site = make_site(rate_limit_enabled=True, rate_limit="1 per minute")
    one, other = site.key("one"), site.key("other")
    assert site.client.get("/jobs", headers=one).status_code == 200
    assert site.client.get("/jobs", headers=one).status_code == 429
    assert site.client.get("/jobs", headers=other).status_code == 200
    assert site.client.get("/jobs").status_code == 200
    assert site.client.get("/jobs").status_code == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    assert site.client.get("/jobs", environ_overrides=elsewhere).status_code == 200


def test_probes_are_never_counted(make_site):
    client = make_site(rate_limit_enabled=True, rate_limit="1 per minute").client
    for _ in range(5):
        for path in ("/livez", "/readyz", "/health"):
            assert client.get(path).status_code == 200


def test_a_limiter_that_breaks_lets_requests_through(make_site, monkeypatch):
    site = make_site(rate_limit_enabled=True, rate_limit="1 per minute")
    limiter = site.app.extensions["limiter_of_requests"]

    def broken(*_args, **_kwargs):
        raise OSError("no memory")

    monkeypatch.setattr(limiter.limiter, "hit", broken)
    for _ in range(3):
        assert site.client.get("/jobs").status_code == 200


def test_forwarded_addresses_are_believed_only_behind_known_proxies(make_site):
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "videos.example.com"}
    trusting = make_site(trusted_proxies=1)
    found = trusting.client.get("/catalog", headers=forwarded).get_json()
    assert found["templates"][0]["preview_url"].startswith("https://videos.example.com/catalog/")
    found = make_site().client.get("/catalog", headers=forwarded).get_json()
    assert found["templates"][0]["preview_url"].startswith("http://localhost/catalog/")


def test_requests_are_logged_by_rule_and_without_what_they_carry(site):
    key = "avk_01kacv4m8p3q5r7s9t1v3w5x7z_" + "s" * 43
    with structlog.testing.capture_logs() as logs:
        site.client.get(f"/jobs/{'x' * 40}?userId=private@example.com", headers={"X-API-Key": key})
        site.client.post("/generate-video", json={"script": "A private script."})
    lines = [line for line in logs if line["event"] == "http.request"]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/jobs/<id>", 401),
        ("POST", "/generate-video", 202),
    ]
    assert all(line["duration_ms"] >= 0 for line in lines)
    text = repr(logs)
    assert "private" not in text
    assert key not in text
    assert "sss" not in text


def test_a_bug_is_a_500_with_the_request_id_and_the_traceback_only_in_the_log(site, monkeypatch):
    class Broken:
        def page(self, **_):
            raise KeyError("secret inner detail")

    services = dataclasses.replace(site.services, jobs=Broken())
    monkeypatch.setitem(site.app.extensions, "services", services)
    with structlog.testing.capture_logs() as logs:
        answer = site.client.get("/jobs")
    problem = assert_problem(answer, 500, "internal_error")
    assert problem["request_id"] in problem["message"]
    assert "secret inner detail" not in answer.text
    (line,) = [line for line in logs if line["event"] == "http.failed"]
    assert isinstance(line["exc_info"], KeyError)


@pytest.mark.parametrize("path", ["/health", "/readyz", "/metrics", "/jobs"])
def test_a_database_that_is_away_is_a_503_and_the_process_still_lives(make_site, path, tmp_path):
    site = make_site(data_dir=tmp_path / "gone")
    site.services.database.dispose()
    (tmp_path / "gone" / "engineer.db").unlink()
    for left in (tmp_path / "gone").glob("engineer.db*"):
        left.unlink()
    (tmp_path / "gone" / "engineer.db").mkdir()
    answer = site.client.get(path)
    problem = assert_problem(answer, 503, "not_ready")
    assert "database" in problem["message"]
    assert answer.headers["Retry-After"]
    assert site.client.get("/livez").status_code == 200


def test_metrics_count_requests_by_rule(site):
    site.client.get("/jobs/vid_x")
    text = site.client.get("/metrics", environ_overrides={"REMOTE_ADDR": "127.0.0.1"}).text
    assert 'avatar_http_requests_total{method="GET",route="/jobs/<id>",status="404"}' in text
    assert 'avatar_jobs{status="queued"}' in text


def test_a_trailing_slash_is_forgiven(site):
    assert site.client.get("/jobs/").status_code == 200
    assert site.client.post("/generate-video/", json={"script": "Hi."}).status_code == 202
