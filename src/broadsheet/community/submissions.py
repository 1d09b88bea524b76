"""Submitting: a reader names a paper by address, identifier or title, and it comes in from its own source.

How sources are asked is `sources`' matter, which record tells of which work `papers`'.
A paper that is here already is led to and never taken in twice; nothing that a reader typed becomes a paper's text.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from broadsheet.accounts.allowances import Allowances, Limit
from broadsheet.accounts.reader import Reader, shown
from broadsheet.clock import Clock
from broadsheet.community import store, submission_store
from broadsheet.community.deeds import Deed
from broadsheet.database.engine import Database
from broadsheet.errors import Invalid, NotFound, SignInNeeded
from broadsheet.papers import identifiers, titles
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Paper
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.papers.signals import keep

KIND = "submissions"
LONGEST = 500  # characters
MOST_OF_ONE = 3  # papers of one reader among what was sent in of late
BY_READER = Limit("submission", "submissions an hour", 20, timedelta(hours=1))
_FEWEST_WORDS = 2  # of a title: one word is in thousands
_HOW = "Give an arXiv number such as 2401.00001, a DOI, the address of the paper’s page, or its whole title."

KnownTitles = Callable[[str], Sequence[Paper]]


class Finder(Protocol):
    """What asks sources for one paper."""

    def by_identifier(self, identifier: Identifier) -> SourceRecord | None:
        """Return what a source says of a paper, None where none knows it."""
        ...

    def by_address(self, url: str) -> Identifier | None:
        """Return which paper a page is about, None where it does not say."""
        ...

    def by_title(self, title: str) -> Sequence[SourceRecord]:
        """Return papers with these words in their titles, the likeliest first."""
        ...

    def orcids(self, identifier: Identifier) -> frozenset[str]:
        """Return the ORCID iDs of a paper's authors, as far as a source tells."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that may be meant; `name` is what to submit instead."""

    name: str
    title: str
    authors: tuple[str, ...]
    published: date | None


@dataclass(frozen=True, slots=True)
class Submitted:
    """What came of a submission: the paper, new by it or here before; or candidates, of which one must be chosen."""

    paper: Paper | None
    is_new: bool = False
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """Who brought a paper here, and when."""

    reader_id: int
    shown: str
    submitted_at: datetime


