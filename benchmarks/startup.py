"""How long the product takes to be there, and what it costs while nothing happens.

Starts `python app/main.py` until GET /health answers: once on an empty data folder (migrations
included), then again on the same one. Then a lone `python -m app.worker` is left idle.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.report import Figure, show

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 30
SETTLE_S = 8
IDLE_S = 20


def main() -> int:
    """Measure and print; 1 when a limit is missed."""
    imports = [_import_s() for _ in range(3)]
    with tempfile.TemporaryDirectory(prefix="bench-startup-") as folder:
        first = _start_s(Path(folder))
        again = [_start_s(Path(folder)) for _ in range(3)]
        idle = _idle_share(Path(folder))
    return show(
        Figure("import of app.main, median of 3", statistics.median(imports), 2, "s"),
        Figure("start on an empty data folder until /health", first, 2, "s"),
        Figure("start again until /health, median of 3", statistics.median(again), 2, "s"),
        Figure("idle worker, share of one core", 100 * idle, 5, "%"),
    )


def _import_s() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import app.main"], cwd=ROOT, check=True, timeout=60)
    return time.perf_counter() - begun


def _start_s(data: Path) -> float:
    port = _free_port()
    begun = time.perf_counter()
    with _running([sys.executable, "app/main.py"], data, PORT=str(port)) as process:
        while time.perf_counter() - begun < PATIENCE_S and process.poll() is None:
            if _is_healthy(port):
                return time.perf_counter() - begun
            time.sleep(0.01)
    raise SystemExit("the server did not come up")


def _idle_share(data: Path) -> float:
    with _running([sys.executable, "-m", "app.worker"], data) as process:
        time.sleep(SETTLE_S)
        if process.poll() is not None:
            raise SystemExit("the worker did not stay")
        before = _cpu_s(process.pid)
        time.sleep(IDLE_S)
        return (_cpu_s(process.pid) - before) / IDLE_S


def _cpu_s(pid: int) -> float:
    process = psutil.Process(pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return float(sum(time.user + time.system for time in times))


@contextlib.contextmanager
def _running(command: list[str], data: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "MOCK_MODE": "true",
        "DATA_DIR": str(data),
        "DATABASE_URL": "",
        **settings,
    }
    with (data / "log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=5)


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
