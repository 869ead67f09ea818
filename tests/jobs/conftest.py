from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db.database import Database
from tests.jobs.bench import Bench
from tests.jobs.rig import Rig


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


@pytest.fixture
def rig(database: Database, tmp_path: Path) -> Iterator[Rig]:
    made = Rig(database, tmp_path / "work")
    yield made
    made.close()
