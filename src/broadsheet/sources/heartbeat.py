"""Keeps a lease alive while its holder waits for a slow server: a page may take minutes, a lease is short.

Whether the holder goes on is its own matter: it learns of a lost lease when it next extends it itself.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from broadsheet.errors import BroadsheetError
from broadsheet.jobs.leases import Lease, Leases


@contextmanager
def kept_alive(leases: Leases, lease: Lease, length: timedelta) -> Iterator[None]:
    """Prolong `lease` from a thread of its own, three times a `length`, as long as the block runs."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(length.total_seconds() / 3):
            try:
                leases.extend(lease, length)
            except BroadsheetError:  # lost, or the database is away: the holder finds out by itself
                return

    thread = threading.Thread(target=beat, name=f"heartbeat {lease.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
