"""Tells how a paper came to be what it is: each time that what a reader sees of it changed, and what changed.

Wordings are kept by `wordings`, differences told by `difference`. The history is made anew from the records whenever
it is asked for, by the rules that make the paper: so it follows a record that an editor parts from its paper.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from broadsheet.database.engine import Database
from broadsheet.papers import clean, difference, merging, sketch, titles, wordings
from broadsheet.papers.difference import People, Piece
from broadsheet.papers.paper import Description
from broadsheet.papers.records import SourceRecord

LONGEST = 300  # wordings that a history is told from; the newest


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of what a reader sees: `at` when it came here, `sources` which told it.

    `version` and `dated` name the version that brought it, where one did. `title`, `abstract` and `authors` are before
    and after, None where they stayed. `withdrawn` is True where the paper was withdrawn, False where that was
    taken back, None where nothing of the kind happened.
    """

    at: datetime
    sources: tuple[str, ...]
    version: int | None
    dated: date | None
    title: tuple[str, str] | None
    abstract: tuple[str, str] | None
    authors: tuple[tuple[str, ...], tuple[str, ...]] | None
    withdrawn: bool | None

    @property
    def what(self) -> tuple[str, ...]:
        """What changed, in words; only a new version where nothing else did."""
        said = [name for name in ("title", "abstract", "authors") if getattr(self, name) is not None]
        if self.withdrawn is not None:
            said.append("withdrawn" if self.withdrawn else "no longer withdrawn")
        return tuple(said) or ("new version, the same words",)

    @property
    def title_pieces(self) -> list[Piece]:
        """The title's change, word by word."""
        return difference.pieces(*self.title) if self.title else []

    @property
    def abstract_pieces(self) -> list[Piece]:
        """The abstract's change, word by word."""
        return difference.pieces(*self.abstract) if self.abstract else []

    @property
    def people(self) -> People | None:
        """Who left and who joined."""
        return difference.authors(*self.authors) if self.authors else None


@dataclass(frozen=True, slots=True)
class Name:
    """Another title of a paper, with the sources that know it by that."""

    title: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """How a paper changed, newest first, and by what other titles sources know it now."""

    revisions: tuple[Revision, ...]
    names: tuple[Name, ...]

    def since(self, moment: datetime) -> tuple[Revision, ...]:
        """Return the changes after a moment, newest first."""
        return tuple(one for one in self.revisions if one.at > moment)


class Histories:
    """The histories of one database's papers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, paper_id: int) -> History:
        """Return the history of a paper; empty for one of which nothing ever changed, and for one that is not here."""
        with self._database.read() as connection:
            told = wordings.of(connection, paper_id)
        return history(told[-LONGEST:])


def history(told: Sequence[tuple[datetime, SourceRecord]]) -> History:
    """Return the history of a paper from every wording of its records, oldest first."""
    now: dict[tuple[str, str], SourceRecord] = {}
    before: Description | None = None
    revisions: list[Revision] = []
    for at, came in groupby(told, key=lambda one: one[0]):
        records = [record for _, record in came]
        now |= {(record.source, record.key): record for record in records}
        after = merging.combine(list(now.values()))
        if before is not None and (changed := _revision(at, records, before, after)):
            revisions.append(changed)
        before = after
    return History(tuple(reversed(revisions)), _names(before, now.values()) if before else ())


def _revision(
    at: datetime, records: Iterable[SourceRecord], before: Description, after: Description
) -> Revision | None:
    newest = max(after.versions, key=lambda one: one.number, default=None)
    known = max((one.number for one in before.versions), default=0)
    newer = newest if newest and known and newest.number > known else None
    told = Revision(
        at=at,
        sources=tuple(dict.fromkeys(record.source for record in records)),
        version=newer.number if newer else None,
        dated=newer.published if newer else None,
        title=_titles(before.title, after.title),
        abstract=_abstracts(before, after),
        authors=(before.authors, after.authors) if before.authors != after.authors else None,
        withdrawn=after.withdrawn if before.withdrawn != after.withdrawn else None,
    )
    if told.authors and told.people == People((), (), reordered=False):  # the same people, written in another way
        told = replace(told, authors=None)
    return told if newer or any((told.title, told.abstract, told.authors, told.withdrawn is not None)) else None


def _titles(before: str, after: str) -> tuple[str, str] | None:
    """Another case or dash is no other title."""
    same = before == after or titles.normalised(before) == titles.normalised(after) != ""
    return None if same else (before, after)


def _abstracts(before: Description, after: Description) -> tuple[str, str] | None:
    """A sentence of the shelf is no abstract: its going is no change of one; nor is another case or quotation mark."""
    old = "" if before.summary else before.abstract
    if not old or after.summary or old == after.abstract:
        return None
    return None if sketch.words(old) == sketch.words(after.abstract) else (old, after.abstract)


def _names(shown: Description, records: Iterable[SourceRecord]) -> tuple[Name, ...]:
    known = {titles.normalised(shown.title), titles.normalised(clean.UNTITLED), ""}
    found: dict[str, tuple[str, list[str]]] = {}
    for record in records:
        bare = titles.normalised(record.title)
        if bare not in known:
            found.setdefault(bare, (record.title, []))[1].append(record.source)
    return tuple(Name(title, tuple(dict.fromkeys(sources))) for title, sources in found.values())
