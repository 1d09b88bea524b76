from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from starlette.responses import Response

from broadsheet.clock import FixedClock
from broadsheet.errors import Invalid, Unavailable
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, Version
from broadsheet.sources.acl import adapter
from broadsheet.sources.acl.adapter import AclConnector, record_of
from broadsheet.sources.acl.parser import papers
from tests.sources.acl.case import COMMIT, collection, paper_xml, repository
from tests.sources.asking import client, keys, rejected
from tests.sources.servers import Script, html, instead, serving, status


def file_of(name: str, *numbers: int) -> bytes:
    return collection([paper_xml(n, url=f"{name}-long.{n}") for n in numbers], name)


@dataclass
class Server:
    """The anthology's repository: what its folder data/xml holds now."""

    files: dict[str, bytes] = field(default_factory=dict)
    script: Script = field(default_factory=Script)
    paths: list[str] = field(default_factory=list)
    base: str = ""

    def app(self) -> Any:
        inner = repository(self.script, lambda: self.files)

        async def noted(scope: Any, receive: Any, send: Any) -> None:
            self.paths.append(scope["path"])
            await inner(scope, receive, send)

        return noted

    def read(self) -> list[str]:
        """Return the files read since this was last asked, and forget all paths."""
        read = [path.rpartition("/")[2] for path in self.paths if path.startswith("/raw/")]
        self.paths.clear()
        return read


@pytest.fixture
def server() -> Iterator[Server]:
    files = {
        name: file_of(name.removesuffix(".xml"), 1, 2) for name in ("2026.acl.xml", "2025.tacl.xml", "2026.ebb.xml")
    }
    found = Server({**files, "2019.acl.xml": file_of("2019.acl", 1), "P18.xml": b"", "schema.rnc": b""})
    with serving(found.app()) as found.base:
        yield found


def connector(server: Server, clock: FixedClock, **options: Any) -> AclConnector:
    return AclConnector(client(clock), clock, api_url=f"{server.base}/api", raw_url=f"{server.base}/raw", **options)


def test_a_fresh_instance_reads_the_files_of_last_year_and_this(server: Server, clock: FixedClock) -> None:
    batches = list(connector(server, clock).batches(None))
    assert server.paths[:3] == ["/api/branches/master", "/api/git/trees/root", "/api/git/trees/data"]
    assert server.paths[4] == f"/raw/{COMMIT}/data/xml/2025.tacl.xml"
    assert server.read() == ["2025.tacl.xml", "2026.acl.xml", "2026.ebb.xml"]
    assert keys(batches)[:3] == ["2025.tacl-long.1", "2025.tacl-long.2", "2026.acl-long.1"]
    assert batches[-1].done


def test_a_token_is_told_to_the_lists_alone(server: Server, clock: FixedClock) -> None:
    list(connector(server, clock, token="hush").batches(None))
    told = [
        (path.split("/")[1], "authorization" in headers)
        for path, headers in zip(server.paths, server.script.headers, strict=True)
    ]
    assert set(told) == {("api", True), ("raw", False)}


def test_where_nothing_changed_no_file_is_read(server: Server, clock: FixedClock) -> None:
    cursor = list(connector(server, clock).batches(None))[-1].cursor
    server.read()
    assert keys(connector(server, clock).batches(cursor)) == []
    assert len(server.paths) == 3


def test_only_what_changed_is_read_again(server: Server, clock: FixedClock) -> None:
    cursor = list(connector(server, clock).batches(None))[-1].cursor
    server.read()
    server.files |= {"2026.acl.xml": file_of("2026.acl", 1, 2, 3), "2026.new.xml": file_of("2026.new", 1)}
    batches = list(connector(server, clock).batches(cursor))
    assert server.read() == ["2026.acl.xml", "2026.new.xml"]
    assert batches[-1].cursor["base"] != cursor["base"]


def test_where_the_last_list_is_gone_all_is_read_again(server: Server, clock: FixedClock) -> None:
    cursor = list(connector(server, clock).batches(None))[-1].cursor
    server.files["2026.new.xml"] = file_of("2026.new", 1)
    server.script.faults = [None] * 3 + [status(404)]
    server.read()
    list(connector(server, clock).batches(cursor))
    assert server.read() == ["2025.tacl.xml", "2026.acl.xml", "2026.ebb.xml", "2026.new.xml"]


def test_a_round_that_was_cut_off_goes_on_after_its_last_file(server: Server, clock: FixedClock) -> None:
    seen = []
    for batch in connector(server, clock).batches(None):
        seen.append(batch)
        if batch.cursor.get("after") == "2026.acl.xml":
            break
    server.read()
    rest = list(connector(server, clock).batches(seen[-1].cursor))
    assert server.paths[0].startswith("/api/git/trees/")  # by the hash of the list that it goes on with
    assert server.read() == ["2026.ebb.xml"]
    assert len(keys([*seen, *rest])) == 6


def test_a_file_in_many_batches_goes_on_where_it_was_cut_off(
    server: Server, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "BATCH", 1)
    batches = connector(server, clock, venues=["ACL"], since=2026).batches(None)
    first = next(batches)
    assert (keys([first]), first.cursor["after"], first.cursor["at"]) == (["2026.acl-long.1"], "", 1)
    rest = list(connector(server, clock, venues=["ACL"], since=2026).batches(first.cursor))
    assert (keys(rest), rest[0].cursor["after"], rest[0].cursor["at"]) == (["2026.acl-long.2"], "2026.acl.xml", 0)


