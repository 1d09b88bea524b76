"""How fast mails go, in all and to each domain: so many a minute at most, and none for a while to who puts them off.

Who waits, and that this is kept, is `delivery_store`'s matter: here is only said until when.
A pace counts what left. What it forgets when a process ends, the rows that wait still know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broadsheet.clock import Clock

PUT_OFF_IN_A_ROW = 3  # so many 4xx replies running are about the domain and not about its mailboxes
RESTS = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
_BURST = timedelta(seconds=10)  # what was not used of the pace for so long may leave at once
_CLOSE_TOGETHER = timedelta(milliseconds=100)  # after a rest mails do not come all at once


@dataclass
class _Domain:
    room: float  # mails that may leave now
    seen_at: datetime
    booked: datetime  # until when others wait already
    put_off: int = 0
    rests: int = 0
    resting_until: datetime | None = None


@dataclass
class Pace:
    """What is known of each domain.

    `limits` are mails a minute by domain, `*` for every other one; `rate` is that of all digests together, 0: none.
    """

    clock: Clock
    limits: Mapping[str, int] = field(default_factory=dict)
    rate: int = 0
    _domains: dict[str, _Domain] = field(default_factory=dict)

    def spread(self, number: int) -> timedelta:
        """Return how long after the first the digest of a number, counted from 0, is due; in whole seconds."""
        return timedelta(seconds=number * 60 // self.rate if self.rate else 0)

    def later(self, address: str) -> datetime | None:
        """Return when a mail to an address may leave, None for now; who may leave now is counted as gone."""
        name = _domain_of(address)
        domain, limit = self._domains.get(name), self._limit(name)
        if domain is None and limit is None:
            return None
        now = self.clock.now()
        domain = domain or self._known(name, limit, now)
        if domain.resting_until and now < domain.resting_until:
            return self._book(domain, domain.resting_until, limit)
        if limit is None:
            return None
        self._refill(domain, limit, now)
        if domain.room < 1:
            return self._book(domain, now, limit)
        domain.room -= 1
        return None

    def told(self, address: str, *, put_off: bool) -> None:
        """Take note of how a mail to an address ended."""
        name = _domain_of(address)
        domain = self._domains.get(name)
        if not put_off:
            if domain:
                domain.put_off = domain.rests = 0
            return
        now = self.clock.now()
        domain = domain or self._known(name, self._limit(name), now)
        domain.put_off += 1
        if domain.put_off >= PUT_OFF_IN_A_ROW:
            domain.resting_until = now + RESTS[min(domain.rests, len(RESTS) - 1)]
            domain.rests += 1
            domain.put_off = 0

    def _limit(self, name: str) -> int | None:
        return self.limits.get(name) or self.limits.get("*")

    def _known(self, name: str, limit: int | None, now: datetime) -> _Domain:
        return self._domains.setdefault(name, _Domain(_most(limit), now, now))

    def _refill(self, domain: _Domain, limit: int, now: datetime) -> None:
        passed = max(now - domain.seen_at, timedelta(0))  # a clock that was put back gives nothing and takes nothing
        domain.room = min(_most(limit), domain.room + limit * (passed / timedelta(minutes=1)))
        domain.seen_at = now

    def _book(self, domain: _Domain, earliest: datetime, limit: int | None) -> datetime:
        step = timedelta(minutes=1) / limit if limit else _CLOSE_TOGETHER
        domain.booked = max(domain.booked, earliest) + step
        return domain.booked


def _most(limit: int | None) -> float:
    return max(1.0, limit * (_BURST / timedelta(minutes=1))) if limit else 1.0


def _domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()
