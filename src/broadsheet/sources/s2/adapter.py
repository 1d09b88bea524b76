"""Semantic Scholar as a source: asks about papers that are already here, for citations and further identifiers.

When it is asked again, `harvest` decides; how it is asked politely, `outgoing`.
It brings no paper of its own: what it says joins the paper that it was asked about. Where it names another paper than
the one asked about by the same kind of identifier, that name is left out: it would merge two works.
"""

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import datetime, timedelta

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing, Reply
from broadsheet.papers.identifiers import Identifier, Scheme
from broadsheet.papers.paper import Paper
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.sources.answers import Garbled, Upstream
from broadsheet.sources.connector import Batch, Cursor, Rejected, Unreadable
from broadsheet.sources.fields import day, named, sorted_out, titled
from broadsheet.sources.s2.parser import complaint, read
from broadsheet.sources.s2.wire import Entry

BATCH = 500  # the most that one call may ask about
FIELDS = "externalIds,corpusId,title,abstract,authors,publicationDate,year,venue,citationCount,influentialCitationCount"
# How a paper is asked about: by what names it best there.
_ASKED: tuple[tuple[Scheme, str], ...] = (("arxiv", "ARXIV"), ("acl", "ACL"), ("doi", "DOI"))
_EXTERNAL: tuple[tuple[str, Scheme], ...] = (("ArXiv", "arxiv"), ("ACL", "acl"), ("DOI", "doi"))

Known = Callable[[int, int], Sequence[Paper]]


class S2Connector:
    """Harvests what Semantic Scholar knows of this instance's papers."""

    name = "semantic-scholar"
    title = "Semantic Scholar"
    upstream = "semantic-scholar"
    schedule = timedelta(hours=24)

    def __init__(
        self,
        outgoing: Outgoing,
        clock: Clock,
        known: Known,
        *,
        base_url: str = "https://api.semanticscholar.org",
        key: str = "",
        batch: int = BATCH,
        interval: float = 1.0,
        timeout: float = 60.0,
    ) -> None:
        """`known` gives the papers to ask about whose number is above the first argument, in order, at most as many as
        the second says; `key` may be empty; `interval` is the pause between two requests in seconds.
        """
        self._clock = clock
        self._known = known
        self._batch = batch
        self._base_url = base_url
        self._headers = {"Content-Type": "application/json", **({"x-api-key": key} if key else {})}
        self._server = Upstream(outgoing, self.title, timeout=timeout, pace=interval)

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch for each 500 papers; raises `Unavailable` when Semantic Scholar fails or refuses."""
        after = int((cursor or {}).get("after", 0))
        while papers := self._known(after, self._batch):
            after = papers[-1].id
            asked = [identifier for paper in papers if (identifier := _best(paper)) is not None]
            records, rejected = self._told(asked) if asked else ((), ())
            yield Batch(records, rejected, {"after": after})
        yield Batch((), (), {"after": 0}, done=True)

    def _told(self, asked: list[Identifier]) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
        def aligned(reply: Reply) -> list[Entry | None] | Reply:
            if reply.status != 200:
                return reply
            entries = read(reply)
            if len(entries) != len(asked):
                raise Garbled(f"it tells of {len(entries)} papers where {len(asked)} were asked about")
            return entries

        answer = self._server.ask(
            f"{self._base_url}/graph/v1/paper/batch?fields={FIELDS}",
            aligned,
            headers=self._headers,
            accepted=(200, 400, 401, 403),
            content=json.dumps({"ids": [_written(identifier) for identifier in asked]}).encode(),
        )
        if isinstance(answer, Reply):
            return self._refused(answer)
        now = self._clock.now()
        told = [(asked[place], entry) for place, entry in enumerate(answer) if entry is not None]
        return sorted_out(((str(one), (one, entry)) for one, entry in told), lambda pair: record_of(*pair, now))

    def _refused(self, reply: Reply) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
        said = complaint(reply)
        if reply.status == 400 and said.lower().startswith("no valid paper ids"):
            return (), ()  # how it says that it knows none of them
        told = f" (“{said[:200]}”)" if said else ""
        raise Unreadable(self.title, f"it answered {reply.status}{told}: check BROADSHEET_SEMANTIC_SCHOLAR_KEY")


def record_of(asked: Identifier, wire: Entry, observed_at: datetime) -> SourceRecord:
    """Turn an entry about the paper `asked` into the common shape; raises `Invalid` if that cannot be done."""
    published, precision = day(wire.published)
    return SourceRecord(
        source="semantic-scholar",
        key=wire.id or str(asked),
        title=titled(wire.title),
        abstract=wire.abstract,
        authors=wire.authors,
        published=published,
        date_precision=precision,
        identifiers=tuple(dict.fromkeys(_identifiers(asked, wire))),
        signals=tuple(_signals(wire, observed_at)),
        venue=wire.venue,
        payload=wire.raw,
    )


def _identifiers(asked: Identifier, wire: Entry) -> Iterator[Identifier]:
    yield asked
    external = dict(wire.external)
    for name, scheme in _EXTERNAL:
        yield from (found for found in named(scheme, external.get(name, "")) if found.scheme != asked.scheme)
    if wire.id:
        yield from named("s2", wire.id)
    if wire.corpus:
        yield Identifier("s2", f"corpus:{wire.corpus}")


def _signals(wire: Entry, observed_at: datetime) -> Iterator[Signal]:
    for kind, value in (("citations", wire.citations), ("influential_citations", wire.influential)):
        if value is not None:
            yield Signal(kind, value, observed_at)


def _best(paper: Paper) -> Identifier | None:
    own = {identifier.scheme: identifier for identifier in reversed(paper.identifiers)}
    return next((own[scheme] for scheme, _ in _ASKED if scheme in own), None)


def _written(identifier: Identifier) -> str:
    return f"{dict(_ASKED)[identifier.scheme]}:{identifier.value}"
