"""Reports by readers, and what editors do about them: hide, restore, let stand, and bar who does it again and again.

What hiding does to a paper is `papers`' matter, what a ban does `accounts`'.
Each deed asks in its own transaction whether its doer still has the role, and is written down there with its reason.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row

from broadsheet.accounts import audit
from broadsheet.accounts.allowances import Allowances, Limit
from broadsheet.accounts.bans import Bans
from broadsheet.accounts.reader import Reader
from broadsheet.clock import Clock
from broadsheet.community import comment_store, report_store, store
from broadsheet.community.comments import Comment, comment_of, hold, hold_of, observe
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, Invalid, NotFound, SignInNeeded
from broadsheet.papers import clean, hiding
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Paper

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "spam": "Spam or advertising",
        "abuse": "Insults or harassment",
        "astray": "Beside the point",
        "wrong": "Wrong or no paper at all",
        "other": "Something else",
    }
)
LONGEST_NOTE = 500
MOST = 200  # open reports on the queue; the oldest come first
BY_READER = Limit("report", "reports an hour", 30, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Subject:
    """What is reported: a comment by its number, or a paper itself."""

    paper_id: int = 0
    comment_id: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One reader's report."""

    reason: str
    note: str
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """All open reports of one comment or paper; `comment` is None where the paper itself is meant."""

    paper: Paper | None
    comment: Comment | None
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class Hidden:
    """What editors hid: comments as (number, text), papers as (number, title)."""

    comments: Sequence[tuple[int, str]]
    papers: Sequence[tuple[int, str]]


