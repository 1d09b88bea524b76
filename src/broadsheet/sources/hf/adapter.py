"""Hugging Face Daily Papers as a source: the lists of the last days with votes, comments, code and project links.

When it is asked again, `harvest` decides; how it is asked politely, `outgoing`; what links a paper's page has, `pages`.
A day's list keeps growing and its votes keep counting for two weeks, so days already read are read again.
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from broadsheet.clock import Clock
from broadsheet.errors import Invalid
from broadsheet.outgoing import Outgoing, Reply
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.identifiers import parse as parse_identifier
from broadsheet.papers.paper import Artefact
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.sources.answers import Upstream
from broadsheet.sources.connector import Batch, Cursor, Rejected, Unreadable
from broadsheet.sources.hf.pages import PaperPages
from broadsheet.sources.hf.parser import parse
from broadsheet.sources.hf.wire import BrokenPaper, DailyPaper
from broadsheet.sources.linked import links

PAGE_SIZE = 100
ROUND = 10  # a server that gives less than is asked for gives a round number: one more question tells
MAX_PAGES = 20  # of one day; a day has had about a hundred papers at most
_MODERN = re.compile(r"\d{4}\.\d{4,5}", re.ASCII)
NEWEST_DAYS = 3  # read at every harvest
WEEK_DAYS = 7  # read at the first harvest of each day
FIRST_DAY = date(2023, 5, 4)  # of all daily lists
CATCH_UP_DAYS = 31  # read at most after a long silence


class HfConnector:
    """Harvests Hugging Face's daily papers."""

    name = "hf"
    title = "Hugging Face"
    upstream = "huggingface"
    schedule = timedelta(hours=1)

    def __init__(
        self,
        outgoing: Outgoing,
        clock: Clock,
        *,
        base_url: str = "https://huggingface.co",
        pages: int = 50,
        timeout: float = 60.0,
    ) -> None:
        """`pages` is how many paper pages one run reads, `timeout` the longest one request may take, in seconds."""
        self._server = Upstream(outgoing, self.title, timeout=timeout)
        self._pages_of = PaperPages(self._server, base_url, pages)
        self._clock = clock
        self._base_url = base_url

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch a page, newest day first, then what is linked; raises `Unavailable` when it fails."""
        today = self._clock.now().date()
        swept, read = str((cursor or {}).get("swept", "")), (cursor or {}).get("pages", {})
        days = self._days(cursor, today, swept)
        while days:
            yield from self._pages(days[0], today, _cursor(swept, read, today, days))
            days = days[1:]
            if days:
                yield Batch((), (), _cursor(swept, read, today, days))
        swept = today.isoformat()
        for batch, after in self._pages_of.batches(read, today, lambda day: self._listed(day, today)):
            read = after
            yield replace(batch, cursor=_cursor(swept, read))
        yield Batch((), (), _cursor(swept, read), done=True)

    def range_batches(self, since: date, until: date, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch a page of the lists from `since` to `until`; raises as `batches` does."""
        day = max(date.fromisoformat(cursor["next"]) if cursor else since, FIRST_DAY)
        while day <= until:
            following = (day + timedelta(days=1)).isoformat()
            yield from self._pages(day.isoformat(), self._clock.now().date(), {"next": day.isoformat()})
            yield Batch((), (), {"next": following}, done=following > until.isoformat())
            day += timedelta(days=1)
        if until < FIRST_DAY:
            yield Batch((), (), {"next": FIRST_DAY.isoformat()}, done=True)

    def _listed(self, day: date, today: date) -> list[str]:
        page = self._page(day.isoformat(), 0, today)
        return [entry.id for entry in page if isinstance(entry, DailyPaper) and _MODERN.fullmatch(entry.id)]

    def _days(self, cursor: Cursor | None, today: date, swept: str) -> list[str]:
        if cursor and cursor.get("on") == today.isoformat() and cursor.get("left"):
            return [str(day) for day in cursor["left"]]
        count = NEWEST_DAYS if swept == today.isoformat() else WEEK_DAYS
        if swept:
            silent = (today - date.fromisoformat(swept)).days + 1
            count = max(count, min(silent, CATCH_UP_DAYS))
        return [(today - timedelta(days=back)).isoformat() for back in range(count)]

    def _pages(self, day: str, today: date, cursor: Cursor) -> Iterator[Batch]:
        seen: set[str] = set()
        size = PAGE_SIZE
        for number in range(MAX_PAGES):
            page = self._page(day, number, today)
            ids = {entry.id for entry in page if isinstance(entry, DailyPaper)}
            if ids and ids <= seen:
                return  # the same page again: the server does not count pages
            seen |= ids
            records, rejected = adapt(page, day, self._clock.now())
            yield Batch(records, rejected, cursor)
            if page and not number and len(page) % ROUND == 0:
                size = len(page)
            if len(page) < size:
                return

    def _page(self, day: str, number: int, today: date) -> list[DailyPaper | BrokenPaper]:
        url = f"{self._base_url}/api/daily_papers?{urlencode({'date': day, 'limit': PAGE_SIZE, 'p': number})}"

        def read(reply: Reply) -> list[DailyPaper | BrokenPaper]:
            if reply.status != 200 and day == today.isoformat():
                return []  # the day has begun here and not there
            if reply.status != 200:
                raise Unreadable(self.title, f"it answered {reply.status} for {day}")
            return parse(reply.body, reply.headers.get("content-type", ""))

        return self._server.ask(url, read, headers={"Accept": "application/json"}, accepted=(200, 400, 404))


