"""Sends what waits: takes one delivery, makes its letter, hands it over, and writes down what became of it.

What a letter says is the composer's matter, which events there are `deliveries`'.
A delivery is committed as `sending` before the first byte leaves: a crash can hide one mail and repeats none.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.digests import store
from broadsheet.digests.deliveries import Claimed, Event, State, wait
from broadsheet.errors import Unavailable
from broadsheet.logs import get_logger
from broadsheet.mail.letter import Letter, Letterhead, compose
from broadsheet.mail.suppression import suppress
from broadsheet.mail.transport import Refused, Transport, Unsure

MOST_LOSSES = 3  # so many broken connections in a row are the server's trouble, not the mails'
Composer = Callable[[Claimed, Row[Any]], Letter | None]

_log = get_logger("digests")


@dataclass(frozen=True, slots=True)
class SendReport:
    """How many deliveries reached which state in this run; `unsure` includes those that an earlier crash left."""

    accepted: int = 0
    soft_bounced: int = 0
    bounced: int = 0
    unsure: int = 0
    empty: int = 0
    suppressed: int = 0

    def __add__(self, other: "SendReport") -> "SendReport":
        return SendReport(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def sentence(self) -> str:
        """The report in words; the empty text when nothing happened."""
        words = {
            "accepted": "sent",
            "soft_bounced": "put off by the server",
            "bounced": "refused",
            "unsure": "with unknown end, not sent again",
            "empty": "without anything new",
            "suppressed": "not wanted any more",
        }
        return ", ".join(f"{count} {said}" for name, said in words.items() if (count := getattr(self, name)))


class Sending:
    """Works through waiting deliveries of given kinds."""

    def __init__(self, database: Database, transport: Transport, letterhead: Letterhead, clock: Clock) -> None:
        self._database = database
        self._transport = transport
        self._letterhead = letterhead
        self._clock = clock

    def run(self, kinds: Sequence[str], composer: Composer, keep: Callable[[], None] = lambda: None) -> SendReport:
        """Send until nothing of `kinds` is due; `keep` is called before each mail, to hold on to a lease.

        Raises `Unavailable` when no mail can leave: what was not tried waits as it was.
        """
        tally: Counter[State] = Counter()
        losses = 0
        with self._database.write() as connection:
            tally[State.SUPPRESSED] += store.withdraw(connection, self._clock.now())
        try:
            while losses < MOST_LOSSES:
                keep()
                with self._database.write() as connection:
                    taken = store.claim(connection, kinds, self._clock.now())
                if taken is None:
                    return SendReport(**{state.value: count for state, count in tally.items()})
                state, lost = self._send(*taken, composer)
                tally[state] += 1
                losses = losses + 1 if lost else 0
        finally:
            self._transport.close()
        raise Unavailable(
            f"The mail server broke off {MOST_LOSSES} connections in a row; the rest waits for the next run. "
            "Look into the server's log.",
            value=self._transport.describe(),
        )

    def _send(self, claimed: Claimed, reader: Row[Any], composer: Composer) -> tuple[State, bool]:
        """Return the delivery's new state, and whether the connection broke."""
        try:
            letter = composer(claimed, reader)
            message = None if letter is None else compose(letter, self._letterhead, self._clock.now())
        except BaseException:
            self._settle(claimed, Event.HAND_BACK)
            raise
        if message is None:
            self._settle(claimed, Event.FIND_EMPTY, "none of its papers stands in the edition any more")
            return State.EMPTY, False
        sender = self._letterhead.envelope_sender(claimed.message_id)
        try:
            self._transport.send(message, sender=sender, recipient=reader.address)
        except Refused as refusal:
            return self._refused(claimed, reader, refusal), refusal.lost
        except Unsure as unsure:
            self._settle(claimed, Event.LOSE_SIGHT, unsure.message)
            _log.warning("mail_unsure", delivery=claimed.id, reply=unsure.message)
            return State.UNSURE, True
        except Unavailable as down:
            self._settle(claimed, Event.HAND_BACK, down.message)
            raise
        self._settle(claimed, Event.ACCEPT)
        _log.debug("mail_accepted", delivery=claimed.id)
        return State.ACCEPTED, False

    def _refused(self, claimed: Claimed, reader: Row[Any], refusal: Refused) -> State:
        pause = None if refusal.permanent else wait(claimed.attempts)
        now = self._clock.now()
        with self._database.write() as connection:
            if pause is None:
                store.move(connection, claimed.id, Event.REFUSE, now, note=refusal.message)
                if refusal.gone:
                    suppress(connection, reader.address_key, "bounced", now)
            else:
                store.move(connection, claimed.id, Event.PUT_OFF, now, note=refusal.message, due_at=now + pause)
        state = State.BOUNCED if pause is None else State.SOFT_BOUNCED
        _log.warning("mail_refused", delivery=claimed.id, state=state.value, reply=refusal.message)
        return state

    def _settle(self, claimed: Claimed, event: Event, note: str = "") -> None:
        with self._database.write() as connection:
            store.move(connection, claimed.id, event, self._clock.now(), note=note)
