"""The database itself: addresses, transactions, times."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, StatementError

from app.db.database import Database
from app.db.tables import Worker


def worker(name: str, at: datetime = datetime(2026, 1, 2, tzinfo=UTC)) -> Worker:
    return Worker(id=name, host="h", pid=1, queues=["cpu"], started_at=at, seen_at=at)


@pytest.mark.parametrize(
    ("address", "driver"),
    [
        ("postgres://u:p@h/db", "postgresql+psycopg://u:p@h/db"),
        (
            "postgresql://u@h:5433/db?sslmode=require",
            "postgresql+psycopg://u@h:5433/db?sslmode=require",
        ),
        ("sqlite:////data/app.db", "sqlite:////data/app.db"),
    ],
)
def test_addresses_of_hosting_providers_are_understood(address: str, driver: str) -> None:
    assert Database(address).url == driver


@pytest.mark.parametrize("address", ["mysql://h/db", "sqlite://", "sqlite:///:memory:"])
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL"):
        Database(address)


def test_an_exception_rolls_everything_back(database: Database) -> None:
    def add_and_break() -> None:
        with database.session() as session:
            session.add(worker("one"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        add_and_break()
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Worker)) == 0


def test_times_come_back_in_utc_wherever_they_came_from(database: Database) -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    with database.session() as session:
        session.add(worker("one", datetime(2026, 3, 4, 5, 30, 0, 123456, tzinfo=east)))
    with database.reading() as session:
        seen = session.scalars(sa.select(Worker)).one().seen_at
    assert seen == datetime(2026, 3, 4, 0, 0, 0, 123456, tzinfo=UTC)
    assert seen.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"), database.session() as session:
        session.add(worker("one", datetime(2026, 3, 4)))


def test_what_a_transaction_reads_stays_true_until_it_writes(database: Database) -> None:
    """Many threads count up by reading and writing; without the lock at the start some are lost."""
    with database.session() as session:
        session.add(worker("one"))

    def count_up() -> None:
        for _ in range(10):
            with database.session() as session:
                row = session.get(Worker, "one", with_for_update=True)
                assert row is not None
                row.pid += 1

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.scalars(sa.select(Worker.pid)).one() == 41


def test_foreign_keys_are_kept(database: Database) -> None:
    with pytest.raises(IntegrityError), database.session() as session:
        session.execute(
            sa.text(
                "INSERT INTO events (job_id, sequence, type, data, created_at)"
                " VALUES ('none', 1, 'started', '{}', '2026-01-01')"
            )
        )


def test_ping_tells_when_the_database_is_away(tmp_path: Path) -> None:
    present = Database(f"sqlite:///{tmp_path / 'a.db'}")
    present.ping()
    present.dispose()
    with pytest.raises(sa.exc.OperationalError):
        Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}").ping()
