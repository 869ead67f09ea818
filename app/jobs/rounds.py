"""Chores that every worker does now and then, in one thread."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """A chore and how often it is due."""

    name: str
    every_s: float
    run: Callable[[], object]


class Rounds:
    """Runs the chores in turn. One that fails is logged and done again at its next turn."""

    def __init__(self, *rounds: Round) -> None:
        self._rounds = rounds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._go, name="job-rounds", daemon=True)

    def start(self) -> None:
        """Begin; each chore's first turn comes within its period, not at once."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the chore at hand and end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _go(self) -> None:
        # Spread out, so that workers started together do not all look at the same moment.
        due = {r.name: time.monotonic() + r.every_s * random.random() for r in self._rounds}  # noqa: S311
        while True:
            next_at = min(due.values())
            if self._stopped.wait(max(0.0, next_at - time.monotonic())):
                return
            for chore in self._rounds:
                if due[chore.name] <= time.monotonic() and not self._stopped.is_set():
                    due[chore.name] = time.monotonic() + chore.every_s
                    try:
                        chore.run()
                    except Exception:  # a thread's boundary: the chore comes again
                        log.exception("job.round.failed", round=chore.name)
