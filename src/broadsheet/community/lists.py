"""Readers' lists of papers: named, ordered, with a note beside each paper; private, shared by a link, or public.

Who asks is the doors' matter. A list's key is its address and, while it is shared, all that one needs to see it: a list
that is made private gets another, so that no link that was handed out works on.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Row

from broadsheet.accounts.allowances import Allowances, Limit
from broadsheet.accounts.reader import Reader
from broadsheet.clock import Clock
from broadsheet.community import list_store, store
from broadsheet.community.deeds import Deed
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, Invalid, NotFound, SignInNeeded
from broadsheet.papers import clean
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Paper

Access = Literal["private", "shared", "public"]
ACCESSES: tuple[Access, ...] = get_args(Access)
MOST_LISTS = 100
MOST_PAPERS = 1_000
LONGEST_NAME, LONGEST_ABOUT, LONGEST_NOTE = 80, 1_000, 500
BY_READER = Limit("list", "changes of lists an hour", 600, timedelta(hours=1))
_GONE = "There is no such list, or it is private. Its owner can say whether it was shared under another address."


@dataclass(frozen=True, slots=True)
class ReadingList:
    """One list; `size` counts its papers."""

    id: int
    reader_id: int
    key: str
    name: str
    about: str
    access: Access
    made_at: datetime
    changed_at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper in a list, with its owner's note, empty for none."""

    paper: Paper
    note: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A reader's page for others; `votes` says whether votes are shown there beside public lists."""

    votes: bool
    opened_at: datetime


