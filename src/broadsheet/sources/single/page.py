"""Which paper a web page is about, by its own citation tags: publishers' pages say it as Google Scholar asks them to.

The page is anybody's: of its bytes nothing is kept but an identifier, and any address is fetched through the guard.
"""

from collections.abc import Iterator

from lxml import html
from lxml.etree import ParserError

from broadsheet.errors import Invalid
from broadsheet.outgoing import Outgoing
from broadsheet.papers.identifiers import Identifier, find
from broadsheet.sources.answers import Garbled, text_of

LARGEST = 5_000_000  # bytes of a page
TIMEOUT = 15.0  # seconds
_TAGS = {
    "citation_arxiv_id": "arxiv:",
    "citation_doi": "doi:",
    "bepress_citation_doi": "doi:",
    "prism.doi": "doi:",
    "dc.identifier": "",
    "dc.identifier.doi": "doi:",
    "citation_id": "",
}


class PageOfPaper:
    """Fetches pages."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing

    def identify(self, url: str) -> Identifier | None:
        """Return what the page at `url`, or the one it leads to, names as its paper; None where it names none.

        Raises `Invalid` (field `paper`) for what is no page, `Forbidden` and `Unavailable` as `Outgoing.get` does.
        """
        reply = self._outgoing.get(url, headers={"Accept": "text/html"}, max_bytes=LARGEST, timeout=TIMEOUT)
        if reply.status != 200:
            raise Invalid(f"That address answers {reply.status}. Give the paper’s number or DOI.", field="paper")
        led_to = find(reply.url)
        if led_to is not None:
            return led_to
        kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in ("text/html", "application/xhtml+xml"):
            raise Invalid(
                f"At that address is no page but {kind or 'something unnamed'}. Give the page of the paper, its number "
                "or its DOI.",
                field="paper",
            )
        return next(_named(reply.body, kind), None)


def _named(body: bytes, kind: str) -> Iterator[Identifier]:
    try:
        page = html.document_fromstring(text_of(body, kind))
    except (Garbled, ParserError, ValueError):
        return
    said: dict[str, str] = {}
    for meta in page.iterfind(".//meta"):
        said.setdefault((meta.get("name") or meta.get("property") or "").lower(), meta.get("content") or "")
    for tag, prefix in _TAGS.items():
        value = said.get(tag, "").strip()
        found = find(value) or (find(prefix + value) if prefix else None)
        if found is not None:
            yield found
