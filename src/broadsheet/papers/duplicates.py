"""Finds abstracts that repeat another's, for editors to look at: copied, submitted twice, or wrongly not merged.

Nothing is decided here: two papers stay two papers, and only `merges` joins them. What an abstract shares is estimated
by `sketch` and then counted. Papers are looked at once for each of their changes, in slices, from where it stopped.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, insert, or_, select, update
from sqlalchemy.sql.dml import Update

from broadsheet.clock import Clock
from broadsheet.database import changes
from broadsheet.database.engine import Database
from broadsheet.database.schema import abstract_band, duplicate, instance, paper
from broadsheet.errors import NotFound
from broadsheet.papers import batches, paper_store, people, sketch
from broadsheet.papers.paper import Paper
from broadsheet.papers.sketch import Sketch

SLICE = 1_000
LEAST = 0.5  # share of runs of three words from which on two abstracts are shown to an editor
# Each band is two numbers of the sketch: of abstracts with half their runs in common nine in ten share a band, of those
# with 0.7 in common all but five in a thousand; of unrelated ones hardly any.
_BANDS = 8
_BITS = 31  # of each of the two numbers, so that a band fits a signed column of 64
# A band of many papers is a phrase that a whole field begins with; who shares no other band shares too little.
_CROWD = 40
_NAME = "duplicates"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two papers whose abstracts are alike; `settled_at` is when an editor found that to be all right."""

    one: Paper
    other: Paper
    overlap: float
    reason: str
    found_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Text:
    """What is compared of one paper."""

    id: int
    change: int
    words: list[str]
    authors: tuple[str, ...]
    sketch: Sketch | None

    @property
    def bands(self) -> list[int]:
        if self.sketch is None:
            return []
        pairs = ((int(self.sketch[4 * n]), int(self.sketch[4 * n + 1]), n) for n in range(_BANDS))
        return [((a ^ n) >> 1) << _BITS | b >> 1 for a, b, n in pairs]


