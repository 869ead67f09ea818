"""What mock mode puts around stages and storage so that magic inputs reach them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.jobs.stage import StageContext, StageFunction, StageResult
from app.providers.faults import asked, injected, spoil, strike
from app.providers.names import display_name
from app.storage import ObjectStore, StorageFull, StorageReadOnly

_STRUCK_WHOLE = {
    "validate": ("studio", "validate"),
    "compose": ("studio", "compose"),
    "store": ("wasabi", "store", "wasabi"),
}
"""Stages whose provider, if they have one, is not called once but not at all or often."""


@dataclass(frozen=True, slots=True)
class FaultyStage:
    """A stage whose simulated providers fail as the request's magic inputs say."""

    name: str
    stage: StageFunction

    def __call__(self, context: StageContext) -> StageResult:
        """Run the stage with the faults of its request in place."""
        with injected(context.request.faults, attempt=context.attempt, cancelled=context.cancelled):
            if self.name in _STRUCK_WHOLE:
                strike(*_STRUCK_WHOLE[self.name])
            return self.stage(context)


class SimulatedStore:
    """A bucket's stand-in on the local disk, which can be full, read-only, or lose data on the way.

    Faults: ``store``, or the bucket's name.

    Args:
        name: the bucket provider it stands for.
        inner: keeps the files.
    """

    def __init__(self, name: str, inner: ObjectStore) -> None:
        self._name = name
        self._inner = inner

    def put(self, source: Path, key: str, *, content_type: str) -> None:
        """See ``ObjectStore.put``."""
        targets = ("store", self._name)
        if asked("full", *targets):
            raise StorageFull(f"There is no space left at {display_name(self._name)}.")
        if asked("read_only", *targets):
            raise StorageReadOnly(f"The storage at {display_name(self._name)} cannot be written.")
        with tempfile.TemporaryDirectory(prefix="simulated-store-") as folder:
            sent = Path(folder) / source.name
            shutil.copyfile(source, sent)
            spoil(sent, *targets)
            self._inner.put(sent, key, content_type=content_type)

    def fetch(self, key: str, target: Path) -> None:
        """See ``ObjectStore.fetch``."""
        self._inner.fetch(key, target)

    def open(self, key: str) -> BinaryIO:
        """See ``ObjectStore.open``."""
        return self._inner.open(key)

    def size(self, key: str) -> int:
        """See ``ObjectStore.size``."""
        return self._inner.size(key)

    def exists(self, key: str) -> bool:
        """See ``ObjectStore.exists``."""
        return self._inner.exists(key)

    def delete(self, key: str) -> None:
        """See ``ObjectStore.delete``."""
        self._inner.delete(key)

    def list(self, prefix: str = "") -> Iterator[str]:
        """See ``ObjectStore.list``."""
        return self._inner.list(prefix)
