from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from broadsheet.clock import FixedClock
from broadsheet.errors import Unavailable
from broadsheet.outgoing import Unreachable
from broadsheet.papers.identifiers import Identifier
from broadsheet.sources.connector import Batch, Cursor, Unreadable
from broadsheet.sources.feeds.adapter import FeedsConnector, adapt, record_of
from broadsheet.sources.feeds.parser import read
from broadsheet.sources.feeds.wire import Entry
from tests.sources.asking import client, keys
from tests.sources.feeds.case import atom
from tests.sources.feeds.test_parser import RSS1, reply
from tests.sources.servers import Fault, html, serving, status

FEED = "https://tides.example/feed"


def entries(*numbers: int) -> bytes:
    return atom([f"<entry><id>tag:t,2026:{n}</id><title>Ebb {n}</title></entry>" for n in numbers])


@dataclass
class Server:
    """Feeds by name, with marks; a fault stands over a feed for as long as it is set."""

    base: str = ""
    held: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def app(self) -> Starlette:
        def feed(request: Request) -> Response:
            name = request.path_params["name"]
            self.asked.append((name, dict(request.headers)))
            if name in self.faults:
                return self.faults[name](self.held[name], "application/atom+xml")
            marks = {"etag": f'"{hash(self.held[name])}"', "last-modified": "Wed, 14 Jan 2026 08:00:00 GMT"}
            if request.headers.get("if-none-match") == marks["etag"]:
                return Response(status_code=304, headers=marks)
            return Response(self.held[name], headers=marks, media_type="application/atom+xml")

        return Starlette(routes=[Route("/{name}", feed)])

    def names(self) -> list[str]:
        """Return the feeds asked for since this was last asked, each try of each."""
        names = [name for name, _ in self.asked]
        self.asked.clear()
        return names


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server(held={"a": entries(1, 2), "b": entries(3), "c": entries(4)})
    with serving(found.app()) as found.base:
        yield found


def connector(server: Server, clock: FixedClock, *names: str) -> FeedsConnector:
    return FeedsConnector(client(clock), urls=[f"{server.base}/{name}" for name in names or ("a", "b", "c")])


def test_every_feed_is_read_and_its_marks_are_kept(server: Server, clock: FixedClock) -> None:
    batches = list(connector(server, clock).batches(None))
    assert keys(batches) == [f"tag:t,2026:{n}" for n in (1, 2, 3, 4)]
    assert batches[-1].done
    marks = batches[-1].cursor["feeds"][f"{server.base}/a"]
    assert marks["modified"] == "Wed, 14 Jan 2026 08:00:00 GMT"
    assert "if-none-match" not in server.asked[0][1]


def test_a_feed_that_is_as_it_was_costs_no_more_than_the_question(server: Server, clock: FixedClock) -> None:
    cursor = list(connector(server, clock).batches(None))[-1].cursor
    server.held["b"] = entries(3, 5)
    server.asked.clear()
    batches = list(connector(server, clock).batches(cursor))
    assert keys(batches) == ["tag:t,2026:3", "tag:t,2026:5"]
    assert server.asked[0][1]["if-modified-since"] == "Wed, 14 Jan 2026 08:00:00 GMT"
    assert batches[-1].cursor["feeds"].keys() == cursor["feeds"].keys()


def test_one_feed_that_fails_keeps_no_other_back(server: Server, clock: FixedClock) -> None:
    server.faults["a"] = html
    seen: list[Batch] = []
    with pytest.raises(Unreadable, match=r"it is a web page, no feed \(127\.0\.0\.1\)"):
        gather(connector(server, clock), None, seen)
    assert keys(seen) == ["tag:t,2026:3", "tag:t,2026:4"]
    assert not seen[-1].done
    server.names()
    # The next try asks the one that failed; when it fails again, the one after that asks all.
    again: list[Batch] = []
    with pytest.raises(Unavailable):
        gather(connector(server, clock), seen[-1].cursor, again)
    assert set(server.names()) == {"a"}
    server.faults.clear()
    last = list(connector(server, clock).batches(again[-1].cursor))
    assert server.names() == ["a", "b", "c"]
    assert keys(last) == ["tag:t,2026:1", "tag:t,2026:2"]
    assert last[-1].done


