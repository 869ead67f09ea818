"""Files that appear whole or not at all, and the errors of a disk that will not take them."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from studio.errors import StorageFull

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {
    *(errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO),
    *(errno.ENOENT, errno.ENOTDIR, errno.EISDIR),
}


def storage_error(exc: OSError, path: Path) -> StorageFull | None:
    """The typed form of a failed write, or None when the error is about something else."""
    if exc.errno in _FULL:
        return StorageFull(f"No space is left to write {path.name}.")
    if exc.errno in _FORBIDDEN:
        reason = os.strerror(exc.errno).lower()
        return StorageFull(f"The folder of {path.name} cannot be written: {reason}.")
    return None


def part_path(path: Path, pid: int | None = None) -> Path:
    """Where a process (this one, or ``pid``) writes a file before it gets its name."""
    return path.with_name(f".{path.name}.{pid or os.getpid()}.part")


@contextlib.contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """Write to the path given; it is renamed to ``path`` at the end, or removed on any failure.

    Raises:
        StorageFull: for a write that the disk refused.
    """
    part = part_path(path)
    try:
        yield part
        os.replace(part, path)
    except OSError as exc:
        if (known := storage_error(exc, path)) is not None:
            raise known from exc
        raise
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 with plain newlines, in one piece."""
    with appearing(path) as part:
        part.write_bytes(text.encode())
