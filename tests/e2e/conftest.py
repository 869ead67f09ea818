from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.server import Server

GUARD = Path(__file__).parent / "guard" / "sitecustomize.py"


@pytest.fixture(scope="session")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH whose processes cannot leave the machine; it notes who tried."""
    folder = tmp_path_factory.mktemp("guard")
    shutil.copy(GUARD, folder)
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, guard: Path) -> Iterator[Server]:
    """One guarded server for all tests that only use it."""
    running = Server(tmp_path_factory.mktemp("server"), PYTHONPATH=guard)
    yield running.await_ready()
    running.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers of a test's own, which end with it."""
    running: list[Server] = []

    def make(**settings: Any) -> Server:
        running.append(Server(tmp_path, **settings))
        return running[-1]

    yield make
    for each in running:
        each.close()
