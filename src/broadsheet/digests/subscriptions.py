"""Subscriptions: asking, confirming, changing, ending, for addresses without accounts.

When a digest goes out is `digests`' matter.
Whoever asks hears the same whether the address is new, known or suppressed: only its mailbox learns more.
"""

import secrets
from collections.abc import Collection
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.digests import delivery_store, leaving, letters, moving_store, saved_store, store
from broadsheet.digests.deliveries import Claimed
from broadsheet.digests.moving import Moving
from broadsheet.digests.muting import Muting
from broadsheet.digests.owning import Owning
from broadsheet.digests.saved import checked
from broadsheet.digests.saving import SavedSearches, decide, hold
from broadsheet.digests.sections import with_page, written
from broadsheet.digests.sending import Sending, SendReport
from broadsheet.digests.subscription import Choices, Subscription, choices, pause
from broadsheet.digests.tokens import CONFIRM_WITHIN, Claim, Tokens, bad_token
from broadsheet.errors import Invalid, NotFound
from broadsheet.mail import addresses
from broadsheet.mail.letter import Letter, Letterhead, new_message_id
from broadsheet.mail.suppression import is_suppressed
from broadsheet.mail.transport import Transport
from broadsheet.papers.catalogue import Catalogue
from broadsheet.search.question import Question

ONE_LETTER_IN = timedelta(hours=1)
STALE = timedelta(minutes=10)
_BEGUN = {"state": "pending", "paused_from": None, "paused_until": None}


