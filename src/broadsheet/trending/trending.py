"""Trending: which papers are likely to be read most from now on, each with a reason; recomputed by tick.

The formula is `formula`'s, the words are `explain`'s, what is shown where is the editions' and the doors' matter.
What a page shows and what `explain` says of it are made of the same stored numbers, so they cannot disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Connection

from broadsheet.accounts.reader import Reader
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import Invalid
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Paper
from broadsheet.papers.signals import SignalLog
from broadsheet.trending import store
from broadsheet.trending.attention import Series, grown, known
from broadsheet.trending.candidates import Candidate, Facts, candidate
from broadsheet.trending.explain import Part, parts, sentence, shown, total
from broadsheet.trending.formula import HORIZONS, KINDS, Measure, Weights
from broadsheet.trending.ranking import ranked
from broadsheet.trending.refresh import HORIZONS_BACK, Refresh, Trust
from broadsheet.trending.weighing import Weighings

Order = Literal["next", "past"]
ORDERS: tuple[Order, ...] = get_args(Order)


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


@dataclass(frozen=True, slots=True)
class TopPage:
    """The first places of a window, of all papers or of a topic, and of how many candidates they are the first."""

    window: str
    order: str
    topic: str
    places: tuple[Ranked, ...]
    candidates: int
    computed_at: datetime | None


class Trending:
    """Scores papers for a day, a week and a month: what comes next, and how it went.

    `trust` gives, for papers whose voters mostly vote together, the share of their votes that counts.
    """

    def __init__(
        self, database: Database, catalogue: Catalogue, signals: SignalLog, clock: Clock, trust: Trust | None = None
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._signals = signals
        self._clock = clock
        self._trust = trust or (lambda _ids: {})
        self._refresh = Refresh(database, signals, self._trust)
        self.weighings = Weighings(database, clock)

    def refresh(self, *, anew: bool = False) -> int:
        """Estimate anew what is usual here, score every candidate, and return how many papers were scored.

        Only papers of which something is new are looked at; `anew` looks at all.
        """
        if anew:
            self._refresh.anew()
        return self._refresh.run(self._clock.now(), self.weighings.in_force())

    def top(self, horizon: str = "day", limit: int = 20) -> list[Ranked]:
        """Return the page as it was last computed; raises `Invalid` for an unknown horizon."""
        return list(self.page(horizon, limit=limit).places)

    def for_edition(self, period: str, limit: int) -> list[Ranked]:
        """Return what an edition shows: of a day what is read next, of a week or month how it went."""
        return list(self.page(period, order="next" if period == "day" else "past", limit=limit).places)

    def page(self, window: str = "day", topic: str = "", order: str = "next", limit: int = 20) -> TopPage:
        """Return the first places of a window, of all papers or of a category or archive, such as `cs.CL` or `cs`.

        `order` asks what is read next, or how the window went. Raises `Invalid` for an unknown window or order.
        """
        hours, past = _hours(window), _past(order)
        with self._database.read() as connection:
            found = store.page(connection, window, past, topic)
            first = found.papers[:limit]
            kept = store.kept(connection, first)
            computed_at = store.refreshed_at(connection)
            measure = _measure(connection, hours, past=past)
        papers = self._catalogue.papers([paper_id for paper_id in first if paper_id in kept])
        now = computed_at or self._clock.now()
        places = tuple(_ranked(paper, kept[paper.id], measure, now) for paper in papers if paper.id in kept)
        return TopPage(window, order, topic, places, found.candidates, computed_at)

    def topics(self, window: str = "day", order: str = "next") -> dict[str, int]:
        """Return how many candidates each category and archive has in a window, those with the most first."""
        _hours(window)
        with self._database.read() as connection:
            found = store.topics(connection, window, _past(order))
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))

    def explain(self, key: str, horizon: str = "day", order: str = "next") -> Explanation:
        """Return why the paper has its score, computed now if it is no candidate.

        Raises `Invalid` for an unknown horizon or order or a key that names nothing, `NotFound` for an unknown paper.
        """
        hours, past = _hours(horizon), _past(order)
        paper = self._catalogue.get(key)
        with self._database.read() as connection:
            one = store.kept(connection, [paper.id]).get(paper.id)
            computed_at = store.refreshed_at(connection)
            measure = _measure(connection, hours, past=past)
        if one is None or computed_at is None:
            computed_at = self._clock.now()
            one = self._looked_at(paper, computed_at)
        told = _ranked(paper, one, measure, computed_at)
        return Explanation(paper, told.score, told.parts, told.reason, horizon, computed_at)

    def series(self, paper_id: int) -> list[Series]:
        """Return how each kind of count of a paper grew until now, for its chart; empty where nothing was counted."""
        now = self._clock.now()
        return grown(self._signals.of([paper_id], now).get(paper_id, []), now)

    def scores(self, ids: Sequence[int]) -> dict[int, float]:
        """Return the day's scores of those papers that are candidates; the others have none."""
        with self._database.read() as connection:
            board = store.load(connection, ids)
            now = store.refreshed_at(connection) or self._clock.now()
            field = board.field(_measure(connection, HORIZONS["day"]), now.timestamp())
        return dict(zip(field.ids.tolist(), field.scores.tolist(), strict=True))

    def weights(self) -> Weights:
        """Return the weights by which the pages are ordered."""
        with self._database.read() as connection:
            return store.weights(connection)

    def reweigh(self, weights: Weights | None, by: Reader) -> None:
        """Order the pages by other weights from now on, by the published ones if None; raises `Forbidden`."""
        self.weighings.change(weights, by)
        self.refresh()

    def preview(self, weights: Weights, window: str = "day", limit: int = 20) -> list[Ranked]:
        """Return how the window would look by other weights, at the moment of which the present page is."""
        hours = _hours(window)
        with self._database.read() as connection:
            board = store.load(connection)
            now = store.refreshed_at(connection) or self._clock.now()
            measure = Measure(_totals(connection), hours, weights)
            moment = now.timestamp()
            field = board.field(measure, moment)
            first = ranked(field, board.since(moment - HORIZONS_BACK * hours * 3600))[:limit]
            ids = [int(one) for one in field.ids[first]]
            kept = store.kept(connection, ids)
        papers = self._catalogue.papers(ids)
        return [_ranked(paper, kept[paper.id], measure, now) for paper in papers if paper.id in kept]

    def totals(self) -> dict[str, float]:
        """Return how many votes of each kind a usual paper gets here in the end: shipped, then estimated by tick."""
        with self._database.read() as connection:
            return _totals(connection)

    def refreshed_at(self) -> datetime | None:
        """Return when the pages were last computed; None before the first time."""
        with self._database.read() as connection:
            return store.refreshed_at(connection)

    def _looked_at(self, paper: Paper, now: datetime) -> Candidate:
        signals = self._signals.of([paper.id], now).get(paper.id, [])
        stars = [found.stars for found in paper.artefacts if found.kind == "code" and found.stars is not None]
        facts = Facts(paper.id, paper.first_seen_at, paper.published, paper.date_precision, max(stars, default=None))
        return candidate(facts, signals, now, self._trust([paper.id]).get(paper.id, 1.0))


def _hours(horizon: str) -> float:
    if horizon not in HORIZONS:
        raise Invalid(f"There is no horizon “{horizon:.40}”; use day, week or month.", field="horizon", value=horizon)
    return HORIZONS[horizon]


def _past(order: str) -> bool:
    if order not in ORDERS:
        raise Invalid(f"There is no order “{order:.40}”; use next or past.", field="order", value=order)
    return order == "past"


def _totals(connection: Connection) -> dict[str, float]:
    shipped = {name: 0.0 if kind.own else kind.total for name, kind in KINDS.items()}
    return shipped | store.totals(connection)


def _measure(connection: Connection, hours: float, *, past: bool = False) -> Measure:
    return Measure(_totals(connection), hours, store.weights(connection), past)


def _ranked(paper: Paper, one: Candidate, measure: Measure, now: datetime) -> Ranked:
    found = parts(known(one, now), measure)
    return Ranked(paper, total(found), found, sentence(found))
