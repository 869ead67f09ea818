"""What every object store can do, and how it fails.

StageFailed
└── StorageError          retryable   the store did not deliver
    ├── StorageFull       retryable   no space left
    ├── StorageReadOnly   retryable   the folder or bucket cannot be written
    └── StorageCorrupt    retryable   what came back is not what was saved
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from app.domain.errors import InvalidInput, StageFailed


class StorageError(StageFailed):
    """The store did not deliver."""

    code = "storage_failed"
    retryable = True
    default_remedy = "Check the storage, then retry the job from this stage."


class StorageFull(StorageError):
    """No space left."""

    code = "storage_full"
    default_remedy = "Free some space, then retry the job from this stage."


class StorageReadOnly(StorageError):
    """The store cannot be written."""

    code = "storage_read_only"
    default_remedy = "Make the storage writable, then retry the job from this stage."


class StorageCorrupt(StorageError):
    """A file is not what was saved under its name."""

    code = "storage_corrupt"
    default_remedy = "Retry the job from the stage that made the file."


class ObjectStore(Protocol):
    """Files by key. Thread-safe; a key holds a whole file or nothing.

    Every method raises ``InvalidInput`` for an unsafe key, ``NotFound`` where the key must exist
    and does not, and ``StorageError`` for anything the store itself does wrong.
    """

    def put(self, source: Path, key: str, *, content_type: str) -> None:
        """Keep a copy of ``source`` under ``key``, whole or not at all; replaces what was there."""

    def fetch(self, key: str, target: Path) -> None:
        """Copy to ``target``, which appears whole or not at all."""

    def open(self, key: str) -> BinaryIO:
        """A seekable reader; the caller closes it."""

    def size(self, key: str) -> int:
        """Bytes."""

    def exists(self, key: str) -> bool:
        """Whether there is a file under ``key``."""

    def delete(self, key: str) -> None:
        """Remove; no error if there is nothing."""

    def list(self, prefix: str = "") -> Iterator[str]:
        """Keys that start with ``prefix``, in order."""


_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\Z")


def safe_key(key: str) -> str:
    """``key`` itself, if it is a relative path without tricks.

    Raises:
        InvalidInput: empty, absolute, with ``..``, hidden or odd segments.
    """
    if len(key) > 512 or not all(_SEGMENT.match(segment) for segment in key.split("/")):
        raise InvalidInput("The storage key is not a plain relative path.", code="invalid_key")
    return key