class Submissions:
    """The submissions to one database."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        clock: Clock,
        secret: bytes,
        finder: Finder,
        known_titles: KnownTitles,
    ) -> None:
        """`known_titles` finds papers that are here by the words of a title."""
        self._database = database
        self._catalogue = catalogue
        self._clock = clock
        self._allowances = Allowances(database, clock, secret)
        self._finder = finder
        self._known_titles = known_titles

    def submit(self, reader: Reader, given: str) -> Submitted:
        """Take in the paper that `given` names, or lead to it where it is here.

        Raises `Invalid` (field `paper`) for what names none, `NotFound` for one that no source knows, `TooMany`,
        `SignInNeeded`, and `Unavailable` where a source does not answer.
        """
        named = " ".join(given.split())
        if not named or len(named) > LONGEST:
            raise Invalid(f"{'That is too long.' if named else 'Name a paper.'} {_HOW}", field="paper")
        self._allowances.take([(BY_READER, str(reader.id))])
        identifier = self._identified(named)
        if identifier is None:
            return self._by_title(reader, named)
        here = self._catalogue.find(identifier)
        if here is not None:
            return self._kept(reader, here, is_new=False)
        record = self._finder.by_identifier(identifier)
        if record is None:
            raise NotFound(
                f"No source knows {identifier} yet. A paper of today may take a day to appear there; check the number, "
                "or try again tomorrow.",
                value=str(identifier),
            )
        return self._taken_in(reader, record)

    def of(self, paper_id: int) -> Submission | None:
        """Return who brought a paper here; None where no reader did, or who did has left."""
        with self._database.read() as connection:
            row = submission_store.first(connection, paper_id)
        return None if row is None else Submission(row.reader_id, shown(row.reader_id, row.name), row.submitted_at)

    def sent_since(self, moment: datetime, limit: int = 100) -> list[tuple[int, str]]:
        """Return the papers that readers sent in after a moment, the newest first, each with who did in a sentence.

        Of one reader a few are among them, so that nobody fills a page.
        """
        with self._database.read() as connection:
            rows = submission_store.since(connection, moment, limit)
        senders: dict[int, list[tuple[int, str]]] = {}
        for row in rows:
            senders.setdefault(row.paper_id, []).insert(0, (row.reader_id, shown(row.reader_id, row.name)))
        told, of_one = [], Counter[int]()
        for paper_id, by in senders.items():
            of_one[by[0][0]] += 1
            if of_one[by[0][0]] <= MOST_OF_ONE:
                told.append((paper_id, _sent_in([name for _, name in by])))
        return told

    def deeds(self, reader: Reader, limit: int) -> list[Deed]:
        """Return the newest submissions of a reader as deeds."""
        with self._database.read() as connection:
            rows = submission_store.of_reader(connection, reader.id, limit)
        return [Deed(row.submitted_at, "submitted", row.paper_id) for row in rows]

    def export(self, reader_id: int) -> list[dict[str, Any]]:
        """Return all submissions of a reader, ready for JSON."""
        with self._database.read() as connection:
            made = {row.paper_id: row.submitted_at for row in submission_store.of_reader(connection, reader_id)}
        papers = self._catalogue.papers(list(made))
        return [{"id": one.key, "title": one.title, "submitted_at": made[one.id].isoformat()} for one in papers]

    def _identified(self, named: str) -> Identifier | None:
        found = identifiers.find(named)
        if found is not None or not named.lower().startswith(("http://", "https://")):
            return found
        found = self._finder.by_address(named)
        if found is None:
            raise Invalid(f"The page at that address does not say which paper it is about. {_HOW}", field="paper")
        return found

    def _by_title(self, reader: Reader, title: str) -> Submitted:
        if len(title.split()) < _FEWEST_WORDS:
            raise Invalid(f"“{title[:80]}” names no paper. {_HOW}", field="paper")
        wanted = titles.normalised(title)
        here = [paper for paper in self._known_titles(title) if titles.normalised(paper.title) == wanted]
        if len(here) == 1:
            return self._kept(reader, here[0], is_new=False)
        told = self._finder.by_title(title)
        exact = [record for record in told if titles.normalised(record.title) == wanted]
        if not here and len(exact) == 1:
            return self._taken_in(reader, exact[0])
        if not here and not told:
            raise NotFound(f"No source knows a paper called “{title[:80]}”. Give its number or DOI.", value=title[:80])
        known = [Candidate(one.key, one.title, one.authors, one.published) for one in here]
        names = {one.name for one in known}
        return Submitted(None, candidates=(*known, *(one for one in map(_candidate, told) if one.name not in names)))

    def _taken_in(self, reader: Reader, record: SourceRecord) -> Submitted:
        taken = self._catalogue.add([record])
        paper = self._catalogue.get(f"paper:{taken.paper_ids[0]}")
        return self._kept(reader, paper, is_new=bool(taken.added))

    def _kept(self, reader: Reader, paper: Paper, *, is_new: bool) -> Submitted:
        now = self._clock.now()
        with self._database.write() as connection:
            held = store.hold(connection, paper.id)
            if held is None:
                raise NotFound("This paper is gone from this instance.", value=paper.id)
            if not store.has_reader(connection, reader.id):
                raise SignInNeeded("This account was deleted meanwhile. Sign in to make another.")
            if submission_store.add(connection, reader.id, held.id, now, is_new=is_new):
                count = submission_store.count(connection, held.id)
                keep(connection, held.id, [Signal(KIND, count, now, held.first_seen_at)])
        return Submitted(self._catalogue.get(f"paper:{held.id}"), is_new)


def _sent_in(by: Sequence[str]) -> str:
    """Say who sent a paper in, the first to do so by name."""
    others = len(by) - 1
    return f"Sent in by {by[0]}{f' and {others} other' + 's' * (others > 1) if others else ''}."


def _candidate(record: SourceRecord) -> Candidate:
    name = str(record.identifiers[0]) if record.identifiers else record.title
    return Candidate(name, record.title, record.authors, record.published)
