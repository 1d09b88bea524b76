"""arXiv as a source: harvests what is new and changed, or a range of days, and turns each record into a source record.

How lists are read is `listing`'s matter, when arXiv is asked again `harvest`'s, how it is asked politely `outgoing`'s.
The cursor's `from` moves on only when a window is complete, to a day and never to a moment: datestamps are whole days,
so a later day would miss what was announced during the round.
"""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from broadsheet.clock import Clock
from broadsheet.errors import Invalid
from broadsheet.outgoing import Outgoing
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.identifiers import parse as parse_identifier
from broadsheet.papers.paper import Version
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.answers import Upstream
from broadsheet.sources.arxiv.authors import names
from broadsheet.sources.arxiv.calendar import silence
from broadsheet.sources.arxiv.listing import EARLIEST, TITLE, Listing, Place
from broadsheet.sources.arxiv.wire import OaiPage, OaiRecord, OaiVersion
from broadsheet.sources.connector import Batch, Cursor, Rejected
from broadsheet.sources.latex import accents

FIRST_DAYS = 3
MAX_BYTES = 100_000_000  # 2,500 records of about 3 kB, and room for twelve times as much
_WITHDRAWN = re.compile(r"\b(has|have) been withdrawn\b|\bwithdrawn (by|due|because|pending)\b", re.IGNORECASE)


class ArxivConnector:
    """Harvests one OAI set of arXiv, or all of it where `set_spec` is empty."""

    name = "arxiv"
    title = TITLE
    upstream = "arxiv"
    schedule = timedelta(hours=6)

    def __init__(
        self,
        outgoing: Outgoing,
        clock: Clock,
        *,
        base_url: str = "https://oaipmh.arxiv.org/oai",
        set_spec: str = "cs",
        interval: float = 3.0,
        timeout: float = 120.0,
    ) -> None:
        """`interval` is the pause between two requests, `timeout` the longest that one may take, both in seconds."""
        server = Upstream(outgoing, self.title, timeout=timeout, pace=interval, max_bytes=MAX_BYTES)
        self._listing = Listing(server, clock, base_url, set_spec)
        self._clock = clock
        self._set_spec = set_spec
        self._interval = interval

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch a page; raises `Unavailable` when arXiv fails, refuses, or repeats itself."""
        today = self._clock.now().date()
        if cursor and cursor.get("set") == self._set_spec:
            place = Place.of(cursor, today)
        else:
            place = Place((today - timedelta(days=FIRST_DAYS)).isoformat())
        yield from self._batches(place, None)

    def range_batches(self, since: date, until: date, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch a page of what arXiv last changed from `since` to `until`; raises as `batches` does."""
        if cursor and cursor.get("set") == self._set_spec:
            place = Place.of(cursor, self._clock.now().date())
        else:
            place = Place(max(since, EARLIEST).isoformat())
        yield from self._batches(place, max(until, EARLIEST))

    def news(
        self, now: datetime, harvested_at: datetime | None, news_at: datetime | None, cursor: Cursor | None
    ) -> str:
        """Say whether silence is as arXiv's calendar has it, or a fault."""
        del cursor
        return silence(now, harvested_at, news_at)

    def _batches(self, place: Place, last: date | None) -> Generator[Batch]:
        with self._pause_at_end():
            for page, after, is_last in self._listing.pages(place, last):
                records, rejected = adapt(page)
                yield Batch(records, rejected, {"set": self._set_spec, **after.kept()}, done=is_last)

    @contextmanager
    def _pause_at_end(self) -> Iterator[None]:
        """Whoever asks next may be another process, which knows nothing of our last request."""
        try:
            yield
        finally:
            self._clock.sleep(self._interval)


def adapt(page: OaiPage) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
    """Turn a page into records; one that lacks its id or title is rejected and the rest comes in."""
    records, rejected = [], []
    for number, wire in enumerate(page.records, start=1):
        try:
            records.append(record_of(wire))
        except Invalid as error:
            rejected.append(Rejected(wire.id or wire.identifier or f"record {number} of the page", error.message))
    return tuple(records), tuple(rejected)


def record_of(wire: OaiRecord) -> SourceRecord:
    """Turn one record into the common shape; raises `Invalid` with the reason if that cannot be done."""
    if wire.deleted and not wire.id:
        raise Invalid("arXiv deleted this record.", field="status")
    arxiv_id = parse_identifier(f"arxiv:{wire.id or wire.identifier.rpartition(':')[2]}")
    if not wire.title:
        raise Invalid("It has no title.", field="title")
    versions = tuple(_versions(arxiv_id, wire))
    return SourceRecord(
        source="arxiv",
        key=arxiv_id.value,
        title=accents(wire.title),
        abstract=accents(wire.abstract),
        authors=names(wire.authors),
        published=versions[0].published if versions else None,
        identifiers=(arxiv_id, *_dois(wire.doi)),
        categories=tuple(wire.categories.split()),
        links=(f"https://arxiv.org/abs/{arxiv_id.value}",),
        versions=versions,
        venue=accents(wire.journal_ref),
        comments=accents(wire.comments),
        withdrawn=wire.deleted
        or _is_withdrawal(wire)
        or bool(_WITHDRAWN.search(wire.comments) or _WITHDRAWN.search(wire.abstract[:300])),
        licence=wire.license,
        payload=wire.xml,
    )


def _versions(arxiv_id: Identifier, wire: OaiRecord) -> Iterator[Version]:
    """Yield the versions in their order; raises `Invalid` where the first bears no date, as that dates the paper."""
    for version in sorted(wire.versions, key=_number):
        published = _date(version.date)
        if published is None and _number(version) == 1:
            raise Invalid(f"The date of its first version is {version.date!r:.60}, no date.", field="version")
        yield Version(arxiv_id, _number(version), published)


def _number(version: OaiVersion) -> int:
    digits = version.number.removeprefix("v")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0


def _is_withdrawal(wire: OaiRecord) -> bool:
    """A withdrawal is a version without a paper; a later version takes it back."""
    newest = max(wire.versions, key=_number, default=None)
    return newest is not None and "I" in newest.source_type


def _dois(text: str) -> Iterator[Identifier]:
    for word in text.split():  # a paper in several parts names several
        try:
            yield parse_identifier(word if word.startswith("http") else f"doi:{word}")
        except Invalid:
            continue


def _date(text: str) -> date | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo is None else moment.astimezone(UTC)).date()