class Moderation:
    """The reports of one database, and what is done about them."""

    def __init__(self, database: Database, catalogue: Catalogue, clock: Clock, secret: bytes) -> None:
        self._database = database
        self._catalogue = catalogue
        self._clock = clock
        self._allowances = Allowances(database, clock, secret)
        self._bans = Bans(database, clock)

    def report(self, reader: Reader, what: Subject, reason: str, note: str = "") -> bool:
        """Ask editors to look at something; tells whether it is the reader's first open report of it.

        Raises `Invalid` for reason or note, `NotFound`, `SignInNeeded`, `TooMany`.
        """
        if reason not in REASONS:
            raise Invalid("Choose what is wrong.", field="reason")
        said = clean.text(note)
        if len(said) > LONGEST_NOTE:
            raise Invalid(f"A note may have {LONGEST_NOTE} characters; this has {len(said):,}.", field="note")
        self._allowances.take([(BY_READER, str(reader.id))])
        with self._database.write() as connection:
            held = _reportable(connection, what)
            if not store.has_reader(connection, reader.id):
                raise SignInNeeded("This account was deleted meanwhile. Sign in to make another.")
            values = {
                "paper_id": held.id,
                "comment_id": what.comment_id,
                "reader_id": reader.id,
                "reason": reason,
                "note": said,
                "reported_at": self._clock.now(),
            }
            return report_store.add(connection, values)

    def queue(self, editor: Reader) -> list[Case]:
        """Return what is reported and not settled, the oldest first; raises `Forbidden` unless it is an editor."""
        editor.require("editor")
        with self._database.read() as connection:
            rows = report_store.open_ones(connection, MOST)
            said = {n: comment_store.one(connection, n) for n in {row.comment_id for row in rows} - {None}}
        papers = {one.id: one for one in self._catalogue.papers(list({row.paper_id for row in rows}))}
        cases: dict[tuple[int, int | None], list[Report]] = defaultdict(list)
        for row in rows:
            cases[row.paper_id, row.comment_id].append(Report(row.reason, row.note, row.reported_at))
        return [
            Case(papers.get(paper_id), comment_of(found, editor) if (found := said.get(number)) else None, tuple(told))
            for (paper_id, number), told in cases.items()
            if number is None or said.get(number) is not None
        ]

    def waiting(self) -> int:
        """Return how many reports are open."""
        with self._database.read() as connection:
            return report_store.count_open(connection)

    def hidden(self, editor: Reader) -> Hidden:
        """Return what editors hid; raises `Forbidden` unless it is one who asks."""
        editor.require("editor")
        with self._database.read() as connection:
            comments = [(row.id, row.text) for row in report_store.hidden_comments(connection, MOST)]
            return Hidden(comments, hiding.titles_of_hidden(connection))

    def hide(self, editor: Reader, what: Subject, reason: str) -> None:
        """Take something off all pages, and close its reports; a second time changes nothing.

        Raises `Forbidden` for who is no editor by now, and `NotFound`.
        """
        now = self._clock.now()
        with self._database.write() as connection:
            held = _held(connection, what)
            audit.require(connection, editor.id, "editor")
            hidden = _hide(connection, held, what, now)
            settled = report_store.settle(connection, held.id, what.comment_id, now)
            if hidden or settled:
                audit.note(connection, now, editor.id, "hide", _named(held, what), reason)

    def restore(self, editor: Reader, what: Subject, reason: str) -> None:
        """Put something back that was hidden; raises as `hide` does."""
        now = self._clock.now()
        with self._database.write() as connection:
            held = _held(connection, what)
            audit.require(connection, editor.id, "editor")
            if _restore(connection, held, what, now):
                audit.note(connection, now, editor.id, "restore", _named(held, what), reason)

    def dismiss(self, editor: Reader, what: Subject, reason: str) -> None:
        """Let something stand, and close its reports; raises as `hide` does, and `Conflict` where none is open."""
        now = self._clock.now()
        with self._database.write() as connection:
            held = _held(connection, what)
            audit.require(connection, editor.id, "editor")
            if not report_store.settle(connection, held.id, what.comment_id, now):
                raise Conflict("Another editor has settled this meanwhile.")
            audit.note(connection, now, editor.id, "dismiss", _named(held, what), reason)

    def ban(self, admin: Reader, reader_id: int, reason: str, *, hide_all: bool = False) -> None:
        """Bar a reader, and with `hide_all` hide every comment of theirs; raises as `Bans.ban` does."""
        self._bans.ban(admin, reader_id, reason)
        if hide_all:
            with self._database.read() as connection:
                numbers = report_store.shown_comments_of(connection, reader_id)
            for number in numbers:
                self.hide(admin, Subject(comment_id=number), reason)

    def export(self, reader_id: int) -> list[dict[str, Any]]:
        """Return what a reader reported, ready for JSON."""
        with self._database.read() as connection:
            rows = report_store.of_reader(connection, reader_id)
        return [
            {
                "paper": row.paper_id,
                "comment": row.comment_id,
                "reason": row.reason,
                "note": row.note,
                "reported_at": row.reported_at.isoformat(),
            }
            for row in rows
        ]


def _held(connection: Connection, what: Subject) -> Row[Any]:
    """Keep the paper in question until the end of the transaction; raises `NotFound`."""
    return hold(connection, what.paper_id) if what.comment_id is None else hold_of(connection, what.comment_id)[1]


def _reportable(connection: Connection, what: Subject) -> Row[Any]:
    if what.comment_id is None:
        return hold(connection, what.paper_id)
    row, held = hold_of(connection, what.comment_id)
    if row.text is None:
        raise NotFound("This comment was removed.", value=what.comment_id)
    return held


def _named(held: Row[Any], what: Subject) -> tuple[audit.Subject, int]:
    return ("paper", held.id) if what.comment_id is None else ("comment", what.comment_id)


def _hide(connection: Connection, held: Row[Any], what: Subject, now: datetime) -> bool:
    if what.comment_id is None:
        return hiding.hide(connection, held.id, now)
    return _set_hidden(connection, held, what.comment_id, now, at=now)


def _restore(connection: Connection, held: Row[Any], what: Subject, now: datetime) -> bool:
    if what.comment_id is None:
        return hiding.restore(connection, held.id)
    return _set_hidden(connection, held, what.comment_id, now, at=None)


def _set_hidden(connection: Connection, held: Row[Any], number: int, now: datetime, at: datetime | None) -> bool:
    row = comment_store.one(connection, number)
    if row is None or (row.hidden_at is None) == (at is None):
        return False
    comment_store.set_hidden(connection, number, at)
    observe(connection, held, now)
    return True
