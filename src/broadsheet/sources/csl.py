"""CSL-JSON, as Zotero, Crossref and citation processors write it, to records, item by item, each with its line.

Where the text comes from is `files`' matter.
Items are decoded one after another, so that what follows a broken place is lost and what stands before it is not.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from broadsheet.errors import Invalid
from broadsheet.papers.identifiers import Identifier, find
from broadsheet.papers.paper import DatePrecision
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.fields import day, fingerprint, listing, mapping, named, text, texts
from broadsheet.sources.linked import links, with_linked

# What CSL allows in titles (its specification, "HTML-like formatting tags"), and what Crossref's titles hold.
_MARKUP = re.compile(r"</?(?:i|b|sup|sub|sc|span|em|strong|scp|jats:\w+)\b[^<>]{0,200}>", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,]*")
_ARXIV = re.compile(r"\barxiv:\s*\S+", re.IGNORECASE)
_decoder = json.JSONDecoder()


def records(written: str) -> Iterator[tuple[int, SourceRecord | Invalid]]:
    """Yield for each item its first line and its record, or why it cannot be used."""
    position, line = _first_item(written), 1 + written.count("\n", 0, _first_item(written))
    while position < len(written) and written[position] not in "]}":
        try:
            item, end = _decoder.raw_decode(written, position)
        except (ValueError, RecursionError) as error:
            told = error.msg if isinstance(error, json.JSONDecodeError) else "lists too deep or numbers too long"
            yield line, Invalid(f"It is no JSON from here on: {told}.", field="item")
            return
        try:
            yield line, _record(item)
        except Invalid as bad:
            yield line, bad
        following = _after(written, end)
        line += written.count("\n", position, following)
        position = following
    if position >= len(written) and written.lstrip()[:1] == "[":
        yield line, Invalid("The list breaks off here: its closing bracket is missing.", field="item")


def _first_item(written: str) -> int:
    """Return where the first item begins: in a list, in a list called `items`, or as the only one."""
    listed = re.match(r'\s*(?:\{\s*"items"\s*:\s*)?\[\s*', written)
    return listed.end() if listed else _after(written, 0)


def _after(written: str, position: int) -> int:
    found = _BETWEEN.match(written, position)
    return found.end() if found else position


def _record(item: object) -> SourceRecord:
    told = mapping(item)
    if isinstance(told.get("authors"), list) and "author" not in told:
        raise Invalid(
            "It is no CSL-JSON; papers in Broadsheet's own form are one object a line, without a list.", field="item"
        )
    title = _plain(told.get("title"))
    if not title:
        raise Invalid("The item has no title; every paper needs one.", field="title")
    authors = tuple(filter(None, (_name(mapping(one)) for one in listing(told.get("author") or told.get("editor")))))
    published, precision = _published(told)
    urls = links((text(told.get("URL")),))
    identifiers = with_linked(tuple(dict.fromkeys(_identifiers(told))), urls)
    return SourceRecord(
        source="csl",
        key=str(identifiers[0]) if identifiers else fingerprint(title, authors, published),
        title=title,
        abstract=_plain(told.get("abstract")),
        authors=authors,
        published=published,
        date_precision=precision,
        identifiers=identifiers,
        links=urls,
        venue=_plain(told.get("container-title")) or text(told.get("publisher")),
        payload=told,
    )


def _plain(value: object) -> str:
    """Return a text without its markup; Crossref gives titles as lists of one."""
    return " ".join(_MARKUP.sub("", text(value) or next(iter(texts(value)), "")).split())


def _name(told: Mapping[str, Any]) -> str:
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    return (
        text(told.get("literal"))
        or text(told.get("name"))
        or " ".join(filter(None, (text(told.get(p)) for p in parts)))
    )


def _published(told: Mapping[str, Any]) -> tuple[date | None, DatePrecision]:
    for name in ("issued", "published", "submitted", "created"):
        when = mapping(told.get(name))
        parts = [str(part) for part in listing(next(iter(listing(when.get("date-parts"))), None)) if part]
        read = day("-".join(parts)) if parts else day(text(when.get("raw")) or text(when.get("literal")))
        if read[0] is not None:
            return read
    return None, "day"


def _identifiers(told: Mapping[str, Any]) -> Iterator[Identifier]:
    for name in ("number", "archive_location", "note", "id"):
        if found := _ARXIV.search(text(told.get(name))):
            yield from filter(None, [find(found[0])])
    yield from named("doi", text(told.get("DOI")))
