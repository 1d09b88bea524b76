from collections.abc import Iterator

import pytest

from broadsheet.clock import FixedClock
from broadsheet.errors import Forbidden, Invalid, Unavailable
from broadsheet.outgoing import Outgoing
from broadsheet.papers.identifiers import Identifier, parse
from broadsheet.sources.single.acl import collection_of
from broadsheet.sources.single.page import PageOfPaper
from tests.sources.openalex.case import work
from tests.sources.single.upstreams import ORCID, Upstreams, upstreams


@pytest.fixture(scope="module")
def server() -> Iterator[Upstreams]:
    with upstreams() as shared:
        yield shared


@pytest.fixture
def up(server: Upstreams) -> Upstreams:
    for kept in (server.asked, server.titles, server.silent):
        kept.clear()
    return server


@pytest.mark.parametrize(
    ("name", "source", "title"),
    [
        ("arxiv:2601.00002", "arxiv", "On counting tide tables, part 2"),
        ("10.5555/tide.3", "openalex", "On counting tide tables, part 3"),
        ("openalex:W4400000004", "", ""),
        ("2026.tide-long.2", "acl-anthology", "On counting tide tables, part 2"),
        ("openreview:tideNote05", "openreview", "On counting tide tables, part 5"),
        ("s2:" + "0" * 39 + "2", "semantic-scholar", "On counting tide tables, part 2"),
    ],
)
def test_each_name_is_asked_at_its_own_source(
    up: Upstreams, clock: FixedClock, name: str, source: str, title: str
) -> None:
    record = up.lookup(clock).by_identifier(parse(name))
    if not source:
        assert record is None
        assert "filter=openalex%3AW4400000004" in up.asked[-1]
        return
    assert record is not None
    assert (record.source, " ".join(record.title.split())) == (source, title)
    assert parse(name) in record.identifiers


@pytest.mark.parametrize(
    "name", ["arxiv:2601.00099", "10.5555/tide.99", "2026.tide-long.99", "2026.ebb-long.77", "openreview:nothere1"]
)
def test_what_nobody_knows_is_none(up: Upstreams, clock: FixedClock, name: str) -> None:
    assert up.lookup(clock).by_identifier(parse(name)) is None


def test_where_one_is_silent_the_next_is_asked(up: Upstreams, clock: FixedClock) -> None:
    up.silent |= {"arxiv", "openalex"}
    for name in ("arxiv:2601.00002", "10.5555/tide.3"):
        record = up.lookup(clock).by_identifier(parse(name))
        assert record is not None
        assert record.source == "semantic-scholar"
    up.silent.add("s2")
    with pytest.raises(Unavailable):
        up.lookup(clock).by_identifier(parse("arxiv:2601.00002"))


def test_titles_are_words_to_openalex_and_no_syntax(up: Upstreams, clock: FixedClock) -> None:
    up.titles[:] = [work(1), work(2)]
    found = up.lookup(clock).by_title('On counting: "tide tables", part|2')
    assert "filter=title.search%3AOn+counting+tide+tables+part+2" in up.asked[-1]
    assert found == ()
    assert len(up.lookup(clock).by_title("counting tide")) == 2
    assert up.lookup(clock).by_title("!?") == ()


def test_the_orcids_of_a_works_authors(up: Upstreams, clock: FixedClock) -> None:
    assert up.lookup(clock).orcids(parse("10.5555/tide.1")) == {ORCID}
    up.lookup(clock).orcids(parse("arxiv:2601.00001"))
    assert "10.48550%2Farxiv.2601.00001" in up.asked[-1]
    assert up.lookup(clock).orcids(parse("2026.tide-long.1")) == frozenset()


@pytest.mark.parametrize(
    ("page", "named"),
    [
        ("doi", "doi:10.5555/tide.2"),
        ("moved", "doi:10.5555/tide.2"),
        ("arxiv", "arxiv:2601.00003"),
        ("dc", "doi:10.5555/tide.4"),
        ("nothing", None),
        ("odd", None),
        ("empty", None),
    ],
)
def test_a_page_says_which_paper_it_is_about(up: Upstreams, clock: FixedClock, page: str, named: str | None) -> None:
    found = up.lookup(clock).by_address(f"{up.base}/page/{page}")
    assert (str(found) if found else None) == named


@pytest.mark.parametrize(("page", "told"), [("pdf", "no page but application/pdf"), ("gone", "answers 404")])
def test_what_is_no_page_is_told(up: Upstreams, clock: FixedClock, page: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        up.lookup(clock).by_address(f"{up.base}/page/{page}")


def test_no_page_in_the_operators_own_network_is_fetched(up: Upstreams, clock: FixedClock) -> None:
    outside = PageOfPaper(Outgoing(user_agent="Broadsheet/0", clock=clock))
    for url in (f"{up.base}/page/doi", "http://169.254.169.254/latest/meta-data", "http://[::1]/"):
        with pytest.raises((Forbidden, Unavailable)):
            outside.identify(url)


@pytest.mark.parametrize(("name", "file"), [("P18-1001", "P18"), ("2020.acl-main.1", "2020.acl"), ("W19-52001", "W19")])
def test_the_collection_of_an_acl_paper(name: str, file: str) -> None:
    assert collection_of(Identifier("acl", name)) == file
