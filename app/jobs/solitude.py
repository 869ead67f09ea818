"""Whether this process is the only worker on a SQLite file.

Every worker holds a shared lock on a file beside the database as long as it lives; the kernel takes
it away with the process, however that ends. Who gets the exclusive lock knows that nobody else is
alive, and may take over all unfinished work at once instead of waiting for heartbeats to fail.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Solitude:
    """The lock beside a database file; without a file (PostgreSQL) nobody is ever known alone."""

    def __init__(self, database_path: Path | None) -> None:
        self._path = (
            database_path.with_name(f"{database_path.name}.workers") if database_path else None
        )
        self._file: int | None = None

    def enter(self) -> bool:
        """Join the workers; True when there is no other."""
        if self._path is None:
            return False
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            alone = False
        fcntl.flock(self._file, fcntl.LOCK_SH)
        return alone

    def leave(self) -> None:
        """This worker is gone."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
