"""Comments: written on a paper or below another, edited for half an hour, taken back, counted and told as they change.

How they stand below each other is `threads`' matter, how Markdown looks the doors'.
A comment follows its paper as votes do; who takes one back leaves its place empty and takes no reply away.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row

from broadsheet.accounts.allowances import Allowances, Limit
from broadsheet.accounts.reader import Reader, Role, shown
from broadsheet.clock import Clock
from broadsheet.community import comment_store, report_store, rings, store
from broadsheet.community.deeds import Deed
from broadsheet.community.threads import Placed, in_order
from broadsheet.database import seen
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import keep

KIND = "comments"
LONGEST = 10_000  # characters; a long review has half of that
MOST_LINKS = 40
EDITABLE = timedelta(minutes=30)
BY_READER = Limit("comment", "comments an hour", 30, timedelta(hours=1))

State = Literal["shown", "hidden", "removed", "muted"]


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a comment, as others see them."""

    id: int
    shown: str
    role: Role


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment; `writer` and `text` are None and empty where it was removed, or is hidden from who asks."""

    id: int
    paper_id: int
    parent_id: int | None
    written_at: datetime
    edited_at: datetime | None
    state: State
    writer: Writer | None
    text: str

    def is_by(self, reader: Reader | None) -> bool:
        """Tell whether a reader wrote it."""
        return reader is not None and self.writer is not None and self.writer.id == reader.id

    def is_editable(self, now: datetime) -> bool:
        """Tell whether its writer may still say it otherwise."""
        return self.state == "shown" and now - self.written_at < EDITABLE


class Comments:
    """The comments of one database."""

    def __init__(self, database: Database, catalogue: Catalogue, clock: Clock, secret: bytes) -> None:
        self._database = database
        self._catalogue = catalogue
        self._clock = clock
        self._allowances = Allowances(database, clock, secret)

    def write(self, reader: Reader, paper_id: int, text: str, parent_id: int | None = None) -> Comment:
        """Comment on a paper, or answer the comment `parent_id`, wherever its paper is by now.

        The same text in the same place, as a second press sends it, is the comment that is there.
        Raises `Invalid` for the text, `NotFound` for what is gone, `Conflict` for what is hidden, `SignInNeeded`,
        `TooMany`.
        """
        said = read(text)
        self._allowances.take([(BY_READER, str(reader.id))])
        now = self._clock.now()
        with self._database.write() as connection:
            held = hold(connection, paper_id) if parent_id is None else _answerable(connection, parent_id)
            if not store.has_reader(connection, reader.id):
                raise SignInNeeded("This account was deleted meanwhile. Sign in to make another.")
            number = comment_store.twin(connection, held.id, parent_id, reader.id, said, now - EDITABLE)
            if number is None:
                values = {"paper_id": held.id, "parent_id": parent_id, "written_at": now}
                with seen.of_paper(connection, held.id):
                    number = comment_store.add(connection, values, reader.id, said)
                    observe(connection, held, now)
            return comment_of(_there(comment_store.one(connection, number)), reader)

    def edit(self, reader: Reader, comment_id: int, text: str) -> Comment:
        """Say a comment otherwise; raises `Invalid`, `NotFound`, `Forbidden` for another's, `Conflict` when late."""
        said, now = read(text), self._clock.now()
        with self._database.write() as connection:
            found, _ = _own(connection, reader, comment_id)
            if not found.is_editable(now):
                minutes = int(EDITABLE.total_seconds() // 60)
                raise Conflict(f"A comment can be edited for {minutes} minutes. Answer it with what you would change.")
            if said != found.text:
                comment_store.set_text(connection, comment_id, said, now)
            return comment_of(_there(comment_store.one(connection, comment_id)), reader)

    def remove(self, reader: Reader, comment_id: int) -> Comment:
        """Take one's comment back; its place stays where replies hang on it. Raises `NotFound`, `Forbidden`."""
        with self._database.write() as connection:
            _, held = _own(connection, reader, comment_id)
            comment_store.remove_text(connection, comment_id)
            store.remove_all(connection, comment_id, store.COMMENTS)
            observe(connection, held, self._clock.now())
            return comment_of(_there(comment_store.one(connection, comment_id)), reader)

    def get(self, comment_id: int, reader: Reader | None = None) -> Comment:
        """Return a comment as `reader` may see it; raises `NotFound`."""
        with self._database.read() as connection:
            return comment_of(_there(comment_store.one(connection, comment_id)), reader)

    def on(self, paper_id: int, reader: Reader | None = None) -> list[Placed[Comment]]:
        """Return the talk on a paper as `reader` may see it: each reply below what it answers, of several what readers
        voted for first.
        """
        with self._database.read() as connection:
            rows = comment_store.of_paper(connection, paper_id)
            muted = {row.muted_id for row in report_store.muted(connection, reader.id)} if reader else frozenset()
            cast = rings.weights(connection, [row.id for row in rows], store.COMMENTS)
        worth = {number: sum(one.value for one in weights) for number, weights in cast.items()}
        said = [comment_of(row, reader, muted) for row in rows]
        return in_order(said, lambda one: bool(one.text), lambda one: worth.get(one.id, 0.0))

    def counts(self, paper_ids: Sequence[int]) -> dict[int, int]:
        """Return how many comments each paper has, of those that have any."""
        with self._database.read() as connection:
            return comment_store.counts(connection, paper_ids)

    def of(self, reader: Reader, limit: int) -> tuple[int, list[Comment]]:
        """Return how many comments a reader has, and the newest of them."""
        with self._database.read() as connection:
            rows = comment_store.of_reader(connection, reader.id, limit)
            return comment_store.count_of_reader(connection, reader.id), [comment_of(row, reader) for row in rows]

    def deeds(self, reader: Reader, limit: int) -> list[Deed]:
        """Return the newest comments of a reader as deeds."""
        written = self.of(reader, limit)[1]
        return [Deed(one.written_at, "commented on", one.paper_id, f"/comment/{one.id}") for one in written]

    def export(self, reader_id: int) -> list[dict[str, Any]]:
        """Return all comments of a reader, ready for JSON."""
        with self._database.read() as connection:
            rows = comment_store.of_reader(connection, reader_id)
        papers = {one.id: one for one in self._catalogue.papers(list({row.paper_id for row in rows}))}
        return [
            {
                "number": row.id,
                "paper": papers[row.paper_id].key,
                "title": papers[row.paper_id].title,
                "answers": row.parent_id,
                "text": row.text,
                "written_at": row.written_at.isoformat(),
                "edited_at": row.edited_at and row.edited_at.isoformat(),
                "hidden": row.hidden_at is not None,
            }
            for row in rows
            if row.paper_id in papers
        ]


def read(text: str) -> str:
    """Return what a comment says, its lines' ends made alike; raises `Invalid` (field `text`)."""
    said = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    said = said.encode("utf-8", "replace").decode()  # half a surrogate pair could not be stored
    if not said:
        raise Invalid("A comment needs a text.", field="text")
    if len(said) > LONGEST:
        raise Invalid(
            f"A comment may have {LONGEST:,} characters; this has {len(said):,}. Shorten it, or link to the rest.",
            field="text",
        )
    if said.count("://") > MOST_LINKS:
        raise Invalid(f"A comment may have {MOST_LINKS} links; this has {said.count('://'):,}.", field="text")
    return said


def observe(connection: Connection, held: Row[Any], now: datetime) -> None:
    """Tell the log of signals how many comments a held paper has now."""
    count = comment_store.counts(connection, [held.id]).get(held.id, 0)
    keep(connection, held.id, [Signal(KIND, count, now, held.first_seen_at)])


def hold(connection: Connection, paper_id: int) -> Row[Any]:
    """Keep a paper, or the one it was merged into, until the end of the transaction; raises `NotFound`."""
    held = store.hold(connection, paper_id)
    if held is None:
        raise NotFound("This paper is gone from this instance, and what was said of it.", value=paper_id)
    return held


def hold_of(connection: Connection, comment_id: int) -> tuple[Row[Any], Row[Any]]:
    """Return a comment and its paper, which is kept until the end of the transaction.

    Whoever changes the talk on a paper holds the paper first: that makes what happens at once happen in turn.
    Raises `NotFound`.
    """
    held = hold(connection, _there(comment_store.one(connection, comment_id)).paper_id)
    row = _there(comment_store.one(connection, comment_id))
    return row, held if row.paper_id == held.id else hold(connection, row.paper_id)


def _answerable(connection: Connection, comment_id: int) -> Row[Any]:
    row, held = hold_of(connection, comment_id)
    if row.hidden_at is not None:
        raise Conflict("An editor hid this comment meanwhile, so nobody can answer it.")
    return held


def _own(connection: Connection, reader: Reader, comment_id: int) -> tuple[Comment, Row[Any]]:
    row, held = hold_of(connection, comment_id)
    found = comment_of(row, reader)
    if found.state == "removed":
        raise NotFound("This comment was removed already.", value=comment_id)
    if not found.is_by(reader):
        raise Forbidden("Only who wrote a comment may change it. If it breaks the rules, report it.")
    return found, held


def _there(row: Row[Any] | None) -> Row[Any]:
    if row is None:
        raise NotFound("There is no such comment on this instance.")
    return row


def comment_of(row: Row[Any], asks: Reader | None, muted: Collection[int] = ()) -> Comment:
    """Return the comment of a row; what an editor hid, only its writer and editors see, what is `muted` nobody."""
    state: State = "removed" if row.text is None else "hidden" if row.hidden_at is not None else "shown"
    writer = None if row.text is None else Writer(row.reader_id, shown(row.reader_id, row.name), row.role)
    if state == "hidden" and not (asks and writer and (asks.id == writer.id or asks.may("editor"))):
        writer = None
    if writer is not None and writer.id in muted:
        state, writer = "muted", None
    text = row.text if writer is not None else ""
    return Comment(row.id, row.paper_id, row.parent_id, row.written_at, row.edited_at, state, writer, text)