@pytest.mark.parametrize(
    ("options", "read"),
    [
        ({"venues": ["acl"], "since": 2019}, ["2019.acl.xml", "2026.acl.xml"]),
        ({"since": 2026}, ["2026.acl.xml", "2026.ebb.xml"]),
        ({"since": 2018, "venues": ["tacl"]}, ["2025.tacl.xml"]),
    ],
)
def test_venues_and_years_choose_the_files(
    server: Server, clock: FixedClock, options: dict[str, Any], read: list[str]
) -> None:
    list(connector(server, clock, **options).batches(None))
    assert server.read() == read


def test_the_old_files_are_of_their_years(server: Server, clock: FixedClock) -> None:
    server.files = {"P18.xml": collection([paper_xml(1, url="P18-1001")], "P18"), "P99.xml": b"", "W04.xml": b""}
    assert keys(connector(server, clock, since=2010).batches(None)) == ["P18-1001"]


def test_other_settings_begin_anew(server: Server, clock: FixedClock) -> None:
    cursor = list(connector(server, clock).batches(None))[-1].cursor
    server.read()
    list(connector(server, clock, since=2019).batches(cursor))
    assert server.read() == ["2019.acl.xml", "2025.tacl.xml", "2026.acl.xml", "2026.ebb.xml"]


def test_a_file_with_other_bytes_than_listed_comes_in_and_is_read_again(server: Server, clock: FixedClock) -> None:
    garbled = file_of("2026.acl", 1, 2).replace("í".encode(), b"\xed")
    server.script.faults = [*[None] * 5, lambda *_: Response(garbled, media_type="text/plain")]
    batches = list(connector(server, clock).batches(None))
    assert len(keys(batches)) == 6
    assert batches[-1].cursor["again"] == ["2026.acl.xml"]
    server.read()
    mended = list(connector(server, clock).batches(batches[-1].cursor))
    assert server.read() == ["2026.acl.xml"]
    assert mended[-2].cursor["doubtful"] == []
    assert mended[0].records[0].authors == ("Ada Quíll",)


def test_a_file_that_stays_broken_is_told_and_no_part_of_it_comes_in(server: Server, clock: FixedClock) -> None:
    server.script.faults = [None] * 4 + [html] * 2
    with pytest.raises(Unavailable, match="it is a web page"):
        list(connector(server, clock).batches(None))


def test_another_repository_is_told(server: Server, clock: FixedClock) -> None:
    server.script.faults = [None, instead('{"tree": [{"path": "README.md", "sha": "r"}]}', "application/json")]
    with pytest.raises(Invalid, match="holds no folder data/xml; check BROADSHEET_ACL_API_URL"):
        list(connector(server, clock).batches(None))


def one(n: int = 1, name: str = "2026.tide", meta: str = "", inner: str = "", **fields: str) -> Any:
    (found,) = papers(collection([paper_xml(n, inner, **fields)], name, meta))
    return record_of(found)


def test_a_paper_becomes_a_record() -> None:
    inner = (
        '<revision id="2" date="2026-09-01"/><pwccode url="https://github.com/tide/count"/><pwccode url=""/>'
        '<pwcdataset url="https://tides.example/data"/>'
    )
    found = one(doi="10.1162/tide_a_00001", inner=inner)
    own = Identifier("acl", "2026.tide-long.1")
    assert (found.source, found.key) == ("acl-anthology", "2026.tide-long.1")
    assert found.identifiers == (own, Identifier("doi", "10.1162/tide_a_00001"))
    assert (found.published, found.date_precision) == (date(2026, 7, 1), "month")
    assert (found.categories, found.venue) == (("tide",), "Proceedings of the Tide Meeting")
    assert found.links == ("https://aclanthology.org/2026.tide-long.1/",)
    assert found.versions == (Version(own, 2, date(2026, 9, 1)),)
    assert found.artefacts == (
        Artefact("code", "https://github.com/tide/count", found_in="acl-anthology"),
        Artefact("data", "https://tides.example/data", found_in="acl-anthology"),
    )
    assert one(doi="10.18653/v1/2026.tide-long.1").identifiers == (own,)
    assert found.licence == "CC-BY-4.0"
    assert one(url="https://elsewhere.example/1.pdf").licence == ""
    assert one(meta="<year>2015</year>").licence == ""


@pytest.mark.parametrize(
    ("name", "volume", "n", "own"),
    [("2026.tide", "long", 7, "2026.tide-long.7"), ("P18", "1", 7, "P18-1007"), ("W18", "64", 7, "W18-6407")],
)
def test_a_paper_whose_text_is_elsewhere_has_its_place_as_its_id(name: str, volume: str, n: int, own: str) -> None:
    body = collection([paper_xml(n, url="https://elsewhere.example/paper.pdf")], name)
    (found,) = papers(body.replace(b'id="long"', f'id="{volume}"'.encode()))
    assert record_of(found).key == own


def test_a_year_does_where_there_is_no_month() -> None:
    found = one(meta="<booktitle>Tide</booktitle><year>2026</year>")
    assert (found.published, found.date_precision, found.categories) == (date(2026, 1, 1), "year", ())


def test_a_paper_without_a_title_is_rejected(server: Server, clock: FixedClock) -> None:
    server.files = {"2026.acl.xml": collection([paper_xml(1, title=""), paper_xml(2)])}
    batches = list(connector(server, clock).batches(None))
    assert keys(batches) == ["2026.tide-long.2"]
    assert [(bad.key, bad.reason) for bad in rejected(batches)] == [("2026.tide-long.1", "It has no title.")]
