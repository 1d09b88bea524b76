"""The front page of a day, a week or a month: reads a date, asks the editions, lays places out in columns.

What stands on a page and why is the editions' and trending's matter; nothing is ranked here. The calendar of all
pages is `archive`'s, the desk at which they are made `desk`'s.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.editions.draft import Draft
from broadsheet.editions.edition import Edition, Place
from broadsheet.editions.spans import Period, Span, read, span_of
from broadsheet.web import sharing, words
from broadsheet.web.about import short
from broadsheet.web.placed import listed
from broadsheet.web.since import Since, path_of, since_last_visit
from broadsheet.web.site import Site
from broadsheet.web.voting import ballot

LONG_TITLE = 70  # characters from which a lead is set smaller
IN_MIDDLE = 6
IN_LEFT = 20


@dataclass(frozen=True, slots=True)
class Headings:
    """What the parts of a page are called, by its period."""

    new: str
    more: str
    picks: str = "Editor’s picks"
    by: str = "chosen by the desk"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof says of itself, and what its button sends where the page can be published now."""

    words: str
    goes_out: str
    draft: Draft
    slots: Sequence[Any]
    can_publish: bool


HEADINGS: Mapping[Period, Headings] = MappingProxyType(
    {
        "day": Headings("New today", "More of today’s"),
        "week": Headings("New this week", "More of the week’s", "From the days’ pages", "leads first"),
        "month": Headings("New this month", "More of the month’s", "From the days’ pages", "leads first"),
    }
)


def today(site: Site, request: Request) -> Response:
    """Show today's edition, published or still open."""
    return page(site, request, site.editions.today(), since=since_last_visit(site, request))


def latest(_site: Site, _request: Request) -> Response:
    """Lead to today's edition: a name that scripts and bookmarks can keep."""
    return RedirectResponse("/", 302)


def of_span(site: Site, request: Request) -> Response:
    """Show the edition of the day, week or month in the path."""
    given = request.path_params["name"]
    span = read(given)
    if span.name != given:
        return RedirectResponse(f"/edition/{span.name}", 301)
    return page(site, request, site.editions.at(span))


def page(
    site: Site, request: Request, edition: Edition, *, proof: Proof | None = None, since: Since | None = None
) -> Response:
    """Show an edition; `proof` is what one that nobody else sees says of itself, `since` what is new to a reader."""
    before, after = site.editions.around(edition)
    lead = edition.lead
    new = _without(edition.new, [lead] if lead else [])
    sent, shelf = (_without(some, [lead] if lead else []) for some in (edition.sent, edition.shelf))
    in_middle = 0 if edition.picks else IN_MIDDLE
    middle, left, rows = new[:in_middle], new[in_middle : in_middle + IN_LEFT], new[in_middle + IN_LEFT :]
    headings = _headings(edition)
    sections = (
        ("lead", "Lead", lead),
        ("trend", "Trending", edition.trending),
        ("picks", "Picks", edition.picks),
        ("sent", "Sent in", sent),
        ("shelf", "Shelf", shelf),
        ("new", headings.new, left),
    )
    told = [place.paper for _, places in edition.sections() for place in places]
    return site.pages.show(
        request,
        "front.html",
        cached=proof is None,
        placed=None if proof else listed(f"front {edition.period}", [place.paper.id for place in edition.trending]),
        proof=proof,
        since=since,
        later=path_of(edition.published_at) if edition.published_at else "",
        meta=None if proof else sharing.of_edition(site, edition, request.url.path),
        edition=edition,
        span=edition.span,
        tabs=_tabs(site, edition.span),
        state=_state(site, edition),
        headings=headings,
        before=before,
        after=after,
        lead=lead,
        lead_is_long=bool(lead) and len(_head(lead)) > LONG_TITLE,
        middle=middle,
        left=_by_category(left),
        rows=rows,
        sent=sent,
        shelf=shelf,
        sections=sections,
        on_top={place.paper.id for place in (lead, *edition.picks) if place},
        total=site.catalogue.count(),
        rising=site.rising.marks([place.paper.id for place in new]),
        ballot=ballot(site, request, told),
        papers_told=told,
        formula=site.pages.typesetter.formula(short(site.trending.weights()), block=True),
    )


def _headings(edition: Edition) -> Headings:
    own = HEADINGS[edition.period]
    chosen = any(place.chosen for place in edition.picks)
    return Headings(own.new, own.more) if chosen or edition.period == "day" else own


def _tabs(site: Site, span: Span) -> list[tuple[Period, Span, bool]]:
    """Return the day, the week and the month around a page, as far as they have one, and which of them it is."""
    newest = site.editions.newest_day(span) if span.period != "day" else span
    day = newest.start if newest else span.start
    spans = [newest, span_of("week", day), span_of("month", day)] if newest else [span]
    tabs = [span if one and one.period == span.period else one for one in spans]
    return [(one.period, one, one == span) for one in tabs if one and (one == span or site.editions.is_there(one))]


def _state(site: Site, edition: Edition) -> str:
    """Say whether the page is out, and else when it comes out."""
    now, zone = site.clock.now(), site.settings.zone
    if edition.published_at:
        return f"No. {edition.number}, published {words.moment(edition.published_at, now, zone)}"
    draft = site.editions.publisher.draft(edition.span)
    due = site.editions.publisher.due(draft).astimezone(zone)
    if now < due:
        on = "" if due.date() == now.astimezone(zone).date() else f"on {words.day(due.date())} "
        return f"Open: publishes {on}at {due:%H:%M}"
    return "Open: the editors are at work" if draft.is_touched else "Open: publishes when the sources are harvested"


def _head(place: Place | None) -> str:
    return place.paper.title.partition(": ")[0] if place else ""


def _without(places: Iterable[Place], shown: Sequence[Place]) -> list[Place]:
    ids = {place.paper.id for place in shown}
    return [place for place in places if place.paper.id not in ids]


def _by_category(places: Sequence[Place]) -> list[tuple[str, list[Place]]]:
    """Group by first category, in the order in which each first occurs; those without one stand last."""

    def first(place: Place) -> str:
        return place.paper.categories[0] if place.paper.categories else ""

    order = list(dict.fromkeys(first(place) for place in places))
    ranked = sorted(places, key=lambda place: (not first(place), order.index(first(place))))
    return [(code, list(group)) for code, group in groupby(ranked, first)]
