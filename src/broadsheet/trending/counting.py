"""What a web process counts of its readers between two writes: places that were seen, and papers that were opened.

A page costs an addition in memory and waits for no database; the counts are written in one go, a minute later. Of
whoever looked nothing is written and nothing is kept but until midnight, as bits of a hash whose key is never told.
"""

import hashlib
import secrets
import threading
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.trending import counts_store

MOST_HELD = 200_000  # different places between two writes; a flood of made-up pages must not fill the memory
LONGEST_PAGE = 96
KEPT_DAYS = 400  # of what was seen: a year, to compare a day with
_SKETCH_BITS = 1 << 23  # a megabyte; with half a million visits of a day one in 2,000 new ones is taken for a known one
_PROBES = 4

Place = tuple[date, str, int, int]  # day, page, place, paper


class Sketch:
    """Tells visits that were counted today from new ones, until midnight, without a list of either (a Bloom filter).

    Nobody can ask it who was here: the key of the hash is made by chance, never leaves this object, and dies with the
    day.
    """

    def __init__(self) -> None:
        self._day: date | None = None
        self._key = b""
        self._bits = bytearray()

    def is_new(self, day: date, who: str, paper_id: int) -> bool:
        """Tell whether a visit is the first of its kind on that day, and remember it."""
        if day != self._day:
            self._day, self._key, self._bits = day, secrets.token_bytes(32), bytearray(_SKETCH_BITS // 8)
        digest = hashlib.blake2b(
            f"{who}\0{paper_id}".encode("utf-8", "replace"), key=self._key, digest_size=16
        ).digest()
        new = False
        for probe in range(_PROBES):
            bit = int.from_bytes(digest[4 * probe : 4 * probe + 4], "big") % _SKETCH_BITS
            place, mask = bit >> 3, 1 << (bit & 7)
            new = new or not self._bits[place] & mask
            self._bits[place] |= mask
        return new


class Counting:
    """The counts of one process; safe to share between threads."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: Counter[Place] = Counter()
        self._opened: Counter[int] = Counter()
        self._sketch = Sketch()

    def saw(self, page: str, papers: Sequence[int]) -> None:
        """Count that a page was seen with these papers in its places, the first of them first."""
        day = self._clock.now().date()
        with self._lock:
            if len(self._seen) < MOST_HELD:
                self._seen.update(
                    (day, page[:LONGEST_PAGE], place, paper) for place, paper in enumerate(papers, start=1)
                )

    def opened(self, paper_id: int, who: str) -> None:
        """Count that somebody came to a paper from a page here: once a day, however often `who` comes again.

        `who` is a network, such as an address; it is hashed and forgotten.
        """
        now = self._clock.now()
        with self._lock:
            if len(self._opened) < MOST_HELD and self._sketch.is_new(now.date(), who, paper_id):
                self._opened[paper_id] += 1

    def write(self) -> int:
        """Write down what was counted, and return how many rows that took; what cannot be written now waits."""
        now = self._clock.now()
        with self._lock:
            seen, opened = self._seen, self._opened
            self._seen, self._opened = Counter(), Counter()
        if not seen and not opened:
            return 0
        try:
            with self._database.write() as connection:
                counts_store.add_seen(connection, seen)
                counts_store.forget_before(connection, now.date() - timedelta(days=KEPT_DAYS))
                counts_store.add_opened(connection, opened, _hour(now))
        except Exception:
            with self._lock:
                self._seen.update(seen)
                self._opened.update(opened)
            raise
        return len(seen) + len(opened)

    def exposure(self, since: date) -> list[counts_store.Exposure]:
        """Return how often each place of each page was seen since a day, and with how many different papers."""
        with self._database.read() as connection:
            return counts_store.exposure(connection, since)


def _hour(now: datetime) -> datetime:
    """Visits have one observation an hour: a finer series would tell nothing more, and grow for ever."""
    return now.replace(minute=0, second=0, microsecond=0)
