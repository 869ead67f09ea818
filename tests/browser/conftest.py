"""A real server in mock mode, a real Chromium, and a page that reports whatever goes wrong in it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Route, expect

ROOT = Path(__file__).resolve().parents[2]
START_S = 60.0
"""Generous: the machine may be busy with other tests."""

expect.set_options(timeout=20_000)


def _chromium() -> str | None:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    return None


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's Chromium, quiet: it looks nothing up by itself. Without one: skipped, in CI failed."""
    path = _chromium()
    if path is None:
        missing = "No Chromium found: the page is not tested. On Debian: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
        "--mute-audio",
    ]
    if os.geteuid() == 0:
        quiet.append("--no-sandbox")
    return {"executable_path": path, "args": quiet}


@contextmanager
def serve(data: Path, **environment: str) -> Iterator[str]:
    """``python app/main.py`` in mock mode on a free port; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = data / "server.log"
    data.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, str(ROOT / "app" / "main.py")],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "MOCK_MODE": "true",
                "HOST": "127.0.0.1",
                "PORT": str(port),
                "DATA_DIR": str(data),
                **environment,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + START_S
        while not _answers(address):
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"The server did not start:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(timeout=10)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/readyz", timeout=2).ok
    except requests.RequestException:
        return False


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that all tests share."""
    with serve(tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture(scope="session")
def base_url(site: str) -> str:
    """Where relative addresses lead. Takes the place of a plugin's fixture that warns of itself."""
    return site


@dataclass
class Watch:
    """What a page should not do. Checked at the end of every test."""

    host: str
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Parts of console errors that this test provokes on purpose."""

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(
            part in message.text for part in self.expected
        ):
            self.complaints.append(f"console {message.type}: {message.text}")

    def on_page_error(self, error: Exception) -> None:
        self.complaints.append(f"uncaught: {error}")

    def guard(self, route: Route, request: Request) -> None:
        """Let requests to the server pass; note and stop all others."""
        parts = urlsplit(request.url)
        if parts.scheme in {"data", "blob"} or parts.netloc == self.host:
            route.continue_()
            return
        self.complaints.append(f"outside request: {request.url}")
        route.abort()


@pytest.fixture
def watch(site: str) -> Watch:
    """The watch over this test's page."""
    return Watch(urlsplit(site).netloc)


@pytest.fixture
def studio(context: BrowserContext, site: str, watch: Watch) -> Iterator[Page]:
    """The studio page, open at 1280 x 900."""
    page = watched(context, watch)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(site)
    yield page
    page.close()
    assert watch.complaints == []


def watched(context: BrowserContext, watch: Watch) -> Page:
    """A page whose every complaint is noted; a CSP violation is a console error."""
    context.set_default_timeout(45_000)
    page = context.new_page()
    page.on("console", watch.on_console)
    page.on("pageerror", watch.on_page_error)
    page.route("**/*", watch.guard)
    return page
