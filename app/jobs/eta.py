"""How long a job will still take, told from the jobs before it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db.tables import JOBS
from app.domain.states import JobStatus

HISTORY = 25
"""As many completed jobs of the same route are looked at."""
REFRESH_S = 15.0


class Pace:
    """Median seconds of work per script character, by route; read anew now and then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, float | None]] = {}

    def eta_s(self, session: Session, job: Mapping[str, Any]) -> float | None:
        """Seconds left for a job that is not final; None while there is no history."""
        if job["status"] == JobStatus.WAITING_APPROVAL:
            return None  # nobody knows when a person decides
        pace = self._seconds_per_char(session, job["route"])
        if pace is None:
            return None
        chars: int = job["script_chars"]
        progress: int = job["progress"]
        return round(max(1.0, pace * max(1, chars) * (1.0 - progress / 100.0)), 1)

    def _seconds_per_char(self, session: Session, route: str) -> float | None:
        now = time.monotonic()
        with self._lock:
            read_at, pace = self._known.get(route, (-REFRESH_S, None))
        if now - read_at < REFRESH_S:
            return pace
        rows = session.execute(
            sa.select(JOBS.c.work_s, JOBS.c.script_chars)
            .where(
                JOBS.c.route == route,
                JOBS.c.status == JobStatus.COMPLETED,
                JOBS.c.completed_at.is_not(None),
                JOBS.c.work_s.is_not(None),
            )
            .order_by(JOBS.c.completed_at.desc())
            .limit(HISTORY)
        ).all()
        pace = median(row.work_s / max(1, row.script_chars) for row in rows) if rows else None
        with self._lock:
            self._known[route] = (now, pace)
        return pace
