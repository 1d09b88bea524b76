"""What an editor can choose from: papers that trend, that came in, that readers sent in, that pages missed; with why.

The order and the words of trending are `trending`'s. A paper stands once, where it first occurs, and says when it was
on a front page before: an editor who repeats a paper should do so on purpose.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, get_args

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.editions import store
from broadsheet.editions.compose import SentIn, nobody
from broadsheet.editions.edition import Edition
from broadsheet.editions.spans import Span
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Paper
from broadsheet.trending.trending import Trending

Origin = Literal["trending", "sent", "new", "missed"]
ORIGINS: tuple[Origin, ...] = get_args(Origin)
TRENDING = 20
MISSED = 10
SENT_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that could be picked; `score` is None where no ranking put it here."""

    paper: Paper
    origin: Origin
    reason: str
    score: float | None = None


class Candidates:
    """Finds candidates; `sent_in` tells which papers readers sent in since a moment, and in which words."""

    def __init__(
        self, database: Database, catalogue: Catalogue, trending: Trending, clock: Clock, sent_in: SentIn = nobody
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._trending = trending
        self._clock = clock
        self._sent_in = sent_in

    def of(self, page: Edition) -> list[Candidate]:
        """Return the candidates for the page of a span, as it would fill itself: each paper once."""
        found: dict[int, Candidate] = {}
        for one in (*self._trends(page.span), *self._sent(), *_new(page), *self._missed(page.span)):
            if not one.paper.withdrawn:
                found.setdefault(one.paper.id, one)
        return self._with_history(list(found.values()))

    def history(self, paper_ids: Sequence[int]) -> dict[int, tuple[date, str]]:
        """Return for each paper that led or was picked when that was last, and as what."""
        with self._database.read() as connection:
            return store.last_on_top(connection, paper_ids)

    def _trends(self, span: Span) -> list[Candidate]:
        ranked = self._trending.for_edition(span.period, TRENDING)
        return [Candidate(one.paper, "trending", one.reason, round(one.score, 2)) for one in ranked]

    def _sent(self) -> list[Candidate]:
        told = dict(self._sent_in(self._clock.now() - SENT_WITHIN))
        return [Candidate(paper, "sent", told[paper.id]) for paper in self._catalogue.papers(list(told))]

    def _missed(self, span: Span) -> list[Candidate]:
        """Return what trends over a longer time and never led or was picked."""
        longer = "week" if span.period == "day" else "month"
        ranked = self._trending.top(longer, 2 * TRENDING)
        had = self.history([one.paper.id for one in ranked])
        left = [one for one in ranked if one.paper.id not in had][:MISSED]
        return [Candidate(one.paper, "missed", one.reason, round(one.score, 2)) for one in left]

    def _with_history(self, found: list[Candidate]) -> list[Candidate]:
        had = self.history([one.paper.id for one in found])
        return [
            replace(one, reason=f"{_once(*had[one.paper.id])} {one.reason}") if one.paper.id in had else one
            for one in found
        ]


def _new(page: Edition) -> list[Candidate]:
    return [Candidate(place.paper, "new", place.reason) for place in page.new]


def _once(day: date, section: str) -> str:
    return f"{'Led' if section == 'lead' else 'Picked'} on {day.day} {day:%b %Y}."
