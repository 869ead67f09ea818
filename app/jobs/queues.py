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
    carry: bool = True
    """Whether a worker may go on with a stage of this queue itself, without an entry, when the
    stage before it ended there. It saves a poll and most of the engine's work. Switch it off for
    stages so long that any idle worker should get them: a carried one stays where its job is."""

    @property
    def is_carried_into(self) -> bool:
        """What counts in all workers together can only be counted by the queue."""
        return self.carry and self.everywhere is None and self.starts is None
