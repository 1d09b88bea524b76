import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import FixedClock
from broadsheet.errors import Unavailable
from broadsheet.outgoing import Outgoing
from broadsheet.papers.identifiers import Identifier
from broadsheet.sources.answers import Garbled
from broadsheet.sources.connector import Batch, Cursor
from broadsheet.sources.hf.adapter import HfConnector
from broadsheet.sources.hf.pages import MOST_OF_A_KIND, record_of
from broadsheet.sources.hf.parser import parse_page
from tests.sources.servers import Script, daily_paper, serving, status

# Of lists that are 1, 3, 7 and 14 days old on 15 January, and of one of an age at which no page is read.
DAYS = {
    "2026-01-14": [1, 2, 3],
    "2026-01-13": [90],
    "2026-01-12": [4],
    "2026-01-08": [5, 6],
    "2026-01-01": [7, 1],
}


def page(n: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"2601.{n:05d}",
        "title": f"On folding moss colonies, part {n}",
        "publishedAt": "2026-01-13T23:30:00-05:00",
        "linkedModels": [{"id": f"moss/fold-{n}", "likes": 3}, {"id": f"others/fold-{n}-int4", "likes": 40}],
        "linkedDatasets": [{"id": f"moss/colonies-{n}"}],
        "linkedSpaces": [{"id": f"moss/try-{n}"}],
        "numTotalModels": 2,
        **fields,
    }


class Hub:
    """Daily lists and paper pages; the pages alone answer by the script."""

    def __init__(self) -> None:
        self.script = Script()
        self.pages: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []

    def app(self) -> Starlette:
        def daily(request: Request) -> Response:
            return JSONResponse([daily_paper(n) for n in DAYS.get(request.query_params["date"], [])])

        def paper(request: Request) -> Response:
            paper_id = request.path_params["id"]
            self.asked.append(paper_id[-2:])
            if paper_id not in self.pages:
                return JSONResponse({"error": "Paper not found"}, 404)
            return self.script.answer(request, json.dumps(self.pages[paper_id]).encode(), "application/json")

        return Starlette(routes=[Route("/api/daily_papers", daily), Route("/api/papers/{id}", paper)])


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Hub, str]]:
    hub = Hub()
    with serving(hub.app()) as base:
        yield hub, base


@pytest.fixture
def hub(served: tuple[Hub, str]) -> Hub:
    served[0].script.reset()
    served[0].asked.clear()
    served[0].pages = {f"2601.{n:05d}": page(n) for n in range(8)}
    return served[0]


def connector(served: tuple[Hub, str], clock: FixedClock, pages: int = 50) -> HfConnector:
    outgoing = Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True)
    return HfConnector(outgoing, clock, base_url=served[1], pages=pages)


def linked(batches: list[Batch]) -> list[str]:
    return [record.key[-2:] for batch in batches for record in batch.records if record.source == "hf-pages"]


def run(hf: HfConnector, cursor: Cursor | None = None) -> tuple[list[str], Cursor]:
    batches = list(hf.batches(cursor))
    assert batches[-1].done
    return linked(batches), batches[-1].cursor


def test_pages_are_read_at_certain_ages_of_a_paper(served: tuple[Hub, str], hub: Hub, clock: FixedClock) -> None:
    found, cursor = run(connector(served, clock))
    assert found == hub.asked == ["01", "02", "03", "04", "05", "06", "07"]
    assert cursor["pages"] == {"on": "2026-01-15", "left": []}


def test_a_page_is_read_once_a_day(served: tuple[Hub, str], hub: Hub, clock: FixedClock) -> None:
    hf = connector(served, clock)
    _, cursor = run(hf)
    clock.sleep(3600)
    assert run(hf, cursor) == ([], cursor)
    clock.sleep(86_400)
    found, _ = run(hf, cursor)
    assert found == []  # on the 16th the lists of the 15th, 13th, 9th and 2nd are due: of those, one has no page
    assert hub.asked[7:] == ["90"]


def test_a_run_reads_a_bounded_number_and_the_next_goes_on(
    served: tuple[Hub, str], hub: Hub, clock: FixedClock
) -> None:
    hf = connector(served, clock, pages=3)
    first, cursor = run(hf)
    second, cursor = run(hf, cursor)
    third, cursor = run(hf, cursor)
    assert (first, second, third) == (["01", "02", "03"], ["04", "05", "06"], ["07"])


