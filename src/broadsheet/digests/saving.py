"""What a subscription follows: searches that others asked for in its name wait, its owner keeps, drops and saves.

Who owns it `subscriptions` knows from the token, what they find is `following`'s matter.
Nothing but the token of a mailed link turns a waiting search into one that is asked.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.digests import saved_store, store
from broadsheet.digests.interests import Author, Category, Interest, Topic, section_of, topic
from broadsheet.digests.saved import LONGEST_QUESTION, MOST, SavedSearch, checked, title_of
from broadsheet.digests.sections import written
from broadsheet.errors import Conflict, Invalid, NotFound
from broadsheet.papers.catalogue import Catalogue
from broadsheet.search.question import Question

# Anybody can make searches wait, so few may: the newest, or a stranger could fill the room for an owner's own.
MOST_WAITING = 5

Open = Callable[[Connection, str], Row[Any]]


class SavedSearches:
    """Every verb about what one subscription follows; `token` is always what stood in a mailed link."""

    def __init__(self, database: Database, clock: Clock, catalogue: Catalogue, opened: Open, managed: Open) -> None:
        """`opened` and `managed` return the subscription of a token, the second only of one that may change it."""
        self._database, self._clock, self._catalogue = database, clock, catalogue
        self._opened, self._managed = opened, managed

    def of(self, token: str) -> list[SavedSearch]:
        """Return what the subscription behind a link follows, waiting ones too, oldest first. Raises `Invalid`."""
        with self._database.read() as connection:
            return saved_store.searches(connection, self._opened(connection, token).id)

    def save(self, token: str, asked: Question) -> None:
        """Save a search; one that is saved already stays as it is.

        Raises `Invalid` for a bad token (field `token`) or question (field `q`), `Conflict` when there is no room.
        """
        question = checked(asked)
        self._take_in(token, question.encoded(), title_of(question))

    def follow(self, token: str, interest: Interest) -> None:
        """Follow a topic, an author or a category; what is followed already stays as it is. Its section is switched on.

        Raises `Invalid` for a bad token (field `token`), `NotFound` for an example paper or a category that is not
        here, `Conflict` when there is no room.
        """
        if isinstance(interest, Topic):
            interest = replace(interest, examples=tuple(self._catalogue.get(key).key for key in interest.examples))
            interest = topic(interest.name, interest.words, interest.examples)  # two keys may name one paper
        code = _category(interest)
        if code and not self._catalogue.holds_category(code):
            remedy = f"No paper here is in {code}. Write the category as its papers do, such as cs.IR."
            raise NotFound(remedy, value=code)
        self._take_in(token, interest.encoded(), interest.title)

    def keep(self, token: str, search_id: int) -> None:
        """Take a waiting search in; raises as `save`, and `NotFound` for one that is not there."""
        with self._database.write() as connection:
            row = self._confirmed(connection, token)
            there = {one.id: one for one in saved_store.searches(connection, row.id)}
            if search_id not in there:
                raise NotFound("That search is not there any more. Save it anew from the search page.")
            if there[search_id].waits:
                _require_room(there.values(), there[search_id].section)
                self._switch_on(connection, row, there[search_id].section)
                saved_store.confirm(connection, [search_id], self._clock.now())

    def drop(self, token: str, search_id: int) -> None:
        """Forget a search, waiting or kept; one that is not there is as good as dropped. Raises `Invalid`."""
        with self._database.write() as connection:
            row = self._confirmed(connection, token)
            own = {one.id for one in saved_store.searches(connection, row.id)}
            saved_store.drop(connection, [search_id] if search_id in own else [])

    def _take_in(self, token: str, encoded: str, title: str) -> None:
        try:
            with self._database.write() as connection:
                self._save(connection, self._confirmed(connection, token), encoded, title)
        except IntegrityError:  # pressed twice: the other press has saved it
            return

    def _save(self, connection: Connection, row: Row[Any], encoded: str, title: str) -> None:
        there = {one.question: one for one in saved_store.searches(connection, row.id)}
        known = there.get(encoded)
        if known is not None and not known.waits:
            return
        section = section_of(encoded)
        _require_room(there.values(), section)
        self._switch_on(connection, row, section)
        now = self._clock.now()
        if known is not None:
            saved_store.confirm(connection, [known.id], now)
        else:
            _add(connection, row.id, encoded, title, now, now)

    def _switch_on(self, connection: Connection, row: Row[Any], section: str) -> None:
        """Let a section come that was switched off: whoever saves something wants to see what it finds."""
        order = row.sections.split(",")
        if section not in order:
            store.set_subscription(connection, row.id, {"sections": written([*order, section])})

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
    _add(connection, subscription_id, asked.encoded(), title_of(asked), now, None)


def decide(connection: Connection, subscription_id: int, wanted: Collection[int] | None, now: datetime) -> None:
    """Take in the waiting searches that are wanted, all where None says which, and drop the others."""
    waiting = [one.id for one in saved_store.searches(connection, subscription_id) if one.waits]
    kept = [one for one in waiting if wanted is None or one in wanted]
    saved_store.confirm(connection, kept, now)
    saved_store.drop(connection, [one for one in waiting if one not in kept])


def _category(interest: Interest) -> str:
    """Return the category that an interest names, empty where it names none."""
    match interest:
        case Author(category=code) | Category(code=code):
            return code
    return ""


def _require_room(there: Collection[SavedSearch], section: str) -> None:
    if sum(not one.waits and one.section == section for one in there) >= MOST[section]:
        raise Conflict(f"A subscription holds {MOST[section]} {section}, and this one is full. Remove one first.")


def _add(
    connection: Connection, subscription_id: int, question: str, title: str, now: datetime, kept: datetime | None
) -> None:
    if len(question) > LONGEST_QUESTION:
        raise Invalid("That is too long to be followed. Say it in fewer words.", field="q")
    values = {"subscription_id": subscription_id, "question": question, "title": title}
    saved_store.add(connection, values | {"created_at": now, "confirmed_at": kept})
