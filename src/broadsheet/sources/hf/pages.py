"""Paper pages of Hugging Face: which models, data sets and Spaces of the hub name a paper.

Which papers there are is the daily lists' matter.
Links come weeks after a paper, and each page is a request: so a page is read on a few days of the paper's first two
weeks, and no more than a bounded number in one run.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from broadsheet.errors import Invalid
from broadsheet.outgoing import Reply
from broadsheet.papers.identifiers import parse as parse_identifier
from broadsheet.papers.paper import Artefact, ArtefactKind
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.answers import Upstream
from broadsheet.sources.connector import Batch, Cursor, Rejected
from broadsheet.sources.hf.parser import parse_page
from broadsheet.sources.hf.wire import PaperPage

AGES = (1, 3, 7, 14)  # days after its listing on which a paper's page is read
MOST_OF_A_KIND = 10  # the most liked; some papers are named by hundreds of repositories
HUB = "https://huggingface.co"
_KINDS: tuple[tuple[ArtefactKind, str], ...] = (("model", ""), ("data", "datasets/"), ("demo", "spaces/"))


class PaperPages:
    """Reads what pages are due, at most `a_run` of them in one run."""

    def __init__(self, server: Upstream, base_url: str, a_run: int) -> None:
        self._server = server
        self._base_url = base_url
        self._a_run = a_run

    def batches(
        self, before: Cursor, today: date, listed: Callable[[date], Sequence[str]]
    ) -> Iterator[tuple[Batch, Cursor]]:
        """Yield batches of pages, each with where to go on; `listed` tells the papers of a day's list.

        `before` is where the last run stood: `{"on": day, "left": ids}`, or empty.
        """
        if not self._a_run:
            return
        left = [str(one) for one in before.get("left", ())]
        if before.get("on") != today.isoformat():
            days = [today - timedelta(days=age) for age in AGES]
            left = list(dict.fromkeys(paper for day in days for paper in listed(day)))
            yield Batch((), (), {}), {"on": today.isoformat(), "left": left}
        for read, paper_id in enumerate(left[: self._a_run], start=1):
            yield self._batch(paper_id), {"on": today.isoformat(), "left": left[read:]}

    def _batch(self, paper_id: str) -> Batch:
        """Return what one page says: a batch a page, so that a fault at one costs none of those before it."""
        page = self._page(paper_id)
        if page is None:
            return Batch((), (), {})
        if page.id != paper_id:
            return Batch((), (Rejected(paper_id, f"Its page tells of {page.id or 'no paper'}."),), {})
        try:
            record = record_of(page)
        except Invalid as error:
            return Batch((), (Rejected(paper_id, error.message),), {})
        return Batch((record,) if record.artefacts else (), (), {})

    def _page(self, paper_id: str) -> PaperPage | None:
        """Return the page, None where there is none (404: not indexed)."""

        def read(reply: Reply) -> PaperPage | None:
            return parse_page(reply.body, reply.headers.get("content-type", "")) if reply.status == 200 else None

        url = f"{self._base_url}/api/papers/{paper_id}"
        return self._server.ask(url, read, headers={"Accept": "application/json"}, accepted=(200, 404))


def record_of(page: PaperPage) -> SourceRecord:
    """Turn a page into a record of what is linked there; raises `Invalid` with the reason if that cannot be done."""
    identifier = parse_identifier(f"arxiv:{page.id}")
    if page.title is None:
        raise Invalid("Its page has no title.", field="title")
    artefacts = tuple(_artefacts(page))
    return SourceRecord(
        source="hf-pages",
        key=identifier.value,
        title=page.title,
        abstract="",
        authors=(),
        published=_day(page.published_at),
        identifiers=(identifier,),
        links=tuple(artefact.url for artefact in artefacts),
        artefacts=artefacts,
        payload=page.raw,
    )


def _artefacts(page: PaperPage) -> Iterator[Artefact]:
    for (kind, path), names in zip(_KINDS, (page.models, page.datasets, page.spaces), strict=True):
        for name in islice(names, MOST_OF_A_KIND):
            yield Artefact(kind, f"{HUB}/{path}{name}", found_in="hf-page")


def _day(text: str | None) -> date | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
