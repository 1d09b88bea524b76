"""What can be told of a paper at the moment it became known: one row of numbers, made of what was settled by then.

A history takes in days in their order and never looks ahead. What a column is worth, and what the text says,
`learning` finds out.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import cos, exp, log1p, pi, sin

import numpy as np

from broadsheet.trending.ranking import Floats
from broadsheet.trending.rising.table import Outcome, Row, settled

SHRINK = 3.0  # papers without merit that everybody is thought to have written before the first
TOPIC_SHRINK = 20.0
FADES = 90.0  # days after which a last success counts e times less
MOST_NEAR = 40  # co-authors of an author that are looked at, the latest first

# The columns by the part of which they are; the one of the text is `learning`'s and comes last.
COLUMNS = {
    "authors": ("best", "mean", "first", "last", "highest", "wins", "papers", "lately", "unknown"),
    "co-authors": ("best", "mean"),
    "topic": ("category", "source"),
    "artefacts": ("code", "weights", "data"),
    "team": ("size",),
    "form": ("title", "abstract", "early", "late", "weekend"),
}
WIDTH = sum(map(len, COLUMNS.values()))
BEST_AUTHOR = 0  # the column of the plain baseline


def places() -> dict[str, slice]:
    """Return where the columns of each part stand."""
    found, start = {}, 0
    for part, names in COLUMNS.items():
        found[part] = slice(start, start + len(names))
        start += len(names)
    return found


@dataclass(slots=True)
class Past:
    """What came of somebody's settled papers: how many, their sum above their days, the best, and the first tenths."""

    papers: int = 0
    above: float = 0.0
    best: float = 0.0
    first: int = 0
    last_first: datetime | None = None

    def add(self, one: Outcome) -> None:
        """Take one more paper in."""
        self.papers += 1
        self.above += one.above
        self.best = max(self.best, one.above)
        if one.first:
            self.first += 1
            self.last_first = one.row.seed

    def mean(self, shrink: float = SHRINK) -> float:
        """Return the mean outcome, drawn towards none where there are few papers."""
        return self.above / (self.papers + shrink)


NOBODY = Past()


@dataclass(slots=True)
class History:
    """All that is settled so far, by author, by who wrote together, by first category and by source."""

    authors: dict[str, Past] = field(default_factory=lambda: defaultdict(Past))
    near: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    categories: dict[str, Past] = field(default_factory=lambda: defaultdict(Past))
    sources: dict[str, Past] = field(default_factory=lambda: defaultdict(Past))

    def add(self, one: Outcome) -> None:
        """Take in what came of a paper."""
        row = one.row
        for author in row.authors:
            self.authors[author].add(one)
            for other in row.authors:
                if other != author:
                    self.near[author].pop(other, None)
                    self.near[author][other] = None
        for category in row.categories[:1]:
            self.categories[category].add(one)
        self.sources[row.source].add(one)

    def of(self, row: Row) -> list[float]:
        """Return the columns of a paper that became known now."""
        told = (self._authors(row), self._near(row), self._topic(row), _artefacts(row), _team(row), _form(row))
        return [number for part in told for number in part]

    def past(self, row: Row) -> list[Past]:
        """Return what came of each author's papers so far; of a paper that names none, nobody's."""
        return [self.authors.get(author, NOBODY) for author in row.authors] or [NOBODY]

    def _authors(self, row: Row) -> list[float]:
        past = self.past(row)
        means = [one.mean() for one in past]
        lasts = [one.last_first for one in past if one.last_first]
        lately = exp(-(row.seed - max(lasts)).total_seconds() / 86_400 / FADES) if lasts else 0.0
        return [
            max(means),
            sum(means) / len(means),
            means[0],
            means[-1],
            max(one.best for one in past),
            max(one.first / (one.papers + SHRINK) for one in past),
            log1p(max(one.papers for one in past)),
            lately,
            sum(not one.papers for one in past) / len(past),
        ]

    def _near(self, row: Row) -> list[float]:
        own = set(row.authors)
        near = {other for author in row.authors for other in list(self.near.get(author, ()))[-MOST_NEAR:]} - own
        means = [self.authors[other].mean() for other in near]
        return [max(means), sum(means) / len(means)] if means else [0.0, 0.0]

    def _topic(self, row: Row) -> list[float]:
        category = self.categories.get(row.categories[0], NOBODY) if row.categories else NOBODY
        source = self.sources.get(row.source, NOBODY)
        return [category.mean(TOPIC_SHRINK), source.mean(TOPIC_SHRINK)]


def _artefacts(row: Row) -> list[float]:
    return [float(kind in row.kinds) for kind in COLUMNS["artefacts"]]


def _team(row: Row) -> list[float]:
    return [log1p(len(row.authors))]


def _form(row: Row) -> list[float]:
    turn = 2 * pi * (row.seed.hour + row.seed.minute / 60) / 24
    return [log1p(len(row.title)), log1p(len(row.abstract)), sin(turn), cos(turn), float(row.day.weekday() >= 5)]


def walk(known: Sequence[Outcome], asked: Sequence[Row]) -> Iterator[tuple[int, History]]:
    """Yield the place of each paper asked for, by seed, with the history that was settled by then.

    `known` are outcomes by day; papers asked for may be among them, and see nothing of themselves.
    """
    history, taken = History(), 0
    for n in sorted(range(len(asked)), key=lambda n: asked[n].seed):
        while taken < len(known) and settled(known[taken].row.day) <= asked[n].seed:
            history.add(known[taken])
            taken += 1
        yield n, history


def table(known: Sequence[Outcome], asked: Sequence[Row]) -> Floats:
    """Return a row of columns for each paper asked for, in their order."""
    told = np.zeros((len(asked), WIDTH))
    for n, history in walk(known, asked):
        told[n] = history.of(asked[n])
    return told
