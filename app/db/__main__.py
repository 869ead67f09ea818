"""``python -m app.db upgrade | current``."""

from __future__ import annotations

import argparse
import sys

from app.db.database import Database
from app.db.migrate import current, head


def main(arguments: list[str] | None = None) -> int:
    """Upgrade the database of the settings, or say which revision it has."""
    parser = argparse.ArgumentParser(prog="python -m app.db", description=__doc__)
    parser.add_argument("action", choices=("upgrade", "current"))
    action = parser.parse_args(arguments).action

    from app.settings import Settings  # here, so that --help needs no settings

    database = Database(Settings().database_address)
    try:
        if action == "upgrade":
            database.upgrade()
        revision = current(database.engine)
        state = "newest" if revision == head() else f"newest is {head()}"
        sys.stdout.write(f"{revision or 'empty'} ({state})\n")
    finally:
        database.dispose()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
