"""Where files live: an object store, content-addressed artifacts, and signed links to them."""

from __future__ import annotations

from app.storage.artifacts import fetch_artifact, save_artifact
from app.storage.base import ObjectStore, StorageError, StorageFull, StorageReadOnly
from app.storage.links import MediaLinks
from app.storage.local import LocalStore

__all__ = [
    "LocalStore",
    "MediaLinks",
    "ObjectStore",
    "StorageError",
    "StorageFull",
    "StorageReadOnly",
    "fetch_artifact",
    "save_artifact",
]
