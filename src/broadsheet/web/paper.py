"""The page of one paper, and its citation as a file; any of a paper's names leads to the one address of its page.

What is known of a paper, the catalogue says; nothing that nobody said is shown.
"""

import json
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.community.lists import ReadingList
from broadsheet.editions.edition import Place
from broadsheet.errors import BroadsheetError, Invalid, NotFound
from broadsheet.logs import get_logger
from broadsheet.papers import citation
from broadsheet.papers.artefacts import classify, name_of
from broadsheet.papers.identifiers import url_of
from broadsheet.papers.paper import Paper
from broadsheet.search.results import Hit
from broadsheet.search.similar import DIVERSITY
from broadsheet.web import sharing, words
from broadsheet.web.charts import charts
from broadsheet.web.placed import opened
from broadsheet.web.reuse import reuse_of
from broadsheet.web.site import Site
from broadsheet.web.story import story
from broadsheet.web.talk import talk
from broadsheet.web.voting import ballot

SIMILAR = 6
DIVERSITIES = ((0.0, "Closest"), (DIVERSITY, "Mixed"), (0.6, "Varied"))
_SHARE = re.compile(r"0(\.[0-9]{1,6})?|1(\.0{1,6})?")
MOST_AUTHORS = 100
MOST_LINKS = 20
LONG_TITLE = 70
_FORMS = {"bib": "application/x-bibtex", "ris": "application/x-research-info-systems", "json": "application/json"}

_log = get_logger("web")


@dataclass(frozen=True, slots=True)
class Citation:
    """One form of the citation, with the path of its file."""

    name: str
    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Saving:
    """The lists of the reader who looks, and the numbers of those in which the paper stands."""

    lists: Sequence[ReadingList]
    held: Set[int]


def paper(site: Site, request: Request) -> Response:
    """Show a paper."""
    key = request.path_params["key"]
    found = site.catalogue.get(key)
    if key != found.key:
        return RedirectResponse(words.paper_path(found), 301)
    place, diversity = _place(site, found), _diversity(request)
    return site.pages.show(
        request,
        "paper.html",
        cached=True,
        meta=sharing.of_paper(site, found),
        placed=opened(found.id),
        paper=found,
        ballot=ballot(site, request, [found]),
        papers_told=[found],
        place=place,
        title_is_long=len(found.title.partition(": ")[0]) > LONG_TITLE,
        authors=[(name, _author_url(name)) for name in found.authors[:MOST_AUTHORS]],
        others=max(len(found.authors) - MOST_AUTHORS, 0),
        reading=_reading(found),
        reuse=reuse_of(site, found),
        similar=_similar(site, found, diversity),
        diversity=diversity,
        diversities=DIVERSITIES,
        citations=_citations(found),
        links=_other_links(found)[:MOST_LINKS],
        story=story(site, found),
        charts=charts(site.trending.series(found.id), site.settings.zone),
        appearances=site.editions.appearances(found.id),
        talk=talk(site, request, found),
        saving=_saving(site, request, found),
    )


def _saving(site: Site, request: Request, found: Paper) -> Saving | None:
    reader = site.known.reader(request)
    return (
        Saving(site.community.lists.of(reader.id), site.community.lists.holding(reader.id, found.id))
        if reader
        else None
    )


def cite(site: Site, request: Request) -> Response:
    """Serve the citation of a paper as BibTeX, RIS or CSL-JSON."""
    form = request.path_params["form"]
    if form not in _FORMS:
        raise NotFound(f"A citation comes as .bib, .ris or .json, not as “.{form[:20]}”.", value=form)
    found = site.catalogue.get(request.path_params["key"])
    name = quote(found.key.replace(":", "-").replace("/", "-"), safe="-._")
    return Response(
        _written(found, form).encode("utf-8", "replace"),
        media_type=f"{_FORMS[form]}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "private, no-cache"},
    )


def _written(found: Paper, form: str) -> str:
    if form == "bib":
        return citation.bibtex(found)
    return citation.ris(found) if form == "ris" else json.dumps([citation.csl(found)], ensure_ascii=False, indent=1)


def _citations(found: Paper) -> list[Citation]:
    path = words.paper_path(found)
    forms = (("BibTeX", "bib"), ("RIS", "ris"), ("CSL-JSON", "json"))
    return [Citation(name, _written(found, form), f"{path}/cite.{form}") for name, form in forms]


def _place(site: Site, found: Paper) -> Place | None:
    """Return its place among today's trending, as the front page has it."""
    return next((place for place in site.editions.today().trending if place.paper.id == found.id), None)


def _diversity(request: Request) -> float:
    """Return how unlike each other similar papers should be; raises `Invalid` for anything but 0 to 1."""
    value = request.query_params.get("diversity") or str(DIVERSITY)
    if not _SHARE.fullmatch(value):
        message = f"“{value[:40]}” is no diversity; it goes from 0, the nearest papers, to 1."
        raise Invalid(message, field="diversity", value=value[:80])
    return float(value)


def _similar(site: Site, found: Paper, diversity: float) -> list[Hit]:
    try:
        return site.search.similar(found.id, SIMILAR, diversity)
    except BroadsheetError as error:  # a paper that has just come in may not be indexed yet
        _log.info("web.no_similar", paper=found.id, error=error.message)
        return []


def _author_url(name: str) -> str:
    return "/search?q=" + quote(f'author:"{name.replace(chr(34), "")}"', errors="replace")


def _reading(found: Paper) -> list[tuple[str, str]]:
    """Return where the paper itself can be read: words and address, the best first."""
    for one in found.identifiers:
        if one.scheme == "arxiv":
            return [
                ("Read the PDF", f"https://arxiv.org/pdf/{one.value}"),
                ("arXiv page", f"https://arxiv.org/abs/{one.value}"),
            ]
        if one.scheme == "acl":
            return [
                ("Read the PDF", f"https://aclanthology.org/{one.value}.pdf"),
                ("ACL page", f"https://aclanthology.org/{one.value}"),
            ]
        if one.scheme == "openreview":
            return [("Read the PDF", f"https://openreview.net/pdf?id={one.value}")]
    links = [link for link in found.links if words.is_web_address(link)]
    return [("Read it at its source", links[0])] if links else []


def _other_links(found: Paper) -> list[str]:
    """Return the links that the page does not show anyway."""
    shown = {name_of(url) for url in (*(one.url for one in found.artefacts), *map(url_of, found.identifiers))}
    links = [link for link in dict.fromkeys(found.links) if words.is_web_address(link)]
    return [link for link in links if name_of(_normal(link)) not in shown]


def _normal(link: str) -> str:
    artefact = classify(link)
    return artefact.url if artefact else link
