"""Counts what became of mails, by day and receiver, and gives the rates that receivers judge a sender by.

When they are too high is `limits`' matter.
A count is added in the transaction that settles the mail, so that neither is there without the other; nothing here
names a reader, and days are forgotten after `KEPT`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.database.schema import mail_tally

KEPT = timedelta(days=90)
Key = TypeVar("Key", str, date)


class Event(StrEnum):
    """What can become of a mail; `GONE` is counted beside `REFUSED` or `BOUNCED` where the mailbox is not there."""

    ACCEPTED = "accepted"
    PUT_OFF = "put_off"
    SET_ASIDE = "set_aside"  # a fault of ours kept it from being written
    REFUSED = "refused"  # by the reply to it, for good
    BOUNCED = "bounced"  # by a report that came later
    GONE = "gone"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Rates:
    """How mails fared; shares are of those that were tried, complaints of those that a server took."""

    accepted: int = 0
    put_off: int = 0
    set_aside: int = 0
    refused: int = 0
    bounced: int = 0
    gone: int = 0
    complained: int = 0
    unsubscribed: int = 0

    @property
    def sent(self) -> int:
        """How many were tried to an end."""
        return self.accepted + self.refused

    @property
    def gone_share(self) -> float:
        """The share to mailboxes that are not there, 0 to 1."""
        return self.gone / self.sent if self.sent else 0.0

    @property
    def complaint_share(self) -> float:
        """The share that was complained of, 0 to 1; counted against one mail at least."""
        return min(1.0, self.complained / max(1, self.accepted))


def count(connection: Connection, event: Event, domain: str, now: datetime, number: int = 1) -> None:
    """Add to a day's count within a caller's transaction."""
    count_all(connection, {(domain, event): number}, now)


def count_all(connection: Connection, counted: Mapping[tuple[str, Event], int], now: datetime) -> None:
    """Add several counts, by receiver and event, in one order: no two transactions wait for each other in a ring."""
    day = now.astimezone(UTC).date()
    rows = [
        {"day": day, "domain": domain, "event": event, "number": number}
        for (domain, event), number in sorted(counted.items())
        if number
    ]
    if rows:
        upsert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(mail_tally)
        more = {"number": mail_tally.c.number + upsert.excluded.number}
        connection.execute(upsert.on_conflict_do_update(index_elements=["day", "domain", "event"], set_=more), rows)


def domain_of(address: str) -> str:
    """Return the receiver's domain, in lower case; empty for an address that was forgotten."""
    return address.rpartition("@")[2].lower()[:255]


def by_domain(connection: Connection, since: date) -> dict[str, Rates]:
    """Return the rates of each receiver from a day on, those with most mails first."""
    counted = (
        select(mail_tally.c.domain, mail_tally.c.event, func.sum(mail_tally.c.number).label("number"))
        .where(mail_tally.c.day >= since)
        .group_by(mail_tally.c.domain, mail_tally.c.event)
    )
    found = _rates((row.domain, row.event, row.number) for row in connection.execute(counted))
    return dict(sorted(found.items(), key=lambda item: (-item[1].sent, item[0])))


def by_day(connection: Connection, since: date) -> dict[date, Rates]:
    """Return the rates of each day from one on, in order; days without a mail are missing."""
    counted = (
        select(mail_tally.c.day, mail_tally.c.event, func.sum(mail_tally.c.number).label("number"))
        .where(mail_tally.c.day >= since)
        .group_by(mail_tally.c.day, mail_tally.c.event)
    )
    found = _rates((row.day, row.event, row.number) for row in connection.execute(counted))
    return dict(sorted(found.items()))


def together(rates: Iterable[Rates]) -> Rates:
    """Return the sum of rates."""
    given = list(rates)
    return Rates(**{name: sum(getattr(one, name) for one in given) for name in Rates.__slots__})


def forget_old(connection: Connection, now: datetime) -> int:
    """Delete the counts of long ago; return how many."""
    old = mail_tally.c.day < (now - KEPT).astimezone(UTC).date()
    return connection.execute(delete(mail_tally).where(old)).rowcount


def _rates(counted: Iterable[tuple[Key, str, int]]) -> dict[Key, Rates]:
    found: dict[Key, dict[str, int]] = defaultdict(dict)
    for key, event, number in counted:
        found[key][event] = int(number)
    return {key: Rates(**numbers) for key, numbers in found.items()}