def test_none_are_read_where_the_operator_wants_none(served: tuple[Hub, str], hub: Hub, clock: FixedClock) -> None:
    assert run(connector(served, clock, pages=0)) == ([], {"swept": "2026-01-15"})
    assert hub.asked == []


def test_a_fault_among_the_pages_loses_no_list_and_no_page(
    served: tuple[Hub, str], hub: Hub, clock: FixedClock
) -> None:
    hub.script.faults = [None, None, status(403)]
    seen: list[Batch] = []
    hf = connector(served, clock)
    with pytest.raises(Unavailable, match="it answered 403"):
        seen.extend(hf.batches(None))
    for batch in hf.batches(None):
        seen.append(batch)
        if batch.cursor.get("pages"):
            break
    assert seen[-1].cursor["swept"] == "2026-01-15"  # the lists are in
    found, _ = run(hf, seen[-1].cursor)
    assert found == ["01", "02", "03", "04", "05", "06", "07"]


def test_a_limit_that_the_hub_tells_is_kept(served: tuple[Hub, str], hub: Hub, clock: FixedClock) -> None:
    before = clock.now()
    hub.script.faults = [status(429, ratelimit='"api";r=0;t=90')]
    found, _ = run(connector(served, clock))
    assert len(found) == 7
    assert clock.now() - before >= timedelta(seconds=90)


def test_a_page_without_links_says_nothing(served: tuple[Hub, str], hub: Hub, clock: FixedClock) -> None:
    bare = dict.fromkeys(("linkedModels", "linkedDatasets", "linkedSpaces"))
    hub.pages["2601.00002"] = page(2, **bare)
    hub.pages["2601.00003"] = page(3, title=None)
    batches = list(connector(served, clock).batches(None))
    assert linked(batches) == ["01", "04", "05", "06", "07"]
    assert [bad.key for batch in batches for bad in batch.rejected] == ["2601.00003"]


def test_a_page_becomes_a_record_of_what_is_linked() -> None:
    record = record_of(parse_page(json.dumps(page(7)).encode()))
    assert (record.source, record.key, record.abstract, record.authors) == ("hf-pages", "2601.00007", "", ())
    assert record.identifiers == (Identifier("arxiv", "2601.00007"),)
    assert record.published == date(2026, 1, 14)
    assert [(artefact.kind, artefact.url) for artefact in record.artefacts] == [
        ("model", "https://huggingface.co/others/fold-7-int4"),  # the most liked first
        ("model", "https://huggingface.co/moss/fold-7"),
        ("data", "https://huggingface.co/datasets/moss/colonies-7"),
        ("demo", "https://huggingface.co/spaces/moss/try-7"),
    ]
    assert {artefact.found_in for artefact in record.artefacts} == {"hf-page"}
    assert dict(record.payload)["numTotalModels"] == 2  # type: ignore[call-overload]


def test_of_hundreds_of_repositories_the_most_liked_are_taken() -> None:
    many = [{"id": f"moss/fold-{n}", "likes": n} for n in range(300)]
    record = record_of(parse_page(json.dumps(page(7, linkedModels=many)).encode()))
    models = [artefact.url for artefact in record.artefacts if artefact.kind == "model"]
    assert len(models) == MOST_OF_A_KIND
    assert models[0] == "https://huggingface.co/moss/fold-299"


@pytest.mark.parametrize(
    "odd", [None, 7, "x", [None, 7, {}, {"id": 1}, {"id": "a/b/c"}, {"id": "../x"}, {"id": "a b"}]]
)
def test_odd_links_are_left_out(odd: Any) -> None:
    parsed = parse_page(json.dumps(page(7, linkedModels=odd, linkedSpaces=odd)).encode())
    assert parsed.models == parsed.spaces == ()
    assert parsed.datasets == ("moss/colonies-7",)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "no"}', b'{"id": null}'])
def test_what_is_no_page_is_told(body: bytes) -> None:
    with pytest.raises(Garbled):
        parse_page(body)


def test_a_page_of_another_paper_is_rejected_and_holds_up_no_other(
    served: tuple[Hub, str], hub: Hub, clock: FixedClock
) -> None:
    hub.pages["2601.00002"] = page(3)
    hub.pages["2601.00004"] = page(4, id=None)
    batches = list(connector(served, clock).batches(None))
    assert linked(batches) == ["01", "03", "05", "06", "07"]
    assert [(bad.key, bad.reason) for batch in batches for bad in batch.rejected] == [
        ("2601.00002", "Its page tells of 2601.00003."),
        ("2601.00004", "Its page tells of no paper."),
    ]
