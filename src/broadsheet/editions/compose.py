"""Fills a front page: what editors chose, what is trending, what is new, and the shelf on a thin day.

What trends, `trending` decides; when a page is published, `publishing`. Trending is a ranking and stays whole; every
other section has a paper once. The lead is the first pick, else the first place of the first section that has one,
and keeps it there.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.editions import store
from broadsheet.editions.draft import Draft
from broadsheet.editions.edition import Edition, Place
from broadsheet.editions.spans import A_DAY, Span, midnight
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Paper
from broadsheet.trending.trending import Ranked, Trending

TRENDING = 10
NEW = 40
THIN = 12  # with fewer papers than that the shelf helps out
SHELF = 8
SENT = 8
FROM_DAYS = 6  # leads and picks of its days that a week or a month shows
NEW_IF_PUBLISHED_WITHIN = timedelta(days=14)  # an old paper that an import brings in is no news
A_MOMENT = timedelta(microseconds=1)  # what came at `since` was on that page already, what came `now` is on this one
SHELF_SOURCE = "shelf"
SHELF_REASON = "From the starter shelf: papers that come with Broadsheet."
CHOSEN = "Chosen by an editor."

# Which papers readers sent in since a moment, the newest first, and who did in a sentence.
SentIn = Callable[[datetime], Sequence[tuple[int, str]]]


def nobody(_since: datetime) -> Sequence[tuple[int, str]]:
    """Tell that readers sent nothing in."""
    return ()


class Composer:
    """Composes pages for one instance; `zone` is the one in which it tells times, `silence` says why nothing is new."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        trending: Trending,
        clock: Clock,
        *,
        zone: ZoneInfo,
        silence: Callable[[], str],
        sent_in: SentIn = nobody,
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._trending = trending
        self._clock = clock
        self._zone = zone
        self._silence = silence
        self.sent_in = sent_in

    def page(self, span: Span, draft: Draft | None = None) -> Edition:
        """Return the page of `span` as it stands now, with what `draft` has chosen; it is open and bears no id."""
        now = self._clock.now()
        with self._database.read() as connection:
            before = store.last_before(connection, span)
            number = store.last_number(connection, span.period) + 1
            harvested = store.harvested(connection)
        if span.period == "day":
            since, until = min(before.published_at, now) if before else now - A_DAY, now
        else:
            since, until = midnight(span.start, self._zone), min(now, midnight(span.after.start, self._zone))
        page = self._filled(span, self._picked(draft, now), since, until)
        notice = self._notice(page, since, now, harvested=harvested)
        return replace(page, number=number, notice=notice)

    def _filled(self, span: Span, picks: list[Place], since: datetime, until: datetime) -> Edition:
        ranked = self._trending.for_edition(span.period, TRENDING)
        trending = [_ranked(place, one) for place, one in enumerate(ranked, start=1)]
        lead = picks[0] if picks else trending[0] if trending else None
        picks = _numbered(picks[1:]) if picks else self._from_days(span, lead)
        shown = {place.paper.id for place in (*trending, *picks, *([lead] if lead else []))}
        published_since = span.start - NEW_IF_PUBLISHED_WITHIN
        count, papers = self._catalogue.new_between(
            since + A_MOMENT,
            until + A_MOMENT,
            published_since=published_since,
            limit=NEW + TRENDING + SENT + len(shown),
        )
        sent = self._sent(since, shown)
        shown.update(place.paper.id for place in sent)
        new = self._new(_without(papers, shown)[:NEW])
        shown.update(place.paper.id for place in new)
        shelf = self._shelf(span.start, shown) if len(shown) < THIN else []
        return Edition(
            id=None,
            period=span.period,
            day=span.start,
            number=0,
            published_at=None,
            new_papers=count,
            lead=lead or next((section[0] for section in (new, sent, shelf) if section), None),
            picks=picks,
            trending=trending,
            sent=sent,
            new=new,
            shelf=shelf,
        )

    def _picked(self, draft: Draft | None, now: datetime) -> list[Place]:
        """Return what editors chose, in their order; what was withdrawn since is left out."""
        picks = {pick.paper_id: pick for pick in draft.picks} if draft else {}
        papers = _without(self._catalogue.papers(list(picks)), ())
        scored = self._trending.scores([paper.id for paper in papers])
        return [
            Place(
                place,
                paper,
                None,
                f"{CHOSEN} {self._evidence(paper, now, ranked=paper.id in scored)}",
                blurb=picks[paper.id].blurb or _blurb(paper),
                kicker=picks[paper.id].kicker,
                chosen=True,
            )
            for place, paper in enumerate(papers, start=1)
        ]

    def _evidence(self, paper: Paper, now: datetime, *, ranked: bool) -> str:
        return self._trending.explain(paper.key).reason if ranked else f"First seen {self._when(paper, now)}."

    def _from_days(self, span: Span, lead: Place | None) -> list[Place]:
        """Return what else led or was picked on the days of a week or a month: leads first, the newest first."""
        if span.period == "day":
            return []
        with self._database.read() as connection:
            rows = store.on_top_between(connection, span.start, span.last)
        first = {row.paper_id: row for row in reversed(rows)}
        wanted = dict.fromkeys(row.paper_id for row in rows)
        papers = self._catalogue.papers(list(wanted)[: 3 * FROM_DAYS])
        papers = _without(papers, [lead.paper.id] if lead else ())[:FROM_DAYS]
        places = []
        for place, paper in enumerate(papers, start=1):
            row = first[paper.id]
            did = "Led" if row.section == "lead" else "Picked"
            reason = f"{did} on {row.starts_on:%A}, {row.starts_on.day} {row.starts_on:%B}."
            places.append(Place(place, paper, None, reason, blurb=row.blurb or _blurb(paper), kicker=row.kicker))
        return places

    def _sent(self, since: datetime, shown: Iterable[int]) -> list[Place]:
        told = dict(self.sent_in(since))
        papers = _without(self._catalogue.papers(list(told)), shown)[:SENT]
        return [Place(n, paper, None, told[paper.id], blurb=_blurb(paper)) for n, paper in enumerate(papers, start=1)]

    def _new(self, papers: Sequence[Paper]) -> list[Place]:
        now = self._clock.now()
        return [
            Place(place, paper, None, f"First seen {self._when(paper, now)}.", blurb=_blurb(paper))
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

    def _notice(self, page: Edition, since: datetime, now: datetime, *, harvested: bool) -> str:
        if page.new_papers:
            return ""
        if not harvested:
            return "No source has been harvested yet" + ("; the starter shelf is shown below." if page.shelf else ".")
        if page.period != "day":
            return f"No new papers in {page.span.words}: no source announced any."
        if reason := self._silence():
            return f"Nothing new today. {reason}"
        return f"Nothing new today: no source announced papers since {self._told(since, now)}."

    def _when(self, paper: Paper, now: datetime) -> str:
        return self._told(paper.first_seen_at, now)

    def _told(self, moment: datetime, now: datetime) -> str:
        """Tell a moment as "07:00 today", "07:00 yesterday" or "07:00 on 12 Jan 2026"."""
        local, today = moment.astimezone(self._zone), now.astimezone(self._zone).date()
        if local.date() == today:
            return f"{local:%H:%M} today"
        if local.date() == today - A_DAY:
            return f"{local:%H:%M} yesterday"
        return f"{local:%H:%M} on {local.day} {local:%b %Y}"


def _ranked(place: int, one: Ranked) -> Place:
    return Place(place, one.paper, round(one.score, 2), one.reason, one.shown, _blurb(one.paper))


def _numbered(places: Iterable[Place]) -> list[Place]:
    return [replace(place, place=n) for n, place in enumerate(places, start=1)]


def _blurb(paper: Paper) -> str:
    return paper.abstract if paper.summary else ""


def _without(papers: Iterable[Paper], shown: Iterable[int]) -> list[Paper]:
    hidden = set(shown)
    return [paper for paper in papers if paper.id not in hidden and not paper.withdrawn]
