"""The search page: reads the question, asks the search, shows results with their reasons, or what to drop.

Ranking, facets and highlights come from `search`; nothing is ranked here.
A pasted identifier leads straight to its paper.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.digests.saved import title_of
from broadsheet.errors import Invalid
from broadsheet.papers.paper import Paper
from broadsheet.search.fusion import DEPTH
from broadsheet.search.results import SearchPage
from broadsheet.web import asked as asking
from broadsheet.web import words
from broadsheet.web.asked import Asked
from broadsheet.web.loosening import fewer, loosened, typed
from broadsheet.web.saving import encoded
from broadsheet.web.site import Site
from broadsheet.web.voting import ballot

FACET_VALUES = 8
YEARS = 8
CLOSEST = 3
MOST_DROPS = 6  # each costs a search
TEASER = 3_000  # characters of an abstract in a list of results; the paper's page has all of a longer one
NEWEST = 8
SUGGESTED = 8
SORTS = (("relevance", "Relevance"), ("recent", "Recent"), ("newest", "Newest"), ("trending", "Trending"))
MOVED = "The list was made anew since the page before; this is where its next page begins now."


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
        if any(name != "q" and not value for name, value in request.query_params.multi_items()):
            # A form sends its empty fields along, and nobody should share them.
            return RedirectResponse(asked.url(), 303)
        page = _page(site, asked)
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
        title=title_of(asked),
        page=page,
        ballot=ballot(site, request, (hit.paper for hit in page.hits)),
        papers_told=[hit.paper for hit in page.hits],
        total=site.catalogue.count(),
        bars=_bars(asked, page),
        facets=_facets(asked, page),
        in_force=_in_force(asked, page),
        sorts=SORTS,
        teaser=TEASER,
        mailed=encoded(asked),
        capped=bool(page.query.plain) and page.total >= DEPTH,  # so many candidates of a kind are looked at
        first_shown=page.hits[0].rank if page.hits else asked.offset + 1,
    )


def suggest(site: Site, request: Request) -> Response:
    """Answer with titles that hold what was typed so far, as the options of a list."""
    papers = site.search.suggest(request.query_params.get("q", ""), SUGGESTED)
    return site.pages.show(request, "search_suggest.html", cached=True, papers=papers)


def _page(site: Site, asked: Asked) -> SearchPage:
    """Return the page asked for: behind its cursor, or counted from the top where that is of no use any more."""
    found = partial(
        site.search.search,
        asked.text,
        filters=asked.filters,
        sort=asked.sort,
        limit=asking.PAGE_SIZE,
        refine=asked.refine,
    )
    if not asked.after:
        return found(offset=asked.offset)
    try:
        return found(cursor=asked.after)
    except Invalid as error:
        if error.field != "cursor":
            raise
    page = found(offset=asked.offset)
    return replace(page, notes=(*page.notes, MOVED))


def _in_force(asked: Asked, page: SearchPage) -> list[tuple[str, str]]:
    """Return what narrows the search, in words, each with the address of the search without it."""
    beside = [(said, rest.url()) for said, rest in asked.in_force()]
    return beside + [(said, asked.saying(text).url()) for said, text in typed(page.query)]


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
    looser.extend((said, asked.saying(text)) for said, text in loosened(page.query))
    drops = _drops(site, looser)
    left = [] if drops else _drops(site, [(said, asked.bare(text)) for said, text in fewer(page.query)])
    return site.pages.show(
        request,
        "search_empty.html",
        cached=True,
        asked=asked,
        page=page,
        mailed=encoded(asked),
        drops=drops or left,
        fewer=bool(left),
        closest=_closest(site, page),
        total=site.catalogue.count(),
    )


def _drops(site: Site, looser: list[tuple[str, Asked]]) -> list[Drop]:
    return [drop for said, rest in looser[:MOST_DROPS] if (drop := _drop(site, said, rest))]


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
        within = asked.within(date(int(year), 1, 1), date(int(year), 12, 31))
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
