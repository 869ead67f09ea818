"""How many stages of each queue run in this worker, whichever way they came to it.

The engine counts the entries that it claimed; a stage that is carried on has no entry. Both kinds
take their place here, so the limit for each worker holds for the two together.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Mapping

from app.jobs.queues import QueueLimits


class Slots:
    """Places for running stages, by queue. Thread-safe.

    Args:
        limits: the queues whose stages may run here; others have no limit and are never carried.
    """

    def __init__(self, limits: Mapping[str, QueueLimits]) -> None:
        self._limits = dict(limits)
        self._changed = threading.Condition()
        self._used: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        self._carrying = True
        self._closed = False

    def limit(self, limits: Mapping[str, QueueLimits]) -> None:
        """Other limits from now on. What runs goes on, even above them."""
        with self._changed:
            self._limits = dict(limits)
            self._changed.notify_all()

    @property
    def most_carried(self) -> int:
        """As many carried stages can run at once."""
        return sum(q.per_worker for q in self._limits.values() if q.is_carried_into)

    def wait(self, queue: str) -> bool:
        """Take a place for a claimed entry, when there is one. False: closed, do not run it."""
        with self._changed:
            self._waiting[queue] += 1
            try:
                self._changed.wait_for(lambda: self._closed or self._has_room(queue))
                if self._closed:
                    return False
                self._used[queue] += 1
                return True
            finally:
                self._waiting[queue] -= 1

    def take(self, queue: str) -> bool:
        """Take a place for a carried stage, if one is free that no entry waits for."""
        with self._changed:
            if not self.carries(queue) or self._waiting[queue] or not self._has_room(queue):
                return False
            self._used[queue] += 1
            return True

    def free(self, queue: str) -> None:
        """Give a place back."""
        with self._changed:
            self._used[queue] -= 1
            if self._waiting[queue]:
                self._changed.notify_all()

    def carries(self, queue: str) -> bool:
        """Whether stages of this queue may be carried on at all, now."""
        limits = self._limits.get(queue)
        return self._carrying and limits is not None and limits.is_carried_into

    def stop_carrying(self) -> None:
        """What becomes ready from now on goes into its queue: this worker is about to go."""
        self._carrying = False

    def close(self) -> None:
        """Send away whoever waits: their entries were handed over."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _has_room(self, queue: str) -> bool:
        limits = self._limits.get(queue)
        return limits is None or self._used[queue] < limits.per_worker


class Offer:
    """A worker's offer to go on with what the stage that it just ran makes ready.

    A stage of the same queue takes over the place of the one that ends.
    """

    def __init__(self, slots: Slots, worker: str, held: str) -> None:
        self.worker = worker
        self.lease = secrets.token_hex(8)
        self._slots = slots
        self._held = held
        self._taken: str | None = None

    def take(self, queue: str) -> bool:
        """Whether a stage of this queue may run now; asked again, it is the last answer's."""
        if queue == self._taken:
            return True
        if queue == self._held:
            if not self._slots.carries(queue):
                return False
        elif not self._slots.take(queue):
            return False
        self._drop()
        self._taken = queue
        return True

    def close(self, *, accepted: bool) -> None:
        """The stage has ended: its place is free, unless the next one took it over."""
        if not accepted:
            self._drop()
        if self._taken != self._held:
            self._slots.free(self._held)

    def _drop(self) -> None:
        if self._taken is not None and self._taken != self._held:
            self._slots.free(self._taken)
        self._taken = None
