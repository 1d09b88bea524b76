"""arXiv as a source: harvests ListRecords page by page and turns each record into a source record.

When it is asked again, `harvest` decides; how it is asked politely, `outgoing`.
The cursor's `from` moves on only when a round is complete, to the server's own date at its start: datestamps are whole
days, so a later date would miss what was announced during the round.
"""

import re
from collections.abc import Generator, Iterator
from datetime import UTC, date, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from broadsheet.clock import Clock
from broadsheet.errors import Invalid, Unavailable
from broadsheet.outgoing import Outgoing, Reply
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.identifiers import parse as parse_identifier
from broadsheet.papers.paper import Version
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.answers import Garbled, Upstream
from broadsheet.sources.arxiv.authors import names
from broadsheet.sources.arxiv.parser import parse
from broadsheet.sources.arxiv.wire import FORM, OaiPage, OaiRecord, OaiVersion
from broadsheet.sources.connector import Batch, Cursor, Rejected, Unreadable
from broadsheet.sources.latex import accents

FIRST_DAYS = 3
MAX_BYTES = 100_000_000  # 2,500 records of about 3 kB, and room for twelve times as much
_WITHDRAWN = re.compile(r"\b(has|have) been withdrawn\b|\bwithdrawn (by|due|because|pending)\b", re.IGNORECASE)


class ArxivConnector:
    """Harvests one OAI set of arXiv, or all of it where `set_spec` is empty."""

    name = "arxiv"
    title = "arXiv"
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
        self._server = Upstream(outgoing, self.title, timeout=timeout, pace=interval, max_bytes=MAX_BYTES)
        self._clock = clock
        self._base_url = base_url
        self._set_spec = set_spec
        self._interval = interval

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch a page; raises `Unavailable` when arXiv fails, refuses, or repeats itself."""
        since, token, round_date = self._resume(cursor)
        used = {token} - {""}
        restarted = False
        try:
            while True:
                page = self._page(since, token)
                if token and any(error.code == "badResumptionToken" for error in page.errors) and not restarted:
                    token, round_date, used, restarted = "", "", set(), True
                    continue
                self._refuse(page)
                round_date = round_date or _day(page.response_date)
                token = page.token or ""
                records, rejected = adapt(page)
                if token in used:
                    yield Batch(records, rejected, self._cursor(since))
                    raise Unreadable(self.title, "it hands out a resumption token twice, so its list has no end")
                if not token:
                    yield Batch(records, rejected, self._cursor(round_date), done=True)
                    return
                used.add(token)
                yield Batch(records, rejected, self._cursor(since, token, round_date, _day(page.response_date)))
        finally:
            # Whoever asks next may be another process, which knows nothing of our last request.
            self._clock.sleep(self._interval)

    def _resume(self, cursor: Cursor | None) -> tuple[str, str, str]:
        today = self._clock.now().date()
        if not cursor or cursor.get("set") != self._set_spec:
            return (today - timedelta(days=FIRST_DAYS)).isoformat(), "", ""
        since = str(cursor["from"])
        good = cursor.get("issued") == today.isoformat() and cursor.get("form") == FORM  # tokens die at midnight, UTC
        if cursor.get("token") and good:
            return since, str(cursor["token"]), str(cursor["round"])
        return since, "", ""

    def _cursor(self, since: str, token: str = "", round_date: str = "", issued: str = "") -> Cursor:
        bare = {"set": self._set_spec, "from": since}
        return {**bare, "form": FORM, "token": token, "round": round_date, "issued": issued} if token else bare

    def _page(self, since: str, token: str) -> OaiPage:
        wanted = {"verb": "ListRecords", "metadataPrefix": FORM, "from": since}
        if self._set_spec:
            wanted["set"] = self._set_spec
        url = f"{self._base_url}?{urlencode({'verb': 'ListRecords', 'resumptionToken': token} if token else wanted)}"
        return self._server.ask(url, _read)

    def _refuse(self, page: OaiPage) -> None:
        for error in page.errors:
            if error.code != "noRecordsMatch":
                raise Unavailable(
                    f"arXiv refuses the request ({error.code}: {error.text[:200]}); "
                    "check BROADSHEET_ARXIV_SET and BROADSHEET_ARXIV_URL.",
                    value=error.code,
                )


def _read(reply: Reply) -> OaiPage:
    page = parse(reply.body, reply.headers.get("content-type", ""))
    if not _day(page.response_date):
        raise Garbled("it bears no date")
    return page


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


def _day(moment: str) -> str:
    return moment[:10] if re.match(r"\d{4}-\d{2}-\d{2}", moment) else ""