class Subscriptions:
    """Every verb about subscriptions; `token` is always what stood in a mailed link."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        secret: bytes,
        transport: Transport,
        letterhead: Letterhead,
        zone: ZoneInfo,
        catalogue: Catalogue,
    ) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self._tokens = Tokens(secret)
        self._letterhead = letterhead
        self._zone = zone
        self._sending = Sending(database, transport, letterhead, clock)
        self.searches = SavedSearches(database, clock, catalogue, lambda *given: self._open(*given)[1], self._managed)
        self.mutes = Muting(database, catalogue, self._managed)
        self.moving = Moving(database, clock, secret, self._open, self._queue)
        self.owning = Owning(database, clock, catalogue, self._managed, self._subscription)

    def subscribe(
        self,
        address: str,
        *,
        hour: object = 7,
        timezone: str | None = None,
        days: object = "weekdays",
        size: object = 10,
        search: Question | None = None,
        **chosen: object,
    ) -> None:
        """Ask for digests: queues a letter to the address, at most one an hour; `send_waiting` sends it.

        What can be `chosen` beside is `choices`' to know. A `search` waits until the mailbox's owner wants it. Raises
        `Invalid` for what is no address, no choice or no question to save, and says nothing about who is known.
        """
        _require_known(chosen)
        asked = choices(hour=hour, timezone=timezone or self._zone.key, days=days, size=size, **chosen)
        question = None if search is None else checked(search)
        reader = addresses.read(address, self._secret)
        try:
            with self._database.write() as connection:
                self._ask(connection, reader, asked, question)
        except IntegrityError:  # the same address asked at the same moment, and its row is there now
            with self._database.write() as connection:
                self._ask(connection, reader, asked, question)

    def send_waiting(self) -> SendReport:
        """Send the letters that wait; to be called after the answer to `subscribe` has left, and by the tick.

        Raises `Unavailable` when no mail can leave; the letters wait.
        """
        now = self._clock.now()
        with self._database.write() as connection:
            delivery_store.take_over(connection, delivery_store.LETTERS, now, now - STALE)
        return self._sending.run(delivery_store.LETTERS, lambda batch: [self._letter(*one) for one in batch])

    def confirm(self, token: str, searches: Collection[int] | None = None) -> Subscription:
        """Start the digests; a second time changes nothing. Raises `Invalid` (field `token`).

        Of the searches that wait those are taken in whose numbers are among `searches`, all where it is None. Where
        another subscription is to move to this address it does, or waits for the word of its old mailbox: what is
        returned is pending then.
        """
        with self._database.write() as connection:
            claim, row = self._open(connection, token)
            if claim.purpose != "confirm" or row.state == "ended":
                raise bad_token()
            move = self.moving.confirm(connection, row.id) if row.state == "pending" else None
            if move is not None:
                moved = self.moving.settle(connection, move)
                return self._reread(connection, move.subscription_id if moved else row.id)
            if row.state == "pending":
                confirmed = {"state": "confirmed", "confirmed_at": self._clock.now(), "ended_at": None}
                store.set_subscription(connection, row.id, confirmed)
                decide(connection, row.id, searches, self._clock.now())
            return self._reread(connection, row.id)

    def by_token(self, token: str) -> Subscription:
        """Return the subscription behind a link, changing nothing. Raises `Invalid` (field `token`)."""
        with self._database.read() as connection:
            return self._subscription(self._open(connection, token)[1])

    def by_address(self, address: str) -> Subscription:
        """Return the confirmed subscription of an address, for whoever runs the instance.

        Raises `Invalid` for what is no address, `NotFound` where it has none.
        """
        key = addresses.read(address, self._secret).key
        with self._database.read() as connection:
            row = store.by_key(connection, key)
        if row is None or row.state != "confirmed":
            raise NotFound("That address has no subscription that its mailbox has confirmed.")
        return self._subscription(row)

    def reading(self, token: str) -> Subscription:
        """Return the subscription whose mails a link out of one of them shows. Raises `Invalid` (field `token`)."""
        with self._database.read() as connection:
            claim, row = self._verified(connection, token)
        if claim.purpose not in ("read", "manage") or row.state != "confirmed":
            raise bad_token()
        return self._subscription(row)

    def change(self, token: str, **chosen: object) -> Subscription:
        """Change some of what `choices` takes; raises `Invalid` naming the field."""
        _require_known(chosen)
        with self._database.write() as connection:
            row = self._managed(connection, token)
            if row.state == "ended":
                raise Invalid("This subscription has ended. Subscribe again to start a new one.", field="token")
            known = {one.name: getattr(_chosen(row), one.name) for one in fields(Choices)}
            store.set_subscription(connection, row.id, _columns(choices(**{**known, **chosen})))
            return self._reread(connection, row.id)

    def rest(self, token: str, until: object, since: object = None) -> Subscription:
        """Bring no digest from `since` (at once by default) until a day; None goes on at once. Raises `Invalid`.

        What is due on the day of `until` comes.
        """
        with self._database.write() as connection:
            row = self._managed(connection, token)
            today = self._clock.now().astimezone(ZoneInfo(row.timezone)).date()
            first, last = pause(since, until, today)
            store.set_subscription(connection, row.id, {"paused_from": first, "paused_until": last})
            return self._reread(connection, row.id)

    def end(self, token: str) -> Subscription:
        """Stop all mails at once and forget the address; a second time changes nothing. Raises `Invalid`.

        What is returned still holds the address if this call ended it.
        """
        with self._database.write() as connection:
            row = self._managed(connection, token)
            if row.state == "ended":
                return self._subscription(row)
            now = self._clock.now()
            leaving.end(connection, row.id, now)
            return replace(self._subscription(row), state="ended", ended_at=now)

    def counts(self) -> dict[str, int]:
        """Return how many subscriptions are pending, confirmed and ended."""
        with self._database.read() as connection:
            return {"pending": 0, "confirmed": 0, "ended": 0} | store.count_states(connection)

    def of_row(self, row: Row[Any]) -> Subscription:
        """Return the subscription that `store` read as `row`, with a fresh link token."""
        return self._subscription(row)

    def _ask(
        self, connection: Connection, reader: addresses.Address, asked: Choices, question: Question | None
    ) -> None:
        now = self._clock.now()
        if is_suppressed(connection, reader.key):
            return
        row = store.by_key(connection, reader.key)
        fresh = {"address": reader.mailbox, **_columns(asked)}
        if row is None:
            began = {"address_key": reader.key, "token_key": secrets.token_hex(16), "created_at": now, "asked_at": now}
            subscription_id = store.add_subscription(connection, {**fresh, **began, "state": "pending"})
            self._queue(connection, subscription_id, "confirm", now)
            if question:
                hold(connection, subscription_id, question, now)
            return
        if question:
            hold(connection, row.id, question, now)
        # Only the mailbox itself can have ended a subscription, so asking anew after that is no flood.
        rested = row.state == "ended" or now - row.asked_at >= ONE_LETTER_IN
        if row.state == "ended" or (row.state == "pending" and not question):
            # Nobody has confirmed these choices yet, so the newest count, and nobody else's subscription comes here.
            moving_store.call_off(connection, row.id)
            store.set_subscription(connection, row.id, {**fresh, **_BEGUN})
        elif row.state == "pending" and asked.edition:  # a search is asked for beside what was chosen before
            order = with_page(_chosen(row).sections, wanted=True)
            store.set_subscription(connection, row.id, {"sections": written(order)})
        if rested:
            store.set_subscription(connection, row.id, {"asked_at": now})
            self._queue(connection, row.id, "manage" if row.state == "confirmed" else "confirm", now)

    def _queue(
        self, connection: Connection, subscription_id: int, kind: Literal["confirm", "manage", "move"], now: datetime
    ) -> None:
        values = {
            "subscription_id": subscription_id,
            "kind": kind,
            "occasion": f"{kind}:{secrets.token_hex(8)}",  # each letter is one of a kind: `_ask` counts the hours
            "message_id": new_message_id(self._letterhead),
            "queued_at": now,
            "due_at": now,
        }
        store.add_delivery(connection, values)

    def _letter(self, claimed: Claimed, row: Row[Any]) -> Letter:
        reader = self._subscription(row)
        if claimed.kind == "move":
            token = self._tokens.make("agree", row.id, row.token_key, self._clock.now())
            return letters.move(reader, token, self._letterhead, claimed.message_id)
        with self._database.read() as connection:
            moves = moving_store.move_to(connection, row.id) is not None
            if claimed.kind == "confirm":
                token = self._tokens.make("confirm", row.id, row.token_key, self._clock.now())
                return letters.confirmation(reader, token, self._letterhead, claimed.message_id, moves=moves)
            asked = any(one.waits for one in saved_store.searches(connection, row.id))
        return letters.management(reader, self._letterhead, claimed.message_id, asked=asked)

    def _verified(self, connection: Connection, token: str) -> tuple[Claim, Row[Any]]:
        row = store.by_id(connection, self._tokens.unverified(token))
        if row is None:
            raise bad_token()
        return self._tokens.verify(token, row.token_key), row

    def _open(self, connection: Connection, token: str) -> tuple[Claim, Row[Any]]:
        claim, row = self._verified(connection, token)
        if claim.purpose == "read":  # whoever was passed a mail on may read it, and neither see nor change the rest
            raise bad_token()
        if claim.purpose in ("confirm", "agree") and self._clock.now() - claim.issued_at > CONFIRM_WITHIN:
            raise Invalid(
                f"This link held for {CONFIRM_WITHIN.days} days and is older. Subscribe again to get a new one.",
                field="token",
            )
        return claim, row

    def _managed(self, connection: Connection, token: str) -> Row[Any]:
        claim, row = self._open(connection, token)
        if claim.purpose != "manage":
            raise bad_token()
        return row

    def _reread(self, connection: Connection, subscription_id: int) -> Subscription:
        row = store.by_id(connection, subscription_id)
        if row is None:
            raise bad_token()
        return self._subscription(row)

    def _subscription(self, row: Row[Any]) -> Subscription:
        return Subscription(
            id=row.id,
            address=row.address,
            state=row.state,
            created_at=row.created_at,
            confirmed_at=row.confirmed_at,
            ended_at=row.ended_at,
            token=self._tokens.make("manage", row.id, row.token_key, row.created_at),
            reading=self._tokens.make("read", row.id, row.token_key, row.created_at),
            choices=_chosen(row),
            paused_from=row.paused_from,
            paused_until=row.paused_until,
        )


def _chosen(row: Row[Any]) -> Choices:
    return Choices(
        row.hour,
        row.timezone,
        row.days,
        row.size,
        tuple(row.sections.split(",")),
        row.weekday,
        row.beside,
        row.even_empty,
        row.locale,
    )


def _columns(chosen: Choices) -> dict[str, object]:
    return {one.name: getattr(chosen, one.name) for one in fields(Choices)} | {"sections": written(chosen.sections)}


def _require_known(chosen: Collection[str]) -> None:
    known = {one.name for one in fields(Choices)} | {"edition"}
    if unknown := set(chosen) - known:
        raise Invalid(f"A subscription has no {min(unknown)}.", field=min(unknown))
