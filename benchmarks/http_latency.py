"""How fast the API answers while two renders use the machine.

A real server (`python app/main.py`, mock mode, SQLite, the worker inside) renders two videos at any
time. 50 requests a second start at fixed times, whether or not earlier ones are done: nine of ten
ask for a status, one makes a job. Each is timed from its planned start, so waiting counts. Beside
it stands the limit: the same rate against a Flask application with one trivial route, under the
same server and beside the same renders. A burst of nothing but new jobs, 50 a second, is told too,
without a limit: the worker that takes them up shares the processor and the disk with the server.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.report import Figure, show

ROOT = Path(__file__).resolve().parents[1]
RATE_PER_S = 50
SECONDS = float(os.environ.get("BENCH_SECONDS", "15"))
CLIENTS = 16
PATIENCE_S = 60
Request = tuple[str, str, dict[str, Any] | None, int]
"""Method, path, body, and the status it must be answered with."""
LONG_SCRIPT = "Every sentence of this script keeps the renderer at work a little longer. " * 14

TRIVIAL = """
from flask import Flask
app = Flask("trivial")
app.add_url_rule("/", view_func=lambda: {"ok": True})
"""


def main() -> int:
    """Measure and print; 1 when a limit is missed."""
    with tempfile.TemporaryDirectory(prefix="bench-http-") as name:
        folder, port, trivial_port = Path(name), _free_port(), _free_port()
        (folder / "trivial.py").write_text(TRIVIAL)
        server = [sys.executable, "app/main.py"]
        trivial = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "16"]
        trivial += ["--bind", f"127.0.0.1:{trivial_port}", "--chdir", name]
        trivial += ["--no-control-socket", "trivial:app"]
        with _running(server, folder, PORT=str(port)), _running(trivial, folder):
            _wait_until(lambda: _ask(port, "GET", "/readyz")[0] == 200)
            _wait_until(lambda: _ask(trivial_port, "GET", "/")[0] == 200)
            with _two_renders(port) as renders:
                known = _post(port, 0)["id"]
                bare = _load(trivial_port, lambda _: ("GET", "/", None, 200))
                mixed = _load(port, lambda number: _mix(number, known))
                burst = _load(port, lambda number: _mix(10 * number, known), seconds=5)
            print(f"load {os.getloadavg()[0]:.1f}, videos finished meanwhile: {renders.finished}")
    status = [time_ms for number, time_ms in enumerate(mixed) if number % 10]
    create = [time_ms for number, time_ms in enumerate(mixed) if not number % 10]
    _describe("one trivial route", bare)
    _describe("GET /video-status/{id}", status)
    _describe("POST /generate-video", create)
    _describe("POST alone, 50/s", burst)
    return show(
        Figure("GET /video-status p95 at 50/s, two renders", _p95(status), 20, "ms"),
        Figure("POST /generate-video p95 at 50/s, two renders", _p95(create), 50, "ms"),
    )


def _mix(number: int, known: str) -> Request:
    if number % 10:
        return "GET", f"/video-status/{known}", None, 200
    return "POST", "/generate-video", _body(number), 202


def _describe(name: str, times_ms: list[float]) -> None:
    cuts = statistics.quantiles(times_ms, n=100)
    print(
        f"{name:<26} {len(times_ms)} requests   p50 {cuts[49]:6.1f}   p95 {cuts[94]:6.1f}   "
        f"p99 {cuts[98]:6.1f}   max {max(times_ms):6.1f} ms",
        flush=True,
    )


def _p95(times_ms: list[float]) -> float:
    return statistics.quantiles(times_ms, n=100)[94]


def _body(number: int) -> dict[str, Any]:
    # Jobs that end up at the gate: what is measured is the API, not a queue of renders.
    return {"script": f"Request number {number}.", "approve_script": True}


def _post(port: int, number: int) -> dict[str, Any]:
    status, answer = _ask(port, "POST", "/generate-video", _body(number))
    if status != 202:
        raise SystemExit(f"POST was answered {status}: {answer!r}")
    found: dict[str, Any] = json.loads(answer)
    return found


def _load(port: int, request: Callable[[int], Request], *, seconds: float = SECONDS) -> list[float]:
    """Milliseconds of each request, from its planned start to the end of its answer."""
    local = threading.local()
    start = time.perf_counter() + 0.5

    def one(number: int) -> float:
        planned = start + number / RATE_PER_S
        time.sleep(max(0.0, planned - time.perf_counter()))
        method, path, body, expected = request(number)
        if not hasattr(local, "connection"):
            local.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        status, answer = _send(local.connection, method, path, body)
        if status != expected:
            raise SystemExit(f"{method} {path} was answered {status}: {answer[:300]!r}")
        return (time.perf_counter() - planned) * 1000

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(one, range(int(RATE_PER_S * seconds))))


class _Renders:
    finished = 0


@contextlib.contextmanager
def _two_renders(port: int) -> Iterator[_Renders]:
    """Keep two videos in the making until the block ends."""
    renders, end = _Renders(), threading.Event()

    def keep() -> None:
        while not end.is_set():
            answer = _ask(port, "POST", "/generate-video", {"script": LONG_SCRIPT})[1]
            path = json.loads(answer)["statusUrl"]
            state = "queued"
            while state in {"queued", "processing"} and not end.wait(0.5):
                state = json.loads(_ask(port, "GET", path)[1])["status"]
            if state not in {"queued", "processing", "completed"}:
                raise SystemExit(f"the render ended as {state}")
            renders.finished += state == "completed"

    threads = [threading.Thread(target=keep, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(3)  # past script and speech, into the drawing
    try:
        yield renders
    finally:
        end.set()
        for thread in threads:
            thread.join(timeout=10)


def _send(
    connection: http.client.HTTPConnection, method: str, path: str, body: dict[str, Any] | None
) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"} if body is not None else {}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    response = connection.getresponse()
    return response.status, response.read()


def _ask(
    port: int, method: str, path: str, body: dict[str, Any] | None = None
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        return _send(connection, method, path, body)
    except OSError:
        return 0, b""
    finally:
        connection.close()


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("the server did not start")
        time.sleep(0.1)


@contextlib.contextmanager
def _running(command: list[str], data: Path, **settings: str) -> Iterator[None]:
    environment = {
        **os.environ,
        "MOCK_MODE": "true",
        "DATA_DIR": str(data),
        "DATABASE_URL": "",
        "RATE_LIMIT_ENABLED": "false",
        "QUEUE_RENDER_LIMIT": "2",
        **settings,
    }
    with (data / "log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=5)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
