from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Invalid, NotFound
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, Version
from tests.conftest import NOON
from tests.invented import record

FULL = record(
    1,
    identifiers=(Identifier("doi", "10.1000/1"), Identifier("arxiv", "2601.00001")),
    venue="Journal of Moss",
    licence="CC-BY-4.0",
    comments="9 pages, <b>bold</b>",
    date_precision="month",
    artefacts=(Artefact("code", "https://github.com/quill/looms", "MIT", 7, NOON, "hf"),),
    versions=(Version(Identifier("arxiv", "2601.00001"), 1, date(2026, 1, 2)),),
)


def test_a_paper_comes_out_as_it_was_told(stored: Catalogue) -> None:
    (number,) = stored.add([FULL]).paper_ids
    paper = stored.get("arxiv:2601.00001")
    assert paper.id == number
    for name in ("title", "abstract", "authors", "published", "categories", "links", "venue", "comments", "versions"):
        assert getattr(paper, name) == getattr(FULL, name)
    assert [str(one) for one in paper.identifiers] == ["arxiv:2601.00001", "doi:10.1000/1"]
    told = [(one.kind, one.url, one.licence, one.stars, one.found_in) for one in FULL.artefacts]
    assert [(one.kind, one.url, one.licence, one.stars, one.found_in) for one in paper.artefacts] == told
    assert paper.licence == "CC-BY-4.0"
    assert paper.date_precision == "month"
    assert paper.sources == ("arxiv",)
    assert paper.first_seen_at == paper.updated_at == NOON
    assert paper.change == stored.last_change()
    assert paper.key == "arxiv:2601.00001"


@pytest.mark.parametrize(
    "key",
    [
        "arxiv:2601.00001",
        "2601.00001v4",
        "https://arxiv.org/pdf/2601.00001",
        "https://doi.org/10.1000/1",
        "DOI:10.1000/1",
    ],
)
def test_any_name_of_a_paper_finds_it(catalogue: Catalogue, key: str) -> None:
    (number,) = catalogue.add([FULL]).paper_ids
    assert catalogue.get(key).id == number
    assert catalogue.get(f"paper:{number}").id == number


@pytest.mark.parametrize(
    "key", ["", "moss", "paper:", "paper:x", "paper:-1", "paper:1e3", "paper:٣", "paper:" + "9" * 40, "x" * 10_000]
)
def test_what_names_no_paper_is_invalid(catalogue: Catalogue, key: str) -> None:
    with pytest.raises(Invalid) as caught:
        catalogue.get(key)
    assert caught.value.field == "id"
    assert len(caught.value.message) < 400


@pytest.mark.parametrize("key", ["arxiv:2601.09999", "paper:0", "paper:999999999999999", "10.1000/2"])
def test_a_paper_that_is_not_here_is_not_found(stored: Catalogue, key: str) -> None:
    stored.add([FULL])
    with pytest.raises(NotFound, match="not among"):
        stored.get(key)


def test_find_by_identifier(catalogue: Catalogue) -> None:
    catalogue.add([FULL])
    found = catalogue.find(Identifier("doi", "10.1000/1"))
    assert found is not None
    assert found.title == FULL.title
    assert catalogue.find(Identifier("doi", "10.1000/2")) is None


def test_papers_come_in_the_order_asked_for(stored: Catalogue) -> None:
    ids = stored.add([record(n) for n in range(5)]).paper_ids
    asked = [ids[3], 10**9, ids[0], ids[4]]
    assert [paper.id for paper in stored.papers(asked)] == [ids[3], ids[0], ids[4]]
    assert stored.papers([]) == []


def test_changes_are_read_on_from_a_number_in_bites(stored: Catalogue) -> None:
    ids = stored.add([record(n) for n in range(5)]).paper_ids
    stored.add([record(2, title="On moss, retitled")])
    first = stored.changes_after(0, limit=3)
    assert [change.paper_id for change in first] == [ids[0], ids[1], ids[3]]
    rest = stored.changes_after(first[-1].change)
    assert [change.paper_id for change in rest] == [ids[4], ids[2]]
    assert rest[-1].paper is not None
    assert rest[-1].paper.title == "On moss, retitled"
    assert rest[-1].change == stored.last_change()
    assert stored.changes_after(stored.last_change()) == []


def test_count_follows_what_comes_and_goes(stored: Catalogue, database: Database, clock: FixedClock) -> None:
    assert stored.count() == 0
    stored.add([record(n) for n in range(7)])
    assert stored.count() == 7
    # One more comes, and in the same breath two that were counted prove to be one.
    both = (Identifier("arxiv", "2601.00001"), Identifier("arxiv", "2601.00002"))
    stored.add([record(8), record(1, source="file", key="both", identifiers=both)])
    assert stored.count() == 7 == Catalogue(database, clock).count() == len(list(stored.each()))
    stored.add([record(3, comments="changed")])
    assert stored.count() == 7


