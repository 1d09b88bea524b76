"""One question as an address holds it: text, filters and order, read from its parameters and written back.

What the text means is `query`'s matter. Written back it is canonical: whoever asks the same gets the same address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final, Literal, cast, get_args
from urllib.parse import parse_qsl, urlencode

from broadsheet.errors import Invalid
from broadsheet.papers.paper import ArtefactKind
from broadsheet.search.order import SORTS, Sort
from broadsheet.search.query import Filters

Listed = Literal["cat", "source", "has"]
Pairs = Sequence[tuple[str, str]]

MOST_VALUES: Final = 20
LONGEST_VALUE: Final = 100
LISTED: Final[Mapping[Listed, str]] = MappingProxyType({"cat": "category", "source": "source", "has": "artefact"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the `text`, the filters chosen beside it, and the order."""

    text: str = ""
    cat: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    has: tuple[ArtefactKind, ...] = ()
    since: date | None = None
    until: date | None = None
    sort: Sort = "relevance"

    @property
    def filters(self) -> Filters:
        """The filters as the search takes them."""
        return Filters(categories=self.cat, sources=self.source, artefacts=self.has, since=self.since, until=self.until)

    def pairs(self) -> list[tuple[str, str]]:
        """Return the parameters that ask this, in one order; what is as usual is left out."""
        pairs = [("q", self.text)]
        for name in LISTED:
            pairs.extend((name, value) for value in getattr(self, name))
        pairs.extend((name, str(value)) for name in ("since", "until") if (value := getattr(self, name)))
        if self.sort != "relevance":
            pairs.append(("sort", self.sort))
        return pairs

    def address(self, path: str = "/search") -> str:
        """Return the address at which `path` answers this."""
        return f"{path}?{self.encoded()}"

    def encoded(self) -> str:
        """Return the parameters as one ASCII text, which `decoded` reads."""
        return urlencode(self.pairs(), errors="replace")

    def followed(self) -> Question:
        """Return the question in the order for those who follow it: the newest first, unless another was chosen."""
        return replace(self, sort="newest") if self.sort == "relevance" else self


def read(given: Pairs) -> Question:
    """Read the parameters of an address; raises `Invalid` naming the field, the value and the remedy."""
    first = dict(reversed(given))
    sort = first.get("sort") or "relevance"
    if sort not in SORTS:
        known = ", ".join(SORTS)
        raise Invalid(f"“{sort[:40]}” is no order; use one of: {known}.", field="sort", value=sort)
    kinds = _values(given, "has")
    for kind in kinds:
        if kind not in get_args(ArtefactKind):
            known = ", ".join(get_args(ArtefactKind))
            raise Invalid(f"“{kind[:40]}” is no kind of artefact; there are {known}.", field="has", value=kind)
    since, until = _date(first, "since"), _date(first, "until")
    if since and until and since > until:
        raise Invalid(f"The dates are the wrong way round: {since} is after {until}.", field="since", value=str(since))
    return Question(
        text=first.get("q", "").strip(),
        cat=_values(given, "cat"),
        source=_values(given, "source"),
        has=cast(tuple[ArtefactKind, ...], kinds),
        since=since,
        until=until,
        sort=cast(Sort, sort),
    )


def decoded(text: str) -> Question:
    """Read what `Question.encoded` wrote; raises `Invalid` as `read` does."""
    return read(parse_qsl(text, keep_blank_values=True))


def _values(given: Pairs, name: Listed) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value for key, value in given if key == name and value))
    if len(values) > MOST_VALUES:
        raise Invalid(f"{len(values)} values for {LISTED[name]} are too many; name up to {MOST_VALUES}.", field=name)
    for value in values:
        if len(value) > LONGEST_VALUE or not value.isprintable():
            raise Invalid(f"“{value[:40]}…” is no {LISTED[name]}.", field=name, value=value)
    return values


def _date(first: Mapping[str, str], name: Literal["since", "until"]) -> date | None:
    value = first.get(name, "")
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Invalid(f"“{value[:40]}” is no date; write it as 2026-01-15.", field=name, value=value) from None
