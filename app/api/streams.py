"""How many event streams this process holds open, and the word to end them all.

A stream occupies a thread for as long as a client listens, so there are few; the rest are told to
poll. A server that stops calls ``stop`` first, or open streams would keep it alive.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.api.refusals import StreamsBusy

RETRY_AFTER_S = 3
"""When a client that found every stream taken should poll."""


class Streams:
    """The slots for event streams of one process. Thread-safe.

    Args:
        capacity: how many may be open at once.
        opened: told the number of open streams whenever it changes.
        look_every_s: how often an open stream looks for events.
        heartbeat_s: a comment line is sent after so long without an event. It keeps proxies from
            closing the connection, and writing is how a server learns that a client is gone: the
            second line after its end fails, so a slot is free again within about a second.
        longest_s: a stream ends after this; browsers reconnect by themselves and lose nothing.
    """

    def __init__(
        self,
        capacity: int,
        opened: Callable[[int], None] = lambda count: None,
        *,
        look_every_s: float = 0.4,
        heartbeat_s: float = 0.4,
        longest_s: float = 900.0,
    ) -> None:
        self._capacity = capacity
        self._opened = opened
        self.look_every_s = look_every_s
        self.heartbeat_s = heartbeat_s
        self.longest_s = longest_s
        self._count = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    @property
    def count(self) -> int:
        """Streams open now."""
        return self._count

    @property
    def stopping(self) -> bool:
        """Whether the server is about to end."""
        return self._stopping.is_set()

    def open(self) -> Callable[[], None]:
        """Take a slot; the returned function gives it back, once, however often it is called.

        Raises:
            StreamsBusy: 503, none is free, or the server is stopping.
        """
        with self._lock:
            if self._count >= self._capacity or self.stopping:
                raise StreamsBusy(
                    "Every event stream of this server is taken.", retry_after_s=RETRY_AFTER_S
                )
            self._count += 1
            self._opened(self._count)
        returned = threading.Event()

        def give_back() -> None:
            with self._lock:
                if not returned.is_set():
                    returned.set()
                    self._count -= 1
                    self._opened(self._count)

        return give_back

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake up at once when the server stops; True if it does."""
        return self._stopping.wait(seconds)

    def stop(self) -> None:
        """End every stream within moments and open no more. Safe in a signal handler."""
        self._stopping.set()
