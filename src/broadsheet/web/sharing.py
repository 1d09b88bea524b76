"""What a page says of itself to those who link to it: its one address, a description, a picture, facts to cite it by.

How a picture is drawn, `previews` knows. Its address names what is on it, so that it may be kept for ever and changes
when the page's title does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.editions.edition import Edition
from broadsheet.editions.spans import read
from broadsheet.papers.citation import csl
from broadsheet.papers.paper import Paper
from broadsheet.web import words
from broadsheet.web.previews import HEIGHT, WIDTH, Card, site_card
from broadsheet.web.site import Site

LONGEST = 200  # characters of a description
MOST_AUTHORS = 100
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Meta:
    """The head of a page: addresses are whole, `cited` are the names and contents of its `citation_` tags."""

    url: str
    title: str
    description: str
    image: str
    kind: str = "website"
    cited: tuple[tuple[str, str], ...] = ()
    width: int = WIDTH
    height: int = HEIGHT


def of_paper(site: Site, paper: Paper) -> Meta:
    """Return the head of a paper's page."""
    setter = site.pages.typesetter
    url = f"{site.settings.site}{words.paper_path(paper)}"
    said = setter.plain(paper.abstract) or words.names(paper.authors, 3)
    image = f"{site.settings.site}/preview/{_paper_card(site, paper).digest}{words.paper_path(paper)}.png"
    return Meta(url, setter.plain(paper.title), _cut(said), image, "article", tuple(_cited(paper, url, setter.plain)))


def of_edition(site: Site, edition: Edition, path: str) -> Meta:
    """Return the head of an edition's page; today's has the front page's address."""
    card = _edition_card(site, edition)
    lead = edition.lead
    said = f"{words.count(edition.new_papers, 'new paper')}. {site.settings.tagline}"
    if lead:
        said = f"{site.pages.typesetter.plain(lead.paper.title)}. {said}"
    image = f"{site.settings.site}/preview/{card.digest}/edition/{edition.span.name}.png"
    title = f"{site.settings.name} – {edition.span.title}"
    return Meta(f"{site.settings.site}{path}", title, _cut(said), image)


def paper_picture(site: Site, request: Request) -> Response:
    """Serve the picture of a paper's page."""
    paper = site.catalogue.get(request.path_params["key"])
    return _picture(site, request, _paper_card(site, paper))


def edition_picture(site: Site, request: Request) -> Response:
    """Serve the picture of an edition's page."""
    return _picture(site, request, _edition_card(site, site.editions.at(read(request.path_params["name"]))))


def site_picture(site: Site, request: Request) -> Response:
    """Serve the picture of pages that have none of their own."""
    return _picture(site, request, site_card(site.settings.name, site.settings.tagline))


def _picture(site: Site, request: Request, card: Card) -> Response:
    """An address of an older picture gets today's, but not for ever."""
    current = request.path_params["digest"] == card.digest
    headers = {"Cache-Control": _FOREVER if current else "no-cache", "ETag": f'"{card.digest}"'}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(site.previews.png(card), headers=headers, media_type="image/png")


def _paper_card(site: Site, paper: Paper) -> Card:
    plain = site.pages.typesetter.plain
    number = words.identifier(paper.identifiers[0]) if paper.identifiers else ""
    date = words.day(paper.published, paper.date_precision) if paper.published else ""
    below = " · ".join(filter(None, (plain(words.names(paper.authors, 2)), date, number)))
    return Card(site.settings.name, plain(paper.title), below, otherwise=number)


def _edition_card(site: Site, edition: Edition) -> Card:
    lead = edition.lead
    title = site.pages.typesetter.plain(lead.paper.title) if lead else site.settings.tagline
    below = f"{edition.span.title} · {words.count(edition.new_papers, 'new paper')}"
    return Card(site.settings.name, title, below, f"No. {edition.number}", site.settings.tagline)


def _cited(paper: Paper, url: str, plain: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield what Highwire's tags say of a paper, as indexes of papers read them; only what is known."""
    item = csl(paper)
    yield "citation_title", plain(paper.title)
    for author in paper.authors[:MOST_AUTHORS]:
        yield "citation_author", plain(author)
    if paper.published:
        parts = (f"{paper.published:%Y}", f"{paper.published:%m}", f"{paper.published:%d}")
        known = {"year": 1, "month": 2, "day": 3}[paper.date_precision]
        yield "citation_publication_date", "/".join(parts[:known])
    if item.get("DOI"):
        yield "citation_doi", item["DOI"]
    if paper.venue:
        meeting = item["type"] == "paper-conference"
        yield "citation_conference_title" if meeting else "citation_journal_title", plain(paper.venue)
    for one in paper.identifiers:
        if one.scheme == "arxiv":
            yield "citation_arxiv_id", one.value
            yield "citation_pdf_url", f"https://arxiv.org/pdf/{quote(one.value, safe='/')}"
    yield "citation_abstract_html_url", url


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rpartition(" ")[0].rstrip(" ,;:.") + "…"
