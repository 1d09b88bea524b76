"""What a reader asked of the search page, read from the address and written back into addresses.

What the words mean is `search.query`'s matter. Every link on the page is made here, so that none forgets a filter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Literal, cast, get_args
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from broadsheet.errors import Invalid
from broadsheet.papers.paper import ArtefactKind
from broadsheet.search.query import Filters
from broadsheet.web import words

Sort = Literal["relevance", "newest", "trending"]
Listed = Literal["cat", "source", "has"]

PAGE_SIZE = 20
LAST_PAGE = 50  # the engine ranks the best thousand
MOST_VALUES = 20
LONGEST_VALUE = 100
LONGEST_TEXT = 10_000
_NAMES: Mapping[Listed, str] = MappingProxyType({"cat": "category", "source": "source", "has": "artefact"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its `text`, the filters in force, the order and the page, counted from 1."""

    text: str = ""
    cat: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    has: tuple[ArtefactKind, ...] = ()
    since: date | None = None
    until: date | None = None
    sort: Sort = "relevance"
    page: int = 1

    @property
    def filters(self) -> Filters:
        """The filters as the search takes them."""
        return Filters(categories=self.cat, sources=self.source, artefacts=self.has, since=self.since, until=self.until)

    @property
    def offset(self) -> int:
        """How many results stand before this page."""
        return (self.page - 1) * PAGE_SIZE

    def url(self) -> str:
        """Return the path that asks this."""
        pairs = [("q", self.text)]
        for name in _NAMES:
            pairs.extend((name, value) for value in getattr(self, name))
        pairs.extend((name, str(value)) for name in ("since", "until") if (value := getattr(self, name)))
        if self.sort != "relevance":
            pairs.append(("sort", self.sort))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return "/search?" + urlencode(pairs, errors="replace")

    def sorted_by(self, sort: Sort) -> "Asked":
        """Return the same question in another order, from the first page."""
        return replace(self, sort=sort, page=1)

    def on_page(self, page: int) -> "Asked":
        """Return another page of the same question."""
        return replace(self, page=page)

    def in_force(self) -> Iterator[tuple[str, "Asked"]]:
        """Yield each filter in words, with the question that lacks it."""
        if self.since or self.until:
            yield _span(self.since, self.until), replace(self, since=None, until=None, page=1)
        for name in _NAMES:
            values: tuple[str, ...] = getattr(self, name)
            for value in values:
                rest = tuple(other for other in values if other != value)
                yield _said(name, value), replace(self, **{name: rest}, page=1)  # type: ignore[arg-type]


def read(given: QueryParams) -> Asked:
    """Read the address; raises `Invalid` naming the field, the value and the remedy."""
    sort = given.get("sort") or "relevance"
    if sort not in get_args(Sort):
        raise Invalid(f"“{sort[:40]}” is no order; use relevance, newest or trending.", field="sort", value=sort)
    kinds = _values(given, "has")
    for kind in kinds:
        if kind not in get_args(ArtefactKind):
            known = words.listed(get_args(ArtefactKind))
            raise Invalid(f"“{kind[:40]}” is no kind of artefact; there are {known}.", field="has", value=kind)
    since, until = _date(given, "since"), _date(given, "until")
    if since and until and since > until:
        raise Invalid(f"The dates are the wrong way round: {since} is after {until}.", field="since", value=str(since))
    return Asked(
        text=given.get("q", "").strip(),
        cat=_values(given, "cat"),
        source=_values(given, "source"),
        has=cast(tuple[ArtefactKind, ...], kinds),
        since=since,
        until=until,
        sort=cast(Sort, sort),
        page=_page(given.get("page") or "1"),
    )


def _values(given: QueryParams, name: Listed) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value for value in given.getlist(name) if value))
    if len(values) > MOST_VALUES:
        raise Invalid(f"{len(values)} values for {_NAMES[name]} are too many; name up to {MOST_VALUES}.", field=name)
    for value in values:
        if len(value) > LONGEST_VALUE or not value.isprintable():
            raise Invalid(f"“{value[:40]}…” is no {_NAMES[name]}.", field=name, value=value)
    return values


def _date(given: QueryParams, name: Literal["since", "until"]) -> date | None:
    value = given.get(name, "")
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Invalid(f"“{value[:40]}” is no date; write it as 2026-01-15.", field=name, value=value) from None


def _page(value: str) -> int:
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 0
    if not 1 <= number <= LAST_PAGE:
        raise Invalid(f"“{value[:40]}” is no page; there are pages 1 to {LAST_PAGE}.", field="page", value=value)
    return number


def _span(since: date | None, until: date | None) -> str:
    whole = since and until and (since.month, since.day, until.month, until.day) == (1, 1, 12, 31)
    if whole and since and until:
        return f"{since.year}" if since.year == until.year else f"{since.year} to {until.year}"
    if since and until:
        return f"{words.day(since)} to {words.day(until)}"
    return f"from {words.day(since)}" if since else f"until {words.day(until)}" if until else ""


def _said(name: Listed, value: str) -> str:
    if name == "source":
        return f"from {words.SOURCES.get(value, value)}"
    return f"has {value}" if name == "has" else value
