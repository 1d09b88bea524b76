"""OpenAlex as a source: the works of the last days that a filter chooses, page by page.

When it is asked again, `harvest` decides; how it is asked politely, `outgoing`.
A work appears there days after the date that it bears, so each round reads the last two weeks again; what has not
changed since costs nothing downstream. The key stands in the address, as OpenAlex wants it: no error may tell it.
"""

from collections.abc import Generator, Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing, Reply
from broadsheet.papers.identifiers import parse
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.sources.answers import Upstream
from broadsheet.sources.connector import Batch, Cursor, Rejected, Unreadable
from broadsheet.sources.fields import day, named, sorted_out, titled
from broadsheet.sources.linked import links, with_linked
from broadsheet.sources.openalex.parser import abstract_of, complaint, read
from broadsheet.sources.openalex.wire import Work, WorkPage

PAGE_SIZE = 100
FIRST_DAYS = 7
LATE_DAYS = 14
MOST_TOPICS = 3
FIELDS = (
    "id,doi,title,display_name,authorships,publication_date,publication_year,abstract_inverted_index,topics,"
    "primary_location,locations,cited_by_count,is_retracted,type,ids"
)


class OpenAlexConnector:
    """Harvests the works that `filters` chooses, in the words of OpenAlex's own `filter` parameter."""

    name = "openalex"
    title = "OpenAlex"
    upstream = "openalex"
    schedule = timedelta(hours=24)

    def __init__(
        self,
        outgoing: Outgoing,
        clock: Clock,
        *,
        base_url: str = "https://api.openalex.org",
        filters: str = "",
        key: str = "",
        timeout: float = 60.0,
    ) -> None:
        """`key` may be empty: a tenth of the daily budget remains; `timeout` is the longest one request may take."""
        self._clock = clock
        self._base_url = base_url
        self._filters = filters
        self._key = key
        self._server = Upstream(outgoing, self.title, timeout=timeout)

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch a page; raises `Unavailable` when OpenAlex fails, refuses, or repeats itself."""
        since, until, at = self._resume(cursor)
        for page, reached in self._pages(since, until, at):
            kept = {**self._cursor(since), "to": until, "at": reached} if reached else self._cursor(until)
            yield Batch(*adapt(page, self._clock.now()), kept, done=not reached)

    def range_batches(self, since: date, until: date, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch a page of what bears a day from `since` to `until`; raises as `batches` does."""
        at = str(cursor["at"]) if cursor and cursor.get("at") and cursor.get("filter") == self._filters else "*"
        for page, reached in self._pages(since.isoformat(), until.isoformat(), at):
            kept = {"filter": self._filters, "at": reached} if reached else {}
            yield Batch(*adapt(page, self._clock.now()), kept, done=not reached)

    def _pages(self, since: str, until: str, at: str) -> Iterator[tuple[WorkPage, str]]:
        """Yield each page, and the cursor of the next, empty after the last."""
        used, restarted = {at}, False
        while at:
            page = self._page(since, until, at, refusable=at != "*" and not restarted)
            if page is None:  # a cursor of yesterday: the round begins anew, once
                at, used, restarted = "*", {"*"}, True
                continue
            at = page.next if page.works else ""
            if at in used:
                yield page, "*"
                raise Unreadable(self.title, "it hands out a cursor twice, so its list has no end")
            used.add(at)
            yield page, at

    def _resume(self, cursor: Cursor | None) -> tuple[str, str, str]:
        today = self._clock.now().date()
        if not cursor or cursor.get("filter") != self._filters:
            return (today - timedelta(days=FIRST_DAYS)).isoformat(), today.isoformat(), "*"
        since = str(cursor["from"])
        if cursor.get("at"):
            return since, str(cursor["to"]), str(cursor["at"])
        late = (today - timedelta(days=LATE_DAYS)).isoformat()
        return min(since, late), today.isoformat(), "*"

    def _cursor(self, since: str) -> dict[str, str]:
        return {"filter": self._filters, "from": since}

    def _page(self, since: str, until: str, at: str, *, refusable: bool) -> WorkPage | None:
        days = f"from_publication_date:{since},to_publication_date:{until}"
        asked = {
            "filter": f"{self._filters},{days}" if self._filters else days,
            "select": FIELDS,
            "per_page": PAGE_SIZE,
            "cursor": at,
            **({"api_key": self._key} if self._key else {}),
        }
        reply = self._server.ask(
            f"{self._base_url}/works?{urlencode(asked)}", self._read, accepted=(200, 400, 401, 403, 404)
        )
        if isinstance(reply, WorkPage):
            return reply
        if refusable and reply.status in (400, 404):
            return None
        said = complaint(reply).replace(self._key or "\0", "***")[:200]
        raise Unreadable(
            self.title,
            f"it answered {reply.status}{said and f' (“{said}”)'}: check BROADSHEET_OPENALEX_FILTER and "
            "BROADSHEET_OPENALEX_KEY",
        )

    @staticmethod
    def _read(reply: Reply) -> WorkPage | Reply:
        return read(reply) if reply.status == 200 else reply


def adapt(page: WorkPage, observed_at: datetime) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
    """Turn a page into records; one without an id or title is rejected and the rest comes in."""
    return sorted_out(((work.id, work) for work in page.works), lambda work: record_of(work, observed_at))


def record_of(wire: Work, observed_at: datetime) -> SourceRecord:
    """Turn one work into the common shape; raises `Invalid` with the reason if that cannot be done."""
    own = parse(wire.id if wire.id.startswith("http") else f"openalex:{wire.id}")
    published, precision = day(wire.published)
    found = links((*wire.links, f"https://openalex.org/{own.value}"))
    return SourceRecord(
        source="openalex",
        key=own.value,
        title=titled(wire.title),
        abstract=abstract_of(wire.inverted),
        authors=wire.authors,
        published=published,
        date_precision=precision,
        identifiers=with_linked((own, *named("doi", wire.doi)), found),
        categories=wire.topics[:MOST_TOPICS],
        links=found,
        signals=() if wire.citations is None else (Signal("citations", wire.citations, observed_at),),
        venue=wire.venue,
        licence=wire.licence.upper() if wire.licence.startswith("cc") else "",
        withdrawn=wire.retracted,
        payload=wire.raw,
    )
