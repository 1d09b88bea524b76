"""RIS text, as databases and reference managers export it, to records, entry by entry, each with its first line.

Where the text comes from is `files`' matter.
The text is cut into entries here, because the parser drops one without an end and knows no lines.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import rispy

from broadsheet.errors import Invalid
from broadsheet.papers.identifiers import Identifier, find
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.fields import day, fingerprint, given_name_first, named, text, texts
from broadsheet.sources.linked import links, with_linked

_START = re.compile(r"^TY  ?- ?", re.MULTILINE)
_END = re.compile(r"^ER  ?-", re.MULTILINE)
_TITLES = ("title", "primary_title", "translated_title")
_VENUES = ("secondary_title", "journal_name", "alternate_title3", "alternate_title2", "tertiary_title", "publisher")
_DATES = ("date", "year", "publication_year")
_ARXIV = re.compile(r"arxiv:\s*\S+", re.IGNORECASE)


def records(written: str) -> Iterator[tuple[int, SourceRecord | Invalid]]:
    """Yield for each entry its first line and its record, or why it cannot be used."""
    parser = rispy.RisParser(skip_unknown_tags=True, delimiter_tags_mapping={})
    for line, block in _blocks(written.replace("\r\n", "\n").replace("\r", "\n")):
        try:
            yield line, _record(_fields(parser, block), block)
        except Invalid as error:
            yield line, error


def _blocks(written: str) -> Iterator[tuple[int, str]]:
    starts = [found.start() for found in _START.finditer(written)]
    line, position = 1, 0
    for start, end in pairwise((*starts, len(written))):
        line += written.count("\n", position, start)
        position = start
        yield line, written[start:end]


def _fields(parser: rispy.RisParser, block: str) -> Mapping[str, Any]:
    if not _END.search(block):
        raise Invalid("This entry breaks off: every entry ends with a line “ER  - ”.", field="entry")
    spaced = re.sub(r"^([A-Z][A-Z0-9]) - ", r"\1  - ", block, flags=re.MULTILINE)  # some programs write one blank
    try:
        found = parser.parse(spaced)
    except Exception as error:
        raise Invalid(f"This entry cannot be read as RIS: {type(error).__name__}.", field="entry") from error
    if len(found) != 1:
        raise Invalid("This entry cannot be read as RIS; look at its first and last lines.", field="entry")
    fields: Mapping[str, Any] = found[0]
    return fields


def _record(fields: Mapping[str, Any], block: str) -> SourceRecord:
    title = _first(fields, _TITLES)
    if not title:
        raise Invalid("The entry has no title (TI or T1); every paper needs one.", field="title")
    authors = tuple(map(given_name_first, texts(fields.get("authors")) or texts(fields.get("first_authors"))))
    published, precision = day(_first(fields, _DATES))
    urls = links(texts(fields.get("urls")))
    identifiers = with_linked(tuple(dict.fromkeys(_identifiers(fields))), urls)
    return SourceRecord(
        source="ris",
        key=str(identifiers[0]) if identifiers else fingerprint(title, authors, published),
        title=title,
        abstract=text(fields.get("abstract")) or text(fields.get("notes_abstract")),
        authors=authors,
        published=published,
        date_precision=precision,
        identifiers=identifiers,
        links=urls,
        venue=_first(fields, _VENUES),
        payload=block.strip(),
    )


def _identifiers(fields: Mapping[str, Any]) -> Iterator[Identifier]:
    for name in ("accession_number", "number", "note", "custom1"):
        if told := _ARXIV.search(text(fields.get(name))):
            yield from filter(None, [find(told[0])])
    yield from named("doi", text(fields.get("doi")))


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((found for name in names if (found := text(fields.get(name)))), "")
