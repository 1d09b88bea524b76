"""Keeps pages that look the same to everybody who is not signed in, as long as what they show has not changed.

What is on a page, its handler decides, and whether it may be kept, and for which papers it has to be made again.
A page is kept under the version that was read before it was made: what changed while it was made has it made again.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from starlette.responses import Response

from broadsheet.clock import Clock
from broadsheet.web.sheet import Sheet

# Pages also tell that time passes, such as by a source that is late. By so much may they be behind.
LIFETIME = timedelta(minutes=5)
MOST_BYTES = 48 * 1024 * 1024
_TURNS = 64


@dataclass(frozen=True, slots=True)
class Version:
    """What pages depend on: `all` do on the first, and on `papers` those that show a paper which has changed since."""

    all: Hashable
    papers: int


@dataclass(frozen=True, slots=True)
class _Held:
    sheet: Sheet
    version: Version
    made_at: datetime


class Kept:
    """The kept pages of one process, the least recently asked for given up first; safe to share between threads.

    `version` changes whenever a page might, be it by another process; `last_of` gives the number of the last change
    that any of some papers had.
    """

    def __init__(
        self,
        version: Callable[[], Version],
        last_of: Callable[[Collection[int]], int],
        clock: Clock,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._version = version
        self._last_of = last_of
        self._clock = clock
        self._most = most_bytes
        self._bytes = 0
        self._held: OrderedDict[Hashable, _Held] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = [threading.Lock() for _ in range(_TURNS)]

    def page(self, key: Hashable, make: Callable[[], Sheet | Response]) -> Sheet | Response:
        """Return the page under `key`, else what `make` answers; of several who ask at once, one makes the page.

        Only a `Sheet` is kept; what `make` raises is raised.
        """
        found = self._current(key, self._version())
        if found is not None:
            return found
        with self._turns[hash(key) % _TURNS]:
            version = self._version()
            found = self._current(key, version)
            if found is not None:
                return found
            made = make()
            if isinstance(made, Sheet):
                self._keep(key, _Held(made, version, self._clock.now()))
            return made

    def _current(self, key: Hashable, version: Version) -> Sheet | None:
        with self._lock:
            held = self._held.get(key)
        if held is None or held.version.all != version.all or self._clock.now() - held.made_at >= LIFETIME:
            return None
        if held.version.papers != version.papers and self._has_changed(held):
            return None
        with self._lock:
            if self._held.get(key) is held:
                self._held[key] = replace(held, version=version)  # asked once for each change, not at each request
                self._held.move_to_end(key)
        return held.sheet

    def _has_changed(self, held: _Held) -> bool:
        """Tell whether one of a page's papers changed since it was made; one that names none may show any."""
        papers = held.sheet.papers
        return papers is None or (bool(papers) and self._last_of(papers) > held.version.papers)

    def _keep(self, key: Hashable, held: _Held) -> None:
        with self._lock:
            before = self._held.pop(key, None)
            self._bytes += held.sheet.size - (before.sheet.size if before else 0)
            self._held[key] = held
            while self._bytes > self._most:
                _, oldest = self._held.popitem(last=False)
                self._bytes -= oldest.sheet.size
