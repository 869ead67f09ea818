"""The product as its users run it: real processes on a port of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import requests

ROOT = Path(__file__).resolve().parent.parent.parent
SHORT = "Hi there."
SMALL = {"aspect": "1:1"}
FINAL = ("completed", "failed", "cancelled")

_passed_on = {
    name: value
    for name, value in os.environ.items()
    if name in {"PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH"}
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, port: int, **settings: Any) -> dict[str, str]:
    """Only what we say: a developer's .env and shell must not decide a test."""
    return (
        _passed_on
        | {
            "MOCK_MODE": "true",
            "PORT": str(port),
            "HOST": "127.0.0.1",
            "DATA_DIR": str(folder / "data"),
            "LOG_FORMAT": "json",
            "RATE_LIMIT_ENABLED": "false",
            "QUEUE_RENDER_LIMIT": "2",
            "REQUIRE_API_KEY": "false",
            "RUN_WORKER": "auto",
            "MOCK_PACE_S": "0",
            "DATABASE_URL": "",
            "PUBLIC_BASE_URL": "",
        }
        | {name: str(value) for name, value in settings.items()}
    )


MAIN = (sys.executable, str(ROOT / "app" / "main.py"))
GUNICORN = (
    *(sys.executable, "-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py")),
    "app.wsgi:app",
)
WORKER = (sys.executable, "-m", "app.worker")


class Server:
    """A running program of the product, and a client of it."""

    def __init__(
        self,
        folder: Path,
        *,
        command: tuple[str, ...] = MAIN,
        port: int | None = None,
        cwd: Path | None = None,
        **settings: Any,
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"{Path(command[-1]).stem}.log"
        self._settings = settings
        self._command = command
        self._cwd = cwd or folder
        self.http = requests.Session()
        self.http.trust_env = False
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=self._cwd,
                env=environment(self.folder, self.port, **self._settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def await_ready(self, status: str = "healthy") -> Server:
        def ready() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            try:
                return bool(self.get("/health")["status"] == status)
            except requests.ConnectionError:
                return False

        until(ready, 30, self.log.read_text)
        return self

    def get(self, path: str) -> dict[str, Any]:
        answer = self.http.get(self.url + path, timeout=20)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def post(self, path: str, body: dict[str, Any] | None = None) -> requests.Response:
        return self.http.post(self.url + path, json=body, timeout=20)

    def create(self, script: str = SHORT, **members: Any) -> str:
        answer = self.post("/generate-video", {"script": script} | SMALL | members)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def status(self, job: str) -> dict[str, Any]:
        return self.get(f"/video-status/{job}")

    def await_status(self, job: str, *states: str, timeout_s: float = 90) -> dict[str, Any]:
        found: dict[str, Any] = {}

        def arrived() -> bool:
            found.update(self.status(job))
            assert found["status"] not in set(FINAL) - set(states or FINAL), found
            return found["status"] in (states or FINAL)

        until(arrived, timeout_s, lambda: str(found))
        return found

    def await_step(self, job: str, step: str, timeout_s: float = 60) -> None:
        found: dict[str, Any] = {}

        def arrived() -> bool:
            found.update(self.status(job))
            assert found["status"] not in FINAL, f"{step} was missed: {found}"
            return bool(found["current_step"] == step)

        until(arrived, timeout_s, lambda: str(found))

    def download(self, job: dict[str, Any], target: Path) -> Path:
        answer = requests.get(job["video_url"], timeout=20)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "video/mp4"
        target.write_bytes(answer.content)
        return target

    def terminate(self, timeout_s: float = 40) -> int:
        """Ask it to stop; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout_s)

    def kill(self) -> None:
        """End it and everything it started, as a power cut would."""
        family = [self.process.pid, *self.children()]
        for pid in family:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(10)

    def children(self) -> list[int]:
        try:
            return [each.pid for each in psutil.Process(self.process.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        self.http.close()


def until(holds: Callable[[], bool], timeout_s: float, describe: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {describe()}"
        time.sleep(0.05)
