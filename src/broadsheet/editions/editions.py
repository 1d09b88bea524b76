"""Editions by date: today's open page, the published ones, and the moment at which one becomes the other.

What stands on a page, `compose` decides. A published edition is read back as it was written and never composed again;
a day on which the instance was off has no edition, and none is invented for it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.editions import store
from broadsheet.editions.compose import Composer
from broadsheet.editions.edition import Edition, Head, Place
from broadsheet.errors import Invalid, NotFound
from broadsheet.papers.catalogue import Catalogue
from broadsheet.trending.explain import Part
from broadsheet.trending.trending import Trending

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _State:
    """All that today's page depends on: while it is equal, the page is."""

    day: date
    head: Head | None
    last_change: int
    refreshed_at: datetime | None
    harvested: bool


class Editions:
    """The front pages of one instance; `hour` in `zone` is when the day's page is published.

    `silence` says in a sentence why no source brought anything new, such as a holiday; empty where nobody knows.
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
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._trending = trending
        self._clock = clock
        self._zone = zone
        self._hour = hour
        self._composer = Composer(catalogue, trending, zone, silence)
        self._cached: tuple[_State, Edition] | None = None

    def today(self) -> Edition:
        """Return today's edition: the published one, else the open one as it stands now."""
        state = self._state()
        cached = self._cached  # read once: another thread may replace it between two looks
        if cached and cached[0] == state:
            return cached[1]
        page = self._published(state.head) if state.head else self._open(state)
        self._cached = (state, page)
        return page

    def of(self, day: date, period: str = "day") -> Edition:
        """Return the edition of `day`; raises `NotFound`, saying which there are, and `Invalid` for another period."""
        if period != "day":
            raise Invalid(f"There are daily editions only, none by {period}.", field="period", value=period)
        today = self._day(self._clock.now())
        if day == today:
            return self.today()
        with self._database.read() as connection:
            head = store.head(connection, day)
        if head is None:
            raise self._missing(day, today)
        return self._published(head)

    def dates(self, limit: int = 60) -> list[Head]:
        """Return the heads of the published editions, newest first."""
        with self._database.read() as connection:
            return store.heads(connection, limit)

    def that_had(self, paper_id: int, limit: int = 10) -> list[Head]:
        """Return the heads of the published editions in which a paper stands, newest first."""
        with self._database.read() as connection:
            return store.that_had(connection, paper_id, limit)

    def around(self, edition: Edition) -> tuple[date | None, date | None]:
        """Return the days of the editions before and after; today counts, published or not."""
        today = self._day(self._clock.now())
        with self._database.read() as connection:
            before = store.last_before(connection, edition.day)
            after = store.first_after(connection, edition.day)
        following = after.day if after else today if edition.day < today else None
        return (before.day if before else None, following)

    def publish_due(self, *, ready: bool) -> Edition | None:
        """Publish today's edition if its hour has come and return it; None if it is out, not due or not `ready`.

        Safe to call at any time from any number of processes: the day is published once.
        """
        now = self._clock.now()
        if not ready or now.astimezone(self._zone).hour < self._hour:
            return None
        state = self._state()
        if state.head is not None:
            return None
        page = self._open(state)
        try:
            with self._database.write() as connection:
                if store.head(connection, page.day) is not None:
                    return None
                number = store.last_number(connection) + 1
                edition_id = store.insert_edition(connection, page, number, now)
        except IntegrityError:
            with self._database.read() as connection:
                if store.head(connection, page.day) is not None:
                    return None  # another process was faster by a moment
            raise
        return replace(page, id=edition_id, number=number, published_at=now)

    def _state(self) -> _State:
        day = self._day(self._clock.now())
        with self._database.read() as connection:
            head, harvested = store.head(connection, day), store.harvested(connection)
        return _State(day, head, self._catalogue.last_change(), self._trending.refreshed_at(), harvested)

    def _open(self, state: _State) -> Edition:
        now = self._clock.now()
        with self._database.read() as connection:
            before = store.last_before(connection, state.day)
            number = store.last_number(connection) + 1
        since = before.published_at if before else now - A_DAY
        return self._composer.compose(state.day, number, since, now, harvested=state.harvested)

    def _published(self, head: Head) -> Edition:
        with self._database.read() as connection:
            rows = store.places(connection, head.id)
            notice = store.notice(connection, head.id)
        papers = {paper.id: paper for paper in self._catalogue.papers(sorted({row.paper_id for row in rows}))}
        sections: dict[str, list[Place]] = {"lead": [], "picks": [], "trending": [], "new": [], "shelf": []}
        for section, place, paper_id, score, reason, parts, blurb in rows:
            if paper_id in papers:
                told = tuple(Part(**part) for part in json.loads(parts))
                sections[section].append(Place(place, papers[paper_id], score, reason, told, blurb))
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
            **sections,
        )

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def _missing(self, day: date, today: date) -> NotFound:
        with self._database.read() as connection:
            first = store.first(connection)
            before = store.last_before(connection, day)
            after = store.first_after(connection, day)
        if day > today:
            words = f"The edition of {_date(day)} is not out yet; today's is of {_date(today)}."
        elif first is None:
            words = f"There is no edition of {_date(day)}: none has been published yet. Today's is of {_date(today)}."
        elif before is None:
            words = f"There is no edition of {_date(day)}: the first one is of {_date(first.day)}."
        else:
            following = _date(after.day if after else today)
            words = (
                f"There is no edition of {_date(day)}: this instance did not publish on that day. "
                f"The nearest are of {_date(before.day)} and {following}."
            )
        return NotFound(words, value=day.isoformat())


def _date(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
