"""The search page: reads the question, asks the search, shows results with their reasons, or what to drop.

Ranking, facets and highlights come from `search`; nothing is ranked here.
A pasted identifier leads straight to its paper.
"""

from dataclasses import dataclass, replace
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.errors import Invalid
from broadsheet.papers.paper import Paper
from broadsheet.search.results import SearchPage
from broadsheet.web import asked as asking
from broadsheet.web import words
from broadsheet.web.asked import Asked
from broadsheet.web.loosening import loosened
from broadsheet.web.site import Site

FACET_VALUES = 8
YEARS = 8
CLOSEST = 3
MOST_DROPS = 6  # each costs a search
TEASER = 1_500  # characters of an abstract in a list of results; the paper's page has all of it
NEWEST = 8
RANKED = 1_000  # with words in the question the search ranks so many at most


@dataclass(frozen=True, slots=True)
class Bar:
    """One year of the chart: where it stands, in the units of the drawing, and what a click asks."""

    year: str
    count: int
    x: float
    height: float
    url: str


@dataclass(frozen=True, slots=True)
class Drop:
    """One condition that could be dropped, and what would then be found."""

    words: str
    url: str
    total: int


def search(site: Site, request: Request) -> Response:
    """Answer the question in the address; without one, show how to ask."""
    try:
        asked = asking.read(request.query_params)
        if not (asked.text or asked.filters):
            return _blank(site, request, asked)
        page = site.search.search(
            asked.text, filters=asked.filters, sort=asked.sort, limit=asking.PAGE_SIZE, offset=asked.offset
        )
    except Invalid as error:
        text = request.query_params.get("q", "")[: asking.LONGEST_TEXT]
        return _blank(site, request, Asked(text), error)
    if page.query.identifier and page.exact:
        return RedirectResponse(words.paper_path(page.exact), 303)
    if not page.total:
        return _nothing(site, request, asked, page)
    return site.pages.show(
        request,
        "search.html",
        cached=True,
        asked=asked,
        page=page,
        total=site.catalogue.count(),
        bars=_bars(asked, page),
        facets=_facets(asked, page),
        in_force=[(said, rest.url()) for said, rest in asked.in_force()],
        last=min(-(-page.total // asking.PAGE_SIZE), asking.LAST_PAGE),
        teaser=TEASER,
        capped=bool(page.query.plain) and page.total >= RANKED,
        first_shown=asked.offset + 1,
        last_shown=asked.offset + len(page.hits),
    )


def _blank(site: Site, request: Request, asked: Asked, error: Invalid | None = None) -> Response:
    return site.pages.show(
        request,
        "search_blank.html",
        400 if error else 200,
        cached=True,
        asked=asked,
        errors=error,
        total=site.catalogue.count(),
        newest=site.catalogue.newest(NEWEST),
    )


def _nothing(site: Site, request: Request, asked: Asked, page: SearchPage) -> Response:
    looser = [(f"without “{said}”", rest) for said, rest in asked.in_force()]
    looser.extend((said, replace(asked, text=text, page=1)) for said, text in loosened(page.query))
    drops = [drop for said, rest in looser[:MOST_DROPS] if (drop := _drop(site, said, rest))]
    return site.pages.show(
        request,
        "search_empty.html",
        cached=True,
        asked=asked,
        page=page,
        drops=drops,
        closest=_closest(site, page),
        total=site.catalogue.count(),
    )


def _drop(site: Site, said: str, rest: Asked) -> Drop | None:
    """Return what would be found without one condition, if anything would."""
    try:
        total = site.search.search(rest.text, filters=rest.filters, limit=1).total
    except Invalid:
        return None  # what is left of the question is no question
    return Drop(said, rest.url(), total) if total else None


def _closest(site: Site, page: SearchPage) -> list[Paper]:
    """Return what lies nearest in meaning to the bare words, all conditions set aside."""
    bare = page.query.plain
    if not bare:
        return []
    try:
        return [hit.paper for hit in site.search.search(bare, method="dense", limit=CLOSEST).hits]
    except Invalid:
        return []  # what is left of the question may be no question


def _bars(asked: Asked, page: SearchPage) -> list[Bar]:
    years = sorted((year, count) for year, count in page.facets.years if year.isdigit() and len(year) == 4)[-YEARS:]
    most = max((count for _, count in years), default=1)
    bars = []
    for n, (year, count) in enumerate(years):
        within = replace(asked, since=date(int(year), 1, 1), until=date(int(year), 12, 31), page=1)
        bars.append(Bar(year, count, 2 + n * 27.25, max(1.5, 26 * count / most), within.url()))
    return bars


def _facets(asked: Asked, page: SearchPage) -> list[tuple[str, str, list[tuple[str, str, int, bool]]]]:
    """Return (name, label, values) of each group of check boxes; a value is (value, words, count, chosen)."""
    found = page.facets
    groups = (
        ("has", "To reuse", found.artefacts, asked.has, words.ARTEFACTS),
        ("cat", "Category", found.categories, asked.cat, None),
        ("source", "Source", found.sources, asked.source, words.SOURCES),
    )
    shown = []
    for name, label, counted, chosen, named in groups:
        counts = dict(counted)
        values = [*chosen, *(value for value, _ in counted if value not in chosen)][: FACET_VALUES + len(chosen)]
        rows = [
            (value, named.get(value, value) if named else value, counts.get(value, 0), value in chosen)
            for value in values
        ]
        shown.append((name, label, rows))
    return shown
