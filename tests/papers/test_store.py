"""The SQL of papers, asked statement by statement on both databases."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import IntegrityError

from broadsheet.database.engine import Database
from broadsheet.database.schema import artefact, departed, identifier, paper, signal, source_record, version
from broadsheet.papers import batches, blocking, departing, paper_store, store, wire
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.merging import combine
from broadsheet.papers.paper import Artefact, Version
from broadsheet.papers.records import Signal, SourceRecord
from tests.conftest import NOON
from tests.invented import record

LOOMS, MAPS = Artefact("code", "https://example.org/looms"), Artefact("data", "https://example.org/maps")
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.write() as opened:
        yield opened


def arxiv(n: int) -> Identifier:
    return Identifier("arxiv", f"2601.{n:05d}")


def put(connection: Connection, paper_id: int, *said: SourceRecord, change: int | None = None) -> None:
    """Store a paper and its records, as `intake` would."""
    store.write_papers(connection, {paper_id: combine(said)}, {}, change or paper_id, NOON)
    rows = [
        {
            "source": one.source,
            "key": one.key,
            "paper_id": paper_id,
            "digest": wire.digest(wire.dumps(one)),
            "record": wire.dumps(one),
            "payload": "{}",
            "received_at": NOON,
        }
        for one in said
    ]
    store.write_records(connection, rows, [])
    ids = store.known_records(connection, [(one.source, one.key) for one in said])
    store.write_keys(connection, {ids[one.source, one.key].id: blocking.keys_of(one) for one in said}, fresh=True)


def number(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


@given(st.lists(st.integers(), max_size=20), st.integers(1, 7))
def test_chunks_lose_nothing_and_keep_the_order(values: list[int], size: int) -> None:
    cut = list(batches.chunks(iter(values), size))
    assert [value for some in cut for value in some] == values
    assert all(0 < len(some) <= size for some in cut)


def test_a_record_is_known_by_source_and_key_together(connection: Connection) -> None:
    put(connection, 1, record(1))
    put(connection, 2, record(2, source="hf", key=record(1).key))
    asked = [("arxiv", record(1).key), ("hf", record(1).key), ("acl", record(1).key), ("hf", "nothing")]
    found = store.known_records(connection, asked)
    assert {key: row.paper_id for key, row in found.items()} == {asked[0]: 1, asked[1]: 2}
    assert found[asked[0]].digest == wire.digest(wire.dumps(record(1)))
    assert store.known_records(connection, []) == {}


def test_an_identifier_has_its_owner_by_scheme_and_value_together(connection: Connection) -> None:
    put(connection, 1, record(1))
    put(connection, 2, record(2, identifiers=(Identifier("doi", "10.1/2"), arxiv(2))))
    asked = [arxiv(1), arxiv(2), Identifier("doi", "10.1/2"), Identifier("acl", arxiv(1).value), arxiv(9)]
    assert store.owners(connection, asked) == {asked[0]: 1, asked[1]: 2, asked[2]: 2}


def test_a_key_leads_to_every_paper_of_which_a_record_bears_it(connection: Connection) -> None:
    put(connection, 1, record(1))
    put(connection, 2, record(2), record(3, source="hf", title=record(1).title, authors=record(1).authors))
    key, other = (next(iter(blocking.keys_of(record(n)))) for n in (1, 2))
    found = store.by_key(connection, [key, other, 7])
    paper_of = store.papers_of(connection, [one for records in found.values() for one, _ in records])
    assert {key: {paper_of[one] for one, _ in records} for key, records in found.items()} == {key: {1, 2}, other: {2}}


def test_a_record_bears_its_newest_keys_alone(connection: Connection) -> None:
    put(connection, 1, record(1))
    row = store.known_records(connection, [("arxiv", record(1).key)])["arxiv", record(1).key]
    store.write_keys(connection, {row.id: {4: 0, 5: 9}})
    found = store.by_key(connection, [*blocking.keys_of(record(1)), 4, 5])
    assert found == {4: [(row.id, 0)], 5: [(row.id, 9)]}


def test_more_can_be_asked_than_one_statement_holds(sqlite: Database) -> None:
    with sqlite.write() as connection:
        for n in range(1, 4):
            put(connection, n, record(n))
        many = range(40_000)  # SQLite takes 32,766 values at once
        assert store.owners(connection, map(arxiv, many)) == {arxiv(n): n for n in range(1, 4)}
        assert len(store.known_records(connection, [("arxiv", f"2601.{n:05d}") for n in many])) == 3
        assert sorted(paper_store.papers(connection, many)) == sorted(store.records_of(connection, many)) == [1, 2, 3]


def test_records_are_told_oldest_first_as_they_were_said(connection: Connection) -> None:
    said = [record(1, source=source, key=source, abstract=f"Told by {source}.", payload={}) for source in "zam"]
    put(connection, 1, *said)
    assert store.records_of(connection, [1, 2]) == {1: said}


def test_a_changed_record_keeps_its_place(connection: Connection) -> None:
    put(connection, 1, record(1, source="z"), record(1, source="a"))
    row = store.known_records(connection, [("z", record(1).key)])["z", record(1).key]
    fresh = record(1, source="z", abstract="Anew.", payload={})
    store.write_records(connection, [], [{"id": row.id, "digest": "new", "record": wire.dumps(fresh)}])
    assert [one.abstract for one in store.records_of(connection, [1])[1]] == ["Anew.", record(1).abstract]
    assert store.known_records(connection, [("z", record(1).key)])["z", record(1).key].digest == "new"
    assert number(connection, source_record) == 2


def test_fresh_and_old_papers_take_the_next_change_numbers_in_turn(connection: Connection) -> None:
    put(connection, 1, record(1))
    fresh = {5: combine([record(5)]), 4: combine([record(4)])}
    store.write_papers(connection, fresh, {1: combine([record(1, comments="Anew.")])}, 11, LATER)
    found = paper_store.papers(connection, [1, 4, 5])
    assert {one.id: one.change for one in found.values()} == {5: 11, 4: 12, 1: 13}
    assert (found[1].first_seen_at, found[1].updated_at) == (NOON, LATER)
    assert found[4].first_seen_at == found[4].updated_at == LATER


def test_two_papers_may_exchange_their_identifiers_in_one_batch(connection: Connection) -> None:
    put(connection, 1, record(1))
    put(connection, 2, record(2))
    swapped = {1: combine([record(1, identifiers=(arxiv(2),))]), 2: combine([record(2, identifiers=(arxiv(1),))])}
    store.write_papers(connection, {}, swapped, 3, LATER)
    assert store.owners(connection, [arxiv(1), arxiv(2)]) == {arxiv(1): 2, arxiv(2): 1}


def test_what_a_changed_paper_no_longer_has_is_gone(connection: Connection) -> None:
    told = record(1, artefacts=(LOOMS, MAPS), versions=(Version(arxiv(1), 1, None), Version(arxiv(1), 2, None)))
    put(connection, 1, told)
    put(connection, 2, record(2, artefacts=(MAPS,)))
    left = combine([record(1, artefacts=(MAPS,), identifiers=())])
    store.write_papers(connection, {}, {1: left}, 3, LATER)
    found = paper_store.papers(connection, [1, 2])
    assert (found[1].artefacts, found[1].versions, found[1].identifiers) == ((MAPS,), (), ())
    assert found[2].artefacts == (MAPS,)
    assert store.owners(connection, [arxiv(1)]) == {}


def test_an_artefact_alone_is_rewritten_without_a_change_of_the_paper(connection: Connection) -> None:
    put(connection, 1, record(1, artefacts=(LOOMS,)))
    put(connection, 2, record(2, artefacts=(LOOMS,)))
    before = paper_store.papers(connection, [1])[1]
    starred = Artefact(
        "code", LOOMS.url, "MIT", 7, NOON, "hf", True, "Hugging Face lists it as the paper’s repository."
    )
    store.write_artefacts(connection, {1: combine([record(1, artefacts=(starred,))])})
    found = paper_store.papers(connection, [1, 2])
    assert (found[1].artefacts, found[2].artefacts) == ((starred,), (LOOMS,))
    assert (found[1].change, found[1].updated_at) == (before.change, before.updated_at)


def test_papers_carry_identifiers_by_place_and_the_rest_in_its_order(connection: Connection) -> None:
    versions = tuple(Version(arxiv(1), n, date(2026, 1, n)) for n in (3, 1, 2))
    named = (Identifier("doi", "10.1/9"), Identifier("doi", "10.1/1"), arxiv(1))
    put(connection, 1, record(1, identifiers=named, versions=versions, artefacts=(MAPS, LOOMS)))
    put(connection, 2, record(2, published=None, identifiers=(), withdrawn=True))
    found = paper_store.papers(connection, [2, 1, 2, 99])
    assert set(found) == {1, 2}
    assert [str(one) for one in found[1].identifiers] == ["arxiv:2601.00001", "doi:10.1/9", "doi:10.1/1"]
    assert [one.number for one in found[1].versions] == [1, 2, 3]
    assert found[1].artefacts == (LOOMS, MAPS)  # by address
    assert (found[2].published, found[2].withdrawn, found[2].key) == (None, True, "paper:2")


def test_who_departs_leads_on_through_any_number_of_redirects(connection: Connection) -> None:
    for n in range(1, 5):
        put(connection, n, record(n))
    for change, (loser, survivor) in enumerate([(4, 3), (3, 2), (2, 1)], 10):
        departing.depart(connection, loser, survivor, change)
    led = connection.execute(select(departed.c.paper_id, departed.c.into_id, departed.c.change).order_by("change"))
    assert [tuple(row) for row in led] == [(4, 1, 10), (3, 1, 11), (2, 1, 12)]
    assert list(paper_store.papers(connection, range(9))) == [1]
    assert [one.key for one in store.records_of(connection, range(9))[1]] == [record(n).key for n in range(1, 5)]
    assert set(store.owners(connection, map(arxiv, range(9))).values()) == {1}


def test_of_what_both_papers_have_the_survivors_own_stays(connection: Connection) -> None:
    mine, theirs = Artefact("code", LOOMS.url, "MIT", 7), Artefact("code", LOOMS.url, None, 1)
    put(connection, 1, record(1, artefacts=(mine,), versions=(Version(arxiv(1), 1, date(2026, 1, 1)),)))
    put(connection, 2, record(2, artefacts=(theirs, MAPS), versions=(Version(arxiv(1), 1, None),)))
    store.write_signals(connection, [(1, Signal("votes", 5, NOON)), (2, Signal("votes", 3, NOON))])
    store.write_signals(connection, [(2, Signal("votes", 9, LATER))])
    departing.depart(connection, 2, 1, 10)
    found = paper_store.papers(connection, [1])[1]
    assert found.artefacts == (mine, MAPS)
    assert found.versions == (Version(arxiv(1), 1, date(2026, 1, 1)),)
    kept = connection.execute(select(signal.c.paper_id, signal.c.value).order_by(signal.c.observed_at))
    assert [tuple(row) for row in kept] == [(1, 5), (1, 9)]
    assert [number(connection, table) for table in (paper, artefact, version)] == [1, 2, 1]


def test_of_one_moment_the_last_observation_stays(connection: Connection) -> None:
    put(connection, 1, record(1))
    store.write_signals(connection, [])
    store.write_signals(connection, [(1, Signal("votes", 1, NOON)), (1, Signal("votes", 2, NOON, began_at=NOON))])
    store.write_signals(connection, [(1, Signal("stars", 8, NOON)), (1, Signal("votes", 3, NOON))])
    kept = connection.execute(select(signal.c.kind, signal.c.value, signal.c.began_at).order_by(signal.c.kind))
    assert [tuple(row) for row in kept] == [("stars", 8, None), ("votes", 3, None)]


def test_an_identifier_belongs_to_one_paper_whatever_is_asked_of_the_store(database: Database) -> None:
    with database.write() as connection:
        put(connection, 1, record(1))
    with pytest.raises(IntegrityError), database.write() as connection:
        put(connection, 2, record(2, identifiers=(arxiv(1),)))
    with database.read() as connection:
        assert number(connection, paper) == number(connection, identifier) == 1  # nothing of the second was kept


def test_papers_are_read_in_one_state_even_while_another_writes(database: Database) -> None:
    with database.write() as connection:
        put(connection, 1, record(1, artefacts=(LOOMS,)))
    with database.read() as reading:
        before = paper_store.papers(reading, [1])
        with database.write() as writing:
            changed = combine([record(1, comments="Anew.", artefacts=(MAPS,))])
            store.write_papers(writing, {}, {1: changed}, 2, LATER)
        assert paper_store.papers(reading, [1]) == before
    with database.read() as reading:
        found = paper_store.papers(reading, [1])[1]
    assert (found.comments, found.artefacts) == ("Anew.", (MAPS,))
