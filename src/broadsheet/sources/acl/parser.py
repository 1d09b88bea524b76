"""Bytes of the ACL Anthology's files and of its lists of files to their wire shapes; what fields mean is the adapter's.

A file of a large conference has thousands of papers: each is read, let go of, and never all at once.
The bytes are hostile until parsed: no entity is resolved, nothing is fetched, a document type is refused.
"""

import io
from collections.abc import Iterator

from lxml import etree

from broadsheet.outgoing import Reply
from broadsheet.sources.acl.wire import Paper, Person, TreeEntry, Volume
from broadsheet.sources.answers import Garbled, json_of, text_of
from broadsheet.sources.fields import mapping, text


def read_tree(reply: Reply) -> tuple[TreeEntry, ...]:
    """Read a folder's list as GitHub gives it; raises `Garbled` for anything else, and for a list that is cut off."""
    page = mapping(json_of(reply.body, reply.headers.get("content-type", "")))
    if not isinstance(page.get("tree"), list):
        told = text(page.get("message"))
        raise Garbled(f"it says “{told:.200}”" if told else "it is no list of files")
    if page.get("truncated") is True:
        raise Garbled("its list of files is cut off")
    entries = (mapping(entry) for entry in page["tree"])
    return tuple(TreeEntry(text(entry.get("path")), text(entry.get("sha"))) for entry in entries)


def read_head(reply: Reply) -> tuple[str, str]:
    """Read a branch as GitHub gives it: the hashes of its newest commit and of that commit's root folder."""
    head = mapping(mapping(json_of(reply.body, reply.headers.get("content-type", ""))).get("commit"))
    commit, tree = text(head.get("sha")), text(mapping(mapping(head.get("commit")).get("tree")).get("sha"))
    if not commit or not tree:
        raise Garbled("it names no newest commit")
    return commit, tree


def papers(body: bytes, content_type: str = "") -> Iterator[Paper]:
    """Yield the papers of one collection; raises `Garbled` where the bytes are none, or break off."""
    document = text_of(body, content_type).encode("utf-8", "replace")
    events = etree.iterparse(
        io.BytesIO(document),
        events=("start", "end"),
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        yield from _papers(events)
    except etree.XMLSyntaxError as error:
        if document.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
            raise Garbled("it is a web page") from error
        raise Garbled(f"its XML breaks off or is wrong at line {error.lineno}") from error


def _papers(events: Iterator[tuple[str, etree._Element]]) -> Iterator[Paper]:
    collection, volume = "", Volume("")
    for place, (event, element) in enumerate(events):
        if place == 0:
            collection = _root(element)
        elif event == "start" and element.tag == "volume":
            volume = Volume(element.get("id", ""))
        elif event == "end" and element.tag == "meta":
            volume = _volume(volume.id, element)
            _forget(element)
        elif event == "end" and element.tag == "paper":
            yield _paper(collection, volume, element)
            _forget(element)


def _root(element: etree._Element) -> str:
    if element.getroottree().docinfo.doctype:
        raise Garbled("it is a web page" if element.tag == "html" else "it declares a document type")
    if element.tag != "collection":
        raise Garbled("it is a web page" if element.tag == "html" else f"it is a <{element.tag!s:.40}> document")
    return str(element.get("id", ""))


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _volume(number: str, meta: etree._Element) -> Volume:
    return Volume(
        id=number,
        booktitle=_inner(meta, "booktitle"),
        month=_inner(meta, "month"),
        year=_inner(meta, "year"),
        venues=tuple(filter(None, (_flat(venue) for venue in meta.iterfind("venue")))),
        journal=_inner(meta, "journal-title"),
    )


def _paper(collection: str, volume: Volume, element: etree._Element) -> Paper:
    return Paper(
        collection=collection,
        volume=volume,
        number=element.get("id", ""),
        xml=etree.tostring(element, encoding="unicode", with_tail=False),
        title=_inner(element, "title"),
        abstract=_inner(element, "abstract"),
        authors=tuple(Person(_inner(one, "last"), _inner(one, "first")) for one in element.iterfind("author")),
        url=_inner(element, "url"),
        doi=_inner(element, "doi"),
        bibkey=_inner(element, "bibkey"),
        revisions=tuple((one.get("id", ""), one.get("date", "")) for one in element.iterfind("revision")),
        code=tuple(filter(None, (one.get("url", "") for one in element.iterfind("pwccode")))),
        data=tuple(filter(None, (one.get("url", "") for one in element.iterfind("pwcdataset")))),
        withdrawn=element.find("retracted") is not None or element.find("removed") is not None,
    )


def _inner(parent: etree._Element, name: str) -> str:
    found = parent.find(name)
    return "" if found is None else _flat(found)


def _flat(element: etree._Element) -> str:
    """Return the text of an element with its markup taken off; formulas keep the dollars that TeX wants."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: etree._Element) -> Iterator[str]:
    formula = "$" if element.tag == "tex-math" else ""
    yield f"{formula}{element.text or ''}"
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
    yield formula
