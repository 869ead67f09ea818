"""How long a job will still take, told from the jobs before it and from its own progress.

A video costs a fixed share (processes, packaging) and so much per character. Both are fitted to
the work of recent jobs of the same route by Theil and Sen's medians, which a few jobs that stood
still for an hour do not move. The further a job is, the more its own pace counts.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db.tables import JOBS
from app.domain.clock import Clock, utc_now
from app.domain.states import JobStatus

HISTORY = 25
"""As many completed jobs of the same route are looked at."""
REFRESH_S = 15.0
FIXED_SHARE_CHARS = 160
"""The fixed share costs about what so many characters do. Measured with the embedded renderer: 2 to
3 s for 20 to 60 characters, 10.6 s for 725. Only used while scripts are too alike to be fitted."""
TELLING_PERCENT = 10
"""Below it a job's own progress foretells nothing."""
_FURTHEST = 4.0
"""A job that was taken up again counts its pause too: at most so many times the history's word."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Seconds of work of a whole job: ``fixed_s + chars * per_char_s``; neither is negative."""

    fixed_s: float
    per_char_s: float

    def work_s(self, chars: int) -> float:
        """For a script of so many characters."""
        return self.fixed_s + max(1, chars) * self.per_char_s

    @classmethod
    def fit(cls, history: Sequence[tuple[int, float]]) -> Forecast:
        """From pairs of characters and seconds, at least one."""
        lengths = [chars for chars, _ in history]
        if max(lengths) - min(lengths) < FIXED_SHARE_CHARS:
            pace = median(work / (FIXED_SHARE_CHARS + chars) for chars, work in history)
            return cls(FIXED_SHARE_CHARS * pace, pace)
        slopes = [(v - w) / (b - a) for (a, w), (b, v) in combinations(history, 2) if a != b]
        slope = max(0.0, median(slopes))
        fixed = median(work - slope * chars for chars, work in history)
        if fixed < 0:
            return cls(0.0, median(work / max(1, chars) for chars, work in history))
        return cls(fixed, slope)


class Pace:
    """Forecasts by route; the history is read anew now and then. Thread-safe."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[datetime, Forecast | None]] = {}

    def eta_s(self, session: Session, job: Mapping[str, Any]) -> float | None:
        """Seconds left for a job that is not final, at least 1.

        None while a person decides, and without history until the job shows a pace of its own.
        """
        if job["status"] == JobStatus.WAITING_APPROVAL:
            return None  # nobody knows when
        now = self._clock()
        done: float = job["progress"] / 100.0
        forecast = self._forecast(session, job["route"], now)
        own = _left_by_own_pace(job, now)
        if forecast is None:
            return None if own is None else round(max(1.0, own), 1)
        left = forecast.work_s(job["script_chars"]) * (1.0 - done)
        if own is not None:
            left += done * (min(own, _FURTHEST * left) - left)
        return round(max(1.0, left), 1)

    def _forecast(self, session: Session, route: str, now: datetime) -> Forecast | None:
        with self._lock:
            known = self._known.get(route)
        if known is not None and abs(now - known[0]) < timedelta(seconds=REFRESH_S):
            return known[1]
        rows = session.execute(
            sa.select(JOBS.c.script_chars, JOBS.c.work_s)
            .where(
                JOBS.c.route == route,
                JOBS.c.status == JobStatus.COMPLETED,
                JOBS.c.completed_at.is_not(None),
                JOBS.c.work_s.is_not(None),
            )
            .order_by(JOBS.c.completed_at.desc())
            .limit(HISTORY)
        ).all()
        forecast = Forecast.fit([(row.script_chars, row.work_s) for row in rows]) if rows else None
        with self._lock:
            self._known[route] = (now, forecast)
        return forecast


def _left_by_own_pace(job: Mapping[str, Any], now: datetime) -> float | None:
    """What is left if it goes on as it went so far; waiting for a person is taken out."""
    progress: int = job["progress"]
    if job["started_at"] is None or progress < TELLING_PERCENT:
        return None
    worked: float = (now - job["started_at"]).total_seconds() - job["waited_s"]
    return max(0.0, worked) * (100 - progress) / progress
