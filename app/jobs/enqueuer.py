"""What the job tables need of a queue, so that they need not know which queue it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.orm import Session


def stage_entry(job_id: str, key: str, attempt: int) -> str:
    """Id of the queue entry of one attempt at one stage."""
    return f"{job_id}:{key}:{attempt}"


def delivery_entry(delivery_id: str, attempt: int) -> str:
    """Id of the queue entry of one try at one webhook."""
    return f"{delivery_id}:{attempt}"


class Enqueuer(Protocol):
    """Puts entries into the queue within the caller's transaction: both are there, or neither."""

    def prepare(self) -> None:
        """Make sure that the queue's tables exist. Never call it inside a transaction."""

    def stage(
        self,
        session: Session,
        job_id: str,
        key: str,
        attempt: int,
        *,
        queue: str,
        priority: int,
        delay_s: float = 0.0,
    ) -> None:
        """Enqueue one attempt at one stage. Lower priorities run first."""

    def delivery(
        self, session: Session, delivery_id: str, attempt: int, *, delay_s: float = 0.0
    ) -> None:
        """Enqueue one try at one webhook."""

    def withdraw(self, entries: Sequence[str]) -> None:
        """Take entries out that wait. Running ones notice by themselves. After the commit."""
