"""Bytes of an OAI-PMH answer to its wire shape; what the fields mean is the adapter's matter.

The document is hostile until parsed: no entity is resolved, nothing is fetched, a DOCTYPE is refused.
"""

import re
from email.message import Message

from lxml import etree

from broadsheet.sources.arxiv.wire import ARXIV, OAI, OaiAuthor, OaiError, OaiPage, OaiRecord


class NotOai(Exception):  # noqa: N818 - says what came, as a clause
    """The bytes are no complete OAI-PMH answer; the text says what they are instead."""


def parse(body: bytes, content_type: str = "text/xml") -> OaiPage:
    """Parse one answer; raises `NotOai` for anything but a complete OAI-PMH document."""
    root = _root(body, content_type)
    if root.tag != f"{OAI}OAI-PMH":
        raise NotOai("it is a web page" if _local(root).lower() == "html" else f"it is a <{_local(root)}> document")
    listing = root.find(f"{OAI}ListRecords")
    records = () if listing is None else tuple(_record(element) for element in listing.iterfind(f"{OAI}record"))
    errors = tuple(OaiError(e.get("code", ""), _flat(e)) for e in root.iterfind(f"{OAI}error"))
    if listing is None and not errors:
        raise NotOai("it holds neither records nor an error")
    token = None if listing is None else listing.findtext(f"{OAI}resumptionToken")
    return OaiPage(_text(root, f"{OAI}responseDate"), records, errors, None if token is None else token.strip())


def _root(body: bytes, content_type: str) -> etree._Element:
    if not body.strip():
        raise NotOai("it is empty")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(_decodable(body, content_type), parser)
    except etree.XMLSyntaxError as error:
        if re.match(rb"\s*(<!doctype html|<html)", body[:200], re.IGNORECASE):
            raise NotOai("it is a web page") from error
        raise NotOai(f"its XML breaks off or is wrong at line {error.lineno}") from error
    if root.getroottree().docinfo.doctype:
        raise NotOai("it declares a document type, which OAI-PMH never does")
    return root


def _decodable(body: bytes, content_type: str) -> bytes:
    """Return `body` in UTF-8: bytes in another charset are read as the header says, and else marked as unreadable."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        header = Message()
        header["content-type"] = content_type
        try:
            text = body.decode(header.get_content_charset("utf-8"))
        except (LookupError, UnicodeDecodeError):
            text = body.decode("utf-8", "replace")
        return re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1).encode()
    return body


def _record(element: etree._Element) -> OaiRecord:
    header = element.find(f"{OAI}header")
    meta = element.find(f"{OAI}metadata/{ARXIV}arXiv")
    identifier = "" if header is None else _text(header, f"{OAI}identifier")
    datestamp = "" if header is None else _text(header, f"{OAI}datestamp")
    deleted = header is not None and header.get("status") == "deleted"
    xml = etree.tostring(element, encoding="unicode", with_tail=False)
    if meta is None:
        return OaiRecord(identifier, datestamp, deleted, xml)
    return OaiRecord(
        identifier,
        datestamp,
        deleted,
        xml,
        id=_text(meta, f"{ARXIV}id"),
        created=_text(meta, f"{ARXIV}created"),
        updated=_text(meta, f"{ARXIV}updated"),
        title=_text(meta, f"{ARXIV}title"),
        abstract=_text(meta, f"{ARXIV}abstract"),
        categories=_text(meta, f"{ARXIV}categories"),
        comments=_text(meta, f"{ARXIV}comments"),
        journal_ref=_text(meta, f"{ARXIV}journal-ref"),
        doi=_text(meta, f"{ARXIV}doi"),
        license=_text(meta, f"{ARXIV}license"),
        authors=tuple(_author(author) for author in meta.iterfind(f"{ARXIV}authors/{ARXIV}author")),
    )


def _author(element: etree._Element) -> OaiAuthor:
    return OaiAuthor(
        _text(element, f"{ARXIV}keyname"), _text(element, f"{ARXIV}forenames"), _text(element, f"{ARXIV}suffix")
    )


def _text(parent: etree._Element, path: str) -> str:
    found = parent.find(path)
    return "" if found is None else _flat(found)


def _flat(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext()).strip()


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname
