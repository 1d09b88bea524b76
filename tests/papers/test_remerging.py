"""Merging what is stored anew: resumable, the same in one go or in slices, and harmless as a dry run."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import delete, select

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import record_key
from broadsheet.papers import evidence, merging, remerging
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.evidence import Reason
from broadsheet.papers.records import SourceRecord
from broadsheet.papers.remerging import Remerging
from tests.conftest import ON_BOTH, ON_SQLITE
from tests.invented import record

pytestmark = ON_SQLITE


@pytest.fixture
def anew(database: Database, clock: FixedClock) -> Remerging:
    return Remerging(database, clock)


def _journal(n: int) -> SourceRecord:
    return record(n, source="journal", key=f"j{n}", identifiers=(), published=date(2026, 4, 1))


def _never(_a: SourceRecord, _b: SourceRecord) -> Reason | None:
    return None


def _papers(catalogue: Catalogue) -> dict[int, set[str]]:
    return {one.id: {told.source for told in catalogue.records_of(one.id)} for one in catalogue.each()}


def test_by_the_rules_of_before_nothing_changes(stored: Catalogue, anew: Remerging) -> None:
    stored.add([record(n) for n in range(5)] + [_journal(n) for n in range(3)])
    before, last = list(stored.each()), stored.last_change()
    assert anew.due()
    assert all((one.parted, one.merged, one.changed) == ((), (), ()) for one in anew.run())
    assert not anew.due()
    assert list(anew.run()) == []
    assert (list(stored.each()), stored.last_change()) == (before, last)


def test_an_empty_instance_is_done_at_once(anew: Remerging) -> None:
    assert anew.step() is None
    assert not anew.due()


@ON_BOTH
def test_rules_that_join_more_join_what_is_stored(
    stored: Catalogue, anew: Remerging, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(evidence, "reason", _never)
        stored.add([record(n) for n in range(4)])
        stored.add([_journal(n) for n in range(4)])
    assert stored.count() == 8
    monkeypatch.setattr(remerging, "SLICE", 3)
    done = list(anew.run())
    assert len(done) > 1
    assert len([pair for one in done for pair in one.merged]) == 4
    assert stored.count() == 4
    assert all(sources == {"arxiv", "journal"} for sources in _papers(stored).values())


def test_rules_that_join_less_part_what_is_stored_and_the_oldest_keeps_the_number(
    stored: Catalogue, anew: Remerging, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = stored.add([record(n) for n in range(3)]).paper_ids
    stored.add([_journal(n) for n in range(3)])
    assert stored.count() == 3
    monkeypatch.setattr(evidence, "reason", _never)
    done = list(anew.run())
    assert [old for one in done for old, _ in one.parted] == list(ids)
    found = _papers(stored)
    assert all(found[one] == {"arxiv"} for one in ids)
    assert sorted(map(sorted, found.values())) == [["arxiv"]] * 3 + [["journal"]] * 3
    assert stored.get(record(1).key).id == ids[1]


def test_a_dry_run_says_the_same_and_changes_nothing(
    stored: Catalogue, anew: Remerging, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(evidence, "reason", _never)
        stored.add([record(n) for n in range(4)])
        stored.add([_journal(n) for n in range(4)])
    before_, last = _papers(stored), stored.last_change()
    monkeypatch.setattr(remerging, "SLICE", 20)
    (dry,) = anew.run(dry=True)
    assert (_papers(stored), stored.last_change(), anew.due()) == (before_, last, True)
    (wet,) = anew.run()
    assert dry.merged == wet.merged != ()


@ON_BOTH
def test_it_goes_on_where_it_stopped_and_begins_again_when_asked_or_by_new_rules(
    stored: Catalogue, anew: Remerging, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.add([record(n) for n in range(6)])
    monkeypatch.setattr(remerging, "SLICE", 2)
    seen: list[tuple[int, int | None]] = []
    assert anew.step() is not None
    assert len(list(Remerging(database, clock).run(lambda done, total: seen.append((done, total))))) == 2
    assert seen == [(2, 6), (4, 6)]
    assert len(list(anew.run(restart=True))) == 3
    monkeypatch.setattr(merging, "RULES", merging.RULES + 1)
    assert anew.due()
    assert len(list(anew.run())) == 3


@ON_BOTH
def test_keys_that_an_older_version_never_made_are_made(stored: Catalogue, anew: Remerging, database: Database) -> None:
    (one,) = stored.add([record(1)]).paper_ids
    with database.write() as connection:
        connection.execute(delete(record_key))
    (other,) = stored.add([_journal(1)]).paper_ids
    assert other != one
    (done,) = anew.run()
    assert done.merged == ((other, one),)
    with database.read() as connection:
        assert len(connection.execute(select(record_key)).all()) >= 2


@ON_BOTH
def test_two_that_go_on_at_once_share_the_work(
    stored: Catalogue, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.add([record(n) for n in range(40)])
    monkeypatch.setattr(remerging, "SLICE", 4)
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(lambda _: len(list(Remerging(database, clock).run())), range(2)))
    assert sum(done) == 10
    assert not Remerging(database, clock).due()
