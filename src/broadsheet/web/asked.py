"""What a reader asked of the search page: the question, the page of its list, and every address that leads on from it.

What the words mean is `search.query`'s matter. Every link on the page is made here, so that none forgets a filter.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from broadsheet.errors import Invalid
from broadsheet.search import question
from broadsheet.search.order import Sort
from broadsheet.search.paging import DEEPEST
from broadsheet.search.question import LISTED, Listed, Question
from broadsheet.web import words

PAGE_SIZE = 20
LAST_PAGE = DEEPEST // PAGE_SIZE
LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Asked(Question):
    """One question and the page of its list, counted from 1; `after` is the cursor behind the page before.

    `refine` has the best ordered again by what they share.
    """

    page: int = 1
    after: str = ""
    refine: bool = False

    @property
    def offset(self) -> int:
        """How many results stand before this page."""
        return (self.page - 1) * PAGE_SIZE

    @property
    def feed(self) -> str:
        """The address of the feed of this search."""
        return self.address("/feeds/search.atom")

    def url(self) -> str:
        """Return the path that asks this."""
        pairs = self.kept()
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        if self.after:
            pairs.append(("after", self.after))
        return "/search?" + urlencode(pairs, errors="replace")

    def kept(self) -> list[tuple[str, str]]:
        """Return the parameters that ask this from the first page."""
        return [*self.pairs(), *([("refine", "1")] if self.refine else [])]

    def saying(self, text: str) -> "Asked":
        """Return another text with the same filters, from the first page."""
        return replace(self, text=text, page=1, after="")

    def bare(self, text: str) -> "Asked":
        """Return another text without any filter, in the same order, from the first page."""
        return Asked(text, sort=self.sort)

    def sorted_by(self, sort: Sort) -> "Asked":
        """Return the same question in another order, from the first page."""
        return replace(self, sort=sort, page=1, after="")

    def refined(self, refine: bool) -> "Asked":
        """Return the same question with or without refinement, from the first page."""
        return replace(self, refine=refine, page=1, after="")

    def within(self, since: date, until: date) -> "Asked":
        """Return the same question within other dates, from the first page."""
        return replace(self, since=since, until=until, page=1, after="")

    def on_page(self, page: int, after: str = "") -> "Asked":
        """Return another page of the same question; behind a cursor it stays the same while papers come in."""
        return replace(self, page=page, after=after)

    def in_force(self) -> Iterator[tuple[str, "Asked"]]:
        """Yield each filter in words, with the question that lacks it."""
        begun = replace(self, page=1, after="")
        if self.since or self.until:
            yield _span(self.since, self.until), replace(begun, since=None, until=None)
        for name in LISTED:
            values: tuple[str, ...] = getattr(self, name)
            for value in values:
                rest = tuple(other for other in values if other != value)
                yield _said(name, value), replace(begun, **{name: rest})  # type: ignore[arg-type]


def read(given: QueryParams) -> Asked:
    """Read the address; raises `Invalid` naming the field, the value and the remedy."""
    asked = question.read(given.multi_items())
    kept = {one.name: getattr(asked, one.name) for one in fields(asked)}
    return Asked(
        **kept,
        page=_page(given.get("page") or "1"),
        after=given.get("after", ""),
        refine=given.get("refine", "") in {"1", "true", "on"},
    )


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
