"""Trending: which papers are likely to be read most from now on, each with a reason; recomputed by tick.

The formula is `formula`'s, the words are `explain`'s, what is shown where is the editions' and the doors' matter.
What a page shows and what `explain` says of it are the same stored numbers, so they cannot disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import Invalid
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Paper
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import SignalLog
from broadsheet.trending import store
from broadsheet.trending.attention import Facts, Series, attention, grown
from broadsheet.trending.explain import Part, parts, sentence, shown, total
from broadsheet.trending.formula import (
    HORIZONS,
    KINDS,
    TOTAL_DAYS,
    TOTAL_OLDER_THAN,
    Kind,
    estimated_total,
    usual,
)
from broadsheet.trending.ranking import Scored, ranked
from broadsheet.trending.readings import HOUR

CANDIDATES = 2_000  # of each sort and horizon: far more than a page shows, few enough for a tick of seconds
HORIZONS_BACK = 2  # a candidate began at most so many horizons ago; older ones have lost to age
PUBLISHED_BEFORE = timedelta(days=14)  # a paper without votes is a candidate only if it is that new


@dataclass(frozen=True, slots=True)
class Ranked:
    """One place of a trending page: `parts` are unrounded and add up to `score`; `reason` is them in words."""

    paper: Paper
    score: float
    parts: tuple[Part, ...]
    reason: str

    @property
    def shown(self) -> tuple[Part, ...]:
        """The parts rounded to two digits so that they add up to the rounded score."""
        return shown(self.parts)


@dataclass(frozen=True, slots=True)
class Explanation(Ranked):
    """Why a paper has its score at a horizon, on the page or off it; `computed_at` is when."""

    horizon: str
    computed_at: datetime


class Trending:
    """Scores papers for a day, a week and a month ahead."""

    def __init__(self, database: Database, catalogue: Catalogue, signals: SignalLog, clock: Clock) -> None:
        self._database = database
        self._catalogue = catalogue
        self._signals = signals
        self._clock = clock

    def refresh(self) -> int:
        """Estimate anew what is usual here, score every candidate, and return how many papers were scored."""
        now = self._clock.now()
        with self._database.read() as connection:
            candidates = {name: _candidates(connection, now, hours) for name, hours in HORIZONS.items()}
            facts = {one.paper_id: one for one in store.facts(connection, sorted(set().union(*candidates.values())))}
            totals = {name: _total(connection, kind, now) for name, kind in KINDS.items()}
        signals = self._signals.of(list(facts), now)
        scored = {
            name: [
                _score(facts[paper_id], signals.get(paper_id, []), totals, HORIZONS[name], now)
                for paper_id in candidates[name]
                if paper_id in facts
            ]
            for name in HORIZONS
        }
        with self._database.write() as connection:
            store.replace(connection, now, totals, scored)
        return len(facts)

    def top(self, horizon: str = "day", limit: int = 20) -> list[Ranked]:
        """Return the page as it was last computed; raises `Invalid` for an unknown horizon."""
        _hours(horizon)
        with self._database.read() as connection:
            page = {one.paper_id: one for one in ranked(store.page(connection, horizon))[:limit]}
        papers = self._catalogue.papers(list(page))
        return [
            Ranked(paper, page[paper.id].score, page[paper.id].parts, sentence(page[paper.id].parts))
            for paper in papers
            if paper.id in page
        ]

    def explain(self, key: str, horizon: str = "day") -> Explanation:
        """Return why the paper has its score, computed now if it is on no page.

        Raises `Invalid` for an unknown horizon or a key that names nothing, `NotFound` for an unknown paper.
        """
        hours = _hours(horizon)
        paper = self._catalogue.get(key)
        with self._database.read() as connection:
            scored = store.stored(connection, paper.id, horizon)
            computed_at = store.refreshed_at(connection)
        if scored is None or computed_at is None:
            computed_at = self._clock.now()
            scored = self._score_now(paper, hours, computed_at)
        return Explanation(paper, scored.score, scored.parts, sentence(scored.parts), horizon, computed_at)

    def series(self, paper_id: int) -> list[Series]:
        """Return how each kind of count of a paper grew until now, for its chart; empty where nothing was counted."""
        now = self._clock.now()
        return grown(self._signals.of([paper_id], now).get(paper_id, []), now)

    def scores(self, ids: Sequence[int]) -> dict[int, float]:
        """Return the day's scores of those papers that are candidates; the others have none."""
        with self._database.read() as connection:
            return store.scores(connection, ids, "day")

    def totals(self) -> dict[str, float]:
        """Return how many votes of each kind a usual paper gets here in the end: shipped, then estimated by tick."""
        with self._database.read() as connection:
            return {name: kind.total for name, kind in KINDS.items()} | store.totals(connection)

    def refreshed_at(self) -> datetime | None:
        """Return when the pages were last computed; None before the first time."""
        with self._database.read() as connection:
            return store.refreshed_at(connection)

    def _score_now(self, paper: Paper, hours: float, now: datetime) -> Scored:
        signals = self._signals.of([paper.id], now).get(paper.id, [])
        stars = [found.stars for found in paper.artefacts if found.kind == "code" and found.stars is not None]
        facts = Facts(paper.id, paper.first_seen_at, paper.published, paper.date_precision, max(stars, default=None))
        return _score(facts, signals, self.totals(), hours, now)


def _hours(horizon: str) -> float:
    if horizon not in HORIZONS:
        raise Invalid(f"There is no horizon “{horizon}”; use day, week or month.", field="horizon", value=horizon)
    return HORIZONS[horizon]


def _candidates(connection: Connection, now: datetime, hours: float) -> list[int]:
    since = now - HORIZONS_BACK * hours * HOUR
    voted = store.voted_since(connection, KINDS, since, CANDIDATES)
    seen = store.seen_since(connection, since, (since - PUBLISHED_BEFORE).date(), CANDIDATES)
    return list(dict.fromkeys([*voted, *seen]))


def _total(connection: Connection, kind: Kind, now: datetime) -> float:
    since, until = now - timedelta(days=TOTAL_DAYS), now - TOTAL_OLDER_THAN * HOUR
    recent = store.recent_votes(connection, kind.name, since, until)
    shares = sum(usual(kind, max((read - began) / HOUR, 0.0), 1.0) for _, read, began in recent)
    return estimated_total(kind, sum(count for count, _, _ in recent), shares)


def _score(facts: Facts, signals: Sequence[Signal], totals: dict[str, float], hours: float, now: datetime) -> Scored:
    found = parts(attention(facts, signals, now), totals, hours)
    return Scored(facts.paper_id, total(found), found)
