"""Editions by date: the open pages of today, this week and this month, and the published ones.

What stands on a page, `compose` decides; when it goes out, `publishing`; what editors do with it, `desk`. A published
edition is read back as it was written and never composed again; a day on which the instance was off has no edition,
and none is invented for it.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.editions import store
from broadsheet.editions.compose import Composer, SentIn, nobody
from broadsheet.editions.edition import Appearance, Edition, Head, Place
from broadsheet.editions.publishing import Publisher
from broadsheet.editions.spans import Period, Span, span_of
from broadsheet.errors import NotFound
from broadsheet.papers.catalogue import Catalogue
from broadsheet.trending.explain import Part
from broadsheet.trending.trending import Trending


@dataclass(frozen=True, slots=True)
class _State:
    """All that a current page depends on: while it is equal, the page is."""

    span: Span
    head: Head | None
    last_correction: int
    last_day: int
    last_change: int
    refreshed_at: datetime | None
    harvested: bool
    sent: Sequence[tuple[int, str]]


class Editions:
    """The front pages of one instance; `hour` in `zone` is when the day's page is published.

    `silence` says in a sentence why no source brought anything new, such as a holiday; empty where nobody knows.
    `sent_in` tells which papers readers sent in.
    """

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        trending: Trending,
        clock: Clock,
        *,
        zone: ZoneInfo,
        hour: int,
        silence: Callable[[], str] = str,
        sent_in: SentIn = nobody,
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._trending = trending
        self.composer = Composer(database, catalogue, trending, clock, zone=zone, silence=silence, sent_in=sent_in)
        self.publisher = Publisher(database, self.composer, clock, zone=zone, hour=hour)
        self._cached: dict[Span, tuple[_State, Edition]] = {}

    def today(self) -> Edition:
        """Return today's edition: the published one, else the open one as it stands now."""
        return self._current(Span("day", self.publisher.today()))

    def of(self, day: date, period: str = "day") -> Edition:
        """Return the edition of `period` that `day` lies in. Raises as `at` does, and `Invalid` for no period."""
        return self.at(span_of(period, day))

    def at(self, span: Span) -> Edition:
        """Return the edition of `span`; raises `NotFound`, saying which there are."""
        if self._is_current(span):
            return self._current(span)
        with self._database.read() as connection:
            head = store.head(connection, span)
        if head is not None:
            return self._published(head)
        if self._has_just_ended(span):
            return self._current(span)
        raise self._missing(span, self.publisher.today())

    def dates(self, limit: int = 60, period: Period = "day") -> list[Head]:
        """Return the heads of the published editions, newest first."""
        with self._database.read() as connection:
            return store.heads(connection, period, limit)

    def between(self, period: Period, first: date, last: date) -> list[Head]:
        """Return the heads of the published editions that start from `first` to `last`, in order."""
        with self._database.read() as connection:
            return store.heads_between(connection, period, first, last)

    def is_there(self, span: Span) -> bool:
        """Tell whether `span` has a page, published or open."""
        if self._is_current(span):
            return True
        with self._database.read() as connection:
            head = store.head(connection, span)
        return head is not None or self._has_just_ended(span)

    def newest_day(self, span: Span) -> Span | None:
        """Return the newest day of a week or a month that has a page; None where none has."""
        today = Span("day", self.publisher.today())
        if span.start <= today.start <= span.last:
            return today
        heads = self.between("day", span.start, span.last)
        return heads[-1].span if heads else None

    def leads(self, edition_ids: Sequence[int]) -> dict[int, int]:
        """Return which paper leads each of these editions, by the editions' numbers in the database."""
        with self._database.read() as connection:
            return store.leads(connection, edition_ids)

    def first(self) -> Head | None:
        """Return the first edition of a day; None before it."""
        with self._database.read() as connection:
            return store.first(connection, "day")

    def that_had(self, paper_id: int, limit: int = 10, period: Period = "day") -> list[Head]:
        """Return the heads of the published editions in which a paper stands, newest first."""
        with self._database.read() as connection:
            return store.that_had(connection, paper_id, period, limit)

    def appearances(self, paper_id: int, limit: int = 12) -> list[Appearance]:
        """Return where a paper stood in published editions of every period, the newest first."""
        with self._database.read() as connection:
            return store.appearances(connection, paper_id, limit)

    def around(self, edition: Edition) -> tuple[Span | None, Span | None]:
        """Return the spans of the editions before and after; the current one counts, published or not."""
        current = span_of(edition.period, self.publisher.today())
        with self._database.read() as connection:
            before = store.last_before(connection, edition.span)
            after = store.first_after(connection, edition.span)
        following = after.span if after else current if edition.span < current else None
        return (before.span if before else None, following)

    def publish_due(self, *, ready: bool) -> Edition | None:
        """Publish the day's edition if its moment has come and return it; None if it is out, not due or not `ready`.

        Safe to call at any time from any number of processes: the day is published once.
        """
        return self.publisher.publish_due(ready=ready)

    def _is_current(self, span: Span) -> bool:
        return span == span_of(span.period, self.publisher.today())

    def _has_just_ended(self, span: Span) -> bool:
        """Tell whether a week or a month is over and its page is still to come."""
        return span.period != "day" and any(draft.span == span for draft in self.publisher.ended())

    def _current(self, span: Span) -> Edition:
        state = self._state(span)
        cached = self._cached.get(span)  # read once: another thread may replace it between two looks
        if cached and cached[0] == state:
            return cached[1]
        page = self._published(state.head) if state.head else self.composer.page(span)
        if len(self._cached) > 8:
            self._cached.clear()
        self._cached[span] = (state, page)
        return page

    def _state(self, span: Span) -> _State:
        with self._database.read() as connection:
            head, harvested = store.head(connection, span), store.harvested(connection)
            corrected = store.last_correction(connection, head.id) if head else 0
            days = 0 if span.period == "day" else store.last_number(connection, "day")
        changed, refreshed = self._catalogue.last_change(), self._trending.refreshed_at()
        sent = () if head else tuple(self.composer.sent_in(self.publisher.midnight(span.before.start)))
        return _State(span, head, corrected, days, changed, refreshed, harvested, sent)

    def _published(self, head: Head) -> Edition:
        with self._database.read() as connection:
            rows = store.places(connection, head.id)
            notice, corrections = store.notice(connection, head.id), store.corrections(connection, head.id)
        papers = {paper.id: paper for paper in self._catalogue.papers(sorted({row.paper_id for row in rows}))}
        sections: dict[str, list[Place]] = {"lead": [], "picks": [], "trending": [], "sent": [], "new": [], "shelf": []}
        for section, place, paper_id, score, reason, parts, blurb, kicker, chosen in rows:
            if paper_id in papers:
                told = tuple(Part(**part) for part in json.loads(parts))
                sections[section].append(
                    Place(place, papers[paper_id], score, reason, told, blurb, kicker, chosen=chosen)
                )
        lead = sections.pop("lead")
        return Edition(
            id=head.id,
            period=head.period,
            day=head.day,
            number=head.number,
            published_at=head.published_at,
            new_papers=head.new_papers,
            notice=notice,
            lead=lead[0] if lead else None,
            corrections=corrections,
            **_each_once(sections),
        )

    def _missing(self, span: Span, today: date) -> NotFound:
        current = span_of(span.period, today)
        name, now = {"day": "today", "week": "this week", "month": "this month"}[span.period], current.words
        with self._database.read() as connection:
            first = store.first(connection, span.period)
            before = store.last_before(connection, span)
            after = store.first_after(connection, span)
        if span > current:
            words = f"The edition of {span.words} is not out yet; {name}'s is of {now}."
        elif first is None:
            words = (
                f"There is no edition of {span.words}: none has been published yet. {name.capitalize()}'s is of {now}."
            )
        elif before is None:
            words = f"There is no edition of {span.words}: the first one is of {first.span.words}."
        else:
            following = (after.span if after else current).words
            words = (
                f"There is no edition of {span.words}: this instance did not publish {_then(span)}. "
                f"The nearest are of {before.span.words} and {following}."
            )
        return NotFound(words, value=span.name)


def _then(span: Span) -> str:
    return "on that day" if span.period == "day" else f"for that {span.period}"


def _each_once(sections: dict[str, list[Place]]) -> dict[str, list[Place]]:
    """Leave a paper out where it stood already: two papers of an old page may have proved to be one since.

    The ranking shares papers with the other sections, as it did on the day; places keep the numbers they had.
    """
    shown: set[int] = set()
    for name in ("picks", "sent", "new", "shelf"):
        sections[name] = _first(sections[name], shown)
        shown.update(place.paper.id for place in sections[name])
    return sections | {"trending": _first(sections["trending"], ())}


def _first(places: Iterable[Place], shown: Iterable[int]) -> list[Place]:
    found: dict[int, Place] = {}
    hidden = set(shown)
    for place in places:
        if place.paper.id not in hidden:
            found.setdefault(place.paper.id, place)
    return list(found.values())
