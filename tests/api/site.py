"""One running product behind a test client."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from app.bootstrap import Services
from app.factory import create_app


@dataclass
class Site:
    services: Services
    app: Flask

    @property
    def client(self):
        return self.app.test_client()

    def told(self, **http: Any) -> Site:
        """Another application on the same services, told other facts."""
        facts = dataclasses.replace(self.services.http, **http)
        services = dataclasses.replace(self.services, http=facts)
        return Site(services, create_app(services))

    def key(self, tenant: str = "acme", *scopes: str) -> dict[str, str]:
        """Headers with a new key."""
        _, plain = self.services.api_keys.create(
            "test", tenant=tenant, scopes=frozenset(scopes or {"jobs"})
        )
        return {"Authorization": f"Bearer {plain}"}

    def create(self, headers: dict[str, str] | None = None, **members: Any) -> str:
        """Ask for a video; its id."""
        answer = self.client.post(
            "/generate-video", json={"script": "Hello there.", **members}, headers=headers
        )
        assert answer.status_code == 202, answer.data
        return str(answer.get_json()["id"])

    def job_count(self) -> int:
        return self.services.jobs.page(limit=1).total

    def status(self, job_id: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        answer = self.client.get(f"/video-status/{job_id}", headers=headers)
        assert answer.status_code == 200, answer.data
        return answer.get_json()

    def wait(
        self,
        job_id: str,
        *states: str,
        headers: dict[str, str] | None = None,
        timeout_s: float = 20,
    ) -> dict[str, Any]:
        """Poll until the job is in one of ``states``, as clients do."""
        found: dict[str, Any] = {}

        def arrived() -> bool:
            found.update(self.status(job_id, headers))
            return found["status"] in states

        wait_until(arrived, timeout_s, lambda: f"{found}")
        return found


def wait_until(
    holds: Callable[[], bool], timeout_s: float = 20, describe: Callable[[], str] = str
) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, f"did not happen in {timeout_s} s: {describe()}"
        time.sleep(0.02)


def assert_problem(answer: TestResponse, status: int, code: str | None = None) -> dict[str, Any]:
    """The answer is a complete problem document; returns it."""
    assert answer.status_code == status, answer.data
    assert answer.content_type == "application/problem+json"
    problem = json.loads(answer.data)
    assert problem["status"] == status
    assert problem["type"] == f"/problems/{problem['code']}"
    for member in ("title", "detail", "instance", "error", "message", "remedy", "request_id"):
        assert isinstance(problem[member], str), member
        assert problem[member], member
    assert problem["error"] == problem["message"]
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert problem["livemode"] in (True, False)
    assert "Traceback" not in answer.text
    assert 'File "' not in answer.text
    if code is not None:
        assert problem["code"] == code
    return problem
