"""All papers of an instance: takes records in, gives papers out, and tells what changed since a number.

Which work a record tells of is decided in `intake` and `merging`; finding papers by words or meaning is `search`'s.
Every change of a paper has a number; whoever derives something from papers reads on from the last number it saw.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Select, exists, func, select, update

from broadsheet.clock import Clock
from broadsheet.database import changes
from broadsheet.database.engine import Database
from broadsheet.database.schema import departed, hidden_paper, paper, source_record
from broadsheet.errors import Invalid, NotFound
from broadsheet.papers import identifiers, intake, paper_store, store
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.intake import Intake
from broadsheet.papers.paper import Paper
from broadsheet.papers.records import SourceRecord

_OWN = "paper:"
_HIDDEN = exists().where(hidden_paper.c.paper_id == paper.c.id)


@dataclass(frozen=True, slots=True)
class Change:
    """One change: `paper` as it is now, None where it ceased to be: merged into another, or hidden by an editor."""

    change: int
    paper_id: int
    paper: Paper | None


class Catalogue:
    """The papers of one database; safe to share between threads."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._hidden = 0
        self._counted = (0, 0)  # number of the change up to which papers are counted, and their count

    def add(self, records: Sequence[SourceRecord]) -> Intake:
        """Take `records` in, all in one transaction; adding them again changes nothing."""
        if not records:
            return Intake(0, 0, 0, 0, ())
        with self._database.write() as connection:
            return intake.add(connection, records, self._clock.now())

    def get(self, key: str) -> Paper:
        """Return the paper that an identifier, a URL or `paper:<number>` names.

        Raises `Invalid` for what names no paper at all, `NotFound` for one that is not here.
        """
        with self._database.read() as connection:
            paper_id = _named(connection, key)
            found = paper_store.papers(connection, [paper_id]) if paper_id is not None else {}
        if not found:
            raise NotFound(
                f"{key[:80]} is not among this instance's papers. Search for its title, or import it from a file.",
                value=key[:80],
            )
        return next(iter(found.values()))

    def find(self, identifier: Identifier) -> Paper | None:
        """Return the paper that `identifier` names, None where it is not here."""
        with self._database.read() as connection:
            owner = store.owners(connection, [identifier]).get(identifier)
            return None if owner is None else paper_store.papers(connection, [owner]).get(owner)

    def papers(self, ids: Sequence[int]) -> list[Paper]:
        """Return the papers with these numbers, in the order given; those that do not exist are left out."""
        with self._database.read() as connection:
            found = paper_store.papers(connection, ids)
        return [found[paper_id] for paper_id in ids if paper_id in found]

    def changes_after(self, change: int, limit: int = 1000) -> list[Change]:
        """Return the next `limit` changes after number `change`, in order; a paper stands at its newest one alone."""
        with self._database.read() as connection:
            changed = connection.execute(
                select(paper.c.change, paper.c.id).where(paper.c.change > change).order_by(paper.c.change).limit(limit)
            ).all()
            gone = connection.execute(
                select(departed.c.change, departed.c.paper_id)
                .where(departed.c.change > change)
                .order_by(departed.c.change)
                .limit(limit)
            ).all()
            due = sorted([*map(tuple, changed), *map(tuple, gone)])[:limit]
            found = paper_store.papers(connection, [paper_id for _, paper_id in due])
        return [Change(number, paper_id, found.get(paper_id)) for number, paper_id in due]

    def last_change(self) -> int:
        """Return the number of the newest change."""
        with self._database.read() as connection:
            return changes.last(connection)

    def count(self) -> int:
        """Return how many papers there are; all are counted once, then only those that came and went since."""
        with self._database.read() as connection:
            seen, counted = self._counted
            newest = changes.last(connection)
            if seen != newest:
                # A paper's number is that of its first change, so what came since has a greater one.
                came = select(func.count()).select_from(paper).where(paper.c.id > seen)
                went = select(func.count()).select_from(departed)
                went = went.where(departed.c.change > seen, departed.c.paper_id <= seen)
                counted += connection.execute(came).scalar_one() - connection.execute(went).scalar_one()
                self._counted = (newest, counted)
                self._hidden = connection.execute(select(func.count()).select_from(hidden_paper)).scalar_one()
        return counted - self._hidden

    def newest(self, limit: int = 20) -> list[Paper]:
        """Return the papers that were published last, newest first."""
        asked = select(paper.c.id).where(paper.c.published.is_not(None))
        return self._ordered(asked.order_by(paper.c.published.desc(), paper.c.id.desc()).limit(limit))

    def new_between(
        self, start: datetime, end: datetime, *, published_since: date, limit: int
    ) -> tuple[int, list[Paper]]:
        """Return how many papers came in from `start` until `end` and were published since, and the newest of them.

        Old papers that a file brought in today are no news, nor are withdrawn ones and those of the shelf.
        """
        came = (
            (paper.c.first_seen_at >= start)
            & (paper.c.first_seen_at < end)
            & (paper.c.published >= published_since)
            & ~paper.c.withdrawn
            & ~paper.c.summary
            & ~_HIDDEN
        )
        with self._database.read() as connection:
            count = connection.execute(select(func.count()).select_from(paper).where(came)).scalar_one()
        asked = select(paper.c.id).where(came).order_by(paper.c.published.desc(), paper.c.id.desc())
        return count, self._ordered(asked.limit(limit))

    def came_between(self, start: datetime, end: datetime) -> dict[int, datetime]:
        """Return when each paper came in that did so after `start` and until `end`.

        Withdrawn papers and those of the shelf are no news.
        """
        came = (paper.c.first_seen_at > start) & (paper.c.first_seen_at <= end)
        came &= ~paper.c.withdrawn & ~paper.c.summary
        with self._database.read() as connection:
            rows = connection.execute(select(paper.c.id, paper.c.first_seen_at).where(came))
            return {row.id: row.first_seen_at for row in rows}

    def authors_between(self, start: datetime, end: datetime) -> dict[int, tuple[str, ...]]:
        """Return the authors of each paper that came in after `start` and until `end`."""
        came = (paper.c.first_seen_at > start) & (paper.c.first_seen_at <= end)
        with self._database.read() as connection:
            rows = connection.execute(select(paper.c.id, paper.c.authors).where(came))
            return {row.id: tuple(json.loads(row.authors)) for row in rows}

    def holds_category(self, code: str) -> bool:
        """Tell whether any paper stands in a category or in one below it: `cs` holds what is in `cs.IR`.

        Nothing is indexed by it here: with a million papers the answer that there is none takes about a second.
        """
        plain = func.lower(paper.c.categories)
        begins = json.dumps(code.lower(), ensure_ascii=False)[:-1]
        named = plain.contains(f'{begins}"', autoescape=True) | plain.contains(f"{begins}.", autoescape=True)
        with self._database.read() as connection:
            return connection.execute(select(paper.c.id).where(named).limit(1)).first() is not None

    def by_source(self, source: str, limit: int, offset: int = 0) -> list[Paper]:
        """Return papers of which `source` told, in the order of its own keys."""
        asked = select(source_record.c.paper_id).where(source_record.c.source == source)
        return self._ordered(asked.order_by(source_record.c.key).limit(limit).offset(offset))

    def each(self, batch: int = 1000) -> Iterator[Paper]:
        """Go through all papers by their numbers, a batch in memory at a time."""
        last = 0
        while True:
            asked = select(paper.c.id).where(paper.c.id > last).order_by(paper.c.id).limit(batch)
            found = self._ordered(asked)
            if not found:
                return
            yield from found
            last = found[-1].id

    def after(self, number: int, limit: int, published_since: date | None = None) -> list[Paper]:
        """Return the next `limit` papers whose numbers are above `number`, in order, none published before that day."""
        asked = select(paper.c.id).where(paper.c.id > number)
        if published_since is not None:
            asked = asked.where(paper.c.published >= published_since)
        return self._ordered(asked.order_by(paper.c.id).limit(limit))

    def highest(self) -> int:
        """Return the greatest number of a paper, 0 without papers."""
        with self._database.read() as connection:
            return int(connection.scalar(select(func.max(paper.c.id))) or 0)

    def named_between(self, first: int, last: int) -> list[tuple[str, datetime]]:
        """Return the key of each paper with a number from `first` to `last`, and when it last changed."""
        with self._database.read() as connection:
            return paper_store.named_between(connection, first, last)

    def records_of(self, paper_id: int) -> list[SourceRecord]:
        """Return what every source said of a paper, oldest first, without the verbatim payloads."""
        with self._database.read() as connection:
            return store.records_of(connection, [paper_id]).get(paper_id, [])

    def _ordered(self, asked: Select[tuple[int]]) -> list[Paper]:
        with self._database.read() as connection:
            ids = list(connection.execute(asked).scalars())
            found = paper_store.papers(connection, ids)
        return [found[paper_id] for paper_id in dict.fromkeys(ids) if paper_id in found]


def touch(connection: Connection, paper_ids: Sequence[int]) -> None:
    """Let papers count as changed within a caller's transaction: something that is told of them changed elsewhere."""
    first = changes.take(connection, len(paper_ids))
    for change, paper_id in enumerate(sorted(paper_ids), start=first):
        connection.execute(update(paper).where(paper.c.id == paper_id).values(change=change))


def _named(connection: Connection, key: str) -> int | None:
    if key.startswith(_OWN):
        return _current(connection, _number(key))
    named = identifiers.parse(key)
    return store.owners(connection, [named]).get(named)


def _number(key: str) -> int:
    digits = key.removeprefix(_OWN)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        raise Invalid(f"{key[:80]!r} names no paper; after paper: comes its number.", field="id", value=key[:80])
    return int(digits)


def _current(connection: Connection, paper_id: int) -> int:
    into = connection.execute(select(departed.c.into_id).where(departed.c.paper_id == paper_id)).scalar_one_or_none()
    return paper_id if into is None else int(into)
