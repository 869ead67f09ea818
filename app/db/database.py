"""The connection to our database: SQLite in one file, or PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_MS = 30_000
RESTED_S = 5.0

UNREACHABLE = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
"""What is raised when the database is away, full, or locked for too long; for the layers above
that may not know sqlalchemy."""


def _driver_url(url: str) -> sa.URL:
    """Accept the addresses that hosting providers hand out, and name our driver."""
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    parsed = sa.make_url(url)
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ValueError(
            f"DATABASE_URL must start with sqlite:// or postgresql://, not {backend}://"
        )
    if parsed.database in (None, "", ":memory:"):
        raise ValueError("DATABASE_URL must name a file: an in-memory database forgets its jobs")
    return parsed


class Database:
    """One database, opened on first use. Thread-safe; create it after a fork, not before.

    Args:
        url: ``sqlite:///path/to/file.db``, ``postgresql://…`` or ``postgres://…``.
        pool_size: connections kept; as many again are opened in a rush.
    """

    def __init__(self, url: str, *, echo: bool = False, pool_size: int = 10) -> None:
        self._url = _driver_url(url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        options: dict[str, object] = {
            "pool_size": pool_size,
            "max_overflow": pool_size,
            "pool_timeout": 30,
            "echo": echo,
        }
        if not self.is_sqlite:
            options["connect_args"] = {"connect_timeout": 10}
        self.engine = sa.create_engine(self._url, **options)
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        else:
            sa.event.listen(self.engine, "checkin", _note_rest)
            sa.event.listen(self.engine, "checkout", _wake)
        self._writer = threading.Lock()
        writing = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        self._writing = sessionmaker(writing, expire_on_commit=False)
        self._repeatable = sessionmaker(
            writing.execution_options(sqlite_synchronous="NORMAL"), expire_on_commit=False
        )
        self._reading = sessionmaker(self.engine, expire_on_commit=False)

    @property
    def url(self) -> str:
        """With the password: for drivers, never for people or logs."""
        return self._url.render_as_string(hide_password=False)

    @property
    def path(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return Path(str(self._url.database)).absolute() if self.is_sqlite else None

    @contextmanager
    def session(self, *, repeatable: bool = False) -> Iterator[Session]:
        """One writing transaction: committed at the end, rolled back by an exception.

        On SQLite it takes the write lock at once, so what it reads cannot change before it writes.

        Args:
            repeatable: its work would be done again if it were lost, so SQLite need not wait for
                the disk: a power failure may take the last moments away, never a crash of ours.
        """
        maker = self._repeatable if repeatable else self._writing
        with self._turn(), maker.begin() as session:
            yield session

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """On SQLite, threads of this process queue up here: SQLite itself lets them poll asleep."""
        if not self.is_sqlite:
            yield
            return
        mine = self._writer.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            yield
        finally:
            if mine:
                self._writer.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One transaction that only reads, and never waits for a writer."""
        with self._reading.begin() as session:
            yield session

    def engine_for_repeatable_work(self) -> sa.Engine:
        """An engine without our transactions' ways, for a library that has its own; dispose of it.

        What it writes on SQLite is as durable as ``session(repeatable=True)``.
        """
        engine = sa.create_engine(
            self._url, pool_size=10, max_overflow=10, pool_pre_ping=not self.is_sqlite
        )
        if self.is_sqlite:

            @sa.event.listens_for(engine, "connect")
            def _prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
                _prepare_sqlite(connection, entry)
                connection.isolation_level = "IMMEDIATE"
                connection.execute("PRAGMA synchronous=NORMAL")

        return engine

    def server_now(self, session: Session) -> datetime:
        """The time by the database's own clock, which all workers share."""
        if self.is_sqlite:
            return datetime.now(UTC)
        now: datetime = session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return now.astimezone(UTC)

    def ping(self) -> None:
        """Ask the database for a sign of life; raises sqlalchemy's error if there is none."""
        with self.reading() as session:
            session.execute(sa.text("SELECT 1"))

    def upgrade(self) -> None:
        """Create the tables or bring them to the newest form; safe in several processes at once."""
        from app.db.migrate import upgrade  # here, as Alembic takes longer to import than to run

        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        upgrade(self.engine)

    def dispose(self) -> None:
        """Close all idle connections."""
        self.engine.dispose()


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _note_rest(_connection: object, entry: ConnectionPoolEntry) -> None:
    entry.info["rested_since"] = time.monotonic()


def _wake(connection: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection for a sign of life if it rested: the server may have been restarted.

    Asking each time, as the pool itself can, would make every short transaction a third longer.
    """
    rested_since = entry.info.get("rested_since")
    if rested_since is None or time.monotonic() - rested_since < RESTED_S:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise sa.exc.DisconnectionError from error


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and locks later could act on what has changed meanwhile.
    options = connection.get_execution_options()
    synchronous = options.get("sqlite_synchronous", "FULL")
    if connection.info.get("synchronous") != synchronous:
        connection.exec_driver_sql(f"PRAGMA synchronous={synchronous}")
        connection.info["synchronous"] = synchronous
    connection.exec_driver_sql(f"BEGIN {options.get('sqlite_begin', 'DEFERRED')}")
