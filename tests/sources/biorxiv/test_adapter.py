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
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Version
from broadsheet.sources.biorxiv.adapter import BiorxivConnector, record_of
from broadsheet.sources.biorxiv.parser import read
from tests.sources.asking import client, keys, rejected
from tests.sources.biorxiv.case import page, preprint
from tests.sources.biorxiv.test_parser import reply
from tests.sources.servers import Script, instead, serving


@dataclass
class Server:
    """bioRxiv's API: what it has, the paths asked for, and faults to order."""

    base: str = ""
    held: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    script: Script = field(default_factory=Script)

    def app(self) -> Starlette:
        def details(request: Request) -> Response:
            self.paths.append(request.url.path)
            body = page(self.held, int(request.path_params["start"]))
            return self.script.answer(request, body, "application/json")

        return Starlette(routes=[Route("/details/{server}/{since}/{until}/{start}/json", details)])


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server(held=[preprint(n) for n in range(7)])
    with serving(found.app()) as found.base:
        yield found


def connector(upstream: Server, clock: FixedClock, **options: Any) -> BiorxivConnector:
    return BiorxivConnector(client(clock), clock, base_url=upstream.base, **options)


def test_a_range_of_days_is_read_and_goes_on_where_it_was_cut_off(server: Server, clock: FixedClock) -> None:
    desk, days = connector(server, clock), (date(2025, 3, 1), date(2025, 3, 31))
    first = next(desk.range_batches(*days, None))
    rest = list(desk.range_batches(*days, first.cursor))
    assert server.paths == [f"/details/biorxiv/2025-03-01/2025-03-31/{n}/json" for n in (0, 3, 6)]
    assert (len(keys([first, *rest])), rest[-1].done) == (7, True)


def test_a_fresh_instance_reads_the_last_three_days_page_by_page(server: Server, clock: FixedClock) -> None:
    batches = list(connector(server, clock).batches(None))
    assert server.paths == [f"/details/biorxiv/2026-01-12/2026-01-15/{n}/json" for n in (0, 3, 6)]
    assert len(keys(batches)) == 7
    assert batches[-1].done
    assert batches[-1].cursor == {"from": "2026-01-15"}


def test_the_next_round_reads_the_last_day_again_and_goes_on(server: Server, clock: FixedClock) -> None:
    list(connector(server, clock, server="medrxiv").batches({"from": "2025-12-24"}))
    assert server.paths[0] == "/details/medrxiv/2025-12-24/2026-01-15/0/json"


def test_a_round_that_was_cut_off_goes_on_within_its_own_days(server: Server, clock: FixedClock) -> None:
    first = next(connector(server, clock).batches(None))
    clock.move_to(datetime(2026, 1, 17, tzinfo=UTC))
    server.paths.clear()
    rest = list(connector(server, clock).batches(first.cursor))
    assert server.paths == [f"/details/biorxiv/2026-01-12/2026-01-15/{n}/json" for n in (3, 6)]
    assert len(keys([first, *rest])) == 7


def test_requests_keep_a_second_apart(server: Server, clock: FixedClock) -> None:
    list(connector(server, clock).batches(None))
    assert clock.now() == datetime(2026, 1, 15, 12, 0, 2, tzinfo=UTC)


def test_a_total_that_overstates_ends_with_the_list_after_a_second_look(server: Server, clock: FixedClock) -> None:
    overstated = page(server.held[:3]).replace(b'"total":"3"', b'"total":"9"').decode()
    nothing = '{"messages": [{"status": "ok", "total": "9"}], "collection": []}'
    server.script.faults = [instead(overstated), instead(nothing), instead(nothing)]
    batches = list(connector(server, clock).batches(None))
    assert (len(keys(batches)), batches[-1].done, len(server.paths)) == (3, True, 3)


def test_an_empty_page_by_a_slip_does_not_end_the_list(server: Server, clock: FixedClock) -> None:
    nothing = '{"messages": [{"status": "ok", "total": "7"}], "collection": []}'
    server.script.faults = [None, instead(nothing)]
    assert len(keys(connector(server, clock).batches(None))) == 7


def test_only_the_categories_asked_for_come_in(server: Server, clock: FixedClock) -> None:
    server.held = [preprint(0), preprint(1, category="Neuroscience"), preprint(2, category=None)]
    found = list(connector(server, clock, categories=["cell_biology"]).batches(None))
    assert keys(found) == ["10.1101/2026.01.01.700001"]
    assert rejected(found) == []


def test_what_the_server_complains_of_is_told(server: Server, clock: FixedClock) -> None:
    server.script.faults = [instead('{"messages": [{"status": "Error: bad date"}], "collection": []}')] * 2
    with pytest.raises(Unavailable, match="it says “Error: bad date”"):
        list(connector(server, clock).batches(None))


def test_of_two_versions_the_newer_stands_whatever_their_order(server: Server, clock: FixedClock) -> None:
    server.held = [preprint(0, version="2", title="Revised"), preprint(0, title="First")]
    (batch,) = connector(server, clock).batches(None)
    assert [one.title for one in batch.records] == ["First", "Revised"]


def one(**fields: Any) -> Any:
    return record_of(read(reply(page([preprint(0, **fields)]))).preprints[0], "biorxiv")


def test_a_preprint_becomes_a_record() -> None:
    found = one(published="10.5555/moss.1")
    own = Identifier("doi", "10.1101/2026.01.01.700001")
    assert (found.source, found.key) == ("biorxiv", "10.1101/2026.01.01.700001")
    assert found.identifiers == (own, Identifier("doi", "10.5555/moss.1"))
    assert found.authors == ("A. Quill", "B. C. Marsh")
    assert (found.published, found.categories, found.venue) == (date(2026, 1, 14), ("cell biology",), "bioRxiv")
    assert found.versions == (Version(own, 1, date(2026, 1, 14)),)
    assert found.links == ("https://www.biorxiv.org/content/10.1101/2026.01.01.700001v1",)
    assert (found.licence, found.withdrawn) == ("CC-BY-4.0", False)
    assert one(license="cc_no").licence == one(license=None).licence == ""


def test_a_revision_keeps_the_day_of_its_doi_and_an_old_one_has_none() -> None:
    revised = one(version="3")
    assert (revised.published, revised.versions[0].number) == (date(2026, 1, 1), 3)
    assert one(version="2", doi="10.1101/123456").published is None


@pytest.mark.parametrize("fields", [{"type": "WITHDRAWN"}, {"title": "WITHDRAWN: On the sleep of moss colonies"}])
def test_a_withdrawn_preprint_is_marked(fields: dict[str, str]) -> None:
    assert one(**fields).withdrawn


def test_bad_preprints_are_rejected_with_a_reason(server: Server, clock: FixedClock) -> None:
    server.held = [preprint(0, doi="moss"), preprint(1, date="2026-01"), preprint(2, title=None)]
    (batch,) = connector(server, clock).batches(None)
    assert batch.records == ()
    assert [one.key for one in batch.rejected] == ["moss", "10.1101/2026.01.02.700001", "10.1101/2026.01.03.700001"]
    assert "'2026-01', no date" in batch.rejected[1].reason
