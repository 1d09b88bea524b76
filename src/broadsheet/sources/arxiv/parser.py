"""Bytes of an OAI-PMH answer to its wire shape; what the fields mean is the adapter's matter.

How hostile bytes become a document, `answers` knows.
"""

from lxml import etree

from broadsheet.sources.answers import Garbled, xml_of
from broadsheet.sources.arxiv.wire import OAI, RAW, OaiError, OaiPage, OaiRecord, OaiVersion


def parse(body: bytes, content_type: str = "text/xml") -> OaiPage:
    """Parse one answer; raises `Garbled` for anything but a complete OAI-PMH document."""
    root = xml_of(body, content_type)
    if root.tag != f"{OAI}OAI-PMH":
        raise Garbled(f"it is a <{_local(root)}> document")
    listing = root.find(f"{OAI}ListRecords")
    if listing is None:
        listing = root.find(f"{OAI}GetRecord")
    records = () if listing is None else tuple(_record(element) for element in listing.iterfind(f"{OAI}record"))
    errors = tuple(OaiError(e.get("code", ""), _flat(e)) for e in root.iterfind(f"{OAI}error"))
    if listing is None and not errors:
        raise Garbled("it holds neither records nor an error")
    token = None if listing is None else listing.findtext(f"{OAI}resumptionToken")
    return OaiPage(_text(root, f"{OAI}responseDate"), records, errors, None if token is None else token.strip())


def _record(element: etree._Element) -> OaiRecord:
    header = element.find(f"{OAI}header")
    meta = element.find(f"{OAI}metadata/{RAW}arXivRaw")
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
        id=_text(meta, f"{RAW}id"),
        title=_text(meta, f"{RAW}title"),
        abstract=_text(meta, f"{RAW}abstract"),
        categories=_text(meta, f"{RAW}categories"),
        comments=_text(meta, f"{RAW}comments"),
        journal_ref=_text(meta, f"{RAW}journal-ref"),
        doi=_text(meta, f"{RAW}doi"),
        license=_text(meta, f"{RAW}license"),
        authors=_text(meta, f"{RAW}authors"),
        versions=tuple(_version(version) for version in meta.iterfind(f"{RAW}version")),
    )


def _version(element: etree._Element) -> OaiVersion:
    return OaiVersion(element.get("version", ""), _text(element, f"{RAW}date"), _text(element, f"{RAW}source_type"))


def _text(parent: etree._Element, path: str) -> str:
    found = parent.find(path)
    return "" if found is None else _flat(found)


def _flat(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext()).strip()


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname
