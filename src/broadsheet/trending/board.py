"""The candidates as columns of numbers, and the scores of all of them at a moment in one go.

The same arithmetic as `formula`'s, over columns; a test holds the two together. What a single paper's parts are, and
how they read, is `explain`'s.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.trending import formula
from broadsheet.trending.formula import FLOOR, KINDS, PRIOR, Kind, Measure
from broadsheet.trending.ranking import Field, Floats, Ints

_AN_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Column:
    """One kind's readings: `rows` says whose each is. Moments are seconds since 1970, ages hours."""

    rows: Ints
    start: Floats
    read: Floats
    count: Floats
    age: Floats
    count_before: Floats
    age_before: Floats

    def at(self, kind: Kind, moment: float) -> "Column":
        """Return the readings as they stand at a moment: an own count is read at every one."""
        if not kind.own:
            return self
        age = np.maximum(moment - self.start, 0) / _AN_HOUR
        before = np.where(moment - self.read >= kind.span * _AN_HOUR, self.count, self.count_before)
        age_before = np.maximum(age - kind.span, 0)
        return Column(self.rows, self.start, self.read, self.count, age, before, age_before)


@dataclass(frozen=True, slots=True)
class Board:
    """Every candidate, one row each; `stars` and `citations` are not a number where unknown."""

    ids: Ints
    joined: Floats
    started: Floats
    stars: Floats
    citations: Floats
    sources: Ints
    topics: Mapping[str, Ints]
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.ids)

    def field(self, measure: Measure, moment: float) -> Field:
        """Return what the pages of `measure` are ordered by at a moment."""
        scores, votes, heads = np.zeros(len(self)), np.zeros(len(self)), np.zeros(len(self))
        loudest, voices = np.zeros(len(self)), self.sources.copy()
        fresh = np.full(len(self), -np.inf)
        for number, (name, kind) in enumerate(KINDS.items()):
            weight = measure.weights.kinds[name]
            column = self.columns[name].at(kind, moment)
            if not weight:
                continue
            if kind.own and measure.totals[name]:
                scores += weight * _worth(kind, self._unvoted(kind, moment), measure)
                scores[column.rows] -= weight * _worth(kind, self._unvoted(kind, moment, column.rows), measure)
            scores[column.rows] += weight * _worth(kind, column, measure)
            age = np.maximum(moment - column.start, 0) / _AN_HOUR
            fresh[column.rows] = np.maximum(fresh[column.rows], _freshness(age, measure.horizon, kind.half))
            if kind.unit:
                units = column.count / kind.unit
                votes[column.rows] += units
                heads[column.rows] += units * max(kind.unit, formula.HEAD)
                louder = units > loudest[column.rows]
                voices[column.rows[louder]] = -1 - number
                loudest[column.rows] = np.maximum(loudest[column.rows], units)
        if not measure.past:
            age = np.maximum(moment - self.started, 0) / _AN_HOUR
            scores += np.where(np.isneginf(fresh), _freshness(age, measure.horizon, formula.FRESH_HALF), fresh)
        scores += measure.weights.stars * _doublings(self.stars, formula.STARS_PRIOR, formula.STARS_USUAL)
        scores += measure.weights.citations * _doublings(self.citations, formula.CITATIONS_PRIOR, 0)
        return Field(self.ids, scores, votes, heads, voices)

    def totals(self, moment: float) -> dict[str, float]:
        """Return how many votes of each kind a usual paper gets here in the end, by the papers of the last weeks."""
        since, until = moment - formula.TOTAL_DAYS * 24 * _AN_HOUR, moment - formula.TOTAL_OLDER_THAN * _AN_HOUR
        found: dict[str, float] = {}
        arrived = (self.started >= since) & (self.started <= until)
        arrivals = (moment - self.started[arrived]) / _AN_HOUR
        for name, kind in KINDS.items():
            column = self.columns[name].at(kind, moment)
            recent = (column.start >= since) & (column.start <= until)
            ages = arrivals if kind.own else column.age[recent]
            shares = float(np.sum(ages / (ages + kind.half)))
            found[name] = formula.estimated_total(kind, float(np.sum(column.count[recent])), shares)
        return found

    def since(self, moment: float) -> Ints:
        """Return the rows of those that became candidates since then."""
        return np.flatnonzero(self.joined >= moment)

    def _unvoted(self, kind: Kind, moment: float, rows: Ints | None = None) -> Column:
        """Return readings of nothing, for all papers or for these."""
        started = self.started if rows is None else self.started[rows]
        age = np.maximum(moment - started, 0) / _AN_HOUR
        none = np.zeros(len(age))
        every = np.arange(len(age))
        return Column(every, started, started, none, age, none, np.maximum(age - kind.span, 0))


