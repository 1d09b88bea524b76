"""Asks the hosts of artefacts whether they are still there, a few each time, and keeps what they say.

How a host is asked is its module's matter. A host's budget for an hour and its wish to be left alone are rows, so that
they hold across restarts and processes; one lease lets a single pass work at a time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zlib import crc32

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.jobs.leases import Leases
from broadsheet.logs import get_logger
from broadsheet.papers.paper import Paper
from broadsheet.reuse import store
from broadsheet.reuse.answers import Answer, Host, Paused
from broadsheet.reuse.card import Card, card
from broadsheet.reuse.store import Check

_HOUR = timedelta(hours=1)
_LEASE = timedelta(minutes=10)
_PASS = timedelta(seconds=45)
_ALIVE_AGAIN = timedelta(days=7)
# After so many misses in a row, the next look: gone artefacts come back seldom, servers out of order soon.
_DEAD_AGAIN = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
_UNSURE_AGAIN = (timedelta(hours=6), timedelta(days=1), timedelta(days=3), timedelta(days=7))
_GIVEN_UP = 4  # misses in a row after which what does not answer counts as gone
_ENOUGH = 3  # names in a row that nobody knows: this machine has no network, and the rest would cost time alone
_SPREAD = 0.1  # of an interval, so that what came in together is not due together for ever
_CANDIDATES = 4  # as many addresses are looked at as may be asked for, because some hosts are spared

_log = get_logger("reuse")


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass did: artefacts found in each state, and hosts that asked to be left alone."""

    alive: int = 0
    dead: int = 0
    unsure: int = 0
    paused: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The pass in words; empty where nothing was due."""
        if not self.alive + self.dead + self.unsure:
            return ""
        return f"{self.alive} artefacts are there, {self.dead} are gone, {self.unsure} did not say"


class Checks:
    """Checks artefacts, and tells what was found."""

    def __init__(
        self, database: Database, leases: Leases, clock: Clock, hosts: Sequence[Host], *, a_pass: int = 30
    ) -> None:
        """`hosts` are tried in order, the one that takes anything last; `a_pass` is the most that one pass asks for."""
        self._database = database
        self._leases = leases
        self._clock = clock
        self._hosts = hosts
        self._a_pass = a_pass

    def of(self, urls: Iterable[str]) -> dict[str, Check]:
        """Return the last check of each of `urls` that was ever asked for."""
        with self._database.read() as connection:
            return store.of(connection, urls)

    def card(self, paper: Paper) -> Card:
        """Return the reuse card of a paper: what sources and texts say of its artefacts, and what was found there."""
        return card(paper, self.of(one.url for one in paper.artefacts))

    def counts(self) -> dict[str, int]:
        """Return how many artefacts were found `alive`, `dead`, `unsure`, and how many there are in `all`."""
        with self._database.read() as connection:
            return store.counts(connection)

    def check_due(self) -> Pass:
        """Ask for what is due, within each host's budget; raises `Conflict` while another process does."""
        if not self._a_pass:
            return Pass()
        with self._leases.held("artefacts", _LEASE):
            return self._pass()

    def _pass(self) -> Pass:
        began = self._clock.now()
        states: Counter[str] = Counter()
        paused: list[str] = []
        doubtful: list[Check] = []
        for host, url, before in self._due(began, paused):
            if self._clock.now() - began > _PASS:
                break
            try:
                answer = host.ask(url, before.etag if before else "")
            except Paused as wish:
                self._pause(key_of(host, url), wish.until)
                paused.append(key_of(host, url))
                continue
            check = judged(before, answer, url, key_of(host, url), self._clock.now())
            if answer.offline:
                doubtful.append(check)
                if len(doubtful) >= _ENOUGH and not states:
                    break
                continue
            self._save(check)
            states[check.state] += 1
        if states:  # somebody answered, so it is not this machine that has no network
            for check in doubtful:
                self._save(check)
                states[check.state] += 1
        return Pass(states["alive"], states["dead"], states["unsure"], tuple(dict.fromkeys(paused)))

    def _due(self, now: datetime, paused: Sequence[str]) -> Iterator[tuple[Host, str, Check | None]]:
        """Yield whom to ask for what; a host that says `Paused` in between is asked no more."""
        with self._database.read() as connection:
            used = Counter(store.used(connection, now - _HOUR))
            resting = store.paused(connection, now)
            full = [host for host in self._hosts if host.name in resting or used[host.name] >= host.per_hour]
            spared = [prefix for host in full for prefix in host.prefixes]
            urls = store.due(connection, now, self._a_pass * _CANDIDATES, spared)
            known = store.of(connection, urls)
        asked = 0
        for url in urls:
            host = next((host for host in self._hosts if host.takes(url)), None)
            if host is None:
                continue
            key = key_of(host, url)
            if key in resting or key in paused or used[key] >= host.per_hour:
                continue
            if asked >= self._a_pass:
                return
            used[key] += 1
            asked += 1
            yield host, url, known.get(url)

    def _save(self, check: Check) -> None:
        with self._database.write() as connection:
            store.save(connection, check)

    def _pause(self, host: str, until: datetime) -> None:
        _log.info("reuse.paused", host=host, until=until.isoformat())
        with self._database.write() as connection:
            store.pause(connection, host, until)


def key_of(host: Host, url: str) -> str:
    """Return whose budget a request counts against: a known host's, else that of one server's pages.

    The two differ even on one server: Hugging Face's API is asked far more often than people's pages there.
    """
    if host.prefixes:
        return host.name
    try:
        return f"{host.name}:{urlsplit(url).hostname or ''}"[:255]
    except ValueError:  # such as a bracket without its pair
        return host.name


def judged(before: Check | None, answer: Answer, url: str, host: str, now: datetime) -> Check:
    """Return what is now known, from what was known and what came; pure, so that every turn can be tested."""
    base = before or Check(url, host, "unsure", "", now, now)
    if answer.state == "alive":
        return replace(
            base,
            host=host,
            state="alive",
            said=answer.said,
            checked_at=now,
            due_at=now + _spread(_ALIVE_AGAIN, url),
            seen_alive_at=now,
            dead_since=None,
            failures=0,
            moved_to=answer.moved_to,
            etag=answer.etag or base.etag,
            facts=answer.facts or base.facts,
        )
    failures = base.failures + 1
    gone = answer.state == "dead" or base.state == "dead" or failures >= _GIVEN_UP
    waits = _DEAD_AGAIN if gone else _UNSURE_AGAIN
    return replace(
        base,
        host=host,
        state="dead" if gone else "unsure",
        said=answer.said,
        checked_at=now,
        due_at=now + _spread(waits[min(failures, len(waits)) - 1], url),
        dead_since=(base.dead_since or now) if gone else None,
        failures=failures,
        etag="",
    )


def _spread(interval: timedelta, url: str) -> timedelta:
    """Return an interval made a little longer or shorter, for each address always alike."""
    return interval * (1 + _SPREAD * (crc32(url.encode("utf-8", "replace")) % 2001 - 1000) / 1000)
