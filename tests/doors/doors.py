"""Walks the table of doors of an application, and looks answers over: what every answer must hold to."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import quote

from httpx import Response
from lxml import etree, html
from starlette.routing import BaseRoute, Mount, Route

from broadsheet.web.headers import POLICY

# What turns the direction of text; in a page it could make a link or a name read as something else.
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
LARGEST_PAGE = 2_000_000  # bytes; the longest abstract, all of it formulas, takes most of that
OURS = ("broadsheet_form", "broadsheet_openid", "broadsheet_session", "broadsheet_theme")
_ADDRESSES = etree.XPath("//@href | //@src | //@action | //@formaction | //@srcset | //@poster | //@data")
_SCHEME = re.compile(r"[\s\x00-\x20]*([a-z][a-z0-9+.-]*):", re.IGNORECASE)


@dataclass(frozen=True)
class Door:
    """One line of the table; `path` still has its parameters in braces."""

    path: str
    methods: frozenset[str]

    def filled(self, value: str) -> str:
        """Return the path with every parameter replaced by `value`, percent-encoded."""
        return PARAMETER.sub(lambda _: quote(value, safe="", errors="surrogatepass") or "-", self.path)


def doors(table: Iterable[BaseRoute], prefix: str = "") -> Iterator[Door]:
    """Yield every door, those of mounted applications too; a kind of route that is not known fails."""
    for route in table:
        if isinstance(route, Mount):
            yield from doors(route.routes, prefix + route.path)
        else:
            assert isinstance(route, Route), route
            yield Door(prefix + route.path, frozenset(route.methods or ()))


def look_over(answer: Response, asked: object = "") -> None:
    """Insist on what holds for every answer, whatever was asked."""
    told = (str(asked)[:200], answer.request.method, str(answer.url)[:300], answer.status_code)
    assert answer.status_code < 500, (*told, answer.text[:500])
    assert answer.headers["content-security-policy"] == POLICY, told
    assert "unsafe" not in POLICY
    assert answer.headers["x-content-type-options"] == "nosniff", told
    assert len(answer.content) < LARGEST_PAGE, told
    for line in answer.headers.get_list("set-cookie"):
        for name, cookie in SimpleCookie(line).items():
            assert name in OURS, told
            assert cookie["httponly"], (*told, line)
            assert cookie["samesite"] in ("lax", "strict"), (*told, line)
    if answer.content and answer.headers.get("content-type", "").startswith("text/html"):
        _look_over_page(answer.content.decode(), told)


def _look_over_page(page: str, told: object) -> None:
    assert "<script>" not in page.lower(), told
    turned = BIDI.search(page)
    assert not turned, (told, page[max(turned.start() - 100, 0) : turned.end() + 20])
    tree = html.document_fromstring(page)
    assert not tree.xpath("//iframe | //object | //embed | //base | //style"), told
    assert not tree.xpath("//@style | //@*[starts-with(name(), 'on')]"), told
    assert not tree.xpath("//script[normalize-space()]"), told
    for address in _ADDRESSES(tree):
        scheme = _SCHEME.match(address)
        assert not scheme or scheme[1].lower() in ("http", "https", "mailto"), (told, address)
    for source in tree.xpath("//script/@src | //img/@src | //link[not(@rel='canonical')]/@href"):
        assert re.match(r"/(?![/\\])", source), (told, source)