def board(
    papers: Sequence[tuple[int, float, float, float | None, float | None, str, str]],
    readings: Iterable[tuple[str, int, float, float, float, float, float, float]],
) -> Board:
    """Make columns of rows as `store` keeps them, papers in the order of their numbers."""
    ids = np.array([row[0] for row in papers], dtype=np.int64)
    numbers = np.array([row[1:5] for row in papers], dtype=np.float64).reshape(-1, 4)
    names = {name: number for number, name in enumerate(dict.fromkeys(row[6] for row in papers))}
    by_kind: dict[str, list[tuple[float, ...]]] = {name: [] for name in KINDS}
    for kind, *told in readings:
        if kind in by_kind:
            by_kind[kind].append(tuple(told))
    return Board(
        ids=ids,
        joined=numbers[:, 0],
        started=numbers[:, 1],
        stars=numbers[:, 2],
        citations=numbers[:, 3],
        sources=np.array([names[row[6]] for row in papers], dtype=np.int64),
        topics=_topics([row[5] for row in papers]),
        columns={name: _column(told, ids) for name, told in by_kind.items()},
    )


def _topics(told: Iterable[str]) -> dict[str, Ints]:
    """Return which rows have each category, or one of each archive, such as `cs` of `cs.CL`."""
    found: dict[str, list[int]] = {}
    for row, categories in enumerate(told):
        codes = categories.split()
        for code in dict.fromkeys([*codes, *(code.partition(".")[0] for code in codes if "." in code)]):
            found.setdefault(code, []).append(row)
    return {code: np.array(rows, dtype=np.int64) for code, rows in found.items()}


def _column(told: Sequence[tuple[float, ...]], ids: Ints) -> Column:
    numbers = np.array(told, dtype=np.float64).reshape(-1, 7)
    owners = numbers[:, 0].astype(np.int64)
    rows = np.searchsorted(ids, owners)
    known = np.flatnonzero(np.append(ids, -1)[rows] == owners)
    start, read, count, age, count_before, age_before = (numbers[known, n] for n in range(1, 7))
    return Column(rows[known], start, read, count, age, count_before, age_before)


def _worth(kind: Kind, column: Column, measure: Measure) -> Floats:
    """Return level and pace by their shares, in doublings."""
    total, half = measure.totals[kind.name], kind.half
    judged = np.maximum(column.age, half * FLOOR)
    usual = total * judged / (judged + half)
    level_share, pace_share = measure.shares
    worth = level_share * np.log2((PRIOR + column.count) / (PRIOR + usual))
    if pace_share:
        gained = usual - total * column.age_before / (column.age_before + half)
        worth += pace_share * np.log2((PRIOR + column.count - column.count_before) / (PRIOR + gained))
    return worth


def _freshness(age: Floats, horizon: float, half: float) -> Floats:
    grown = age + half
    return np.log2(half * (half + horizon) / (grown * (grown + horizon)))


def _doublings(counts: Floats, prior: float, usual: float) -> NDArray[np.float64]:
    return np.nan_to_num(np.log2((prior + counts) / (prior + usual)))
