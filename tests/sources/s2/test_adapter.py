import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Unavailable
from broadsheet.jobs.leases import Leases
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Paper
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import SignalLog
from broadsheet.sources.harvest import Harvester
from broadsheet.sources.s2.adapter import S2Connector, record_of
from broadsheet.sources.s2.parser import read
from tests.invented import paper, record
from tests.sources.asking import client, keys
from tests.sources.s2.case import entry
from tests.sources.s2.test_parser import reply
from tests.sources.servers import Fault, Script, serving

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
ARXIV = Identifier("arxiv", "2601.00003")
Asked = list[tuple[list[str], dict[str, str]]]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Script, Asked, str]]:
    script, asked = Script(), Asked()

    async def batch(request: Request) -> Response:
        ids = json.loads(await request.body())["ids"]
        asked.append((ids, dict(request.headers)))
        told = [entry(int(one[-1])) if one.startswith("ARXIV:") else None for one in ids]
        return script.answer(request, bytes(JSONResponse(told).body), "application/json")

    with serving(Starlette(routes=[Route("/graph/v1/paper/batch", batch, methods=["POST"])])) as base:
        yield script, asked, base


@pytest.fixture
def asked(served: tuple[Script, Asked, str]) -> Asked:
    served[0].reset()
    served[1].clear()
    return served[1]


def of(*papers: Paper) -> Any:
    def known(after: int, limit: int) -> Sequence[Paper]:
        return [one for one in papers if one.id > after][:limit]

    return known


def refusal(text: str, code: int) -> Fault:
    return lambda *_: JSONResponse({"error": text}, code)


def test_papers_are_asked_about_by_what_names_them_best(
    served: tuple[Script, Asked, str], asked: Asked, clock: FixedClock
) -> None:
    doi, acl = Identifier("doi", "10.5555/tide.1"), Identifier("acl", "2026.tide-long.1")
    papers = (
        paper(1),
        paper(2, identifiers=(doi,)),
        paper(3, identifiers=(acl, doi)),
        paper(4, identifiers=(Identifier("openreview", "tideNote01"),)),
        paper(5),
    )
    batches = list(S2Connector(client(clock), clock, of(*papers), base_url=served[2], key="hush").batches(None))
    ((ids, headers),) = asked
    assert ids == ["ARXIV:2601.00001", "DOI:10.5555/tide.1", "ACL:2026.tide-long.1", "ARXIV:2601.00005"]
    assert headers["x-api-key"] == "hush"
    assert keys(batches) == [f"{1:040x}", f"{5:040x}"]
    assert [batch.cursor for batch in batches] == [{"after": 5}, {"after": 0}]
    assert batches[-1].done


def test_batches_keep_a_second_apart_and_go_on_where_they_were_cut_off(
    served: tuple[Script, Asked, str], asked: Asked, clock: FixedClock
) -> None:
    desk = S2Connector(client(clock), clock, of(*map(paper, range(1, 8))), base_url=served[2], batch=3)
    first = next(desk.batches(None))
    assert first.cursor == {"after": 3}
    rest = list(desk.batches(first.cursor))
    assert [len(ids) for ids, _ in asked] == [3, 3, 1]
    assert "x-api-key" not in asked[0][1]
    assert len(keys([first, *rest])) == 7
    assert clock.now() == datetime(2026, 1, 15, 12, 0, 2, tzinfo=UTC)


def test_papers_without_a_name_there_cost_no_request(
    served: tuple[Script, Asked, str], asked: Asked, clock: FixedClock
) -> None:
    batches = list(S2Connector(client(clock), clock, of(paper(1, identifiers=())), base_url=served[2]).batches(None))
    assert asked == []
    assert batches[-1].done


def test_none_known_is_a_good_answer_and_a_refusal_is_told(
    served: tuple[Script, Asked, str], asked: Asked, clock: FixedClock
) -> None:
    desk = S2Connector(client(clock), clock, of(paper(1)), base_url=served[2], key="hush")
    served[0].faults = [refusal("No valid paper ids given", 400)]
    assert keys(desk.batches(None)) == []
    served[0].faults = [refusal("Forbidden", 403)]
    with pytest.raises(Unavailable, match=r"it answered 403 \(“Forbidden”\): check BROADSHEET_SEMANTIC_SCHOLAR_KEY"):
        list(desk.batches(None))


def test_an_answer_of_another_length_is_not_believed(
    served: tuple[Script, Asked, str], asked: Asked, clock: FixedClock
) -> None:
    served[0].faults = [lambda *_: JSONResponse([None])] * 2
    desk = S2Connector(client(clock), clock, of(paper(1), paper(2)), base_url=served[2])
    with pytest.raises(Unavailable, match="it tells of 1 papers where 2 were asked about"):
        list(desk.batches(None))


def one(**fields: Any) -> Any:
    (found,) = read(reply([entry(3, **fields)]))
    assert found is not None
    return record_of(ARXIV, found, NOON)


def test_an_entry_becomes_a_record_with_signals() -> None:
    found = one(externalIds={"ArXiv": "2601.00003", "DOI": "10.5555/Tide.3", "ACL": "2026.tide-long.3", "MAG": "7"})
    assert (found.source, found.key) == ("semantic-scholar", f"{3:040x}")
    assert found.identifiers == (
        ARXIV,
        Identifier("acl", "2026.tide-long.3"),
        Identifier("doi", "10.5555/tide.3"),
        Identifier("s2", f"{3:040x}"),
        Identifier("s2", "corpus:1003"),
    )
    assert found.signals == (Signal("citations", 30, NOON), Signal("influential_citations", 3, NOON))
    assert found.published == date(2026, 1, 14)


def test_another_paper_of_the_same_kind_of_name_is_not_taken_over() -> None:
    assert Identifier("arxiv", "2512.00001") not in one(externalIds={"ArXiv": "2512.00001"}).identifiers
    assert one(externalIds={"DOI": "https://doi.org/10.48550/arXiv.2512.00001"}).identifiers[0] == ARXIV
    assert [found.value for found in one(externalIds=None).identifiers if found.scheme == "arxiv"] == ["2601.00003"]


def test_the_whole_way_adds_to_known_papers_and_brings_no_other(
    served: tuple[Script, Asked, str], asked: Asked, sqlite: Database, clock: FixedClock
) -> None:
    catalogue = Catalogue(sqlite, clock)
    catalogue.add([record(n) for n in (1, 2, 3)])
    desk = S2Connector(client(clock), clock, catalogue.after, base_url=served[2], batch=2)
    report = Harvester(sqlite, catalogue, Leases(sqlite, clock), clock, {desk.name: desk}).harvest(desk.name)
    assert (report.added, catalogue.count()) == (0, 3)
    found = catalogue.get("2601.00003")
    assert {"arxiv", "semantic-scholar"} == set(found.sources)
    assert found.title == record(3).title
    counted = SignalLog(sqlite, clock).of([found.id])[found.id]
    assert {(one.kind, one.value) for one in counted} == {("citations", 30), ("influential_citations", 3)}
