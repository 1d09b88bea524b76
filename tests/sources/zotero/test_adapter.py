from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import FixedClock
from broadsheet.errors import Unavailable
from broadsheet.papers.identifiers import Identifier
from broadsheet.sources.zotero.adapter import ZoteroConnector, record_of
from broadsheet.sources.zotero.parser import read
from tests.sources.asking import client, keys, rejected
from tests.sources.servers import Script, instead, serving, status
from tests.sources.zotero.case import PAGE, item
from tests.sources.zotero.test_parser import reply

GROUP, SHELF = "groups/678", "users/12345/collections/ABCD2345"


@dataclass
class Server:
    """Zotero's API: items by library with the version in which each last changed, and what was deleted."""

    base: str = ""
    version: int = 7
    held: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    deleted: dict[str, int] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    script: Script = field(default_factory=Script)

    def app(self) -> Starlette:
        return Starlette(
            routes=[Route("/{library:path}/items/top", self._items), Route("/{library:path}/deleted", self._deleted)]
        )

    def _items(self, request: Request) -> Response:
        self.paths.append(request.url.path)
        headers = {"last-modified-version": str(self.version)}
        if int(request.headers.get("if-modified-since-version", -1)) >= self.version:
            return Response(status_code=304, headers=headers)
        library, query = request.path_params["library"], request.query_params
        if library not in self.held:
            return Response("Forbidden", 403)
        found = [one for one in self.held[library] if one["version"] > int(query["since"])]
        start = int(query["start"])
        body = JSONResponse(found[start : start + PAGE]).body
        told = {**headers, "total-results": str(len(found))}
        return self.script.answer(request, bytes(body), "application/json", told)

    def _deleted(self, request: Request) -> Response:
        self.paths.append(request.url.path)
        since = int(request.query_params["since"])
        gone = [key for key, version in self.deleted.items() if version > since]
        headers = {"last-modified-version": str(self.version)}
        body = bytes(JSONResponse({"items": gone}).body)
        return self.script.answer(request, body, "application/json", headers)


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server(held={GROUP: [item(n) for n in range(1, 8)], SHELF: [item(20)]})
    with serving(found.app()) as found.base:
        yield found


def connector(server: Server, clock: FixedClock, *libraries: str, **options: Any) -> ZoteroConnector:
    return ZoteroConnector(client(clock), libraries=libraries or (GROUP, SHELF), base_url=server.base, **options)


def test_libraries_are_read_one_after_another(server: Server, clock: FixedClock) -> None:
    batches = list(connector(server, clock, key="hush").batches(None))
    assert len(keys(batches)) == 8
    assert keys(batches)[0] == "groups/678/TIDE0001"
    assert keys(batches)[-1] == f"{SHELF}/TIDE0020"
    assert [one["start"] for one in server.script.asked] == ["0", "3", "6", "0"]
    headers = server.script.headers[0]
    assert (headers["zotero-api-version"], headers["zotero-api-key"]) == ("3", "hush")
    assert batches[-1].done
    assert batches[-1].cursor == {"versions": {GROUP: 7, SHELF: 7}}


def test_a_library_that_is_as_it_was_costs_one_question(server: Server, clock: FixedClock) -> None:
    cursor = list(connector(server, clock, GROUP).batches(None))[-1].cursor
    server.paths.clear()
    again = list(connector(server, clock, GROUP).batches(cursor))
    assert (keys(again), again[-1].done, again[-1].cursor) == ([], True, cursor)
    assert server.paths == ["/groups/678/items/top"]


def test_only_what_is_newer_comes_again_and_what_was_deleted_is_told(server: Server, clock: FixedClock) -> None:
    cursor = list(connector(server, clock, GROUP).batches(None))[-1].cursor
    server.version = 9
    server.held[GROUP] = [*server.held[GROUP][:6], {**item(7), "version": 8}, {**item(8), "version": 9}]
    server.deleted = {"TIDE0003": 8, "TIDE0099": 2}
    batches = list(connector(server, clock, GROUP).batches(cursor))
    assert keys(batches) == ["groups/678/TIDE0007", "groups/678/TIDE0008"]
    (gone,) = rejected(batches)
    assert (gone.key, gone.reason) == ("groups/678/TIDE0003", "It was deleted from the library; the paper stays here.")
    assert batches[-1].cursor == {"versions": {GROUP: 9}}


def test_of_a_collection_no_deletions_are_told(server: Server, clock: FixedClock) -> None:
    cursor = list(connector(server, clock, SHELF).batches(None))[-1].cursor
    server.version = 9
    assert list(connector(server, clock, SHELF).batches(cursor))[-1].done
    assert not any("deleted" in path for path in server.paths)


def test_a_round_that_was_cut_off_goes_on_at_its_item(server: Server, clock: FixedClock) -> None:
    first = next(connector(server, clock).batches(None))
    server.script.reset()
    rest = list(connector(server, clock).batches(first.cursor))
    assert server.script.asked[0]["start"] == "3"
    assert len(set(keys([first, *rest]))) == 8


