"""Which records and stored papers are one work: what is compared, and the works that come of it."""

import random
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from broadsheet.database.engine import Database
from broadsheet.papers import blocking, merging, works
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import SourceRecord
from broadsheet.papers.rulings import Key
from broadsheet.papers.works import Found, Work
from tests.invented import record

ACL, DOI = Identifier("acl", "2027.moss-1.1"), Identifier("doi", "10.1000/1")


def found(database: Database, *arrivals: SourceRecord, homes: dict[Key, int] | None = None) -> Found:
    """Sort these records into works, as `intake` would ask."""
    keys = [blocking.keys_of(one) for one in arrivals]
    with database.write() as connection:
        return works.find(connection, arrivals, keys, homes or {})


def sorted_out(found: Found) -> list[tuple[set[int], list[int]]]:
    return [(work.papers, sorted(work.arrivals)) for work in found.works]


def keys_said(work: Work) -> set[tuple[str, str]]:
    return {(one.source, one.key) for one in work.said}


def elsewhere(n: int, source: str = "acl-anthology", **changes: object) -> SourceRecord:
    """Return the n-th invented work as a source told it that shares no identifier with arXiv."""
    return record(n, source=source, key=f"{source}-{n}", **{"identifiers": (), **changes})


def test_strangers_are_works_of_their_own_in_the_order_in_which_they_came(database: Database) -> None:
    told = found(database, record(3), record(1), record(2))
    assert sorted_out(told) == [(set(), [0]), (set(), [1]), (set(), [2])]
    assert (told.before, told.owners) == ({}, {})
    assert found(database).works == []


def test_records_of_one_batch_meet_by_identifier_and_by_title(sqlite: Database) -> None:
    by_name = record(1, source="hf", key="hf-1", title="Another headline")
    told = found(sqlite, record(1), record(2), elsewhere(2), by_name)
    assert sorted_out(told) == [(set(), [0, 3]), (set(), [1, 2])]
    assert keys_said(told.works[0]) == {("arxiv", record(1).key), ("hf", "hf-1")}


def test_what_is_stored_comes_first_with_all_that_was_said_of_it(stored: Catalogue, database: Database) -> None:
    one, two = stored.add([record(1), record(2, identifiers=(*record(2).identifiers, DOI))]).paper_ids
    told = found(database, record(9), elsewhere(2, identifiers=(DOI,)), elsewhere(1))
    assert sorted_out(told) == [({one}, [2]), ({two}, [1]), (set(), [0])]
    assert keys_said(told.works[0]) == {("arxiv", record(1).key), ("acl-anthology", "acl-anthology-1")}
    assert {paper_id: [one.key for one in said] for paper_id, said in told.before.items()} == {
        one: [record(1).key],
        two: [record(2).key],
    }
    assert told.owners == {DOI: two, record(1).identifiers[0]: one, record(2).identifiers[0]: two}


def test_a_stored_paper_that_is_only_looked_at_is_no_work_of_the_batch(stored: Catalogue, database: Database) -> None:
    (one,) = stored.add([record(1)]).paper_ids
    namesake = record(1, key="2601.00009", identifiers=(Identifier("arxiv", "2601.00009"),), abstract="Of birds.")
    told = found(database, namesake)
    assert sorted_out(told) == [(set(), [0])]  # arXiv lists both, so they are two
    assert set(told.before) == {one}


def test_a_new_wording_takes_the_place_of_the_old_and_keeps_its_home(stored: Catalogue, database: Database) -> None:
    (one,) = stored.add([record(1), elsewhere(1)]).paper_ids[:1]
    anew = record(1, title="On salt, rewritten", identifiers=(), authors=("Zoe Quince",))
    told = found(database, anew, homes={("arxiv", record(1).key): one})
    assert sorted_out(told) == [({one}, [0])]
    assert sorted((one.source, one.title) for one in told.works[0].said) == [
        ("acl-anthology", record(1).title),
        ("arxiv", "On salt, rewritten"),
    ]
    # The identifier that it names no more is still told, so that it can be given up.
    assert told.owners == {record(1).identifiers[0]: one}


def test_a_record_that_knows_two_stored_papers_joins_them(stored: Catalogue, database: Database) -> None:
    one, two = stored.add([record(1), elsewhere(5, identifiers=(ACL,))]).paper_ids
    told = found(database, record(1, source="hf", key="both", identifiers=(*record(1).identifiers, ACL)))
    assert sorted_out(told) == [({one, two}, [0])]


def test_a_chain_within_a_batch_is_one_work_in_any_order(sqlite: Database) -> None:
    chain = [
        record(1, identifiers=(DOI,)),
        record(2, source="hf", identifiers=(DOI, Identifier("openalex", "W12345"))),
        record(3, source="b", identifiers=(Identifier("openalex", "W12345"), Identifier("s2", "corpus:7"))),
        record(4, source="c", identifiers=(Identifier("s2", "corpus:7"),)),
    ]
    for seed in range(6):
        random.Random(seed).shuffle(chain)
        (work,) = found(sqlite, *chain).works
        assert len(work.said) == len(work.arrivals) == 4


def test_a_title_leads_to_a_stored_paper_of_the_years_beside(stored: Catalogue, database: Database) -> None:
    (one,) = stored.add([record(1, published=date(2025, 12, 30))]).paper_ids
    assert sorted_out(found(database, elsewhere(1, published=date(2026, 6, 1)))) == [({one}, [0])]
    assert sorted_out(found(database, elsewhere(1, published=date(2028, 6, 1)))) == [(set(), [0])]


def test_of_one_title_only_so_many_are_compared(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def counted(_mine: Sequence[SourceRecord], _others: Sequence[SourceRecord]) -> bool:
        nonlocal compared
        compared += 1
        return False

    monkeypatch.setattr(merging, "one_by_evidence", counted)
    told = found(sqlite, *(record(1, key=str(n), identifiers=()) for n in range(200)))
    assert len(told.works) == 200
    assert compared <= 200 * 20


def test_a_batch_costs_the_same_few_statements_whatever_its_size(catalogue: Catalogue, sqlite: Database) -> None:
    catalogue.add([record(n) for n in range(40)])
    asked: list[str] = []
    event.listen(sqlite.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    counts = []
    for size in (2, 80):
        asked.clear()
        found(sqlite, *(elsewhere(n) for n in range(size)))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


_NAMES = [Identifier("doi", f"10.1000/{n}") for n in range(6)]


@given(st.lists(st.lists(st.sampled_from(_NAMES), max_size=3, unique=True), max_size=10))
@settings(max_examples=60)
def test_works_are_the_connected_parts_of_who_shares_an_identifier(shared: list[list[Identifier]]) -> None:
    arrivals = [
        record(n, source=f"s{n}", title=f"Moss number {'x' * (n + 1)}", identifiers=tuple(own))
        for n, own in enumerate(shared)
    ]
    joining = works._Joining(arrivals, {})
    joining.meet(((one, place) for place, own in enumerate(shared) for one in own), {})
    parts: list[tuple[set[Identifier], set[int]]] = []
    for place, own in enumerate(shared):
        touching = [part for part in parts if part[0] & set(own)]
        merged = set(own).union(*(names for names, _ in touching)), {place}.union(*(at for _, at in touching))
        parts = [part for part in parts if part not in touching] + [merged]
    assert sorted(sorted(work.arrivals) for work in joining.touched()) == sorted(sorted(at) for _, at in parts)
    assert sum(len(work.said) for work in joining.touched()) == len(arrivals)
