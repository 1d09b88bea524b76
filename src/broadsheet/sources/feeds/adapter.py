"""Journals' feeds as a source: each feed that an operator names, asked whether it has changed since.

When they are asked again, `harvest` decides; how they are asked politely, `outgoing`.
One feed that fails does not keep the others back: it is told of at the end, and asked again in the next round.
"""

import hashlib
import re
from collections.abc import Generator, Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from broadsheet.errors import BroadsheetError, Unavailable
from broadsheet.outgoing import Outgoing, Reply, Unreachable
from broadsheet.papers.identifiers import Identifier, find
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.answers import Upstream
from broadsheet.sources.connector import Batch, Cursor, Rejected, Unreadable
from broadsheet.sources.feeds.parser import plain_text, read
from broadsheet.sources.feeds.wire import Entry, Feed
from broadsheet.sources.fields import day, named, sorted_out, titled
from broadsheet.sources.linked import links, with_linked

MAX_BYTES = 20_000_000
MOST_TAGS = 5
LONGEST_TAG = 60
# What publishers and arXiv put before an abstract.
_LEAD_IN = re.compile(
    r"(?:[^;]{1,120}, Published online: [^;]{4,40}; doi:\S+|arXiv:\S+ Announce Type: \S+ Abstract:)\s*", re.ASCII
)
# What Elsevier gives in the place of one.
_NO_ABSTRACT = re.compile(r"Publication date: .{4,60}? Source: .{1,300}? Author\(s\): (.*)", re.DOTALL)


class FeedsConnector:
    """Harvests RSS and Atom feeds."""

    name = "feeds"
    title = "Journal feeds"
    upstream = "feeds"
    schedule = timedelta(hours=2)

    def __init__(self, outgoing: Outgoing, *, urls: Sequence[str], timeout: float = 60.0) -> None:
        """`timeout` is the longest that one request may take, in seconds."""
        self._outgoing = outgoing
        self._urls = tuple(dict.fromkeys(urls))
        self._timeout = timeout

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch a feed; raises `Unavailable` at the end for those that failed."""
        state = cursor or {}
        known = {url: dict(marks) for url, marks in state.get("feeds", {}).items() if url in self._urls}
        asked = [url for url in state.get("left", ()) if url in self._urls] or list(self._urls)
        failed: dict[str, BroadsheetError] = {}
        for place, url in enumerate(asked, start=1):
            records: tuple[SourceRecord, ...] = ()
            rejected: tuple[Rejected, ...] = ()
            try:
                feed, known[url] = self._feed(url, known.get(url, {}))
            except BroadsheetError as error:
                failed[url] = error
            else:
                records, rejected = adapt(feed, url) if feed else ((), ())
            # Those that failed are asked first, but not alone for ever: their next failure ends the round.
            left = [*(failed if len(failed) < place or place < len(asked) else ()), *asked[place:]]
            marks = {"feeds": dict(known), **({"left": left} if left else {})}
            yield Batch(records, rejected, marks, done=place == len(asked) and not failed)
        if failed:
            raise _together(self.title, failed)

    def _feed(self, url: str, marks: dict[str, str]) -> tuple[Feed | None, dict[str, str]]:
        """Return the feed, None where it is as it was, and the marks to ask with next time."""
        sent = {"If-None-Match": marks.get("etag", ""), "If-Modified-Since": marks.get("modified", "")}
        upstream = Upstream(self._outgoing, _host(url), timeout=self._timeout, max_bytes=MAX_BYTES)
        return upstream.ask(
            url,
            lambda reply: (None, marks) if reply.status == 304 else (read(reply), _marks(reply)),
            headers={"Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9", **_said(sent)},
            accepted=(200, 304),
        )


def adapt(feed: Feed, url: str) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
    """Turn a feed into records; an entry without a title or anything to know it by is rejected."""
    return sorted_out(
        ((entry.id or entry.link or entry.title, entry) for entry in feed.entries),
        lambda entry: record_of(entry, feed.title, url),
    )


def record_of(wire: Entry, journal: str, url: str) -> SourceRecord:
    """Turn one entry of the feed at `url` into the common shape; raises `Invalid` if that cannot be done."""
    published, precision = day(wire.published)
    abstract, authors = _told(wire)
    found = links((wire.link,))
    return SourceRecord(
        source="feeds",
        key=_key(wire, url),
        title=titled(wire.title),
        abstract=abstract,
        authors=authors,
        published=published,
        date_precision=precision,
        identifiers=with_linked(_own(wire), found),
        categories=tuple(tag for tag in wire.tags if len(tag) <= LONGEST_TAG)[:MOST_TAGS],
        links=found,
        venue=wire.journal or journal,
        payload=wire.raw,
    )


def _told(wire: Entry) -> tuple[str, tuple[str, ...]]:
    """Return the abstract and the authors, which some publishers give in its place."""
    said = plain_text(wire.summary)
    if without := _NO_ABSTRACT.fullmatch(said):
        return "", wire.authors or tuple(filter(None, map(str.strip, without[1].split(","))))
    names = wire.authors
    if len(names) == 1 and names[0].count(",") > 1:  # arXiv's feeds, for one, have all authors in one field
        names = tuple(filter(None, map(str.strip, names[0].split(","))))
    abstract = _LEAD_IN.sub("", said, count=1) if _LEAD_IN.match(said) else said
    return ("" if abstract == wire.title else abstract), names


def _own(wire: Entry) -> tuple[Identifier, ...]:
    told = (*named("doi", wire.doi), *filter(None, [find(wire.id)]))
    return tuple({identifier.scheme: identifier for identifier in reversed(told)}.values())


def _key(wire: Entry, url: str) -> str:
    """Return what tells an entry from all others: its id, with the feed before it where it is a mere number."""
    own = wire.id or wire.link
    if not own:
        own = hashlib.sha256(wire.title.encode("utf-8", "replace")).hexdigest()[:32]
    return own if ":" in own else f"{url}#{own}"


def _together(title: str, failed: Mapping[str, BroadsheetError]) -> Unavailable:
    """Return one error for all feeds that failed, which names each and keeps the longest pause that was asked for."""
    told = "; ".join(
        f"{getattr(error, 'cause', error.message.rstrip('.'))} ({_host(url)})" for url, error in failed.items()
    )[:500]
    unreachable = [error for error in failed.values() if isinstance(error, Unreachable)]
    if len(unreachable) == len(failed):
        pauses = [error.until for error in unreachable if error.until]
        return Unreachable(title, told, until=max(pauses, default=None))
    if any(isinstance(error, Unreadable) for error in failed.values()):
        return Unreadable(title, told)
    return Unavailable(f"{told}.", value=title)


def _marks(reply: Reply) -> dict[str, str]:
    return _said({"etag": reply.headers.get("etag", ""), "modified": reply.headers.get("last-modified", "")})


def _said(told: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in told.items() if value}


def _host(url: str) -> str:
    return urlsplit(url).hostname or url[:60]
