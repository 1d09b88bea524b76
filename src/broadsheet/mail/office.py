"""What an operator sees and decides about mails: how they fare, who is not written to, and whether digests go on.

The page, the API and the command line ask here, so that they cannot disagree.
A decision is kept with who made it. An address is asked for and told nowhere: what is kept of it is its key.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from itertools import islice
from typing import Literal

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import NotFound
from broadsheet.mail import addresses, suppression_file, tally
from broadsheet.mail.limits import COMPLAINTS, COMPLAINTS_EVER, GONE, GONE_EVER, Limits, Pause
from broadsheet.mail.standstill import Standstill, standstill_of
from broadsheet.mail.suppression import Decision, Suppression, Suppressions, suppress
from broadsheet.mail.suppression_file import BadLine
from broadsheet.mail.tally import Rates

DAYS = 28
_A_BATCH = 500
_MOST_TOLD = 20  # bad lines of a file
_FEW = 5  # mails: a domain with fewer may be one reader's own, and is shown among others

Standing = Literal["fine", "near", "passed"]


@dataclass(frozen=True, slots=True)
class Receiver:
    """How mails to one domain fared; `domain` is empty for all that are too small to be told apart."""

    domain: str
    rates: Rates


@dataclass(frozen=True, slots=True)
class Overview:
    """How mails fared since a day, by day and by receiver; `suppressed` counts addresses by reason.

    `standstill` tells what keeps every mail from leaving, `pause` what keeps digests.
    """

    since: date
    days: Mapping[date, Rates]
    receivers: tuple[Receiver, ...]
    total: Rates
    week: Rates
    pause: Pause | None
    standstill: Standstill | None
    suppressed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: how many addresses are new on the list, were on it, and which lines are bad."""

    added: int = 0
    known: int = 0
    bad: tuple[BadLine, ...] = ()
    bad_in_all: int = 0

    @property
    def sentence(self) -> str:
        """The report in words."""
        said = f"{self.added} addresses added, {self.known} were on the list"
        return f"{said}, {self.bad_in_all} lines cannot be read" if self.bad_in_all else said


@dataclass(frozen=True, slots=True)
class Office:
    """The verbs of one instance's operator."""

    database: Database
    clock: Clock
    secret: bytes = field(repr=False)
    limits: Limits
    suppressions: Suppressions

    def overview(self, days: int = DAYS) -> Overview:
        """Return how mails fared in the last `days`, today (UTC) among them."""
        today = self.clock.now().astimezone(UTC).date()
        since = today - timedelta(days=days - 1)
        with self.database.read() as connection:
            by_day = tally.by_day(connection, since)
            by_domain = tally.by_domain(connection, since)
            standstill = standstill_of(connection)
        week = today - timedelta(days=6)
        return Overview(
            since=since,
            days=by_day,
            receivers=_told_apart(by_domain),
            total=tally.together(by_day.values()),
            week=tally.together(rates for day, rates in by_day.items() if day >= week),
            pause=self.limits.pause(),
            standstill=standstill,
            suppressed=self.suppressions.counts(),
        )

    def suppress(self, address: str, by: str) -> bool:
        """Write to an address no more; tells whether it was written to. Raises `Invalid`."""
        return self.suppressions.add(self._key(address), "operator", by=by)

    def lift(self, address: str, by: str) -> None:
        """Allow writing to an address again; raises `Invalid`, and `NotFound` for one that is not on the list.

        Whoever complained has no subscription any more, and gets mail only after confirming a new one.
        """
        if not self.suppressions.lift(self._key(address), by=by):
            raise NotFound("That address is not on the list: it is written to if it asked for mail.")

    def find(self, address: str) -> tuple[Suppression | None, list[Decision]]:
        """Return whether an address is on the list, and what was ever decided about it; raises `Invalid`."""
        key = self._key(address)
        return self.suppressions.find(key), self.suppressions.decisions(address_key=key)

    def take(self, lines: Iterable[str], by: str) -> Imported:
        """Put every address of a CSV on the list, those that are on it stay as they are; raises `Invalid`.

        Bad lines are told and stop no others.
        """
        entries = suppression_file.read(lines, self.secret, self.clock.now())
        added = known = bad = 0
        told: list[BadLine] = []
        while batch := list(islice(entries, _A_BATCH)):
            with self.database.write() as connection:
                for entry in batch:
                    if isinstance(entry, BadLine):
                        bad += 1
                        told += [entry] * (len(told) < _MOST_TOLD)
                    elif suppress(connection, entry.address_key, entry.reason, entry.since, by=by):
                        added += 1
                    else:
                        known += 1
        return Imported(added, known, tuple(told), bad)

    def _key(self, address: str) -> str:
        return addresses.read(address, self.secret).key


def standing(share: float, wanted: float, ever: float) -> Standing:
    """Say how a share stands to what receivers want."""
    return "passed" if share > ever else "near" if share > wanted else "fine"


def of_complaints(rates: Rates) -> Standing:
    """Say how complaints stand."""
    return standing(rates.complaint_share, COMPLAINTS, COMPLAINTS_EVER)


def of_gone(rates: Rates) -> Standing:
    """Say how mails to mailboxes that are not there stand."""
    return standing(rates.gone_share, GONE, GONE_EVER)


def _told_apart(by_domain: Mapping[str, Rates]) -> tuple[Receiver, ...]:
    large = [Receiver(domain, rates) for domain, rates in by_domain.items() if domain and rates.sent >= _FEW]
    small = [rates for domain, rates in by_domain.items() if not domain or rates.sent < _FEW]
    return (*large, *([Receiver("", tally.together(small))] if small else []))
