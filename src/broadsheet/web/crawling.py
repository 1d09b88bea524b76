"""What crawlers ask for: which pages are theirs to read (`robots.txt`), and all of them by address (`sitemap.xml`).

A map has parts of a fixed range of papers' numbers each, written as it is sent: of millions of papers, too, and a part
changes only when a paper of its own does.
"""

from collections.abc import Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from broadsheet.editions.spans import PERIODS
from broadsheet.errors import NotFound
from broadsheet.web import words
from broadsheet.web.site import Site

PART = 25_000  # numbers of papers; a part may have 50,000 addresses and 50 MB
_AT_ONCE = 1_000
_MOST_EDITIONS, _MOST_LISTS = 10_000, 15_000  # so that the part of the pages has less than 50,000 addresses, too
_XML = "application/xml"
_OPEN = '<?xml version="1.0" encoding="UTF-8"?>\n<{} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
_PAGES = ("/", "/edition", "/about", "/about/trending", "/about/rising", "/about/sources", "/subscribe")
# Pages that never end, are somebody's own, or are read by other ways.
_NOT_THEIRS = tuple(
    "/search /api/ /me /sign-in /subscription /subscribe/ /desk /moderation /admin /operator /report".split()
)


def robots(site: Site, _request: Request) -> Response:
    """Tell crawlers what is theirs; nothing of an instance that is one reader's."""
    closed = ("/",) if site.settings.single_user else _NOT_THEIRS
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    if not site.settings.single_user:
        lines += ["", f"Sitemap: {site.settings.site}/sitemap.xml"]
    return Response("\n".join(lines) + "\n", media_type="text/plain", headers={"Cache-Control": "max-age=3600"})


def index(site: Site, _request: Request) -> Response:
    """List the parts of the map."""
    parts = ["pages", *(f"papers-{n}" for n in range(-(-site.catalogue.highest() // PART)))]
    body = [f"<sitemap><loc>{site.settings.site}/sitemap/{part}.xml</loc></sitemap>\n" for part in parts]
    return Response(_OPEN.format("sitemapindex") + "".join(body) + "</sitemapindex>\n", media_type=_XML)


def part(site: Site, request: Request) -> Response:
    """Send one part of the map."""
    name = request.path_params["part"]
    if name == "pages":
        return _sent(_pages(site))
    number = name.removeprefix("papers-")
    if name == number or not (number.isascii() and number.isdigit() and len(number) < 7):
        raise NotFound("The map has no such part; /sitemap.xml lists them all.", value=name[:40])
    first = int(number) * PART + 1
    if first > max(site.catalogue.highest(), 1):
        raise NotFound("The map ends before this part; /sitemap.xml lists them all.", value=name[:40])
    return _sent(_papers(site, first))


def icon(site: Site, _request: Request) -> Response:
    """Lead those who ask for the icon by its old name to where it is."""
    return RedirectResponse(site.pages.assets.url("icon.svg"), 302, {"Cache-Control": "max-age=3600"})


def _pages(site: Site) -> Iterator[str]:
    for path in _PAGES:
        yield _entry(site.settings.site + path)
    for period in PERIODS:
        for head in site.editions.dates(_MOST_EDITIONS, period):
            yield _entry(f"{site.settings.site}/edition/{head.span.name}", head.published_at)
    for one in site.community.lists.public(_MOST_LISTS):
        yield _entry(f"{site.settings.site}/list/{one.key}", one.changed_at)


def _papers(site: Site, first: int) -> Iterator[str]:
    for start in range(first, first + PART, _AT_ONCE):
        named = site.catalogue.named_between(start, start + _AT_ONCE - 1)
        yield "".join(_entry(f"{site.settings.site}{words.key_path(key)}", changed) for key, changed in named)


def _sent(entries: Iterator[str]) -> Response:
    def whole() -> Iterator[str]:
        yield _OPEN.format("urlset")
        yield from entries
        yield "</urlset>\n"

    return StreamingResponse(whole(), media_type=_XML)


def _entry(url: str, changed: datetime | None = None) -> str:
    when = f"<lastmod>{changed:%Y-%m-%d}</lastmod>" if changed else ""
    return f"<url><loc>{escape(url)}</loc>{when}</url>\n"