class Duplicates:
    """The repeated abstracts of one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def step(self) -> tuple[int, int] | None:
        """Look at the next papers that are new or changed; return how many, and how many pairs are new.

        None where nothing is left.
        """
        with self._database.write() as connection:
            changes.take(connection, 0)  # of two that look at once, one waits and takes the next papers
            texts = _texts(connection, _after(connection), SLICE)
            if not texts:
                return None
            found = _compare(connection, texts, self._clock.now())
            _remember(connection, texts[-1].change)
        return len(texts), found

    def pairs(self, limit: int = 100, *, settled: bool = False) -> list[Pair]:
        """Return the pairs, those with most in common first; `settled` ones too where asked."""
        asked = select(duplicate).order_by(duplicate.c.overlap.desc(), duplicate.c.paper_id).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(asked if settled else asked.where(duplicate.c.settled_at.is_(None))).all()
            papers = paper_store.papers(connection, [number for row in rows for number in (row.paper_id, row.other_id)])
        return [
            Pair(papers[row.paper_id], papers[row.other_id], row.overlap, row.reason, row.found_at, row.settled_at)
            for row in rows
            if row.paper_id in papers and row.other_id in papers
        ]

    def settle(self, paper_id: int, other_id: int) -> None:
        """Note that an editor found a pair to be all right; it is not listed again. `NotFound` for one not listed."""
        with self._database.write() as connection:
            done = connection.execute(_settled(paper_id, other_id).values(settled_at=self._clock.now()))
        if not done.rowcount:
            raise NotFound("These two are not listed as alike; `broadsheet papers duplicates` lists those that are.")


def _settled(paper_id: int, other_id: int) -> Update:
    one, other = sorted((paper_id, other_id))
    return update(duplicate).where(
        or_(
            and_(duplicate.c.paper_id == one, duplicate.c.other_id == other),
            and_(duplicate.c.paper_id == other, duplicate.c.other_id == one),
        )
    )


def _compare(connection: Connection, texts: Sequence[_Text], now: datetime) -> int:
    """Write down the bands of these papers and the pairs that they make; return how many pairs are new."""
    ids = [text.id for text in texts]
    known = _known(connection, ids)
    for some in batches.chunks(ids):
        connection.execute(delete(abstract_band).where(abstract_band.c.paper_id.in_(some)))
    batches.insert_sorted(connection, abstract_band, ((band, text.id) for text in texts for band in set(text.bands)))
    by_id = {text.id: text for text in texts}
    near = _near(connection, texts)
    missing = {number for pair in near for number in pair} - by_id.keys()
    by_id |= {text.id: text for text in _of(connection, missing)}
    pairs = {pair: told for pair in near if (told := _judged(by_id[pair[0]], by_id[pair[1]])) is not None}
    gone = [pair for pair, settled in known.items() if pair not in pairs and not settled]
    for one, other in gone:
        connection.execute(delete(duplicate).where(duplicate.c.paper_id == one, duplicate.c.other_id == other))
    fresh = [
        {"paper_id": one, "other_id": other, "overlap": overlap, "reason": reason, "found_at": now}
        for (one, other), (overlap, reason) in pairs.items()
        if (one, other) not in known
    ]
    if fresh:
        connection.execute(insert(duplicate), fresh)
    return len(fresh)


def _near(connection: Connection, texts: Sequence[_Text]) -> set[tuple[int, int]]:
    """Return the pairs that share a band and of which one is among `texts`."""
    own = {text.id for text in texts}
    members: dict[int, list[int]] = defaultdict(list)
    for some in batches.chunks({band for text in texts for band in text.bands}):
        asked = select(abstract_band.c.band, abstract_band.c.paper_id).where(abstract_band.c.band.in_(some))
        for row in connection.execute(asked):
            members[row.band].append(row.paper_id)
    return {
        (min(one, other), max(one, other))
        for crowd in members.values()
        if 1 < len(crowd) <= _CROWD
        for one in crowd
        if one in own
        for other in crowd
        if one != other
    }


def _judged(one: _Text, other: _Text) -> tuple[float, str] | None:
    if one.sketch is None or other.sketch is None or sketch.likeness(one.sketch, other.sketch) < LEAST / 2:
        return None
    overlap = sketch.overlap(one.words, other.words)
    if overlap < LEAST:
        return None
    told = people.agreement(one.authors, other.authors)
    if not told.fewer:
        who = "authors unknown"
    elif not told.shared:
        who = "no author in common"
    else:
        who = f"{told.words} in common"
    return overlap, f"{overlap:.0%} of the abstract in common, {who}"


def _known(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, int], bool]:
    """Return the pairs in which these papers stand, and whether each is settled."""
    found: dict[tuple[int, int], bool] = {}
    for some in batches.chunks(ids):
        either = or_(duplicate.c.paper_id.in_(some), duplicate.c.other_id.in_(some))
        for row in connection.execute(
            select(duplicate.c.paper_id, duplicate.c.other_id, duplicate.c.settled_at).where(either)
        ):
            found[row.paper_id, row.other_id] = row.settled_at is not None
    return found


def _texts(connection: Connection, change: int, limit: int) -> list[_Text]:
    asked = select(paper.c.id).where(paper.c.change > change).order_by(paper.c.change).limit(limit)
    return _of(connection, list(connection.scalars(asked)))


def _of(connection: Connection, ids: Iterable[int]) -> list[_Text]:
    columns = (paper.c.id, paper.c.change, paper.c.abstract, paper.c.authors, paper.c.summary)
    found = []
    for some in batches.chunks(ids):
        for row in connection.execute(select(*columns).where(paper.c.id.in_(some)).order_by(paper.c.change)):
            words = [] if row.summary else sketch.words(row.abstract)
            found.append(_Text(row.id, row.change, words, tuple(json.loads(row.authors)), sketch.sketch(words)))
    return found


def _after(connection: Connection) -> int:
    return int(connection.execute(select(instance.c.value).where(instance.c.name == _NAME)).scalar_one_or_none() or 0)


def _remember(connection: Connection, change: int) -> None:
    connection.execute(delete(instance).where(instance.c.name == _NAME))
    connection.execute(insert(instance).values(name=_NAME, value=str(change)))
