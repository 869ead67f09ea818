"""Databases for every test that wants one: each test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db.database import Database
from tests.postgres import REQUIRED, Cluster, cluster, installation


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A private PostgreSQL server for the whole run."""
    programs = installation()
    if programs is None:
        message = "PostgreSQL is not installed (apt-get install postgresql): its tests cannot run"
        if REQUIRED:
            pytest.fail(message)
        pytest.skip(message)
    with cluster(programs) as running:
        yield running


BACKENDS = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(params=BACKENDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server: Cluster = request.getfixturevalue("postgres")
    url = server.url()
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    _build(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: Cluster) -> str:
    url = postgres.url()
    _build(url)
    return url


def _build(url: str) -> None:
    from app.jobs.engine import EngineClient

    database = Database(url)
    database.upgrade()
    client = EngineClient(database)
    client.prepare()
    client.close()
    database.dispose()


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with all tables and no rows."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Cluster = request.getfixturevalue("postgres")
    url = server.url(request.getfixturevalue("postgres_template"))
    yield url
    server.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with all tables and no rows."""
    opened = Database(database_url)
    yield opened
    opened.dispose()
