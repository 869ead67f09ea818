"""What ``make demo`` runs: a server in mock mode, one video, and where to find both."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TextIO
from urllib.parse import urlsplit

import requests

from app.settings import REPOSITORY, Settings, SettingsError, load

_START_S = 30
_MAKE_S = 600
_POLL_S = 0.2
_ASK_S = (5, 30)
"""Seconds to connect, and to wait for an answer."""
_HEALTH_S = (2, 5)
_BAR_WIDTH = 28

_http = requests.Session()
_http.trust_env = False  # a proxy from the environment cannot reach this machine's own ports


class DemoFailed(Exception):
    """The demo cannot go on; the message tells why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; 0 when a video was made."""
    parser = argparse.ArgumentParser(prog="python -m app.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="stop the server after the video")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        # for the server too, whatever .env says: the demo neither costs money nor needs a key
        os.environ["MOCK_MODE"] = "true"
        os.environ["REQUIRE_API_KEY"] = "false"
        settings = load()
        with _server(settings) as server:
            job_id, video = _make_video(settings)
            _say(f"\nVideo  {video}\nPage   {settings.local_url}/?job={job_id}")
            if server is not None and not options.once:
                _say("\nThe server keeps running. Ctrl-C stops it.")
                server.wait()
    except (DemoFailed, SettingsError) as exc:
        sys.stderr.write(f"\n{exc}\n")
        return 1
    except requests.RequestException as exc:
        sys.stderr.write(f"\nThe server stopped answering ({type(exc).__name__}).\n")
        return 1
    except KeyboardInterrupt:
        _say("\nStopped.")
    return 0


@contextmanager
def _server(settings: Settings) -> Iterator[subprocess.Popen[bytes] | None]:
    """The server on our port: one that answers already (None), or a child that ends with us."""
    health = _health(settings)
    if health is not None:
        if not health.get("mock_mode"):
            raise DemoFailed(
                f"The server at {settings.local_url} is in live mode; the demo would cost money.\n"
                "Choose another port: PORT=5001 make demo"
            )
        _say(f"A server is already running at {settings.local_url}; using it.")
        yield None
        return
    if _is_taken(settings):
        raise DemoFailed(
            f"Port {settings.port} is in use by another program.\n"
            "Choose another: PORT=5001 make demo"
        )
    log = settings.data_dir / "demo.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    _say(f"Starting the server in mock mode (its log: {log})")
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, str(REPOSITORY / "app" / "main.py")],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us only; we stop the server in order
        )
    try:
        _await_health(settings, process, log)
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=40)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def _await_health(settings: Settings, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while (_health(settings) or {}).get("status") != "healthy":
        if process.poll() is not None or time.monotonic() > deadline:
            last_words = log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
            raise DemoFailed("\n".join(("The server did not start. Its last words:", *last_words)))
        time.sleep(0.1)


def _health(settings: Settings) -> dict[str, Any] | None:
    """What ``/health`` says, if it is our product that answers."""
    try:
        answer = _http.get(f"{settings.local_url}/health", timeout=_HEALTH_S)
        found = answer.json()
    except (requests.RequestException, ValueError):
        return None
    return found if isinstance(found, dict) and "mock_mode" in found else None


def _is_taken(settings: Settings) -> bool:
    parts = urlsplit(settings.local_url)
    with socket.socket(socket.AF_INET6 if ":" in (parts.hostname or "") else socket.AF_INET) as s:
        s.settimeout(2)
        return s.connect_ex((parts.hostname, settings.port)) == 0


def _make_video(settings: Settings) -> tuple[str, Path]:
    """The job's id and the file, downloaded."""
    created = _answer(
        _http.post(
            f"{settings.local_url}/generate-video",
            json={"script": settings.script, "userId": "demo"},
            timeout=_ASK_S,
        )
    )
    _say(f"Script {settings.script!r}\n")
    bar = _Bar(sys.stdout)
    deadline = time.monotonic() + _MAKE_S
    while True:
        job = _answer(_http.get(f"{settings.local_url}{created['statusUrl']}", timeout=_ASK_S))
        bar.show(int(job["progress"]), str(job["current_step"]))
        if job["status"] == "completed":
            bar.close()
            target = REPOSITORY / "out" / f"{job['id']}.mp4"
            return str(job["id"]), _download(str(job["video_url"]), target)
        if job["status"] in ("failed", "cancelled") or time.monotonic() > deadline:
            bar.close()
            raise DemoFailed(f"The video was not made: {job['error'] or job['status']}")
        time.sleep(_POLL_S)


def _answer(response: requests.Response) -> dict[str, Any]:
    found: dict[str, Any] = response.json()
    if not response.ok:
        raise DemoFailed(f"The server refused: {found.get('message', response.reason)}")
    return found


def _download(url: str, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".part")
    with _http.get(url, stream=True, timeout=_ASK_S) as response, partial.open("wb") as file:
        response.raise_for_status()
        for block in response.iter_content(1 << 18):
            file.write(block)
    partial.replace(target)
    return target


class _Bar:
    """A progress bar on a terminal; elsewhere a line for each step."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._moves = stream.isatty()
        self._step = ""
        encoding = (stream.encoding or "").lower()
        self._full, self._empty = ("█", "░") if encoding.startswith("utf") else ("#", ".")

    def show(self, percent: int, step: str) -> None:
        """Draw how far it is."""
        if self._moves:
            filled = _BAR_WIDTH * percent // 100
            bar = self._full * filled + self._empty * (_BAR_WIDTH - filled)
            line = f"{bar} {percent:3d} %  {step}"
            width = shutil.get_terminal_size().columns
            self._stream.write(f"\r{line[: width - 1]:<{min(width - 1, 79)}}")
        elif step != self._step:
            self._stream.write(f"{percent:3d} %  {step}\n")
        self._step = step
        self._stream.flush()

    def close(self) -> None:
        """Leave the line."""
        if self._moves:
            self._stream.write("\n")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
