"""Sends what waits: takes deliveries, has their letters made, hands them over, and writes down what became of each.

What a letter says is the composer's matter, how one is handed over `handing`'s, which events there are `deliveries`'.
A delivery is committed as `sending` before its first byte leaves, one for each connection at a time: those are all that
a crash can hide, and they go out once more.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.digests import delivery_store
from broadsheet.digests.deliveries import FIRST_WAIT, Claimed, Event, Outcome, State, wait
from broadsheet.digests.delivery_store import Taken
from broadsheet.digests.handing import NOBODYS, Broken, Handed, Lanes
from broadsheet.digests.pace import Pace
from broadsheet.errors import BroadsheetError, Unavailable
from broadsheet.logs import get_logger
from broadsheet.mail import tally as rates
from broadsheet.mail.letter import Letter, Letterhead
from broadsheet.mail.standing import hold_against
from broadsheet.mail.standstill import note_leaving, note_standstill
from broadsheet.mail.transport import Transport
from broadsheet.mail.verdicts import Verdict

Composer = Callable[[Sequence[Taken]], list[Letter | None]]

_COUNTED = {
    Event.ACCEPT: rates.Event.ACCEPTED,
    Event.PUT_OFF: rates.Event.PUT_OFF,
    Event.REFUSE: rates.Event.REFUSED,
    Event.FAIL: rates.Event.SET_ASIDE,
    Event.GIVE_UP: rates.Event.SET_ASIDE,
}
_TOLD = {Event.REFUSE: "mail_refused", Event.PUT_OFF: "mail_put_off", Event.LOSE_SIGHT: "mail_unsure"}
_FAILED = {Event.FAIL: "mail_set_aside", Event.GIVE_UP: "mail_given_up"}
MOST_BROKEN = 20  # letters running that cannot be written: that is no fault of one of them
_log = get_logger("digests")


@dataclass(frozen=True, slots=True)
class SendReport:
    """How many deliveries reached which state in this run, with those that an earlier crash left."""

    accepted: int = 0
    soft_bounced: int = 0
    bounced: int = 0
    set_aside: int = 0
    again: int = 0
    unsure: int = 0
    empty: int = 0
    suppressed: int = 0
    lapsed: int = 0

    def __add__(self, other: "SendReport") -> "SendReport":
        return SendReport(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @classmethod
    def of(cls, states: Mapping[State, int]) -> "SendReport":
        """Count what was reached; what waits as it was is not told."""
        return cls(**{state: count for state, count in states.items() if state in cls.__slots__})

    @property
    def sentence(self) -> str:
        """The report in words; the empty text when nothing happened."""
        words = {
            "accepted": "sent",
            "soft_bounced": "put off by the server",
            "bounced": "refused",
            "set_aside": "set aside, as they could not be written",
            "again": "with unknown end, to be sent once more",
            "unsure": "with unknown end twice, given up",
            "empty": "without anything new",
            "suppressed": "not wanted any more",
            "lapsed": "too late to be sent",
        }
        return ", ".join(f"{count} {said}" for name, said in words.items() if (count := getattr(self, name)))


class Sending:
    """Works through waiting deliveries of given kinds."""

    def __init__(
        self, database: Database, transport: Transport, letterhead: Letterhead, clock: Clock, pace: Pace | None = None
    ) -> None:
        self._database = database
        self._transport = transport
        self._letterhead = letterhead
        self._clock = clock
        self._pace = pace or Pace(clock)
        self._turn = Lock()
        self._broken = 0

    def run(self, kinds: Sequence[str], composer: Composer, go_on: Callable[[], bool] = lambda: True) -> SendReport:
        """Send until nothing of `kinds` is due; `go_on` is asked before each batch, and may hold on to a lease.

        Raises `Unavailable` when no mail can leave: what was not tried waits as it was.
        """
        tally: Counter[State] = Counter()
        self._broken = 0
        with self._database.write() as connection:
            tally[State.SUPPRESSED] += delivery_store.withdraw(connection, self._clock.now())
        with Lanes(self._transport, self._letterhead, self._clock, self._begin) as lanes:
            try:
                while go_on() and (batch := self._exchange(lanes, kinds, tally)) is not None:
                    self._give(lanes, batch, composer)
            finally:
                lanes.stop()
                self._settle(lanes.rest(), tally)
                self._transport.close()
        if lanes.trouble:
            self._note(lanes.trouble)
            raise lanes.trouble
        return SendReport.of(tally)

    def _note(self, trouble: BaseException) -> None:
        """Tell operators that no mail leaves; where even that cannot be written, the trouble itself is told."""
        if isinstance(trouble, Unavailable):
            with suppress(BroadsheetError, SQLAlchemyError), self._writing() as connection:
                note_standstill(connection, trouble.message, self._clock.now())

    def _exchange(self, lanes: Lanes, kinds: Sequence[str], tally: Counter[State]) -> list[Taken] | None:
        """Write down what has ended and take what is sent next, in one transaction; None when all is done."""
        ended = lanes.ended()
        batch: list[Taken] | None = None
        with self._writing() as connection:
            tally.update(self._told(connection, ended))
            if not lanes.trouble:
                now, later = self._clock.now(), self._pace.later
                batch = delivery_store.claim(connection, kinds, now, lanes.room, later)
        return [] if batch is None and lanes.under_way else batch

    def _give(self, lanes: Lanes, batch: Sequence[Taken], composer: Composer) -> None:
        try:
            letters = self._written(batch, composer)
        except BaseException:
            self._settle([Handed(*taken, Event.HAND_BACK) for taken in batch], Counter())
            raise
        for taken, letter in zip(batch, letters, strict=True):
            lanes.give(*taken, letter)

    def _written(self, batch: Sequence[Taken], composer: Composer) -> list[Letter | Broken | None]:
        """Return what is to be handed over; where a letter cannot be written, each is tried by itself."""
        try:
            letters: list[Letter | Broken | None] = list(composer(batch)) if batch else []
        except NOBODYS:
            raise
        except Exception:  # noqa: BLE001 - one of them: which one, shows below
            letters = [self._one(taken, composer) for taken in batch]
        return letters

    def _one(self, taken: Taken, composer: Composer) -> Letter | Broken | None:
        try:
            (letter,) = composer([taken])
        except NOBODYS:
            raise
        except Exception as error:
            self._broken += 1
            if self._broken >= MOST_BROKEN:
                raise
            return Broken.by(error)
        self._broken = 0
        return letter

    def _settle(self, ended: Sequence[Handed], tally: Counter[State]) -> None:
        if ended:
            with self._writing() as connection:
                tally.update(self._told(connection, ended))

    def _begin(self, claimed: Claimed) -> bool:
        with self._writing() as connection:
            return delivery_store.begin(connection, claimed)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Open a transaction; SQLite has one writer and lets others sleep, so our threads wait for each other here."""
        with self._turn if self._database.is_sqlite else nullcontext(), self._database.write() as connection:
            yield connection

    def _told(self, connection: Connection, ended: Sequence[Handed]) -> list[State]:
        now = self._clock.now()
        outcomes = []
        for one in ended:
            outcome = _outcome(one, now)
            outcomes.append(outcome)
            if one.event not in (Event.HAND_BACK, Event.FAIL):
                self._pace.told(one.reader.address, put_off=one.of_domain)
            if outcome.event in _TOLD:
                _log.warning(_TOLD[outcome.event], delivery=one.claimed.id, reply=outcome.note)
            elif outcome.event in _FAILED:
                _log.error(_FAILED[outcome.event], delivery=one.claimed.id, why=outcome.note)
        if any(outcome.event is Event.ACCEPT for outcome in outcomes):
            note_leaving(connection)
        _weigh(connection, ended, outcomes, now)
        return delivery_store.settle(connection, outcomes, now)


