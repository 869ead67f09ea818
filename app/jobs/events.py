"""Numbered events of a job, and the webhooks that follow from them in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db.tables import DELIVERIES
from app.domain.ids import new_id
from app.domain.states import EventType
from app.jobs.enqueuer import Enqueuer
from app.jobs.statements import INSERT_EVENTS, insert

CALLED_BACK = frozenset(
    {
        EventType.ACCEPTED,
        EventType.STARTED,
        EventType.STAGE_COMPLETED,
        EventType.WAITING_APPROVAL,
        EventType.COMPLETED,
        EventType.FAILED,
        EventType.CANCELLED,
    }
)
"""The events that a webhook is told. Progress is for those who look."""


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """An event without its number."""

    type: EventType
    data: Mapping[str, Any]


def store_events(
    session: Session,
    enqueuer: Enqueuer,
    job: Mapping[str, Any],
    events: Sequence[PendingEvent],
    first: int,
    now: datetime,
) -> None:
    """Number and store events of a locked job, from ``first`` on.

    Args:
        job: the job's columns as they will be after this transaction.
    """
    numbered = list(enumerate(events, start=first))
    insert(
        session.connection(),
        INSERT_EVENTS,
        [
            {
                "job_id": job["id"],
                "sequence": sequence,
                "type": event.type,
                "data": dict(event.data),
                "created_at": now,
            }
            for sequence, event in numbered
        ],
    )
    if job["webhook_url"]:
        for sequence, event in numbered:
            if event.type in CALLED_BACK:
                _address(session, enqueuer, job, sequence, event, now)


def _address(
    session: Session,
    enqueuer: Enqueuer,
    job: Mapping[str, Any],
    sequence: int,
    event: PendingEvent,
    now: datetime,
) -> None:
    delivery_id = new_id("evt")
    payload = {
        "type": f"job.{event.type.value}",
        "timestamp": now.isoformat(),
        "data": {
            "id": job["id"],
            "sequence": sequence,
            "status": job["status"],
            "progress": job["progress"],
            "user_id": job["user_id"],
            "livemode": job["livemode"],
            **event.data,
        },
    }
    session.execute(
        sa.insert(DELIVERIES).values(
            id=delivery_id,
            job_id=job["id"],
            sequence=sequence,
            url=job["webhook_url"],
            payload=payload,
            status="pending",
            attempts=0,
            created_at=now,
            available_at=now,
        )
    )
    enqueuer.delivery(session, delivery_id, 1)