class Lists:
    """The lists of one database."""

    def __init__(self, database: Database, catalogue: Catalogue, clock: Clock, secret: bytes) -> None:
        self._database = database
        self._catalogue = catalogue
        self._clock = clock
        self._allowances = Allowances(database, clock, secret)

    def make(self, reader_id: int, name: str, about: str = "", access: str = "private") -> ReadingList:
        """Make a list. Raises `Invalid` (fields `name`, `about`, `access`), `Conflict` for one too many, `TooMany`."""
        values = _checked(name, about, access)
        self._allowances.take([(BY_READER, str(reader_id))])
        now, key = self._clock.now(), _fresh_key()
        with self._database.write() as connection:
            if not store.has_reader(connection, reader_id):
                raise SignInNeeded("This account was deleted meanwhile. Sign in to make another.")
            if list_store.count_lists(connection, reader_id) >= MOST_LISTS:
                raise Conflict(f"You have {MOST_LISTS} lists, which is the most. Delete one first.")
            own = {"reader_id": reader_id, "key": key, "made_at": now, "changed_at": now}
            list_store.add_list(connection, own | values)
            return _list(list_store.list_by_key(connection, key))

    def change(self, reader_id: int, key: str, name: str, about: str, access: str) -> ReadingList:
        """Change what a list is called and who sees it; a private one gets a new key. Raises as `make`, `NotFound`."""
        values = _checked(name, about, access)
        with self._own(reader_id, key) as (connection, held):
            if access == "private" and held.access != "private":
                values["key"] = _fresh_key()
            list_store.set_list(connection, held.id, values)
            return _list(list_store.list_by_key(connection, str(values.get("key", key))))

    def delete(self, reader_id: int, key: str) -> None:
        """Delete a list. Raises `NotFound`, `TooMany`."""
        with self._own(reader_id, key) as (connection, held):
            list_store.drop_list(connection, held.id)

    def of(self, reader_id: int) -> list[ReadingList]:
        """Return all lists of a reader, for that reader."""
        with self._database.read() as connection:
            return [_list(row) for row in list_store.lists_of(connection, reader_id)]

    def public_of(self, reader_id: int) -> list[ReadingList]:
        """Return a reader's lists that everybody may see."""
        with self._database.read() as connection:
            return [_list(row) for row in list_store.lists_of(connection, reader_id, "public")]

    def public(self, limit: int) -> list[ReadingList]:
        """Return the lists that everybody may find and that hold papers, the last changed first."""
        with self._database.read() as connection:
            return [_list(row) for row in list_store.public_lists(connection, limit)]

    def get(self, key: str, reader_id: int | None) -> ReadingList:
        """Return a list for whoever asks; raises `NotFound` for a private one of somebody else as for none."""
        with self._database.read() as connection:
            found = _list(list_store.list_by_key(connection, key[:32]))
        if found.access == "private" and found.reader_id != reader_id:
            raise NotFound(_GONE)
        return found

    def papers(self, one: ReadingList) -> list[Listed]:
        """Return what stands in a list, in its order."""
        with self._database.read() as connection:
            rows = {row.paper_id: row for row in list_store.listed(connection, one.id)}
        return [Listed(it, rows[it.id].note, rows[it.id].added_at) for it in self._catalogue.papers(list(rows))]

    def holding(self, reader_id: int, paper_id: int) -> set[int]:
        """Return the numbers of a reader's lists in which a paper stands."""
        with self._database.read() as connection:
            return list_store.holding(connection, reader_id, paper_id)

    def add(self, reader_id: int, key: str, paper_id: int, note: str = "") -> bool:
        """Put a paper at the end of a list; tells whether it is new there.

        Raises `NotFound` for a list or paper that is gone, `Invalid`, `Conflict` for a full list, `TooMany`.
        """
        text = _within(note, LONGEST_NOTE, "note", "note")
        with self._own(reader_id, key) as (connection, held):
            paper = store.hold(connection, paper_id)
            if paper is None:
                raise NotFound("This paper is gone from this instance.", value=paper_id)
            if held.size >= MOST_PAPERS:
                raise Conflict(f"A list holds {MOST_PAPERS:,} papers at most. Start another.")
            return list_store.add_paper(connection, held.id, paper.id, text, self._clock.now())

    def remove(self, reader_id: int, key: str, paper_id: int) -> bool:
        """Take a paper out of a list; tells whether it was there. Raises `NotFound` for the list, `TooMany`."""
        with self._own(reader_id, key) as (connection, held):
            return list_store.remove_paper(connection, held.id, paper_id)

    def annotate(self, reader_id: int, key: str, paper_id: int, note: str) -> None:
        """Put a note beside a paper. Raises `NotFound`, `Invalid`, `TooMany`."""
        text = _within(note, LONGEST_NOTE, "note", "note")
        with self._own(reader_id, key) as (connection, held):
            if not list_store.set_note(connection, held.id, paper_id, text):
                raise NotFound("This paper does not stand in the list any more. Reload the page.", value=paper_id)

    def move(self, reader_id: int, key: str, paper_id: int, place: int) -> None:
        """Put a paper at a place, counted from 1; beyond the end is the end. Raises `NotFound`, `TooMany`."""
        with self._own(reader_id, key) as (connection, held):
            order = [row.paper_id for row in list_store.listed(connection, held.id)]
            if paper_id not in order:
                raise NotFound("This paper does not stand in the list any more. Reload the page.", value=paper_id)
            order.remove(paper_id)
            order.insert(max(place, 1) - 1, paper_id)
            list_store.place_papers(connection, held.id, order)

    def deeds(self, reader: Reader, limit: int) -> list[Deed]:
        """Return what a reader put into lists, the newest first."""
        with self._database.read() as connection:
            rows = list_store.saved_by(connection, reader.id, limit)
        return [Deed(row.added_at, "put into", row.paper_id, f"/list/{row.key}", row.name) for row in rows]

    def open_page(self, reader_id: int) -> OpenPage | None:
        """Return how much of a reader others may see, None for nothing."""
        with self._database.read() as connection:
            row = list_store.page_of(connection, reader_id)
        return OpenPage(row.votes, row.opened_at) if row else None

    def show_page(self, reader_id: int, *, votes: bool) -> None:
        """Let others see a reader's name and public lists, and votes if wanted."""
        with self._database.write() as connection:
            list_store.set_page(connection, reader_id, votes, self._clock.now())

    def hide_page(self, reader_id: int) -> None:
        """Let others see nothing of a reader's page any more; public lists stay under their own addresses."""
        with self._database.write() as connection:
            list_store.set_page(connection, reader_id, None, self._clock.now())

    def export(self, reader_id: int) -> list[dict[str, Any]]:
        """Return all lists of a reader, ready for JSON."""
        return [self._exported(one) for one in self.of(reader_id)]

    def _exported(self, one: ReadingList) -> dict[str, Any]:
        return {
            "name": one.name,
            "about": one.about,
            "access": one.access,
            "made_at": one.made_at.isoformat(),
            "papers": [
                {"id": it.paper.key, "title": it.paper.title, "note": it.note, "added_at": it.added_at.isoformat()}
                for it in self.papers(one)
            ],
        }

    @contextmanager
    def _own(self, reader_id: int, key: str) -> Iterator[tuple[Connection, ReadingList]]:
        """Yield a reader's own list within a transaction that holds it, and note that it changed."""
        self._allowances.take([(BY_READER, str(reader_id))])
        with self._database.write() as connection:
            held = _list(list_store.list_by_key(connection, key[:32], hold=True))
            if held.reader_id != reader_id:
                raise NotFound(_GONE)
            list_store.set_list(connection, held.id, {"changed_at": self._clock.now()})
            yield connection, held


def _fresh_key() -> str:
    return secrets.token_urlsafe(18)


def _list(row: Row[Any] | None) -> ReadingList:
    if row is None:
        raise NotFound(_GONE)
    return ReadingList(
        row.id, row.reader_id, row.key, row.name, row.about, row.access, row.made_at, row.changed_at, row.size
    )


def _checked(name: str, about: str, access: str) -> dict[str, object]:
    called = " ".join(_within(name, LONGEST_NAME, "name", "name").split())
    if not called:
        raise Invalid("Give the list a name.", field="name")
    if access not in ACCESSES:
        raise Invalid(f"{access[:40]!r} is no access; choose {' or '.join(ACCESSES)}.", field="access")
    return {"name": called, "about": _within(about, LONGEST_ABOUT, "text", "about"), "access": access}


def _within(text: str, longest: int, what: str, field: str) -> str:
    kept = clean.text(text)
    if len(kept) > longest:
        raise Invalid(f"A {what} may have {longest:,} characters at most; this has {len(kept):,}.", field=field)
    return kept