def test_a_library_that_changes_while_it_is_read_is_read_anew(server: Server, clock: FixedClock) -> None:
    batches = connector(server, clock, GROUP).batches(None)
    first = next(batches)
    server.version = 8
    server.held[GROUP] = [*server.held[GROUP][1:], {**item(1), "version": 8}]
    rest = list(batches)
    assert [one["start"] for one in server.script.asked] == ["0", "3", "0", "3", "6"]
    assert len(set(keys([first, *rest]))) == 7
    assert rest[-1].cursor == {"versions": {GROUP: 8}}


def test_a_library_that_never_rests_is_given_up(server: Server, clock: FixedClock) -> None:
    server.script.faults = [partial(versioned, version) for version in range(100, 120)]
    with pytest.raises(Unavailable, match="groups/678 changes faster than it can be read"):
        list(connector(server, clock, GROUP).batches(None))
    assert len(server.paths) == 8  # two pages, four times


def versioned(version: int, body: bytes, media_type: str) -> Response:
    return Response(body, media_type=media_type, headers={"last-modified-version": str(version)})


def test_an_empty_page_in_the_middle_is_asked_for_again(server: Server, clock: FixedClock) -> None:
    server.script.faults = [None, instead("[]", "application/json")]
    assert len(keys(connector(server, clock, GROUP).batches(None))) == 7


def test_without_a_total_the_list_ends_with_an_empty_page(server: Server, clock: FixedClock) -> None:
    def untold(body: bytes, media_type: str) -> Response:
        return Response(body, media_type=media_type, headers={"total-results": "many"})

    server.script.faults = [untold] * 4
    assert len(keys(connector(server, clock, GROUP).batches(None))) == 7
    assert len(server.paths) == 4


def test_a_pause_that_zotero_asks_for_is_kept(server: Server, clock: FixedClock) -> None:
    server.script.faults = [lambda body, kind: Response(body, media_type=kind, headers={"backoff": "30"})]
    list(connector(server, clock, GROUP).batches(None))
    assert clock.now() == datetime(2026, 1, 15, 12, 0, 30, tzinfo=UTC)


def test_a_refusal_names_the_library_and_the_settings(server: Server, clock: FixedClock) -> None:
    with pytest.raises(Unavailable, match="it answered 403 for users/1: check BROADSHEET_ZOTERO_LIBRARIES") as found:
        list(connector(server, clock, "users/1", key="hush").batches(None))
    assert "hush" not in repr(found.value)
    server.script.faults = [status(404)]
    with pytest.raises(Unavailable, match="it answered 404 for groups/678"):
        list(connector(server, clock).batches(None))


def one(meta: dict[str, Any] | None = None, **fields: Any) -> Any:
    return record_of(read(reply([item(7, meta, **fields)])).items[0], GROUP)


def test_an_item_becomes_a_record() -> None:
    found = one({"parsedDate": "2026-01-14"}, extra="arXiv: 2601.00007 [cs]\nCitation Key: quill2026")
    assert (found.source, found.key) == ("zotero", "groups/678/TIDE0007")
    assert found.identifiers == (Identifier("arxiv", "2601.00007"), Identifier("doi", "10.5555/tide.7"))
    assert (found.published, found.date_precision, found.venue) == (date(2026, 1, 14), "day", "Journal of Tides")
    assert (found.authors, found.categories) == (("Ada Quill",), ())
    assert found.links == ("https://tides.example/7",)


def test_dates_and_identifiers_are_found_where_people_put_them() -> None:
    found = one(DOI="", extra="DOI: 10.5555/other\nsomething", url="https://arxiv.org/abs/2601.00008v1")
    assert (found.published, found.date_precision) == (date(2026, 1, 1), "month")
    assert found.identifiers == (Identifier("doi", "10.5555/other"), Identifier("arxiv", "2601.00008"))
    preprint = one(itemType="preprint", DOI="10.48550/arXiv.2601.00009", archiveID="arXiv:2601.00009")
    assert preprint.identifiers == (Identifier("arxiv", "2601.00009"),)


def test_editors_stand_in_where_there_is_no_author() -> None:
    editor = {"creatorType": "editor", "name": "The Tide Group"}
    author = {"creatorType": "author", "lastName": "Quill", "firstName": ""}
    assert one(creators=[editor]).authors == ("The Tide Group",)
    assert one(creators=[editor, author]).authors == ("Quill",)


def test_what_is_no_paper_is_passed_over_or_rejected(server: Server, clock: FixedClock) -> None:
    server.held[GROUP] = [
        item(1, itemType="note"),
        item(2, itemType="attachment"),
        item(3, itemType="webpage"),
        item(4, title=""),
    ]
    batches = list(connector(server, clock, GROUP).batches(None))
    assert keys(batches) == []
    assert [(bad.key, bad.reason) for bad in rejected(batches)] == [
        ("groups/678/TIDE0003", "It is of the kind 'webpage', no paper."),
        ("groups/678/TIDE0004", "It has no title."),
    ]
