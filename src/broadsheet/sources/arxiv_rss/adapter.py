"""arXiv's announcements as a source: one feed an archive or category, asked whether it has changed since.

What is known of a paper for good comes by `arxiv`; here comes, soon after midnight in New York, that it is new today.
A feed holds one day: what nobody fetched on its day is gone here, and `arxiv` brings it all the same.
"""

import re
from collections import Counter
from collections.abc import Generator, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from broadsheet.clock import Clock
from broadsheet.errors import Invalid
from broadsheet.outgoing import Outgoing, Reply
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.identifiers import parse as parse_identifier
from broadsheet.papers.paper import DatePrecision
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.answers import Upstream
from broadsheet.sources.arxiv.authors import names
from broadsheet.sources.arxiv.calendar import ZONE, silence
from broadsheet.sources.arxiv_rss.parser import parse
from broadsheet.sources.arxiv_rss.wire import Feed, Item
from broadsheet.sources.connector import Batch, Cursor, Rejected
from broadsheet.sources.latex import accents

MOST_ITEMS = 2000  # of one feed, by arXiv's own rule
_LEAD = re.compile(r"arXiv:\S+\s+Announce Type:\s*\S+\s*(?:Abstract:\s*)?", re.IGNORECASE)
_MONTH = re.compile(r"(?:[a-z-]+(?:\.[A-Z]{2})?/)?(\d\d)(\d\d)")
_KINDS = {"new": "new", "cross": "cross-listed", "replace": "replaced", "replace-cross": "replaced"}


class ArxivRssConnector:
    """Harvests arXiv's feeds by the names of their archives or categories: `cs`, `cs.LG`, `q-bio.NC`."""

    name = "arxiv-rss"
    title = "arXiv RSS"
    upstream = "arxiv"
    schedule = timedelta(hours=1)

    def __init__(
        self,
        outgoing: Outgoing,
        clock: Clock,
        *,
        feeds: Sequence[str] = ("cs",),
        base_url: str = "https://rss.arxiv.org/rss",
        interval: float = 3.0,
        timeout: float = 60.0,
    ) -> None:
        """`interval` is the pause between two requests, `timeout` the longest that one may take, both in seconds."""
        self._server = Upstream(outgoing, self.title, timeout=timeout, pace=interval)
        self._clock = clock
        self._feeds = tuple(dict.fromkeys(feeds))
        self._base_url = base_url
        self._interval = interval

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch a feed, empty for one that is as it was; raises `Unavailable` when arXiv fails."""
        state = dict(cursor or {})
        known = {name: marks for name, marks in state.get("feeds", {}).items() if name in self._feeds}
        asked = [name for name in state.get("left", ()) if name in self._feeds] or list(self._feeds)
        try:
            for place, name in enumerate(asked, start=1):
                feed, known[name] = self._feed(name, known.get(name, {}))
                records, rejected = adapt(feed) if feed else ((), ())
                left = {"left": asked[place:]} if asked[place:] else {}
                yield Batch(records, rejected, {"feeds": dict(known), **left}, done=place == len(asked))
        finally:
            # Whoever asks next may be another process, which knows nothing of our last request.
            self._clock.sleep(self._interval)

    def news(
        self, now: datetime, harvested_at: datetime | None, news_at: datetime | None, cursor: Cursor | None
    ) -> str:
        """Say what was announced last, or why nothing was, by what the feeds themselves say of their day."""
        del news_at  # most papers are known here already, from `arxiv`, and nothing of them changes
        marks = [one for one in (cursor or {}).get("feeds", {}).values() if one.get("day")]
        if not marks:
            return ""
        day = date.fromisoformat(max(one["day"] for one in marks))
        said = silence(now, harvested_at, datetime(day.year, day.month, day.day, tzinfo=ZONE))
        return said or _announced(day, [one for one in marks if one["day"] == day.isoformat()])

    def _feed(self, name: str, marks: dict[str, Any]) -> tuple[Feed | None, dict[str, Any]]:
        """Return the feed, None where it is as it was, and the marks to ask with next time."""
        asked = {"If-None-Match": marks.get("etag", ""), "If-Modified-Since": marks.get("modified", "")}

        def read(reply: Reply) -> tuple[Feed | None, dict[str, Any]]:
            if reply.status == 304:
                return None, marks
            feed = parse(reply.body, reply.headers.get("content-type", ""))
            return feed, _marks(reply, feed) or marks

        return self._server.ask(
            f"{self._base_url}/{name}",
            read,
            headers={header: value for header, value in asked.items() if value},
            accepted=(200, 304),
        )


def adapt(feed: Feed) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
    """Turn a feed into records; an item without a usable id or title is rejected and the rest comes in."""
    records, rejected = [], []
    for number, item in enumerate(feed.items, start=1):
        try:
            records.append(record_of(item))
        except Invalid as error:
            rejected.append(Rejected(item.guid[:100] or f"item {number} of the feed", error.message))
    return tuple(records), tuple(rejected)


def record_of(item: Item) -> SourceRecord:
    """Turn one item into the common shape; raises `Invalid` with the reason if that cannot be done."""
    named = parse_identifier(f"arxiv:{item.guid.rpartition(':')[2]}")
    if not item.title:
        raise Invalid("It has no title.", field="title")
    published, precision = _published(named, item)
    return SourceRecord(
        source="arxiv-rss",
        key=named.value,
        title=accents(item.title),
        abstract=accents(_LEAD.sub("", item.description, count=1)),
        authors=names(item.creator),
        published=published,
        date_precision=precision,
        identifiers=(named, *_doi(item.doi)),
        categories=item.categories,
        links=(f"https://arxiv.org/abs/{named.value}",),
        venue=accents(item.journal),
        payload=item.xml,
    )


def _published(named: Identifier, item: Item) -> tuple[date | None, DatePrecision]:
    """Date a paper that is new by its announcement, any other by the month that its id holds."""
    announced = _day(item.announced)
    if item.kind == "new" and announced:
        return announced, "day"
    found = _MONTH.match(named.value)
    year, month = (int(part) for part in found.groups()) if found else (0, 0)
    if not 1 <= month <= 12:
        return None, "day"
    return date(year + (1900 if year >= 91 else 2000), month, 1), "month"


def _doi(text: str) -> tuple[Identifier, ...]:
    try:
        return (parse_identifier(f"doi:{text}"),) if text else ()
    except Invalid:
        return ()


def _day(text: str) -> date | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo is None else moment.astimezone(UTC)).date()


def _marks(reply: Reply, feed: Feed) -> dict[str, Any]:
    """Return what to keep of an answer: its marks, and what was announced; nothing of a day without announcements."""
    day = _day(feed.announced)
    if not feed.items or day is None:
        return {}
    told = {"etag": reply.headers.get("etag", ""), "modified": reply.headers.get("last-modified", "")}
    counts = Counter(_KINDS.get(item.kind, "other") for item in feed.items)
    return {**{name: mark for name, mark in told.items() if mark}, "day": day.isoformat(), "announced": dict(counts)}


def _announced(day: date, marks: Sequence[dict[str, Any]]) -> str:
    counts = Counter[str]()
    for one in marks:
        counts.update(one.get("announced", {}))
    said = ", ".join(
        f"{counts[kind]:,} {kind}" for kind in ("new", "cross-listed", "replaced", "other") if counts[kind]
    )
    full = any(sum(one.get("announced", {}).values()) >= MOST_ITEMS for one in marks)
    more = f" A feed holds {MOST_ITEMS:,} at most, so some are missing: name narrower ones." if full else ""
    return f"Announced on {day:%A} {day.day} {day:%B}: {said}.{more}"