def test_counting_again_looks_only_at_what_is_new(sqlite: Database, clock: FixedClock) -> None:
    catalogue = Catalogue(sqlite, clock)
    catalogue.add([record(n) for n in range(3)])
    catalogue.count()
    asked: list[str] = []
    event.listen(sqlite.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    catalogue.count()
    assert not any("count(" in statement for statement in asked)
    catalogue.add([record(9)])
    asked.clear()
    assert catalogue.count() == 4
    counts = [statement for statement in asked if "count(" in statement]
    assert counts
    assert all("WHERE" in statement or "hidden_paper" in statement for statement in counts)  # hidden ones are few


def test_newest_first(stored: Catalogue) -> None:
    days = [date(2026, 1, 3), None, date(2026, 1, 5), date(2025, 1, 1)]
    stored.add([record(n, published=day) for n, day in enumerate(days)])
    assert [paper.published for paper in stored.newest(2)] == [date(2026, 1, 5), date(2026, 1, 3)]


def test_new_between_counts_news_only(stored: Catalogue, clock: FixedClock) -> None:
    stored.add([record(0, published=date(2026, 1, 14))])
    clock.sleep(3600)
    start = clock.now()
    stored.add(
        [
            record(1, published=date(2026, 1, 14)),
            record(2, published=date(2026, 1, 15)),
            record(3, published=date(2019, 1, 14)),  # old, from a file
            record(4, published=None),
            record(5, published=date(2026, 1, 15), withdrawn=True),
            record(6, published=date(2026, 1, 15), summary=True),
        ]
    )
    asked = {"published_since": date(2026, 1, 1), "limit": 1}
    count, papers = stored.new_between(start, start + timedelta(seconds=1), **asked)  # type: ignore[arg-type]
    assert (count, [paper.published for paper in papers]) == (2, [date(2026, 1, 15)])
    assert stored.new_between(start + timedelta(seconds=1), start + timedelta(hours=1), **asked) == (0, [])  # type: ignore[arg-type]


def test_came_between_tells_when_each_came_in(stored: Catalogue, clock: FixedClock) -> None:
    start = clock.now()
    stored.add([record(0)])
    clock.sleep(60)
    records = [record(1, published=date(2019, 1, 14)), record(2, withdrawn=True), record(3, summary=True)]
    old, _, _ = stored.add(records).paper_ids
    assert stored.came_between(start, clock.now()) == {old: clock.now()}
    assert stored.came_between(clock.now(), clock.now()) == {}


def test_by_source_pages_through_a_source(stored: Catalogue) -> None:
    stored.add([*(record(n) for n in range(4)), record(9, source="hf")])
    assert [paper.key for paper in stored.by_source("arxiv", 2, 1)] == ["arxiv:2601.00001", "arxiv:2601.00002"]
    assert [paper.key for paper in stored.by_source("hf", 10)] == ["arxiv:2601.00009"]


def test_each_gives_every_paper_once_whatever_the_batch(stored: Catalogue) -> None:
    ids = stored.add([record(n) for n in range(7)]).paper_ids
    assert [paper.id for paper in stored.each(batch=3)] == sorted(ids)


def test_records_of_tells_what_each_source_said(stored: Catalogue) -> None:
    hugging = record(1, source="hf", abstract="Shortened.")
    (number, _) = stored.add([record(1), hugging]).paper_ids
    said = {one.source: one.abstract for one in stored.records_of(number)}
    assert said == {"arxiv": record(1).abstract, "hf": "Shortened."}
    assert stored.records_of(10**9) == []


def test_reading_takes_few_statements(sqlite: Database, clock: FixedClock) -> None:
    catalogue = Catalogue(sqlite, clock)
    ids = catalogue.add(
        [
            replace(FULL, key=str(n), identifiers=(Identifier("doi", f"10.1/{n}"),), title=f"On moss number {n}")
            for n in range(50)
        ]
    )
    asked: list[str] = []
    event.listen(sqlite.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert len(catalogue.papers(ids.paper_ids)) == 50
    assert len(asked) <= 5


def test_papers_after_a_number_come_in_its_order(stored: Catalogue) -> None:
    stored.add([record(n, published=date(2026, 1, n)) for n in range(1, 6)])
    numbers = [paper.id for paper in stored.each()]
    assert [paper.id for paper in stored.after(0, 2)] == numbers[:2]
    assert [paper.id for paper in stored.after(numbers[1], 9)] == numbers[2:]
    assert [paper.id for paper in stored.after(0, 9, date(2026, 1, 4))] == numbers[3:]
    assert stored.after(numbers[-1], 9) == []


def test_authors_of_what_came_in_between_two_moments(stored: Catalogue, clock: FixedClock) -> None:
    start = clock.now()
    stored.add([record(1)])
    clock.sleep(60)
    (second,) = stored.add([record(2)]).paper_ids
    assert stored.authors_between(start, clock.now()) == {second: record(2).authors}


def test_a_category_is_held_by_its_own_papers_and_those_below_it(stored: Catalogue) -> None:
    stored.add([record(1, categories=("cs.IR", "Salt % maps"))])
    for code in ("cs.IR", "CS.ir", "cs", "salt % maps"):
        assert stored.holds_category(code)
    for code in ("cs.I", "c", "IR", "salt _ maps", "cs.IR.x", '"', "cs.IR%"):
        assert not stored.holds_category(code)
