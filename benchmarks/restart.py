"""How soon work goes on after a crash: kill -9 in the middle of a render, start again.

Counted from the start of the new process (`python app/main.py`) to the moment at which the
interrupted stage runs again, as its row tells.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from benchmarks.report import Figure, show

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
PATIENCE_S = 60
SCRIPT = "This sentence keeps the renderer busy for a little while longer. " * 12


def main() -> int:
    """Measure and print; 1 when the limit is missed."""
    gaps = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="bench-restart-") as folder:
            gaps.append(_gap_s(Path(folder)))
    return show(
        Figure("kill -9, start again: work resumed, median of 3", statistics.median(gaps), 3, "s"),
        Figure("the same, worst of 3", max(gaps), 3, "s"),
    )


def _gap_s(data: Path) -> float:
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    with _server(data, port):
        _until(lambda: requests.get(f"{base}/readyz", timeout=5).ok)
        made = requests.post(f"{base}/generate-video", json={"script": SCRIPT}, timeout=20)
        job = f"{base}/jobs/{made.json()['id']}"
        _until(lambda: _render(job) is not None)
        time.sleep(1)
    begun = datetime.now(UTC)
    with _server(data, port):
        _until(lambda: _started_at(job) > begun)
        return (_started_at(job) - begun).total_seconds()


@contextlib.contextmanager
def _server(data: Path, port: int) -> Iterator[None]:
    """The product, killed with all its children at the end."""
    environment = {
        **os.environ,
        "PORT": str(port),
        "DATA_DIR": str(data),
        "DATABASE_URL": "",
        "MOCK_MODE": "true",
    }
    with (data / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "app/main.py"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)


def _render(job: str) -> dict[str, Any] | None:
    """The latest attempt at the render that has started."""
    stages = requests.get(job, timeout=5).json()["stages"]
    started = [
        stage for stage in stages if stage["stage"] == "render_avatar" and stage["started_at"]
    ]
    return started[-1] if started else None


def _started_at(job: str) -> datetime:
    render = _render(job)
    if render is None:
        raise SystemExit("the render is gone")
    return datetime.fromisoformat(render["started_at"])


def _until(said: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with contextlib.suppress(requests.RequestException):
            if said():
                return
        time.sleep(0.05)
    raise SystemExit("nothing happened for too long")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
