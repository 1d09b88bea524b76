"""Reads fields that nobody vouches for: JSON values of any type, dates of any length, identifiers of any shape.

What a field means is the parsers' and adapters' matter.
Whatever is odd is read as missing, so that a null or a number in the place of a text costs that field and nothing else.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from broadsheet.errors import Invalid
from broadsheet.papers.identifiers import Identifier, Scheme, find
from broadsheet.papers.paper import DatePrecision
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.connector import Rejected

_DATE = re.compile(r"\s*(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?!\d)", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*", re.IGNORECASE)
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b", re.ASCII)
_W = TypeVar("_W")


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def listing(value: object) -> list[Any]:
    """Return a list as it is, anything else as an empty one."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a text without the blanks around it, anything else as an empty one."""
    return value.strip() if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list that say something."""
    return tuple(filter(None, map(text, listing(value))))


def count(value: object) -> int | None:
    """Return a whole number from 0 to a milliard; true, -1, "12" and 1e300 are none."""
    return value if type(value) is int and 0 <= value < 10**9 else None


def day(written: str) -> tuple[date | None, DatePrecision]:
    """Read `2026-01-31`, `2026/1/31`, `2026-01`, `2026`, a timestamp, or a year among words such as `January 2026`."""
    if found := _DATE.match(written):
        year, month, rest = (int(part) if part else 0 for part in found.groups())
        try:
            return date(year, month or 1, rest or 1), "day" if rest else "month" if month else "year"
        except ValueError:
            return None, "day"
    year_told, month_told = _YEAR.search(written), _MONTH.search(written)
    if year_told is None:
        return None, "day"
    number = _MONTHS.index(month_told[1].lower()) + 1 if month_told else 0
    return date(int(year_told[1]), number or 1, 1), "month" if number else "year"


def moment(milliseconds: object) -> datetime | None:
    """Read a count of milliseconds since 1970, as JavaScript has it; None for what is none of the years until 3000."""
    if type(milliseconds) is not int or not 0 < milliseconds < 32_503_680_000_000:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def named(scheme: Scheme, written: str) -> tuple[Identifier, ...]:
    """Return the identifier of `scheme` that a field holds, bare or as an address; none where it holds another."""
    if not written:
        return ()
    bare = written.startswith(("http://", "https://")) or written.lower().startswith(f"{scheme}:")
    found = find(written if bare else f"{scheme}:{written}")
    # A DOI may be arXiv's or the ACL's own name of a paper: that is as good.
    return (found,) if found is not None and (found.scheme == scheme or scheme == "doi") else ()


def sorted_out(
    entries: Iterable[tuple[str, _W]], record_of: Callable[[_W], SourceRecord]
) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
    """Turn each of `entries`, told by its key, into a record; one that is `Invalid` is rejected and costs no other."""
    records, rejected = [], []
    for place, (key, entry) in enumerate(entries, start=1):
        try:
            records.append(record_of(entry))
        except Invalid as error:
            rejected.append(Rejected(key[:100] or f"entry {place} of the page", error.message))
    return tuple(records), tuple(rejected)


def titled(title: str) -> str:
    """Return `title`; raises `Invalid` for an empty one."""
    if not title:
        raise Invalid("It has no title.", field="title")
    return title


def fingerprint(title: str, authors: tuple[str, ...], published: date | None) -> str:
    """Return the key of a record that no identifier names: citation keys such as smith2020 are no one's own."""
    said = "\n".join((title.casefold(), *authors, str(published and published.year)))
    return "sha256:" + hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def given_name_first(name: str) -> str:
    """Return `Quill, Ada` as `Ada Quill`, and a name without a comma as it is."""
    family, comma, given = name.partition(",")
    return " ".join(f"{given} {family}".split()) if comma else " ".join(name.split())
