"""A file that a stage made, named by its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ArtifactRef:
    """Which file it is and where the object store keeps it."""

    kind: str
    """``script``, ``speech``, ``timing``, ``clip``, ``video``, ``captions_srt``, ``poster`` …"""
    key: str
    """Where the object store keeps it."""
    content_type: str
    size_bytes: int
    sha256: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    """Measured facts: duration_s, width, height … Plain JSON."""
