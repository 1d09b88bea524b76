from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from broadsheet.clock import FixedClock
from broadsheet.outgoing import Outgoing
from broadsheet.papers.identifiers import Identifier
from broadsheet.sources.answers import Garbled
from broadsheet.sources.arxiv_rss.adapter import ArxivRssConnector, adapt
from broadsheet.sources.arxiv_rss.parser import parse
from broadsheet.sources.connector import Batch, Cursor
from tests.sources.arxiv_rss.case import feed, item
from tests.sources.servers import Script, serving

FRIDAY = datetime(2026, 1, 16, 12, 0, tzinfo=UTC)


class Feeds:
    """A server of named feeds, each with an ETag of its length."""

    def __init__(self) -> None:
        self.script = Script()
        self.held: dict[str, bytes] = {}

    def app(self) -> Starlette:
        def rss(request: Request) -> Response:
            body = self.held[request.path_params["name"]]
            etag = f'"{len(body)}"'
            answer = self.script.answer(request, body, "application/rss+xml")
            if request.headers.get("if-none-match") == etag:
                return Response(status_code=304)
            answer.headers["etag"] = etag
            return answer

        return Starlette(routes=[Route("/rss/{name}", rss)])


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Feeds, str]]:
    feeds = Feeds()
    with serving(feeds.app()) as base:
        yield feeds, f"{base}/rss"


@pytest.fixture
def feeds(served: tuple[Feeds, str]) -> Feeds:
    served[0].script.reset()
    mixed = item(10, kind="cross") + item(11, kind="replace", version="3") + item(12, kind="replace-cross", version="2")
    served[0].held = {"cs.IR": feed(item(1) + item(2) + mixed), "cs.LG": feed(item(2) + item(3))}
    return served[0]


@pytest.fixture
def rss(served: tuple[Feeds, str], clock: FixedClock) -> ArxivRssConnector:
    outgoing = Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True)
    return ArxivRssConnector(outgoing, clock, base_url=served[1], feeds=("cs.IR", "cs.LG"))


def gather(rss: ArxivRssConnector, cursor: Cursor | None = None) -> list[Batch]:
    return list(rss.batches(cursor))


def keys(batches: list[Batch]) -> list[list[str]]:
    return [[record.key[-2:] for record in batch.records] for batch in batches]


def test_each_feed_is_read_and_not_again_while_it_is_as_it_was(rss: ArxivRssConnector, feeds: Feeds) -> None:
    batches = gather(rss)
    assert keys(batches) == [["01", "02", "10", "11", "12"], ["02", "03"]]
    assert [batch.done for batch in batches] == [False, True]
    again = gather(rss, batches[-1].cursor)
    assert keys(again) == [[], []]
    assert again[-1].cursor == batches[-1].cursor
    feeds.held["cs.LG"] = feed(item(4))
    assert keys(gather(rss, again[-1].cursor)) == [[], ["04"]]


def test_requests_keep_three_seconds_apart(rss: ArxivRssConnector, feeds: Feeds, clock: FixedClock) -> None:
    before = clock.now()
    gather(rss)
    assert (clock.now() - before).total_seconds() == 6


def test_a_round_that_was_cut_off_goes_on_with_the_feeds_that_are_left(rss: ArxivRssConnector, feeds: Feeds) -> None:
    first = next(rss.batches(None))
    assert keys(gather(rss, first.cursor)) == [["02", "03"]]


def test_an_empty_feed_of_a_weekend_keeps_what_was_announced(rss: ArxivRssConnector, feeds: Feeds) -> None:
    cursor = gather(rss)[-1].cursor
    feeds.held = dict.fromkeys(feeds.held, feed("", "Sat, 17 Jan 2026 00:00:00 -0500"))
    assert gather(rss, cursor)[-1].cursor == cursor


def test_it_says_what_was_announced(rss: ArxivRssConnector, feeds: Feeds) -> None:
    cursor = gather(rss)[-1].cursor
    noon = datetime(2026, 1, 15, 17, 0, tzinfo=UTC)
    said = "Announced on Thursday 15 January: 4 new, 1 cross-listed, 2 replaced."
    assert rss.news(noon, noon, None, cursor) == said
    assert rss.news(noon, noon, None, None) == ""


