"""Takes in what came back: each mail is read, counted once, and held against its address or acted upon.

What a mail tells is `reading`'s matter, what it weighs `standing`'s; of which subscription or account it was, its owner
says, by the mail's id. All that follows from one mail is one transaction, after which it is done with in its inbox:
whoever is stopped between the two reads it again, and nothing is counted twice.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.database.schema import mail_return
from broadsheet.errors import Unavailable
from broadsheet.jobs.leases import Leases
from broadsheet.logs import get_logger
from broadsheet.mail import standing, tally
from broadsheet.mail.envelope import ReturnPath
from broadsheet.mail.returned.inboxes import Inbox, Waiting
from broadsheet.mail.returned.reading import Kind, Told, read
from broadsheet.mail.suppression import suppress
from broadsheet.mail.verdicts import Verdict

LEASE = "returned mail"
LEASE_LENGTH = timedelta(minutes=5)
MOST = 500  # mails of one inbox in one run
SECONDS = 30.0  # after which a run leaves the rest to the next
KEPT = timedelta(days=180)  # so long a report that is read again counts for nothing
_COUNTED = (Kind.BOUNCE, Kind.COMPLAINT, Kind.UNSUBSCRIBE)

_log = get_logger("mail")


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom a mail went; `domain` is empty where the address was forgotten since."""

    address_key: str
    domain: str = field(repr=False)


class Owner(Protocol):
    """Who sent a mail, and knows it by its id."""

    def find(self, connection: Connection, mail_id: str) -> Addressee | None:
        """Return to whom the mail went, None for one that is another's."""
        ...

    def bounced(self, connection: Connection, mail_id: str, words: str, now: datetime) -> None:
        """Learn that the mail came back."""
        ...

    def leave(self, connection: Connection, mail_id: str, now: datetime) -> None:
        """Learn that its reader wants no more of the kind."""
        ...


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many mails of each kind were read; `suppressed` addresses are written to no more since."""

    kinds: Counter[Kind] = field(default_factory=Counter)
    unknown: int = 0
    suppressed: int = 0

    @property
    def sentence(self) -> str:
        """The report in words; the empty text when nothing came."""
        words = {
            Kind.BOUNCE: "bounces",
            Kind.COMPLAINT: "complaints",
            Kind.UNSUBSCRIBE: "mails to unsubscribe",
            Kind.FORGED: "forged",
        }
        told = [f"{self.kinds[kind]} {said}" for kind, said in words.items() if self.kinds[kind]]
        others = sum(self.kinds.values()) - sum(self.kinds[kind] for kind in words)
        told += [f"{others} others"] * bool(others)
        told += [f"{self.unknown} of no mail that is known"] * bool(self.unknown)
        return ", ".join([*told, *[f"{self.suppressed} addresses suppressed"] * bool(self.suppressed)])


class Intake:
    """Reads the inboxes of one instance."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        path: ReturnPath | None,
        owners: Sequence[Owner],
        inboxes: Sequence[Inbox],
    ) -> None:
        self._database = database
        self._clock = clock
        self._path = path
        self._owners = owners
        self.inboxes = inboxes
        self._leases = Leases(database, clock)

    def take_in(self) -> TakenIn:
        """Read what waits, within limits; raises `Conflict` while another process does, `Unavailable` for an inbox
        that cannot be read, after all others were.
        """
        if self._path is None or not self.inboxes:
            return TakenIn()
        kinds: Counter[Kind] = Counter()
        numbers: Counter[str] = Counter()
        broken: list[Unavailable] = []
        until = time.monotonic() + SECONDS
        with self._leases.held(LEASE, LEASE_LENGTH):
            for inbox in self.inboxes:
                try:
                    self._read(inbox, self._path, until, kinds, numbers)
                except Unavailable as error:
                    broken.append(error)
        if broken:
            raise broken[0]
        return TakenIn(kinds, numbers["unknown"], numbers["suppressed"])

    def forget_old(self) -> None:
        """Forget what was read long ago, and points that have faded."""
        now = self._clock.now()
        with self._database.write() as connection:
            connection.execute(delete(mail_return).where(mail_return.c.at < now - KEPT))
            standing.forget_faded(connection, now)
            tally.forget_old(connection, now)

    def _read(self, inbox: Inbox, path: ReturnPath, until: float, kinds: Counter[Kind], numbers: Counter[str]) -> None:
        for waiting in inbox.waiting(MOST):
            told = _read_one(waiting, path)
            numbers.update(self.settle(told))
            kinds[told.kind] += 1
            waiting.done()
            if time.monotonic() > until:
                return

    def settle(self, told: Told) -> Counter[str]:
        """Do what follows from what one mail, or a provider's notice, tells; return what is worth counting."""
        if told.kind not in _COUNTED:
            _log.info("mail_returned", kind=told.kind.value, mail=told.mail_id)
            return Counter()
        now = self._clock.now()
        with self._database.write() as connection:
            owned = next(((owner, to) for owner in self._owners if (to := owner.find(connection, told.mail_id))), None)
            if owned is None:
                _log.warning("mail_returned", kind=told.kind.value, mail=told.mail_id, known=False)
                return Counter(unknown=1)
            if not _is_first(connection, told, now):
                return Counter(again=1)
            suppressed = _act(connection, told, *owned, now)
        verdict = told.verdict.value if told.verdict else ""
        _log.info("mail_returned", kind=told.kind.value, mail=told.mail_id, verdict=verdict, suppressed=suppressed)
        return Counter(suppressed=int(suppressed))


def _read_one(waiting: Waiting, path: ReturnPath) -> Told:
    """Read a mail; one that breaks the reading would be met first in every run, and is passed over instead."""
    try:
        return read(waiting.raw, waiting.recipients, path)
    except Exception as error:  # noqa: BLE001 - a stranger wrote it
        _log.error("mail_not_read", error=type(error).__name__)
        return Told(Kind.OTHER)


def _act(connection: Connection, told: Told, owner: Owner, to: Addressee, now: datetime) -> bool:
    """Do what follows; tells whether the address is written to no more from now on."""
    match told.kind:
        case Kind.BOUNCE:
            verdict = told.verdict or Verdict.BLOCKED
            tally.count(connection, tally.Event.BOUNCED, to.domain, now)
            if verdict is Verdict.GONE:
                tally.count(connection, tally.Event.GONE, to.domain, now)
            owner.bounced(connection, told.mail_id, told.words, now)
            return standing.hold_against(connection, to.address_key, verdict, now)
        case Kind.COMPLAINT:
            tally.count(connection, tally.Event.COMPLAINED, to.domain, now)
            owner.leave(connection, told.mail_id, now)
            return suppress(connection, to.address_key, "complained", now)
    tally.count(connection, tally.Event.UNSUBSCRIBED, to.domain, now)
    owner.leave(connection, told.mail_id, now)
    return False


def _is_first(connection: Connection, told: Told, now: datetime) -> bool:
    """Note that this mail's report was read; tells whether it is the first of its kind."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    note = dialect.insert(mail_return).values(mail_id=told.mail_id, kind=told.kind.value, at=now)
    once = note.on_conflict_do_nothing(index_elements=["mail_id", "kind"]).returning(mail_return.c.mail_id)
    return connection.execute(once).one_or_none() is not None
