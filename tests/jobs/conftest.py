import pytest

from app.db.database import Database
from tests.jobs.bench import Bench


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)
