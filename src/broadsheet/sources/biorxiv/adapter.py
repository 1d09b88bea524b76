"""bioRxiv and medRxiv as sources: one server's new preprints and revisions, by days, page by page.

When it is asked again, `harvest` decides; how it is asked politely, `outgoing`.
A preprint is one record under its DOI, which its newest version fills; that an older one, read later, does not stand
over it, `papers` sees to. The last day is read again in the next round, because it was not over.
"""

import re
from collections.abc import Collection, Generator, Iterator
from datetime import date, timedelta

from broadsheet.clock import Clock
from broadsheet.errors import Invalid
from broadsheet.outgoing import Outgoing
from broadsheet.papers.identifiers import Identifier, parse
from broadsheet.papers.paper import Version
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.answers import Upstream
from broadsheet.sources.biorxiv.parser import read
from broadsheet.sources.biorxiv.wire import Preprint, PreprintPage
from broadsheet.sources.connector import Batch, Cursor, Rejected, Unreadable
from broadsheet.sources.fields import day, given_name_first, named, sorted_out, titled

FIRST_DAYS = 3
TITLES = {"biorxiv": "bioRxiv", "medrxiv": "medRxiv"}
# How the servers write the licences that authors choose from; `cc_no` and `none` give no leave.
_LICENCES = {
    "cc_by": "CC-BY-4.0",
    "cc_by_nc": "CC-BY-NC-4.0",
    "cc_by_nd": "CC-BY-ND-4.0",
    "cc_by_nc_nd": "CC-BY-NC-ND-4.0",
    "cc0": "CC0-1.0",
    "cc0_ng": "CC0-1.0",
}
_DOI_DAY = re.compile(r"10\.\d+/(\d{4}\.\d{2}\.\d{2})\.")


class BiorxivConnector:
    """Harvests one of the two servers, all of it or some of its categories."""

    upstream = "biorxiv"
    schedule = timedelta(hours=12)

    def __init__(
        self,
        outgoing: Outgoing,
        clock: Clock,
        *,
        server: str = "biorxiv",
        base_url: str = "https://api.biorxiv.org",
        categories: Collection[str] = (),
        interval: float = 1.0,
        timeout: float = 60.0,
    ) -> None:
        """`server` is `biorxiv` or `medrxiv`; `interval` is the pause between two requests, `timeout` the longest that
        one may take, both in seconds.
        """
        self.name = server
        self.title = TITLES[server]
        self._clock = clock
        self._base_url = base_url
        self._categories = frozenset(map(_category, categories))
        self._server = Upstream(outgoing, self.title, timeout=timeout, pace=interval)

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch a page; raises `Unavailable` when the server fails or repeats itself."""
        since, until, at = self._resume(cursor)
        for records, rejected, reached in self._pages(since, until, at):
            kept = {"from": until} if reached is None else {"from": since, "to": until, "at": reached}
            yield Batch(records, rejected, kept, done=reached is None)

    def range_batches(self, since: date, until: date, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch a page of what was posted from `since` to `until`; raises as `batches` does."""
        at = int((cursor or {}).get("at", 0))
        for records, rejected, reached in self._pages(since.isoformat(), until.isoformat(), at):
            yield Batch(records, rejected, {} if reached is None else {"at": reached}, done=reached is None)

    def _pages(
        self, since: str, until: str, at: int
    ) -> Iterator[tuple[tuple[SourceRecord, ...], tuple[Rejected, ...], int | None]]:
        """Yield what each page holds, and where the next begins, None after the last."""
        before: set[tuple[str, str]] = set()
        is_last = False
        while not is_last:
            page = self._page(since, until, at)
            versions = {(preprint.doi, preprint.version) for preprint in page.preprints}
            if versions and versions <= before:
                raise Unreadable(self.title, "it gives the same page again, so its list has no end")
            before = versions
            at += len(page.preprints)
            is_last = not page.preprints or (page.total is not None and at >= page.total)
            yield *self._adapt(page), None if is_last else at

    def _resume(self, cursor: Cursor | None) -> tuple[str, str, int]:
        today = self._clock.now().date()
        if not cursor:
            return (today - timedelta(days=FIRST_DAYS)).isoformat(), today.isoformat(), 0
        return str(cursor["from"]), str(cursor.get("to", today.isoformat())), int(cursor.get("at", 0))

    def _page(self, since: str, until: str, at: int) -> PreprintPage:
        url = f"{self._base_url}/details/{self.name}/{since}/{until}/{at}/json"
        page = self._server.ask(url, read)
        if not page.preprints and page.total is not None and at < page.total:
            page = self._server.ask(url, read)  # its total can overstate, but an empty page can also be a slip
        return page

    def _adapt(self, page: PreprintPage) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
        wanted = [p for p in page.preprints if not self._categories or _category(p.category) in self._categories]
        wanted.sort(key=_number)
        return sorted_out(((preprint.doi, preprint) for preprint in wanted), self._record)

    def _record(self, wire: Preprint) -> SourceRecord:
        return record_of(wire, self.name)


def record_of(wire: Preprint, server: str) -> SourceRecord:
    """Turn one version into the common shape; raises `Invalid` with the reason if that cannot be done."""
    doi = parse(f"doi:{wire.doi}")
    posted, precision = day(wire.date)
    if posted is None or precision != "day":
        raise Invalid(f"Its date is {wire.date!r:.40}, no date.", field="date", value=wire.date)
    number = _number(wire)
    return SourceRecord(
        source=server,
        key=doi.value,
        title=titled(wire.title),
        abstract=wire.abstract,
        authors=tuple(filter(None, map(given_name_first, wire.authors.split(";")))),
        published=posted if number == 1 else _first_posted(doi),
        identifiers=(doi, *(named("doi", wire.published) if wire.published.upper() != "NA" else ())),
        categories=(wire.category,) if wire.category else (),
        links=(f"https://www.{server}.org/content/{doi.value}v{number}",),
        versions=(Version(doi, number, posted),),
        venue=TITLES[server],
        licence=_LICENCES.get(wire.license.lower(), ""),
        withdrawn="withdraw" in wire.type.lower() or wire.title.upper().startswith("WITHDRAWN"),
        payload=wire.raw,
    )


def _number(wire: Preprint) -> int:
    return int(wire.version) if wire.version.isascii() and wire.version.isdigit() and len(wire.version) < 5 else 1


def _first_posted(doi: Identifier) -> date | None:
    """Return the day in a DOI, given when a preprint was handed in: a revision's date would make an old one new."""
    found = _DOI_DAY.match(doi.value)
    return day(found[1].replace(".", "-"))[0] if found else None


def _category(name: str) -> str:
    return name.strip().lower().replace("_", " ")
