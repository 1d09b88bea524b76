"""Who may search now: so many at once in one process, and nobody before who came earlier.

What a search does is `service`'s. A turn that ends is handed to the one who has waited longest, so that nobody who
comes in between can take it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Lets `at_once` threads in at a time, in the order in which they came."""

    def __init__(self, at_once: int) -> None:
        self._at_once = self._free = at_once
        self._waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """Wait for a turn and hold it for the block; yields whether nobody else had one when it began."""
        alone = self._begun()
        try:
            yield alone
        finally:
            self._hand_on()

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return len(self._waiting)

    def _begun(self) -> bool:
        with self._lock:
            if self._free:
                self._free -= 1
                return self._free == self._at_once - 1
            handed = threading.Lock()
            handed.acquire()
            self._waiting.append(handed)
        handed.acquire()  # until `_hand_on` lets go of it
        return False

    def _hand_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
