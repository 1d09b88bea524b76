"""Bytes of an RSS or Atom feed to its wire shape; what the fields mean is the adapter's matter.

feedparser reads nearly anything, also half a feed and a web page: so what breaks off or is none is told apart here.
The bytes are hostile until parsed: what declares entities is refused before anybody could expand one.
"""

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree, html

from broadsheet.outgoing import Reply
from broadsheet.sources.answers import Garbled, text_of
from broadsheet.sources.feeds.wire import Entry, Feed

MOST_ENTRIES = 1000
_ENTITY = re.compile(r"<!(?:ENTITY|ATTLIST|ELEMENT)\b", re.IGNORECASE)
_WEB_PAGE = re.compile(r"\s*(<!doctype\s+html|<html)", re.IGNORECASE)
_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.{0,1000}?-->\s*)*\Z", re.IGNORECASE | re.DOTALL)
_EMPTY = re.compile(r"<(?:\w+:)?feed\b[^>]*/>\s*\Z", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}?\?>")
_BLOCK = re.compile(r"</?(?:p|br|div|li|h\d|tr|jats:p|jats:title)\b", re.IGNORECASE)


def read(reply: Reply) -> Feed:
    """Read a feed; raises `Garbled` for anything else, and for one that breaks off."""
    import feedparser  # takes a tenth of a second to load

    text = text_of(reply.body, reply.headers.get("content-type", ""))
    if _WEB_PAGE.match(text):
        raise Garbled("it is a web page, no feed")
    if _ENTITY.search(text):
        raise Garbled("it declares entities in its document type, which no feed needs")
    # In UTF-8, whatever it was in: then header and declaration cannot contradict each other once more.
    plain = _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
    found = feedparser.parse(io.BytesIO(plain), resolve_relative_uris=False, sanitize_html=True)
    if not found.get("version", ""):
        raise Garbled("it is no RSS or Atom feed")
    if not _END.search(text) and not _EMPTY.search(text):
        raise Garbled("it breaks off")
    return Feed(found.get("version", ""), plain_text(_text(found.feed.get("title"))), tuple(_entries(found.entries)))


def plain_text(markup: str) -> str:
    """Return HTML as text, with a blank where a paragraph or a line begins."""
    if "<" not in markup and "&" not in markup:
        return " ".join(markup.split())
    try:
        tree = html.fragment_fromstring(_BLOCK.sub(lambda found: f" {found[0]}", markup), create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return re.sub(r"<[^>]{0,500}>", " ", markup).strip()
    return " ".join(str(tree.text_content()).split())


def _entries(entries: list[Mapping[str, Any]]) -> Iterator[Entry]:
    for entry in entries[:MOST_ENTRIES]:
        content: Mapping[str, Any] = next(iter(entry.get("content") or ()), {})
        yield Entry(
            raw={name: value for name, value in entry.items() if isinstance(value, str)},
            id=_text(entry.get("id")),
            link=_text(entry.get("link")),
            title=plain_text(_text(entry.get("title"))),
            summary=_text(entry.get("summary")) or _text(content.get("value")),
            authors=tuple(filter(None, (_text(author.get("name")) for author in entry.get("authors") or ()))),
            published=_text(entry.get("prism_publicationdate"))
            or _moment(entry.get("published_parsed"))
            or _moment(entry.get("updated_parsed")),
            doi=_text(entry.get("prism_doi")) or _text(entry.get("dc_identifier")),
            journal=_text(entry.get("prism_publicationname")),
            tags=tuple(filter(None, (_text(tag.get("term")) for tag in entry.get("tags") or ()))),
        )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _moment(parts: Any) -> str:
    """Return the day of a moment that feedparser has read, which it gives in UTC."""
    return f"{parts.tm_year:04}-{parts.tm_mon:02}-{parts.tm_mday:02}" if parts else ""