def test_it_says_why_nothing_was_or_that_this_is_a_fault(rss: ArxivRssConnector, feeds: Feeds) -> None:
    cursor = gather(rss)[-1].cursor  # of Thursday, announced on Wednesday evening
    friday, sunday = datetime(2026, 1, 16, 17, 0, tzinfo=UTC), datetime(2026, 1, 18, 17, 0, tzinfo=UTC)
    assert "fault: arXiv should have announced on Thursday 15 January" in rss.news(friday, friday, None, cursor)
    feeds.held = dict.fromkeys(feeds.held, feed(item(5), "Fri, 16 Jan 2026 00:00:00 -0500"))
    cursor = gather(rss, cursor)[-1].cursor
    assert "does not announce on Fridays and Saturdays" in rss.news(sunday, sunday, None, cursor)


def test_a_feed_at_its_limit_is_told(rss: ArxivRssConnector, feeds: Feeds) -> None:
    cursor = {"feeds": {"cs.IR": {"day": "2026-01-15", "announced": {"new": 1400, "replaced": 600}}}}
    noon = datetime(2026, 1, 15, 17, 0, tzinfo=UTC)
    assert "A feed holds 2,000 at most, so some are missing" in rss.news(noon, noon, None, cursor)


def adapted(items: str) -> Batch:
    records, rejected = adapt(parse(feed(items)))
    return Batch(records, rejected, {})


def test_an_item_becomes_a_source_record() -> None:
    more = (
        "<category>math.AP</category><category>math.OC</category><arxiv:DOI>10.5555/Tide.7</arxiv:DOI>"
        r"<arxiv:journal_reference>J. de l'\'Ecole 7 (2026)</arxiv:journal_reference>"
    )
    (record,) = adapted(item(7, more=more)).records
    assert (record.source, record.key, record.venue) == ("arxiv-rss", "2601.00007", "J. de l'École 7 (2026)")
    assert record.identifiers == (Identifier("arxiv", "2601.00007"), Identifier("doi", "10.5555/tide.7"))
    assert record.authors == ("Ada Quíll", "Bruno Marsh")
    assert record.abstract == "We count tide tables with 7 instruments."
    assert (record.published, record.date_precision) == (date(2026, 1, 15), "day")
    assert record.categories == ("math.AP", "math.OC")
    assert str(record.payload).startswith("<item")
    assert "replace" not in str(record.payload)


@pytest.mark.parametrize(
    ("id_", "kind", "published"),
    [
        ("2501.00007", "replace", date(2025, 1, 1)),
        ("2512.00007", "cross", date(2025, 12, 1)),
        ("hep-th/9901001", "replace", date(1999, 1, 1)),
        ("math.GT/0309136", "replace-cross", date(2003, 9, 1)),
    ],
)
def test_what_is_not_new_is_dated_by_the_month_of_its_id(id_: str, kind: str, published: date) -> None:
    (record,) = adapted(item(1, id=id_, kind=kind)).records
    assert (record.published, record.date_precision) == (published, "month")


def test_bad_items_are_rejected_with_a_reason_and_the_rest_comes_in() -> None:
    batch = adapted(
        item(1) + item(2, title="") + item(3, id="no such id") + "<item/>" + item(5, creator="", abstract="")
    )
    assert [record.key for record in batch.records] == ["2601.00001", "2601.00005"]
    assert [bad.key for bad in batch.rejected] == [
        *("oai:arXiv.org:2601.00002v1", "oai:arXiv.org:no such idv1", "item 4 of the feed"),
    ]


@pytest.mark.parametrize("body", [b"<html/>", b"<feed xmlns='http://www.w3.org/2005/Atom'/>", b"<rss/>", b"", b"<rss>"])
def test_what_is_no_feed_is_told(body: bytes) -> None:
    with pytest.raises(Garbled):
        parse(body)
