"""The searches of a subscription: what others asked for in its name waits, its owner keeps, drops and saves.

Who owns it `subscriptions` knows from the token, what they find is `following`'s matter.
Nothing but the token of a mailed link turns a waiting search into one that is asked.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.digests import saved_store
from broadsheet.digests.saved import MOST_SEARCHES, SavedSearch, checked, title_of
from broadsheet.errors import Conflict, Invalid, NotFound
from broadsheet.search.question import Question

# Anybody can make searches wait, so few may: the newest, or a stranger could fill the room for an owner's own.
MOST_WAITING = 5

Open = Callable[[Connection, str], Row[Any]]


class SavedSearches:
    """Every verb about the searches of one subscription; `token` is always what stood in a mailed link."""

    def __init__(self, database: Database, clock: Clock, opened: Open, managed: Open) -> None:
        """`opened` and `managed` return the subscription of a token, the second only of one that may change it."""
        self._database, self._clock = database, clock
        self._opened, self._managed = opened, managed

    def of(self, token: str) -> list[SavedSearch]:
        """Return the searches of the subscription behind a link, waiting ones too, oldest first. Raises `Invalid`."""
        with self._database.read() as connection:
            return saved_store.searches(connection, self._opened(connection, token).id)

    def save(self, token: str, asked: Question) -> None:
        """Save a search; one that is saved already stays as it is.

        Raises `Invalid` for a bad token (field `token`) or question (field `q`), `Conflict` when there is no room.
        """
        question = checked(asked)
        try:
            with self._database.write() as connection:
                self._save(connection, self._confirmed(connection, token).id, question)
        except IntegrityError:  # pressed twice: the other press has saved it
            return

    def keep(self, token: str, search_id: int) -> None:
        """Take a waiting search in; raises as `save`, and `NotFound` for one that is not there."""
        with self._database.write() as connection:
            row = self._confirmed(connection, token)
            there = {one.id: one for one in saved_store.searches(connection, row.id)}
            if search_id not in there:
                raise NotFound("That search is not there any more. Save it anew from the search page.")
            if there[search_id].waits:
                _require_room(there.values())
                saved_store.confirm(connection, [search_id], self._clock.now())

    def drop(self, token: str, search_id: int) -> None:
        """Forget a search, waiting or kept; one that is not there is as good as dropped. Raises `Invalid`."""
        with self._database.write() as connection:
            row = self._confirmed(connection, token)
            own = {one.id for one in saved_store.searches(connection, row.id)}
            saved_store.drop(connection, [search_id] if search_id in own else [])

    def _save(self, connection: Connection, subscription_id: int, question: Question) -> None:
        there = {one.question: one for one in saved_store.searches(connection, subscription_id)}
        known = there.get(question.encoded())
        if known is not None and not known.waits:
            return
        _require_room(there.values())
        now = self._clock.now()
        if known is not None:
            saved_store.confirm(connection, [known.id], now)
        else:
            _add(connection, subscription_id, question, now, now)

    def _confirmed(self, connection: Connection, token: str) -> Row[Any]:
        row = self._managed(connection, token)
        if row.state != "confirmed":
            raise Invalid("This subscription is not confirmed, or has ended. Subscribe to start anew.", field="token")
        return row


def hold(connection: Connection, subscription_id: int, asked: Question, now: datetime) -> None:
    """Let a search wait for the owner's word; of too many the oldest are dropped."""
    there = saved_store.searches(connection, subscription_id)
    if asked.encoded() in {one.question for one in there}:
        return
    waiting = [one.id for one in there if one.waits]
    saved_store.drop(connection, waiting[: max(0, len(waiting) + 1 - MOST_WAITING)])
    _add(connection, subscription_id, asked, now, None)


def decide(connection: Connection, subscription_id: int, wanted: Collection[int] | None, now: datetime) -> None:
    """Take in the waiting searches that are wanted, all where None says which, and drop the others."""
    waiting = [one.id for one in saved_store.searches(connection, subscription_id) if one.waits]
    kept = [one for one in waiting if wanted is None or one in wanted]
    saved_store.confirm(connection, kept, now)
    saved_store.drop(connection, [one for one in waiting if one not in kept])


def _require_room(there: Collection[SavedSearch]) -> None:
    if sum(not one.waits for one in there) >= MOST_SEARCHES:
        raise Conflict(f"A subscription holds {MOST_SEARCHES} searches, and this one is full. Remove one first.")


def _add(connection: Connection, subscription_id: int, asked: Question, now: datetime, kept: datetime | None) -> None:
    values = {"subscription_id": subscription_id, "question": asked.encoded(), "title": title_of(asked)}
    saved_store.add(connection, values | {"created_at": now, "confirmed_at": kept})
