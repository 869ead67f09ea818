"""What a reader copies works: commands are answered, the program ends with a video."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.architecture.repository import ROOT, code_blocks, pages

WRITTEN = "http://localhost:5000"


def _statements(block: str) -> Iterator[str]:
    """Shell commands of a block; a quoted text or a backslash carries one over several lines."""
    held = ""
    for line in block.splitlines():
        held += f"{line}\n"
        if line.endswith("\\") or held.count("'") % 2:
            continue
        yield held.strip()
        held = ""


def _commands() -> list[tuple[str, str]]:
    """Every curl command that needs no id or key from before, with its page."""
    found = []
    for page in pages():
        for block in code_blocks(page, "sh", "bash"):
            found += [(page.as_posix(), command) for command in _statements(block)]
    return [
        (page, command)
        for page, command in found
        if command.startswith("curl ") and WRITTEN in command and "$" not in command
    ]


COMMANDS = _commands()


@contextlib.contextmanager
def _server(folder: Path, **settings: str) -> Iterator[str]:
    """A real server in mock mode; where it listens."""
    port = _free_port()
    environment = {
        **os.environ,
        "PORT": str(port),
        "DATA_DIR": str(folder),
        "DATABASE_URL": "",
        "MOCK_MODE": "true",
        **settings,
    }
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "app/main.py"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        _wait_until_ready(f"http://localhost:{port}", process)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=5)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that takes requests; nobody works on them."""
    with _server(tmp_path_factory.mktemp("documents"), RUN_WORKER="off") as address:
        yield address


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"{address}/readyz", timeout=5).ok:
                return
        time.sleep(0.1)
    pytest.fail("the server did not come up")


def test_the_pages_show_commands() -> None:
    assert {"README.md", "docs/tutorials/first-video.md"} <= {page for page, _ in COMMANDS}


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
@pytest.mark.parametrize(("document", "command"), COMMANDS)
def test_commands_of_pages_are_answered(
    document: str, command: str, address: str, tmp_path: Path
) -> None:
    answer = tmp_path / "answer"
    real = command.replace(WRITTEN, address)
    real = real.replace("curl ", f"curl --max-time 20 -w '%{{http_code}}' -o {answer} ", 1)

    done = subprocess.run(
        ["sh", "-c", real], capture_output=True, text=True, timeout=30, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2"), answer.read_text()


def test_the_program_in_the_readme_ends_with_a_video(tmp_path: Path) -> None:
    program = "\n".join(code_blocks(Path("README.md"), "python"))

    with _server(tmp_path) as address:
        done = subprocess.run(
            [sys.executable, "-c", program.replace(WRITTEN, address)],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        last = done.stdout.splitlines()[-1]
        assert last.startswith(f"{address}/media/"), done.stdout
        video = requests.get(last, timeout=20)

    assert video.headers["Content-Type"] == "video/mp4"
    assert video.content[4:8] == b"ftyp"


def test_the_receiver_in_the_webhooks_page_verifies_what_the_server_sends(tmp_path: Path) -> None:
    """The whole way: the secret as printed, a job with a webhook, the page's own program."""
    port = _free_port()
    receiver = "\n".join(code_blocks(Path("docs/how-to/webhooks.md"), "python"))
    with _server(tmp_path) as address, (tmp_path / "received").open("wb") as received:
        secret = subprocess.run(
            [sys.executable, "scripts/webhook_secret.py"],
            cwd=ROOT, env={**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": ""},
            capture_output=True, text=True, timeout=30, check=True,
        ).stdout.strip()  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-c", receiver.replace("8088", str(port))],
            env={**os.environ, "WEBHOOK_SECRET": secret}, stdout=received, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            job = requests.post(
                f"{address}/generate-video",
                json={
                    "script": "Stop here. [[fail:validate:rejected]]",
                    "webhook_url": f"http://localhost:{port}/videos",
                },
                timeout=20,
            ).json()["id"]
            wanted = {f"job.{event} {job}" for event in ("accepted", "started", "failed")}
            told = _read_until(tmp_path / "received", wanted)
        finally:
            process.kill()
            process.communicate(timeout=5)

    assert told >= wanted


def _read_until(path: Path, wanted: set[str]) -> set[str]:
    """Lines of a growing file, as soon as all that are wanted are among them."""
    deadline = time.monotonic() + 60
    while not (told := set(path.read_text().splitlines())) >= wanted:
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return told
