import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import FixedClock
from broadsheet.errors import Unavailable
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import Signal
from broadsheet.sources.openalex.adapter import OpenAlexConnector, record_of
from broadsheet.sources.openalex.parser import read
from tests.sources.asking import client, keys
from tests.sources.openalex.case import page, work
from tests.sources.openalex.test_parser import reply
from tests.sources.servers import Fault, Script, instead, serving, status

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
WORKS = [work(n) for n in range(8)]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Script, str]]:
    script = Script()

    def works(request: Request) -> Response:
        return script.answer(request, page(WORKS, request.query_params["cursor"]), "application/json")

    with serving(Starlette(routes=[Route("/works", works)])) as base:
        yield script, base


@pytest.fixture
def script(served: tuple[Script, str]) -> Script:
    served[0].reset()
    return served[0]


def connector(served: tuple[Script, str], clock: FixedClock, **options: Any) -> OpenAlexConnector:
    return OpenAlexConnector(client(clock), clock, base_url=served[1], filters="type:article", **options)


def refusal(text: str, code: int) -> Fault:
    return lambda *_: JSONResponse({"error": "Refused", "message": text}, code)


def test_a_fresh_instance_reads_a_week_of_what_the_filter_chooses(
    served: tuple[Script, str], script: Script, clock: FixedClock
) -> None:
    batches = list(connector(served, clock, key="hush").batches(None))
    asked = script.asked[0]
    assert asked["filter"] == "type:article,from_publication_date:2026-01-08,to_publication_date:2026-01-15"
    assert (asked["cursor"], asked["per_page"], asked["api_key"]) == ("*", "100", "hush")
    assert [one["cursor"] for one in script.asked] == ["*", "after-3", "after-6"]
    assert len(keys(batches)) == 8
    assert batches[-1].done
    assert batches[-1].cursor == {"filter": "type:article", "from": "2026-01-15"}


def test_without_a_key_none_is_sent(served: tuple[Script, str], script: Script, clock: FixedClock) -> None:
    list(connector(served, clock).batches(None))
    assert "api_key" not in script.asked[0]


@pytest.mark.parametrize(
    ("cursor", "since"),
    [
        ({"filter": "type:article", "from": "2026-01-14"}, "2026-01-01"),  # works come late: two weeks are read again
        ({"filter": "type:article", "from": "2025-11-01"}, "2025-11-01"),  # after weeks offline
        ({"filter": "other", "from": "2025-11-01"}, "2026-01-08"),  # another filter begins anew
    ],
)
def test_where_a_round_begins(
    served: tuple[Script, str], script: Script, clock: FixedClock, cursor: dict[str, str], since: str
) -> None:
    list(connector(served, clock).batches(cursor))
    assert f"from_publication_date:{since}," in script.asked[0]["filter"]


def test_a_round_that_was_cut_off_goes_on_at_its_cursor(
    served: tuple[Script, str], script: Script, clock: FixedClock
) -> None:
    first = next(connector(served, clock).batches(None))
    clock.move_to(datetime(2026, 1, 16, tzinfo=UTC))
    script.reset()
    rest = list(connector(served, clock).batches(first.cursor))
    assert [one["cursor"] for one in script.asked] == ["after-3", "after-6"]
    assert "to_publication_date:2026-01-15" in script.asked[0]["filter"]
    assert len(keys([first, *rest])) == 8


def test_a_range_of_days_is_read_and_goes_on_where_it_was_cut_off(
    served: tuple[Script, str], script: Script, clock: FixedClock
) -> None:
    desk, days = connector(served, clock), (date(2025, 3, 1), date(2025, 3, 31))
    first = next(desk.range_batches(*days, None))
    rest = list(desk.range_batches(*days, first.cursor))
    assert "from_publication_date:2025-03-01,to_publication_date:2025-03-31" in script.asked[-1]["filter"]
    assert [one["cursor"] for one in script.asked] == ["*", "after-3", "after-6"]
    assert (len(keys([first, *rest])), rest[-1].done) == (8, True)


def test_a_cursor_that_comes_twice_ends_the_round_with_a_word(
    served: tuple[Script, str], script: Script, clock: FixedClock
) -> None:
    script.faults = [None, instead(page(WORKS).decode(), "application/json")]
    with pytest.raises(Unavailable, match="a cursor twice"):
        list(connector(served, clock).batches(None))


def test_a_refusal_names_the_settings_and_never_the_key(
    served: tuple[Script, str], script: Script, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    script.faults = [refusal("No such filter at /works?api_key=hush", 400)]
    with pytest.raises(Unavailable, match=r"it answered 400 .*api_key=\*\*\*.*BROADSHEET_OPENALEX_FILTER") as found:
        list(connector(served, clock, key="hush").batches(None))
    script.faults = [status(500)] * 5
    with pytest.raises(Unavailable) as other:
        list(connector(served, clock, key="hush").batches(None))
    assert "hush" not in f"{found.value!r} {other.value!r} {other.value.__cause__!r} {caplog.text}"


def one(**fields: Any) -> Any:
    return record_of(read(reply(page([work(3, **fields)]))).works[0], NOON)


def test_a_work_becomes_a_record() -> None:
    found = one()
    assert (found.source, found.key) == ("openalex", "W4400000003")
    assert found.identifiers == (Identifier("openalex", "W4400000003"), Identifier("doi", "10.5555/tide.3"))
    assert found.abstract == "We count tides and 3 tides more"
    assert (found.published, found.date_precision, found.venue) == (date(2026, 1, 14), "day", "Journal of Tides")
    assert found.links == ("https://tides.example/3", "https://openalex.org/W4400000003")
    assert found.signals == (Signal("citations", 3, NOON),)
    assert one(cited_by_count=None).signals == ()
    assert one(is_retracted=True).withdrawn
    assert one(primary_location={"license": "cc-by"}).licence == "CC-BY"
    assert one(primary_location={"license": "publisher-specific-oa"}).licence == ""


def test_a_page_at_arxiv_gives_its_identifier() -> None:
    found = one(locations=[{"landing_page_url": "https://arxiv.org/abs/2601.00001v2"}, None, {}])
    assert Identifier("arxiv", "2601.00001") in found.identifiers
    assert Identifier("arxiv", "2601.00001") in one(doi="https://doi.org/10.48550/arxiv.2601.00001").identifiers


def test_bad_works_are_rejected_with_a_reason(served: tuple[Script, str], script: Script, clock: FixedClock) -> None:
    bad = [work(0, id=None), work(1, title=None), work(2)]
    script.faults = [instead(page(bad).decode(), "application/json")]
    (batch,) = connector(served, clock).batches(None)
    assert [one.key for one in batch.records] == ["W4400000002"]
    assert [one.key for one in batch.rejected] == ["entry 1 of the page", "https://openalex.org/W4400000001"]
