"""Fills the front page where no editor does: the lead, what is trending, what is new, and the shelf on a thin day.

What trends, `trending` decides; when a page is published, `editions`. A paper stands in one section only, but
for the lead, which is the first place of the first section that has one and keeps it there.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from broadsheet.editions.edition import Edition, Place
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Paper
from broadsheet.trending.trending import Ranked, Trending

TRENDING = 10
NEW = 40
THIN = 12  # with fewer papers than that the shelf helps out
SHELF = 8
NEW_IF_PUBLISHED_WITHIN = timedelta(days=14)  # an old paper that an import brings in is no news
A_MOMENT = timedelta(microseconds=1)  # what came at `since` was on that page already, what came `now` is on this one
SHELF_SOURCE = "shelf"
SHELF_REASON = "From the starter shelf: papers that come with Broadsheet."


class Composer:
    """Composes pages for one instance; `zone` is the one in which it tells times, `silence` says why nothing is new."""

    def __init__(self, catalogue: Catalogue, trending: Trending, zone: ZoneInfo, silence: Callable[[], str]) -> None:
        self._catalogue = catalogue
        self._trending = trending
        self._zone = zone
        self._silence = silence

    def compose(self, day: date, number: int, since: datetime, now: datetime, *, harvested: bool) -> Edition:
        """Return the page of `day` as it stands `now`; papers first seen after `since` are new.

        `harvested` tells whether any source has been harvested yet, for the notice of an empty day.
        """
        trending = [_ranked(place, one) for place, one in enumerate(self._trending.top("day", TRENDING), start=1)]
        shown = {place.paper.id for place in trending}
        published_since = day - NEW_IF_PUBLISHED_WITHIN
        count, papers = self._catalogue.new_between(
            since + A_MOMENT, now + A_MOMENT, published_since=published_since, limit=NEW + TRENDING
        )
        new = self._new(_without(papers, shown)[:NEW], now)
        shown.update(place.paper.id for place in new)
        shelf = self._shelf(day, shown) if len(shown) < THIN else []
        lead = next((section[0] for section in (trending, new, shelf) if section), None)
        return Edition(
            id=None,
            period="day",
            day=day,
            number=number,
            published_at=None,
            new_papers=count,
            notice=self._notice(count, since, now, harvested=harvested, shelf=bool(shelf)),
            lead=lead,
            trending=trending,
            new=new,
            shelf=shelf,
        )

    def _new(self, papers: Sequence[Paper], now: datetime) -> list[Place]:
        return [
            Place(place, paper, None, f"First seen {self._when(paper.first_seen_at, now)}.", blurb=_blurb(paper))
            for place, paper in enumerate(papers, start=1)
        ]

    def _shelf(self, day: date, shown: set[int]) -> list[Place]:
        """Take the next eight of the shelf each day, and the first again after the last."""
        shelf = self._catalogue.by_source(SHELF_SOURCE, 1_000)
        start = day.toordinal() * SHELF % len(shelf) if shelf else 0
        turned = _without([*shelf[start:], *shelf[:start]], shown)[:SHELF]
        return [
            Place(place, paper, None, SHELF_REASON, blurb=_blurb(paper)) for place, paper in enumerate(turned, start=1)
        ]

    def _notice(self, count: int, since: datetime, now: datetime, *, harvested: bool, shelf: bool) -> str:
        if count:
            return ""
        if not harvested:
            return "No source has been harvested yet" + ("; the starter shelf is shown below." if shelf else ".")
        if reason := self._silence():
            return f"Nothing new today. {reason}"
        return f"Nothing new today: no source announced papers since {self._when(since, now)}."

    def _when(self, moment: datetime, now: datetime) -> str:
        """Tell a moment as "07:00 today", "07:00 yesterday" or "07:00 on 12 Jan 2026"."""
        local, today = moment.astimezone(self._zone), now.astimezone(self._zone).date()
        if local.date() == today:
            return f"{local:%H:%M} today"
        if local.date() == today - timedelta(days=1):
            return f"{local:%H:%M} yesterday"
        return f"{local:%H:%M} on {local.day} {local:%b %Y}"


def _ranked(place: int, one: Ranked) -> Place:
    return Place(place, one.paper, round(one.score, 2), one.reason, one.shown, _blurb(one.paper))


def _blurb(paper: Paper) -> str:
    return paper.abstract if paper.summary else ""


def _without(papers: Iterable[Paper], shown: set[int]) -> list[Paper]:
    return [paper for paper in papers if paper.id not in shown and not paper.withdrawn]