def _weigh(connection: Connection, ended: Sequence[Handed], outcomes: Sequence[Outcome], now: datetime) -> None:
    """Count how mails ended, and hold what was refused for good against its address."""
    counted: Counter[tuple[str, rates.Event]] = Counter()
    for one, outcome in zip(ended, outcomes, strict=True):
        domain = rates.domain_of(one.reader.address)
        if outcome.event in _COUNTED:
            counted[domain, _COUNTED[outcome.event]] += 1
        if outcome.event is Event.REFUSE and one.verdict:
            counted[domain, rates.Event.GONE] += one.verdict is Verdict.GONE
            hold_against(connection, one.reader.address_key, one.verdict, now)
    rates.count_all(connection, counted, now)


def _outcome(one: Handed, now: datetime) -> Outcome:
    """Return what follows for the row: who was put off too often is refused, and who may have been mailed waits."""
    if one.event is Event.FAIL:
        pause = wait(one.claimed.attempts)
        return Outcome(one.claimed, Event.FAIL if pause else Event.GIVE_UP, one.note, now + pause if pause else None)
    if one.event is Event.PUT_OFF:
        pause = wait(one.claimed.attempts)
        return Outcome(one.claimed, Event.PUT_OFF if pause else Event.REFUSE, one.note, now + pause if pause else None)
    due_at = now + FIRST_WAIT if one.event is Event.LOSE_SIGHT else None
    return Outcome(one.claimed, one.event, one.note, due_at)
