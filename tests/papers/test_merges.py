"""An editor's work with merging: what joined, parting for good, joining for good, and what follows."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import departed, signal
from broadsheet.errors import Conflict, Invalid
from broadsheet.papers import store
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.merges import Merges
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.papers.remerging import Remerging
from tests.conftest import NOON
from tests.invented import record


@pytest.fixture
def merges(database: Database, clock: FixedClock) -> Merges:
    return Merges(database, clock)


def _told(source: str, **changes: object) -> SourceRecord:
    """Return what another source says of the first invented paper."""
    told = {"source": source, "key": f"{source}-1", "identifiers": (), "published": date(2026, 3, 2), **changes}
    return record(1, **told)


def test_each_record_says_why_it_is_here(stored: Catalogue, merges: Merges) -> None:
    (one, *_) = stored.add(
        [record(1), _told("journal"), record(1, source="hf", title="Moss by a short name")]
    ).paper_ids
    first, second, third = merges.explain(one)
    assert (first.name, first.to, first.reason) == (f"arxiv/{record(1).key}", None, None)
    assert second.reason is not None
    assert second.reason.words == "same title, 2 of 2 authors, 2 months apart"
    assert third.reason is not None
    assert (third.reason.kind, third.reason.words) == ("identifier", "same arXiv id 2601.00001")
    assert third.to == first.record


def test_a_paper_of_very_many_records_is_explained_as_well(stored: Catalogue, merges: Merges) -> None:
    (one, *_) = stored.add([record(1, source=f"s{n}") for n in range(120)]).paper_ids
    told = merges.explain(one)
    assert len(told) == 120
    assert all(joined.reason is not None and joined.reason.kind == "identifier" for joined in told[1:])


def test_what_is_said_no_more_is_owned_to(stored: Catalogue, merges: Merges) -> None:
    (one, _) = stored.add([record(1), record(1, source="hf", title="Moss by another name")]).paper_ids
    stored.add([record(1, source="hf", title="Moss by another name", identifiers=())])
    reason = merges.explain(one)[1].reason
    assert reason is not None
    assert reason.kind == "earlier"


def test_the_newest_merged_papers_are_listed_by_reason(stored: Catalogue, merges: Merges) -> None:
    (one, *_) = stored.add([record(1), _told("journal")]).paper_ids
    (two, *_) = stored.add([record(2), record(2, source="hf")]).paper_ids
    stored.add([record(3)])
    assert [number for number, _ in merges.newest(10)] == [two, one]
    assert [number for number, _ in merges.newest(10, "title")] == [one]
    assert [number for number, _ in merges.newest(1)] == [two]
    assert merges.newest(10, "editor") == []


def test_a_split_stays_after_the_next_harvest_and_after_a_redo(
    stored: Catalogue, merges: Merges, database: Database, clock: FixedClock
) -> None:
    journal = _told("journal")
    (one, _) = stored.add([record(1), journal]).paper_ids
    clock.sleep(3600)
    done = merges.split(one, ["journal"], "another work of that title")
    ((old, new),) = done.parted
    assert old == one
    assert [told.source for told in stored.records_of(new)] == ["journal"]
    assert stored.get("2601.00001").id == one
    assert stored.get(f"paper:{new}").first_seen_at == NOON  # a work that was here all along is no news
    assert {paper.sources for paper in stored.papers([one, new])} == {("arxiv",), ("journal",)}
    stored.add([record(1, comments="Harvested again."), _told("journal", comments="And again.")])
    stored.add([_told("journal", key="journal-1", abstract="Told in other words.")])
    assert list(Remerging(database, clock).run(restart=True))
    assert [told.source for told in stored.records_of(new)] == ["journal"]
    assert [told.source for told in stored.records_of(one)] == ["arxiv"]
    (ruling,) = merges.rulings_of(new)
    assert (ruling.apart, ruling.note, ruling.made_at) == (
        True,
        "another work of that title",
        NOON + timedelta(hours=1),
    )


def test_a_record_that_knows_both_sides_of_a_split_joins_one(stored: Catalogue, merges: Merges) -> None:
    doi = Identifier("doi", "10.1000/1")
    (one, _) = stored.add([record(1), _told("journal", identifiers=(doi,))]).paper_ids
    ((_, new),) = merges.split(one, ["journal/journal-1"]).parted
    told = stored.add([record(1, source="hf", identifiers=(*record(1).identifiers, doi))])
    assert told.merged == 0
    assert {stored.get("2601.00001").id, stored.get(str(doi)).id} == {one, new}


def test_joining_takes_a_split_back(stored: Catalogue, merges: Merges) -> None:
    (one, _) = stored.add([record(1), _told("journal")]).paper_ids
    ((_, new),) = merges.split(one, ["journal"]).parted
    done = merges.join(new, one, "the same after all")
    assert done.merged == ((new, one),)
    assert stored.get(f"paper:{new}").id == one
    assert [ruling.apart for ruling in merges.rulings_of(one)] == [False]


def test_what_no_rule_would_join_an_editor_may(stored: Catalogue, merges: Merges, database: Database) -> None:
    one, two = stored.add([record(1), record(2)]).paper_ids
    merges.join(one, two)
    assert stored.get("2601.00002").id == one
    reason = merges.explain(one)[1].reason
    assert reason is not None
    assert reason.words == "an editor joined them"
    list(Remerging(database, FixedClock(NOON)).run(restart=True))
    stored.add([record(2, comments="Harvested again.")])
    assert stored.get("2601.00002").id == one


def test_what_followed_a_paper_that_was_merged_away_goes_back_with_it(
    stored: Catalogue, merges: Merges, database: Database, clock: FixedClock
) -> None:
    (one,) = stored.add([record(1)]).paper_ids
    clock.sleep(60)
    (two,) = stored.add([record(2)]).paper_ids
    later = NOON + timedelta(hours=1)
    with database.write() as connection:
        store.write_signals(connection, [(one, Signal("votes", 1, NOON)), (two, Signal("votes", 2, NOON))])
        store.write_signals(connection, [(two, Signal("votes", 5, later))])
    merges.join(one, two)
    with database.read() as connection:
        assert sorted(connection.scalars(select(signal.c.value).where(signal.c.paper_id == one))) == [1, 5]
    ((_, new),) = merges.split(one, ["arxiv/2601.00002"]).parted
    with database.read() as connection:
        votes = {
            number: sorted(connection.scalars(select(signal.c.value).where(signal.c.paper_id == number)))
            for number in (one, new)
        }
        led = dict(connection.execute(select(departed.c.paper_id, departed.c.into_id)).tuples().all())
    assert votes == {one: [1], new: [2, 5]}
    assert led == {two: new}
    assert stored.get(f"paper:{two}").id == stored.get("2601.00002").id == new


@pytest.mark.parametrize("names", [["nothing"], ["arxiv/9"], ["journal", "arxiv", "x"]])
def test_a_name_that_is_no_record_is_refused_with_those_there_are(
    stored: Catalogue, merges: Merges, names: list[str]
) -> None:
    (one, _) = stored.add([record(1), _told("journal")]).paper_ids
    with pytest.raises(Invalid, match=r"it has arxiv/2601\.00001, journal/journal-1"):
        merges.split(one, names)
    assert merges.rulings_of(one) == []


def test_a_paper_cannot_be_split_into_itself_and_nothing(stored: Catalogue, merges: Merges) -> None:
    (one, _) = stored.add([record(1), _told("journal")]).paper_ids
    with pytest.raises(Conflict, match="all records"):
        merges.split(one, ["journal", "arxiv"])
    with pytest.raises(Conflict, match="one paper already"):
        merges.join(one, one)