def _cursor(swept: str, read: Cursor, today: date | None = None, left: list[str] | None = None) -> Cursor:
    """Say where a run stands: days `left` of the round `on` today, and the pages that are `read`."""
    told: dict[str, Any] = {"swept": swept}
    if today and left:
        told |= {"on": today.isoformat(), "left": left}
    return {**told, "pages": read} if read else told


def adapt(
    page: list[DailyPaper | BrokenPaper], day: str, observed_at: datetime
) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
    """Turn a page into records; an entry without a usable id or title is rejected and the rest comes in."""
    records, rejected = [], []
    for wire in page:
        if isinstance(wire, BrokenPaper):
            rejected.append(Rejected(f"{day}, entry {wire.place}", wire.reason))
            continue
        try:
            records.append(record_of(wire, observed_at))
        except Invalid as error:
            rejected.append(Rejected(wire.id[:100], error.message))
    return tuple(records), tuple(rejected)


def record_of(wire: DailyPaper, observed_at: datetime) -> SourceRecord:
    """Turn one entry into the common shape; raises `Invalid` with the reason if that cannot be done."""
    identifier: Identifier = parse_identifier(f"arxiv:{wire.id}")
    if wire.title is None:
        raise Invalid("It has no title.", field="title")
    published = _moment(wire.published_at)
    artefacts = tuple(_artefacts(wire))
    return SourceRecord(
        source="hf",
        key=identifier.value,
        title=wire.title,
        abstract=wire.summary or "",
        authors=wire.authors,
        published=published.astimezone(UTC).date() if published else None,
        identifiers=(identifier,),
        links=(
            f"https://huggingface.co/papers/{identifier.value}",
            f"https://arxiv.org/abs/{identifier.value}",
            *(artefact.url for artefact in artefacts),
        ),
        artefacts=artefacts,
        signals=tuple(_signals(wire, observed_at)),
        withdrawn=wire.withdrawn_at is not None,
        payload=wire.raw,
    )


def _artefacts(wire: DailyPaper) -> Iterator[Artefact]:
    if wire.github_repo and _is_web(wire.github_repo):
        yield Artefact("code", wire.github_repo, stars=wire.github_stars, found_in="hf")
    if wire.project_page and _is_web(wire.project_page) and wire.project_page != wire.github_repo:
        yield Artefact("project", wire.project_page, found_in="hf")


def _signals(wire: DailyPaper, observed_at: datetime) -> Iterator[Signal]:
    posted = _moment(wire.submitted_on_daily_at)
    if wire.upvotes is not None:
        yield Signal("hf_upvotes", wire.upvotes, observed_at, posted)
    if wire.comments is not None:
        yield Signal("hf_comments", wire.comments, observed_at, posted)
    if wire.github_repo and wire.github_stars is not None:
        yield Signal("github_stars", wire.github_stars, observed_at)


def _is_web(url: str) -> bool:
    try:
        return bool(links([url]) and urlsplit(url).hostname)
    except ValueError:
        return False


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
