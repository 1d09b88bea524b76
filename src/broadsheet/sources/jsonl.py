"""One line of JSONL, `{id, title, abstract, authors[], published, categories[], urls[], source, …}`, to a record.

Where lines come from is `files`' matter, which paper a record belongs to `papers.merging`'s.
A line is right as a whole or rejected as a whole, with a reason that names the field.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from broadsheet.errors import Invalid
from broadsheet.papers.identifiers import Identifier, parse
from broadsheet.papers.paper import DatePrecision
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.linked import links, with_linked

DEFAULT_SOURCE = "file"
# Files name a collection; where that is one of our own sources, its records are that source's.
_OUR_NAMES = {"hf-daily-papers": "hf"}
_SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_PRECISIONS: dict[str, DatePrecision] = {"day": "day", "month": "month", "year": "year"}
_MISSING: list[str] = []


def record_of(line: bytes) -> SourceRecord:
    """Turn one line into a record; raises `Invalid` with the reason if that cannot be done."""
    text, entry = _read(line)
    given_id, title, source = _text(entry, "id"), _text(entry, "title"), _text(entry, "source") or DEFAULT_SOURCE
    if not given_id or not title.strip():
        missing = "title" if given_id else "id"
        raise Invalid(f"“{missing}” is missing or empty; every paper needs one.", field=missing)
    if not _SOURCE.fullmatch(source):
        raise Invalid(f"“source” is {source!r:.60}; use small letters, digits, dots and dashes.", field="source")
    urls = links(_texts(entry, "urls"))
    own, key = _own(given_id)
    published, precision = _published(entry)
    return SourceRecord(
        source=_OUR_NAMES.get(source, source),
        key=key,
        title=title,
        abstract=_text(entry, "abstract"),
        authors=tuple(_texts(entry, "authors")),
        published=published,
        identifiers=with_linked(own, urls),
        date_precision=precision,
        categories=tuple(_texts(entry, "categories")),
        links=urls,
        venue=_text(entry, "venue"),
        comments=_text(entry, "comments"),
        payload=text,
    )


def _read(line: bytes) -> tuple[str, Mapping[str, Any]]:
    try:
        text = line.decode()
        entry = json.loads(text)
    except UnicodeDecodeError as error:
        raise Invalid(f"It is not UTF-8 at byte {error.start + 1}; save the file as UTF-8.", field="line") from error
    except json.JSONDecodeError as error:
        raise Invalid(f"It is no JSON: {error.msg} at column {error.colno}.", field="line") from error
    except (ValueError, RecursionError) as error:
        raise Invalid("It is no JSON that can be read: numbers too long or lists too deep.", field="line") from error
    if type(entry) is not dict:
        raise Invalid("It is no JSON object; one line is one paper in braces.", field="line")
    return text, entry


def _own(given_id: str) -> tuple[tuple[Identifier, ...], str]:
    """Return the identifier that an id is, if it is one, and the key of the record."""
    if len(given_id) > 255 or not given_id.isprintable():
        raise Invalid(f"“id” is {given_id!r:.60}; use at most 255 printable characters.", field="id")
    try:
        identifier = parse(given_id)
    except Invalid:
        if given_id.startswith(("arxiv:", "doi:")):
            raise
        return (), given_id  # a collection's own numbering is as good a key as any
    return (identifier,), identifier.value


def _published(entry: Mapping[str, Any]) -> tuple[date | None, DatePrecision]:
    text = _text(entry, "published")
    if not text:
        return None, "day"
    told = _text(entry, "date_precision")
    if told and told not in _PRECISIONS:
        raise Invalid(f"“date_precision” is {told!r:.40}; use day, month or year.", field="date_precision")
    known = 10 if len(text) >= 10 else len(text)
    try:
        if known not in (4, 7, 10) or text[4:5] not in ("", "-") or text[7:8] not in ("", "-"):
            raise ValueError(text)
        day = date.fromisoformat((text + "-01-01")[:10] if known < 10 else text[:10])
    except ValueError as error:
        raise Invalid(f"“published” is {text!r:.40}; write it as 2026-01-31.", field="published", value=text) from error
    return day, _PRECISIONS[told] if told else {4: "year", 7: "month"}.get(known, "day")  # type: ignore[return-value]


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if type(value) is str:
        return value
    if value is None:
        return ""
    raise Invalid(f"“{name}” is {_kind(value)}; it must be a text.", field=name)


def _texts(entry: Mapping[str, Any], name: str) -> list[str]:
    value = entry.get(name)
    if value is None:
        return _MISSING
    if type(value) is not list:
        raise Invalid(f"“{name}” is {_kind(value)}; it must be a list of texts.", field=name)
    for part in value:
        if type(part) is not str:
            raise Invalid(f"“{name}” holds {_kind(part)}; it must be a list of texts.", field=name)
    return value


def _kind(value: object) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list"}
    return "null" if value is None else kinds.get(type(value), "an object")
