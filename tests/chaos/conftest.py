from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.db.database import Database
from tests.chaos.crew import Crew


@pytest.fixture
def crew_of(database: Database, tmp_path: Path) -> Iterator[Callable[..., Crew]]:
    """Makes a crew with these options; its workers are gone after the test."""
    made: list[Crew] = []

    def make(**options: Any) -> Crew:
        made.append(Crew(database, tmp_path, **options))
        return made[-1]

    yield make
    for crew in made:
        crew.dismiss()
