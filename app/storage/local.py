"""Files in a folder of this machine."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from app.domain.errors import NotFound
from app.storage.base import StorageError, StorageFull, StorageReadOnly, safe_key

_PARTIAL = ".part"


class LocalStore:
    """An object store in one folder, which is made when the first file is put.

    Files appear by rename, so a reader never sees half of one, and a crash leaves at worst a
    ``.part`` file that ``discard_partial`` removes.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, source: Path, key: str, *, content_type: str) -> None:
        """See ``ObjectStore.put``; a folder keeps no content type, the key's suffix tells it."""
        target = self._path(key)
        with _named_errors():
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy_whole(source, target)

    def fetch(self, key: str, target: Path) -> None:
        """See ``ObjectStore.fetch``."""
        with _named_errors():
            _copy_whole(self._existing(key), target)

    def open(self, key: str) -> BinaryIO:
        """See ``ObjectStore.open``."""
        with _named_errors():
            return self._existing(key).open("rb")

    def size(self, key: str) -> int:
        """See ``ObjectStore.size``."""
        with _named_errors():
            return self._existing(key).stat().st_size

    def exists(self, key: str) -> bool:
        """See ``ObjectStore.exists``."""
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """See ``ObjectStore.delete``."""
        with _named_errors():
            self._path(key).unlink(missing_ok=True)

    def list(self, prefix: str = "") -> Iterator[str]:
        """See ``ObjectStore.list``."""
        if not self.root.is_dir():
            return
        keys = (
            path.relative_to(self.root).as_posix()
            for path in self.root.rglob("*")
            if path.is_file() and not path.name.endswith(_PARTIAL)
        )
        yield from sorted(key for key in keys if key.startswith(prefix))

    def discard_partial(self, *, older_than_s: float = 3600) -> int:
        """Remove what crashed writers left behind; returns how many files."""
        limit = time.time() - older_than_s
        stale = [path for path in self.root.rglob(f"*{_PARTIAL}") if path.stat().st_mtime < limit]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def path(self, key: str) -> Path:
        """Where the file lies on this machine, to show it to the machine's owner."""
        return self._existing(key)

    def _path(self, key: str) -> Path:
        return self.root / safe_key(key)

    def _existing(self, key: str) -> Path:
        path = self._path(key)
        if not path.is_file():
            raise NotFound("The file is not in the storage any more.", code="file_not_found")
        return path


def _copy_whole(source: Path, target: Path) -> None:
    partial = target.with_name(f"{target.name}.{secrets.token_hex(4)}{_PARTIAL}")
    try:
        with source.open("rb") as reader, partial.open("wb") as writer:
            shutil.copyfileobj(reader, writer, 1 << 20)
            writer.flush()
            os.fsync(writer.fileno())  # the name must not survive a power cut without the content
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        if exc.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise StorageFull("There is no space left to save the file.") from exc
        if exc.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
            raise StorageReadOnly("The storage folder cannot be written.") from exc
        raise StorageError("The file could not be saved or read.") from exc
