"""Sends the letters of sign-ins: takes one, mints its token, hands it over, and writes down what became of it.

    queued -> sending -> sent | failed          withheld: nobody may be written to, or nobody may join

The token is made here, at the last moment, so that the database holds its hash alone. A letter that may have left is
sent again if a crash hid its end: its first token then holds no more, and a reader who asked once may get two letters.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row

from broadsheet.accounts import letters, store
from broadsheet.accounts.hashed import hash_of, new_token
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import Unavailable
from broadsheet.logs import get_logger
from broadsheet.mail import tally
from broadsheet.mail.letter import Letterhead, compose
from broadsheet.mail.standing import hold_against
from broadsheet.mail.transport import Refused, Transport, Unsure
from broadsheet.mail.verdicts import Verdict

LASTING = timedelta(minutes=20)  # a link, from the moment its letter leaves
STALE = timedelta(minutes=2)
_AGAIN = timedelta(minutes=1)  # a server that puts letters off at first lets them through then
_MOST_ATTEMPTS = 5

_log = get_logger("accounts")


class Sending:
    """Works through the letters that wait."""

    def __init__(self, database: Database, transport: Transport, letterhead: Letterhead, clock: Clock) -> None:
        self._database = database
        self._transport = transport
        self._letterhead = letterhead
        self._clock = clock

    def run(self) -> int:
        """Send until no letter is due, and return how many left; raises `Unavailable` when none can leave now."""
        sent = 0
        with self._database.write() as connection:
            store.hand_back_letters(connection, self._clock.now() - STALE)
        try:
            while (taken := self._take()) is not None:
                sent += self._send(*taken)
        finally:
            self._transport.close()
        return sent

    def _take(self) -> tuple[Row[Any], str] | None:
        now = self._clock.now()
        token = new_token()
        with self._database.write() as connection:
            row = store.claim_letter(connection, now, _MOST_ATTEMPTS)
            if row is None:
                return None
            store.set_sign_in(connection, row.id, {"token_hash": hash_of(token), "expires_at": now + LASTING})
        return row, token

    def _send(self, row: Row[Any], token: str) -> bool:
        minutes = int(LASTING.total_seconds() // 60)
        letter = letters.sign_in(row.address, token, minutes, self._letterhead, row.message_id)
        message = compose(letter, self._letterhead, self._clock.now())
        sender = self._letterhead.envelope_sender(row.message_id)
        try:
            self._transport.send(message, sender=sender, recipient=row.address)
        except Refused as refusal:
            self._refused(row, refusal)
            return False
        except Unsure as unsure:  # it may have arrived, so that its link must hold
            _log.warning("sign_in_letter_unsure", sign_in=row.id, reply=unsure.message)
        except Unavailable:
            self._settle(row, store.QUEUED, attempts=row.attempts - 1, expires_at=row.expires_at)
            raise
        self._settle(row, store.SENT, counted={tally.Event.ACCEPTED: 1})
        return True

    def _refused(self, row: Row[Any], refusal: Refused) -> None:
        _log.warning("sign_in_letter_refused", sign_in=row.id, reply=refusal.message)
        if not refusal.permanent and row.attempts < _MOST_ATTEMPTS:
            self._settle(row, store.QUEUED, due_at=self._clock.now() + _AGAIN, expires_at=row.expires_at)
            return
        counted = {tally.Event.REFUSED: 1, tally.Event.GONE: int(refusal.verdict is Verdict.GONE)}
        self._settle(row, store.FAILED, counted=counted, verdict=refusal.verdict)

    def _settle(
        self,
        row: Row[Any],
        state: str,
        *,
        counted: Mapping[tally.Event, int] = MappingProxyType({}),
        verdict: Verdict | None = None,
        **values: object,
    ) -> None:
        now, domain = self._clock.now(), tally.domain_of(row.address)
        with self._database.write() as connection:
            store.set_sign_in(connection, row.id, {"state": state, **values})
            tally.count_all(connection, {(domain, event): number for event, number in counted.items()}, now)
            if verdict is not None:
                hold_against(connection, row.address_key, verdict, now)
