"""The engine's tables from the inside: what is still in the queue, and what may be thrown away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.jobs.engine_client import EngineClient

ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
BATCH = 500


class EngineQueue:
    """Answers for the reconciler and the retention."""

    def __init__(self, client: EngineClient) -> None:
        self._client = client

    def waiting_or_running(self, entries: Sequence[str]) -> Mapping[str, bool]:
        """For each entry that exists: True while it waits or runs, False when it has ended."""
        if not entries:
            return {}
        found = self._client.raw.list_workflows(
            workflow_ids=list(entries), load_input=False, load_output=False
        )
        return {entry.workflow_id: entry.status not in ENDED for entry in found}

    def owners(self) -> frozenset[str]:
        """Workers that hold running entries."""
        running = self._client.raw.list_workflows(
            status="PENDING", load_input=False, load_output=False
        )
        return frozenset(entry.executor_id for entry in running if entry.executor_id)

    def forget(self, before: datetime) -> int:
        """Delete entries that ended before this time, as our tables tell the story; how many."""
        forgotten = 0
        while True:
            old = self._client.raw.list_workflows(
                status=ENDED,
                completed_before=before.isoformat(),
                load_input=False,
                load_output=False,
                limit=BATCH,
            )
            if not old:
                return forgotten
            self._client.raw.delete_workflows([entry.workflow_id for entry in old])
            forgotten += len(old)
