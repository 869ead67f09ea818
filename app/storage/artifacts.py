"""Files that stages make, kept by their content: the same bytes are stored once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.artifact import ArtifactRef
from app.domain.errors import NotFound
from app.storage.base import ObjectStore, StorageCorrupt


def save_artifact(
    store: ObjectStore,
    path: Path,
    kind: str,
    content_type: str,
    meta: Mapping[str, Any] | None = None,
) -> ArtifactRef:
    """Keep a file under ``<kind>/<sha256[:2]>/<sha256><suffix>`` and say what it is.

    Args:
        meta: measured facts, plain JSON.
    """
    digest = _sha256(path)
    key = f"{kind}/{digest[:2]}/{digest}{path.suffix.lower()}"
    store.put(path, key, content_type=content_type)
    return ArtifactRef(
        kind=kind,
        key=key,
        content_type=content_type,
        size_bytes=path.stat().st_size,
        sha256=digest,
        meta=dict(meta or {}),
    )


def fetch_artifact(store: ObjectStore, ref: ArtifactRef, target: Path) -> Path:
    """Copy an artifact to ``target`` and check that it is what was saved.

    Raises:
        StorageCorrupt: it is missing, or other bytes than were saved.
    """
    try:
        store.fetch(ref.key, target)
    except NotFound as exc:
        raise StorageCorrupt(f"The {ref.kind} file of an earlier stage is gone.") from exc
    if _sha256(target) != ref.sha256:
        target.unlink()
        raise StorageCorrupt(f"The {ref.kind} file of an earlier stage is damaged.")
    return target


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
