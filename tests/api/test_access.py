"""Who may call what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.api.operation import ACCESS_ATTRIBUTE
from app.api.principal import Access
from tests.api.site import assert_problem

LOCAL = {"REMOTE_ADDR": "127.0.0.1"}
AWAY = {"REMOTE_ADDR": "203.0.113.9"}

PUBLIC = {
    "media.get_media",
    "catalog.get_catalog",
    "catalog.get_template_picture",
    "catalog.get_presenter_picture",
    "health.get_health",
    "health.get_livez",
    "health.get_readyz",
    "scenarios.list_scenarios",
    "problem_pages.list_problems",
    "problem_pages.get_problem",
    "openapi.spec",
    "web.studio",
    "web.docs",
    "web.static",
}
ADMIN = {"admin.list_workers", "health.get_metrics"}


def test_every_route_declares_its_access_or_is_public_on_purpose(site):
    declared = {
        endpoint: getattr(view, ACCESS_ATTRIBUTE, None)
        for endpoint, view in site.app.view_functions.items()
    }
    undeclared = [name for name, access in declared.items() if not isinstance(access, Access)]
    assert undeclared == []
    assert {name for name, access in declared.items() if access.scope is None} == PUBLIC
    assert {name for name, access in declared.items() if access.scope == "admin"} == ADMIN
    assert all(access.reason for access in declared.values())


@pytest.fixture
def live(make_site):
    return make_site(livemode=True)


def guarded(app):
    """Every guarded route as (method, path, scope)."""
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], ACCESS_ATTRIBUTE)
        if access.scope:
            path = rule.rule.replace("<id>", "vid_01kacv4m8p3q5r7s9t1v3w5x7z")
            for method in rule.methods - {"OPTIONS", "HEAD"}:
                yield method, path.replace("<gate>", "script"), access.scope


def test_live_mode_asks_for_a_key_on_every_guarded_route(live):
    routes = list(guarded(live.app))
    assert len(routes) >= 9
    for method, path, scope in routes:
        answer = live.client.open(path, method=method, environ_overrides=AWAY)
        problem = assert_problem(answer, 401, "unauthorized")
        assert scope in problem["message"]
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_key_is_refused_on_every_guarded_route_in_every_mode(live, site):
    wrong = {"Authorization": "Bearer avk_01kacv4m8p3q5r7s9t1v3w5x7z_" + "x" * 43}
    for place in (live, site):
        for method, path, _ in guarded(place.app):
            answer = place.client.open(path, method=method, headers=wrong)
            assert_problem(answer, 401, "invalid_api_key")


def test_a_job_key_opens_job_routes_and_no_admin_route(live):
    key = live.key("acme", "jobs")
    for method, path, scope in guarded(live.app):
        answer = live.client.open(path, method=method, headers=key, environ_overrides=AWAY)
        if scope == "admin":
            problem = assert_problem(answer, 403, "forbidden")
            assert "admin" in problem["message"]
        else:
            assert answer.status_code not in {401, 403}, path


def test_an_admin_key_opens_everything(live):
    key = live.key("operator", "admin")
    for method, path, _ in guarded(live.app):
        answer = live.client.open(path, method=method, headers=key, environ_overrides=AWAY)
        assert answer.status_code not in {401, 403}, path


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
def test_a_key_is_read_from_either_header(live, header):
    key = live.key()["Authorization"]
    value = key if header == "Authorization" else key.removeprefix("Bearer ")
    assert live.client.get("/jobs", headers={header: value}).status_code == 200


def test_revoked_and_expired_keys_are_refused(live):
    keys = live.services.api_keys
    view, plain = keys.create("old", tenant="acme", scopes={"jobs"})
    headers = {"X-API-Key": plain}
    assert live.client.get("/jobs", headers=headers).status_code == 200
    keys.revoke(view.id)
    assert_problem(live.client.get("/jobs", headers=headers), 401, "invalid_api_key")
    _, expired = keys.create(
        "gone", tenant="acme", scopes={"jobs"}, expires_at=datetime.now(UTC) - timedelta(hours=1)
    )
    answer = live.client.get("/jobs", headers={"X-API-Key": expired})
    assert_problem(answer, 401, "invalid_api_key")


def test_a_key_is_never_echoed(live):
    key = "avk_01kacv4m8p3q5r7s9t1v3w5x7z_" + "s" * 43
    answer = live.client.get("/jobs", headers={"X-API-Key": key})
    assert key not in answer.text
    assert "ssss" not in answer.text


def test_mock_mode_asks_for_no_key_on_job_routes_unless_it_is_told_to(make_site):
    assert make_site().client.get("/jobs", environ_overrides=AWAY).status_code == 200
    strict = make_site(require_api_key=True)
    assert_problem(strict.client.get("/jobs", environ_overrides=LOCAL), 401, "unauthorized")
    assert strict.client.get("/jobs", headers=strict.key()).status_code == 200


@pytest.mark.parametrize(
    ("settings", "environ", "headers", "status"),
    [
        ({}, LOCAL, {}, 200),
        ({"require_api_key": True}, LOCAL, {}, 200),
        ({"host": "0.0.0.0"}, LOCAL, {}, 401),
        ({}, AWAY, {}, 401),
        ({}, LOCAL, {"Host": "rebound.example"}, 401),
        ({}, LOCAL, {"X-Forwarded-For": "203.0.113.9"}, 401),
        ({"livemode": True}, LOCAL, {}, 401),
    ],
)
def test_admin_routes_need_no_key_only_in_mock_mode_on_loopback(
    make_site, settings, environ, headers, status
):
    client = make_site(**settings).client
    answer = client.get("/admin/workers", environ_overrides=environ, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("environ", "headers", "status"),
    [
        (LOCAL, {}, 200),
        (AWAY, {}, 401),
        (LOCAL, {"X-Forwarded-For": "203.0.113.9"}, 401),
    ],
)
def test_metrics_are_for_this_machine_or_an_admin_key(live, environ, headers, status):
    answer = live.client.get("/metrics", environ_overrides=environ, headers=headers)
    assert answer.status_code == status
    with_key = live.client.get(
        "/metrics", environ_overrides=environ, headers=headers | live.key("op", "admin")
    )
    assert with_key.status_code == 200
    assert "avatar_http_requests_total" in with_key.text


def test_one_tenant_never_sees_anothers_jobs(make_site):
    site = make_site(require_api_key=True)
    mine, theirs = site.key("mine"), site.key("theirs")
    job_id = site.create(mine, userId="shared@example.com", approve_script=True)
    for method, path, body in [
        ("GET", f"/video-status/{job_id}", None),
        ("GET", f"/jobs/{job_id}", None),
        ("GET", f"/jobs/{job_id}/events", None),
        ("POST", f"/jobs/{job_id}/cancel", None),
        ("POST", f"/jobs/{job_id}/retry", {}),
        ("POST", f"/jobs/{job_id}/approvals/script", {"decision": "approve"}),
    ]:
        for accept in ("application/json", "text/event-stream"):
            answer = site.client.open(
                path, method=method, json=body, headers=theirs | {"Accept": accept}
            )
            assert_problem(answer, 404, "not_found")
    listed = site.client.get("/jobs?userId=shared@example.com", headers=theirs).get_json()
    assert listed["total"] == 0
    assert listed["jobs"] == []
    assert site.status(job_id, mine)["status"] == "queued"


def test_a_cursor_of_another_tenant_shows_nothing_of_theirs(make_site):
    site = make_site(require_api_key=True)
    mine, theirs = site.key("mine"), site.key("theirs")
    old = site.create(mine)
    newer = site.create(theirs)
    listed = site.client.get(f"/jobs?cursor={newer}", headers=mine).get_json()
    assert [job["id"] for job in listed["jobs"]] == [old]
    assert site.client.get(f"/jobs?cursor={newer}", headers=theirs).get_json()["jobs"] == []


def test_an_operator_sees_all_tenants_jobs(make_site):
    site = make_site(require_api_key=True)
    job_id = site.create(site.key("acme"))
    assert site.status(job_id, site.key("operator", "admin"))["id"] == job_id


def test_jobs_made_without_a_key_are_not_seen_with_one(make_site):
    site = make_site()
    job_id = site.create()
    assert_problem(site.client.get(f"/jobs/{job_id}", headers=site.key("acme")), 404)
