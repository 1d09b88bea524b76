"""BibTeX text to records, entry by entry, each with the line on which it starts.

Where the text comes from is `files`' matter; TeX in it is `latex`'s.
The text is cut into entries here, because the parser drops what it cannot read without a word and knows no lines.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import date

from bibtexparser.bparser import BibTexParser

from broadsheet.errors import Invalid
from broadsheet.papers.identifiers import Identifier, parse
from broadsheet.papers.paper import DatePrecision
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.fields import fingerprint
from broadsheet.sources.latex import to_unicode
from broadsheet.sources.linked import links, with_linked

_ENTRY = re.compile(r"^[ \t]*@[ \t]*(\w+)[ \t\r\n]*[{(]", re.MULTILINE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_VENUES = ("journal", "journaltitle", "booktitle", "publisher", "school", "institution", "howpublished")


def records(text: str) -> Iterator[tuple[int, SourceRecord | Invalid]]:
    """Yield for each entry its first line and its record, or why it cannot be used."""
    parser = BibTexParser(ignore_nonstandard_types=False, common_strings=True)
    parser.expect_multiple_parse = True
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it grumbles about is reported by line here
    for line, kind, block in _blocks(text):
        try:
            fields = _parse(parser, kind, block)
            if fields is not None:
                yield line, _record(fields, block)
        except Invalid as error:
            yield line, error


def _blocks(text: str) -> Iterator[tuple[int, str, str]]:
    """Cut `text` where a line begins with an entry: a forgotten brace costs its own entry and not the next."""
    starts = list(_ENTRY.finditer(text))
    line, position = 1, 0
    for place, found in enumerate(starts):
        end = starts[place + 1].start() if place + 1 < len(starts) else len(text)
        line += text.count("\n", position, found.start())
        position = found.start()
        yield line, found[1].lower(), text[position:end]


def _parse(parser: BibTexParser, kind: str, block: str) -> Mapping[str, str] | None:
    if kind in ("comment", "preamble"):
        return None
    database = parser.bib_database
    database.entries.clear()
    database.comments.clear()
    try:
        parser.parse(block, partial=True)
    except Exception as error:
        raise Invalid(f"This entry cannot be read as BibTeX: {type(error).__name__}.", field="entry") from error
    if kind == "string":
        return None
    if len(database.entries) != 1:
        raise Invalid("This entry cannot be read as BibTeX; look for a missing brace, quote or comma.", field="entry")
    fields: Mapping[str, str] = database.entries[0]
    return {name: str(value) for name, value in fields.items()}


def _record(fields: Mapping[str, str], block: str) -> SourceRecord:
    title = to_unicode(fields.get("title", "")).strip()
    if not title:
        raise Invalid(f"The entry {fields.get('ID', '')!r:.60} has no title; every paper needs one.", field="title")
    authors = tuple(_authors(fields.get("author") or fields.get("editor", "")))
    published, precision = _published(fields)
    urls = links(re.findall(r"https?://[^\s{}\"<>]+", fields.get("url", "")))
    identifiers = with_linked(tuple(dict.fromkeys(_identifiers(fields))), urls)
    return SourceRecord(
        source="bibtex",
        key=str(identifiers[0]) if identifiers else fingerprint(title, authors, published),
        title=title,
        abstract=to_unicode(fields.get("abstract", "")).strip(),
        authors=authors,
        published=published,
        identifiers=identifiers,
        date_precision=precision,
        links=urls,
        venue=next((to_unicode(fields[name]) for name in _VENUES if fields.get(name)), ""),
        payload=block.strip(),
    )


def _identifiers(fields: Mapping[str, str]) -> Iterator[Identifier]:
    prefix = (fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv").lower()
    if fields.get("eprint") and prefix == "arxiv":
        eprint = fields["eprint"].strip()
        yield from _parsed(eprint if eprint.lower().startswith("arxiv:") else f"arxiv:{eprint}")
    if fields.get("doi"):
        doi = fields["doi"].strip().replace("\\_", "_")
        yield from _parsed(doi if doi.startswith("http") else f"doi:{doi}")


def _parsed(text: str) -> Iterator[Identifier]:
    try:
        identifier = parse(text)
    except Invalid:  # a field that holds something else does not spoil the entry
        return
    if identifier.value.isprintable():
        yield identifier


def _published(fields: Mapping[str, str]) -> tuple[date | None, DatePrecision]:
    found = re.match(r"\s*\{?(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", fields.get("date") or fields.get("year", ""))
    if not found:
        if fields.get("year") or fields.get("date"):
            raise Invalid(f"Its year is {fields.get('date') or fields['year']!r:.40}, no year.", field="year")
        return None, "day"
    year, month, day = (int(part) if part else 0 for part in found.groups())
    month = month or _month(fields.get("month", ""))
    try:
        return date(year, month or 1, day or 1), "day" if day else "month" if month else "year"
    except ValueError as error:
        raise Invalid(f"Its date {found[0].strip()!r} is no date.", field="date") from error


def _month(text: str) -> int:
    text = text.strip(" {}").lower()
    if text[:3] in _MONTHS:
        return _MONTHS.index(text[:3]) + 1
    number = int(text) if re.fullmatch("[0-9]{1,2}", text) else 0
    return number if number <= 12 else 0


def _authors(text: str) -> Iterator[str]:
    for name in _split(re.sub(r"\s+", " ", text), r" and "):
        parts = [part.strip() for part in _split(name, r",")]
        if len(parts) > 1:  # "von Last, First" or "von Last, Jr, First"
            last, *junior, first = parts
            name = " ".join((first, last, *junior))
        clean = " ".join(to_unicode(name).split())
        if clean and clean.lower() != "others":
            yield clean


def _split(text: str, separator: str) -> Iterator[str]:
    """Split where `separator` stands outside of braces: {Barnes and Noble} is one name."""
    depth, start = 0, 0
    for found in re.finditer(rf"[{{}}]|{separator}", text, re.IGNORECASE):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth -= 1
        elif depth <= 0:
            yield text[start : found.start()]
            start = found.end()
    yield text[start:]
