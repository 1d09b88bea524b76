"""Moves a subscription to another address, once both mailboxes have said so.

The new address is a pending subscription of its own until then: its letter, the hour between letters and suppression
are those of every new one. Whoever asks hears the same, whoever's the new address is.
When it has moved, every link that was mailed before has ended: the old mailbox may be somebody else's by now.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.digests import moving_store, store
from broadsheet.digests.tokens import Claim, bad_token
from broadsheet.errors import Invalid, TooMany
from broadsheet.mail import addresses
from broadsheet.mail.suppression import is_suppressed

ONE_MOVE_IN = timedelta(hours=1)
Open = Callable[[Connection, str], tuple[Claim, Row[Any]]]
Queue = Callable[[Connection, int, Literal["confirm", "manage", "move"], datetime], None]
# What the row that stands for a new address has of the old one, so that its letter says what would come.
_CHOICES = ("hour", "timezone", "days", "weekday", "size", "sections", "beside", "even_empty", "locale")


class Moving:
    """Every verb about changing an address; `token` is always what stood in a mailed link."""

    def __init__(self, database: Database, clock: Clock, secret: bytes, opened: Open, queue: Queue) -> None:
        """`opened` reads a token; `queue` queues a letter about a subscription."""
        self._database, self._clock, self._secret = database, clock, secret
        self._opened, self._queue = opened, queue

    def ask(self, token: str, address: str) -> None:
        """Ask for another address: a letter goes to either mailbox.

        Raises `Invalid` for a bad token (field `token`) or what is no other address (field `address`), `TooMany` within
        an hour of the last time.
        """
        to, now = addresses.read(address, self._secret), self._clock.now()
        with self._database.write() as connection:
            row = self._confirmed(connection, token)
            if to.key == row.address_key:
                raise Invalid("Your mails go to that address already.", field="address")
            before = moving_store.move_of(connection, row.id)
            if before is not None and now - before.asked_at < ONE_MOVE_IN:
                wait = (ONE_MOVE_IN - (now - before.asked_at)).total_seconds()
                raise TooMany("An address can be changed once an hour. Try again later.", retry_after=wait)
            target = self._target(connection, row, to, now)
            if target is not None:
                moving_store.begin(connection, row.id, target, now)
            self._queue(connection, row.id, "move", now)

    def agree(self, token: str) -> bool:
        """Say yes from the old mailbox; tell whether that was the last word. Raises `Invalid` (field `token`)."""
        with self._database.write() as connection:
            row = self._agreeing(connection, token)
            moving_store.say(connection, row.id, {"agreed_at": self._clock.now()})
            return self.settle(connection, moving_store.move_of(connection, row.id))

    def looked_at(self, token: str) -> None:
        """Check the token of the old mailbox's link, changing nothing. Raises `Invalid` (field `token`)."""
        with self._database.read() as connection:
            self._agreeing(connection, token)

    def confirm(self, connection: Connection, to_id: int) -> Row[Any] | None:
        """Say yes from the new mailbox within a caller's transaction; return the move, None where there is none."""
        move = moving_store.move_to(connection, to_id)
        if move is not None:
            moving_store.say(connection, move.subscription_id, {"confirmed_at": self._clock.now()})
            move = moving_store.move_of(connection, move.subscription_id)
        return move

    def settle(self, connection: Connection, move: Row[Any] | None) -> bool:
        """Move the subscription if both mailboxes have said so; tell whether it moved."""
        if move is None or move.agreed_at is None or move.confirmed_at is None:
            return False
        target = store.by_id(connection, move.to_id)
        if target is None or target.state != "pending":  # somebody subscribed with that address meanwhile
            return False
        moving_store.delete_subscription(connection, move.to_id)
        moving_store.part_with_mails(connection, move.subscription_id)
        values = {"address": target.address, "address_key": target.address_key, "token_key": secrets.token_hex(16)}
        store.set_subscription(connection, move.subscription_id, values)
        return True

    def _target(self, connection: Connection, row: Row[Any], to: addresses.Address, now: datetime) -> int | None:
        """Return the pending subscription that stands for the new address, with a letter on its way to it.

        None where nobody can answer: the address is suppressed, or has a subscription of its own, which a letter tells.
        """
        if is_suppressed(connection, to.key):
            return None
        there = store.by_key(connection, to.key)
        if there is not None and there.state == "confirmed":
            self._queue_hourly(connection, there, "manage", now)
            return None
        fresh = {name: getattr(row, name) for name in _CHOICES} | {"address": to.mailbox, "state": "pending"}
        if there is None:
            began = {"address_key": to.key, "token_key": secrets.token_hex(16), "created_at": now, "asked_at": now}
            made = store.add_subscription(connection, {**fresh, **began})
            self._queue(connection, made, "confirm", now)
            return made
        store.set_subscription(connection, there.id, fresh)
        self._queue_hourly(connection, there, "confirm", now, ended=there.state == "ended")
        return int(there.id)

    def _queue_hourly(
        self,
        connection: Connection,
        row: Row[Any],
        kind: Literal["confirm", "manage"],
        now: datetime,
        *,
        ended: bool = False,
    ) -> None:
        if ended or now - row.asked_at >= ONE_MOVE_IN:
            store.set_subscription(connection, row.id, {"asked_at": now})
            self._queue(connection, row.id, kind, now)

    def _confirmed(self, connection: Connection, token: str) -> Row[Any]:
        claim, row = self._opened(connection, token)
        if claim.purpose != "manage" or row.state != "confirmed":
            raise bad_token()
        return row

    def _agreeing(self, connection: Connection, token: str) -> Row[Any]:
        claim, row = self._opened(connection, token)
        if claim.purpose != "agree" or row.state != "confirmed":
            raise bad_token()
        return row
