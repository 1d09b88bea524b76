"""Bytes of an arXiv feed to its wire shape; what the fields mean is the adapter's matter.

How hostile bytes become a document, `answers` knows.
"""

from lxml import etree

from broadsheet.sources.answers import Garbled, xml_of
from broadsheet.sources.arxiv_rss.wire import ARXIV, DC, Feed, Item


def parse(body: bytes, content_type: str = "") -> Feed:
    """Parse one feed; raises `Garbled` for anything but RSS."""
    root = xml_of(body, content_type)
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        raise Garbled(f"it is a <{etree.QName(root).localname}> document and no RSS feed")
    return Feed(_text(channel, "pubDate"), tuple(_item(item) for item in channel.iterfind("item")))


def _item(element: etree._Element) -> Item:
    return Item(
        guid=_text(element, "guid"),
        xml=etree.tostring(element, encoding="unicode", with_tail=False),
        title=_text(element, "title"),
        description=_text(element, "description"),
        creator=_text(element, f"{DC}creator"),
        categories=tuple(filter(None, (_flat(category) for category in element.iterfind("category")))),
        announced=_text(element, "pubDate"),
        kind=_text(element, f"{ARXIV}announce_type"),
        doi=_text(element, f"{ARXIV}DOI"),
        journal=_text(element, f"{ARXIV}journal_reference"),
    )


def _text(parent: etree._Element, path: str) -> str:
    found = parent.find(path)
    return "" if found is None else _flat(found)


def _flat(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext()).strip()
