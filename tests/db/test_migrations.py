"""The migrations lead from nothing to the tables and back, also when several processes hurry."""

import os
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from app.db.base import Base
from app.db.database import Database
from app.db.migrate import current, downgrade, head, upgrade
from app.db.tables import Job

ROOT = Path(__file__).resolve().parents[2]


def tables(database: Database) -> set[str]:
    return set(sa.inspect(database.engine).get_table_names())


def test_an_empty_database_is_upgraded_and_taken_back(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert current(database.engine) is None

    database.upgrade()
    assert current(database.engine) == head()
    assert tables(database) == set(Base.metadata.tables) | {"alembic_version"}

    downgrade(database.engine)
    assert tables(database) == {"alembic_version"}

    upgrade(database.engine)
    assert "jobs" in tables(database)
    database.dispose()


def test_the_migrated_tables_are_those_of_the_code(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    database.upgrade()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Job.metadata) == []
    database.dispose()


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    before = tables(database)
    database.upgrade()
    assert tables(database) == before


def test_four_processes_may_upgrade_at_once(empty_database_url: str) -> None:
    program = "import sys; from app.db.database import Database; Database(sys.argv[1]).upgrade()"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_database_url], cwd=ROOT, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for process in started:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    database = Database(empty_database_url)
    assert current(database.engine) == head()
    database.dispose()


def test_the_command_line_upgrades_the_database_of_the_settings(empty_database_url: str) -> None:
    def run(action: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "app.db", action],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": empty_database_url},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.strip()

    assert run("current") == f"empty (newest is {head()})"
    assert run("upgrade") == f"{head()} (newest)"
    assert run("current") == f"{head()} (newest)"