def gather(feeds: FeedsConnector, cursor: Cursor | None, seen: list[Batch]) -> None:
    for batch in feeds.batches(cursor):
        seen.append(batch)  # noqa: PERF402 - what came before a failure counts


def test_a_round_that_was_cut_off_goes_on_with_the_rest(server: Server, clock: FixedClock) -> None:
    first = next(connector(server, clock).batches(None))
    server.names()
    list(connector(server, clock).batches(first.cursor))
    assert server.names() == ["b", "c"]


def test_the_longest_pause_that_was_asked_for_is_kept(server: Server, clock: FixedClock) -> None:
    server.faults = {"a": status(429, retry_after="7200")}
    with pytest.raises(Unreachable) as found:
        list(connector(server, clock, "a").batches(None))
    assert found.value.until is not None
    assert (found.value.until - datetime(2026, 1, 15, 12, 0, tzinfo=UTC)).total_seconds() == 7200


def test_a_feed_that_is_no_longer_listed_is_forgotten(server: Server, clock: FixedClock) -> None:
    cursor = list(connector(server, clock).batches(None))[-1].cursor
    batches = list(connector(server, clock, "b").batches({**cursor, "left": [f"{server.base}/a"]}))
    assert list(batches[-1].cursor["feeds"]) == [f"{server.base}/b"]


def test_an_entry_of_a_publisher_becomes_a_record() -> None:
    records, rejected = adapt(read(reply(RSS1)), FEED)
    (found,) = records
    assert rejected == ()
    assert (found.source, found.key) == ("feeds", "https://tides.example/articles/7")
    assert found.identifiers == (Identifier("doi", "10.5555/tide.7"),)
    assert (found.title, found.abstract) == ("On ebb & flow", "We count.")
    assert (found.authors, found.venue) == (("Ada Quíll", "Bruno Marsh"), "Journal of Tides")
    assert (found.published, found.links) == (date(2026, 1, 14), ("https://tides.example/articles/7",))


def one(**fields: Any) -> Any:
    told: dict[str, Any] = {"raw": {}, "id": "tag:1", "title": "Ebb", **fields}
    return record_of(Entry(**told), "Tides", FEED)


def test_what_stands_in_the_place_of_an_abstract_is_none() -> None:
    said = "<p>Publication date: May 2026</p><p><b>Source:</b> Tides, Volume 7</p><p>Author(s): A. Quill, B. Marsh</p>"
    listed = one(summary=said)
    assert (listed.abstract, listed.authors) == ("", ("A. Quill", "B. Marsh"))
    assert one(summary="Ebb").abstract == ""


def test_entries_of_arxivs_feeds_name_their_paper() -> None:
    found = one(
        id="oai:arXiv.org:2601.00001v2",
        link="https://arxiv.org/abs/2601.00001",
        summary="arXiv:2601.00001v2 Announce Type: replace \nAbstract: We count tides.",
        authors=("Ada Quill, Bruno Marsh, Chiara Vale",),
    )
    assert found.identifiers == (Identifier("arxiv", "2601.00001"),)
    assert found.abstract == "We count tides."
    assert found.authors == ("Ada Quill", "Bruno Marsh", "Chiara Vale")


def test_an_entry_is_known_by_what_is_its_own() -> None:
    assert one(id="7").key == f"{FEED}#7"  # a number is some other feed's too
    assert one(id="", link="https://t.example/7").key == "https://t.example/7"
    assert one(id="").key == one(id="").key != one(id="", title="Flow").key
    assert (one().venue, one(journal="Journal of Tides").venue) == ("Tides", "Journal of Tides")


def test_an_entry_without_a_title_is_rejected() -> None:
    feed = read(reply(atom(["<entry><id>tag:1</id></entry>"])))
    records, rejected = adapt(feed, FEED)
    assert (records, [bad.key for bad in rejected]) == ((), ["tag:1"])


def test_long_tags_are_no_categories() -> None:
    assert one(tags=("cs.IR", "x" * 61, "a", "b", "c", "d", "e")).categories == ("cs.IR", "a", "b", "c", "d")
