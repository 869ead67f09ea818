"""The queues that stages wait in, and how much of each may run at once."""

from __future__ import annotations

from dataclasses import dataclass

EMBEDDED_POLL_S = 0.25
SCALED_POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """Limits of one queue. They are stored with the queue and hold for every worker."""

    per_worker: int = 4
    """At once in one worker. Note: a worker starts at most ``per_worker / poll_s`` a second."""
    everywhere: int | None = None
    """At once in all workers together: 1 for a single GPU."""
    starts: int | None = None
    """At most as many starts in any ``period_s`` seconds, in all workers together."""
    period_s: float = 60.0
    poll_s: float | None = None
    """How often each worker looks for work; None: the engine's default."""
