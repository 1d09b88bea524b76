"""The front page of a day, and the list of all days: reads a date, asks the editions, lays places out in columns.

What stands on a page and why is the editions' and trending's matter; nothing is ranked here.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.editions.edition import Edition, Place
from broadsheet.errors import NotFound
from broadsheet.web import words
from broadsheet.web.about import SHORT
from broadsheet.web.site import Site
from broadsheet.web.voting import ballot

LONG_TITLE = 70  # characters from which a lead is set smaller
IN_MIDDLE = 6
IN_LEFT = 20


def today(site: Site, request: Request) -> Response:
    """Show today's edition, published or still open."""
    return _page(site, request, site.editions.today())


def latest(_site: Site, _request: Request) -> Response:
    """Lead to today's edition: a name that scripts and bookmarks can keep."""
    return RedirectResponse("/", 302)


def of_day(site: Site, request: Request) -> Response:
    """Show the edition of the day in the path."""
    given = request.path_params["day"]
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise NotFound(f"“{given[:40]}” is no date. Write it as in /edition/2026-01-15.", value=given) from None
    if day.isoformat() != given:
        return RedirectResponse(f"/edition/{day}", 301)
    return _page(site, request, site.editions.of(day))


def archive(site: Site, request: Request) -> Response:
    """List the published editions."""
    return site.pages.show(request, "editions.html", cached=True, heads=site.editions.dates(limit=400))


def _page(site: Site, request: Request, edition: Edition) -> Response:
    before, after = site.editions.around(edition)
    lead = edition.lead
    new = _without(edition.new, [lead] if lead else [])
    shelf = _without(edition.shelf, [lead] if lead else [])
    in_middle = 0 if edition.picks else IN_MIDDLE
    middle, left, rows = new[:in_middle], new[in_middle : in_middle + IN_LEFT], new[in_middle + IN_LEFT :]
    sections = (
        ("lead", "Lead", lead),
        ("trend", "Trending", edition.trending),
        ("picks", "Picks", edition.picks),
        ("shelf", "Shelf", shelf),
        ("new", "New today", left),
    )
    return site.pages.show(
        request,
        "front.html",
        cached=True,
        edition=edition,
        long_day=f"{edition.day:%A} {edition.day.day} {edition.day:%B %Y}",
        state=_state(site, edition),
        before=before,
        after=after,
        lead=lead,
        lead_is_long=bool(lead) and len(_head(lead)) > LONG_TITLE,
        middle=middle,
        left=_by_category(left),
        rows=rows,
        shelf=shelf,
        sections=sections,
        total=site.catalogue.count(),
        ballot=ballot(site, request, (place.paper for _, places in edition.sections() for place in places)),
        formula=site.pages.typesetter.formula(SHORT, block=True),
    )


def _state(site: Site, edition: Edition) -> str:
    """Say whether the page is out, and else when it comes out."""
    settings, now = site.settings, site.clock.now()
    if edition.published_at:
        return f"No. {edition.number}, published {words.moment(edition.published_at, now, settings.zone)}"
    if now.astimezone(settings.zone).hour < settings.edition_hour:
        return f"Open: publishes at {settings.edition_hour:02d}:00"
    return "Open: publishes when the sources are harvested"


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
