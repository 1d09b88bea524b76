"""Taking records in: on both databases where rows matter, on SQLite where only the sorting into works does."""

import random
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, insert, select

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import (
    artefact,
    edition,
    edition_place,
    identifier,
    metadata,
    paper,
    signal,
    source_record,
)
from broadsheet.papers import store
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, Version
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.papers.signals import SignalLog
from tests.conftest import NOON
from tests.invented import record

DOI = Identifier("doi", "10.1000/1")
ARXIV_1, ARXIV_2 = Identifier("arxiv", "2601.00001"), Identifier("arxiv", "2601.00002")


def _proceedings(n: int, **changes: object) -> SourceRecord:
    """Return what the ACL Anthology might say of the n-th invented paper, a year later."""
    acl = Identifier("acl", f"2027.moss-1.{n}")
    told = record(
        n, source="acl-anthology", key=acl.value, identifiers=(acl,), published=date(2027, 6, 1), venue="Moss 27"
    )
    return replace(told, links=(), **changes)  # type: ignore[arg-type]


def test_added_twice_changes_nothing(stored: Catalogue) -> None:
    records = [record(n) for n in range(5)]
    first = stored.add(records)
    assert (first.added, first.changed, first.unchanged, first.merged) == (5, 0, 0, 0)
    last, before = stored.last_change(), list(stored.each())
    again = stored.add(records)
    assert (again.added, again.changed, again.unchanged, again.merged) == (0, 0, 5, 0)
    assert again.paper_ids == first.paper_ids
    assert (stored.last_change(), list(stored.each())) == (last, before)


def test_nothing_is_taken_in(catalogue: Catalogue) -> None:
    assert catalogue.add([]).paper_ids == ()
    assert catalogue.last_change() == 0


def test_a_changed_record_changes_its_paper_alone(stored: Catalogue, clock: FixedClock) -> None:
    ids = stored.add([record(1), record(2)]).paper_ids
    last = stored.last_change()
    clock.sleep(60)
    again = stored.add([record(1, abstract="Revised."), record(2)])
    assert (again.added, again.changed, again.unchanged) == (0, 1, 1)
    changed, untouched = stored.papers(ids)
    assert (changed.abstract, changed.change, changed.updated_at) == ("Revised.", last + 1, clock.now())
    assert changed.first_seen_at == untouched.updated_at == NOON
    assert stored.last_change() == last + 1


def test_the_last_word_of_a_batch_counts(stored: Catalogue) -> None:
    told = stored.add([record(1), record(1, title="On moss, the last word")])
    assert (told.added, told.unchanged, len(set(told.paper_ids))) == (1, 1, 1)
    assert stored.get("2601.00001").title == "On moss, the last word"


def test_stars_and_votes_are_kept_and_are_no_change(stored: Catalogue, database: Database, clock: FixedClock) -> None:
    def told(stars: int, votes: int, at: datetime) -> SourceRecord:
        code = Artefact("code", "https://github.com/quill/looms", stars=stars, found_in="hf")
        return record(1, source="hf", artefacts=(code,), signals=(Signal("votes", votes, at),))

    (number,) = stored.add([told(7, 1, NOON)]).paper_ids
    last = stored.last_change()
    clock.sleep(60)
    assert stored.add([told(9, 2, clock.now())]).unchanged == 1
    assert stored.last_change() == last
    assert [one.stars for one in stored.get(f"paper:{number}").artefacts] == [9]
    assert [one.value for one in SignalLog(database, clock).of([number])[number]] == [1, 2]


def test_sources_meet_in_one_paper_by_identifier(stored: Catalogue) -> None:
    (one,) = stored.add([record(1)]).paper_ids
    hugging = record(1, source="hf", title="Quite another title", abstract="Short.")
    told = stored.add([hugging])
    assert (told.added, told.changed, told.paper_ids) == (0, 1, (one,))
    assert stored.get("2601.00001").sources == ("arxiv", "hf")
    assert stored.get("2601.00001").title == record(1).title


def test_preprint_and_proceedings_meet_by_title(stored: Catalogue) -> None:
    (one,) = stored.add([record(1)]).paper_ids
    assert stored.add([_proceedings(1)]).paper_ids == (one,)
    found = stored.get("acl:2027.moss-1.1")
    assert (found.key, found.venue, found.published) == ("arxiv:2601.00001", "Moss 27", record(1).published)


@pytest.mark.parametrize(
    "title", ["Introduction", "Preface", "Message from the Program Chairs", "!!!", "2025 2026 2027 2028"]
)
def test_titles_that_name_nothing_merge_nothing(catalogue: Catalogue, title: str) -> None:
    told = catalogue.add([record(1, title=title), _proceedings(1, title=title)])
    assert told.added == 2


def test_one_source_that_lists_a_title_twice_means_two(catalogue: Catalogue) -> None:
    yearly = [record(n, title="Annual report of the salt map office", authors=("Ada Quill",)) for n in (1, 2)]
    assert catalogue.add(yearly[:1]).added == 1
    assert catalogue.add(yearly[1:]).added == 1


def test_a_doi_that_two_works_claim_stays_with_the_first(stored: Catalogue) -> None:
    (one,) = stored.add([record(1, identifiers=(ARXIV_1, DOI))]).paper_ids
    second = record(2, identifiers=(ARXIV_2, DOI))
    (two,) = stored.add([second]).paper_ids
    assert one != two
    assert stored.get(str(DOI)).id == one
    assert stored.get(str(ARXIV_2)).identifiers == (ARXIV_2,)
    last = stored.last_change()
    assert stored.add([second]).unchanged == 1
    assert stored.last_change() == last
    # The first gives it up: it is free for whoever names it next.
    stored.add([record(1)])
    stored.add([replace(second, comments="revised")])
    assert stored.get(str(DOI)).id == two


def test_two_claims_on_one_doi_in_one_batch(stored: Catalogue) -> None:
    told = stored.add([record(n, identifiers=(Identifier("arxiv", f"2601.0000{n}"), DOI)) for n in (1, 2, 3)])
    assert told.added == 3
    assert stored.get(str(DOI)).id == told.paper_ids[0]


def _hang_rows_on(database: Database, paper_ids: tuple[int, ...]) -> None:
    """Give each paper a place in an edition, and signals of which one is alike for all."""
    with database.write() as connection:
        known = {"period": "day", "starts_on": date(2026, 1, 15), "number": 1, "published_at": NOON, "new_papers": 2}
        connection.execute(insert(edition).values(id=1, notice="", **known))
        for place, paper_id in enumerate(paper_ids):
            told = {"paper_id": paper_id, "score": 1.0, "parts": "[]"}
            connection.execute(
                insert(edition_place).values(edition_id=1, section="new", place=place, reason="", blurb="", **told)
            )
            store.write_signals(connection, [(paper_id, Signal("votes", place, NOON))])
            store.write_signals(connection, [(paper_id, Signal(f"own{place}", place, NOON))])


def test_a_record_that_links_two_papers_makes_them_one(
    stored: Catalogue, database: Database, clock: FixedClock
) -> None:
    ids = stored.add([record(1), _proceedings(2, artefacts=(Artefact("demo", "https://e.hf.space"),))]).paper_ids
    older, younger = ids
    _hang_rows_on(database, ids)
    last = stored.last_change()
    acl = Identifier("acl", "2027.moss-1.2")
    told = stored.add([record(1, source="hf", identifiers=(ARXIV_1, acl))])
    assert (told.added, told.changed, told.merged, told.paper_ids) == (0, 1, 1, (older,))
    for key in ("2601.00001", str(acl), f"paper:{younger}", f"paper:{older}"):
        assert stored.get(key).id == older
    survivor = stored.get(f"paper:{younger}")
    assert survivor.identifiers == (ARXIV_1, acl)
    assert set(survivor.sources) == {"arxiv", "acl-anthology", "hf"}
    assert [one.url for one in survivor.artefacts] == ["https://e.hf.space"]
    assert stored.papers([younger]) == []
    assert [(c.paper_id, c.paper is None) for c in stored.changes_after(last)] == [(older, False), (younger, True)]
    assert {one.source for one in stored.records_of(older)} == {"arxiv", "acl-anthology", "hf"}
    signals = {one.kind: one.value for one in SignalLog(database, clock).of([older])[older]}
    assert signals == {"votes": 0, "own0": 0, "own1": 1}
    with database.read() as connection:
        assert set(connection.execute(select(edition_place.c.place, edition_place.c.paper_id))) == {
            (0, older),
            (1, older),
        }


def test_a_chain_of_mergers_leads_to_the_survivor(stored: Catalogue) -> None:
    dois = [Identifier("doi", f"10.1000/{n}") for n in range(4)]
    ids = stored.add([record(n, key=str(n), identifiers=(doi,)) for n, doi in enumerate(dois)]).paper_ids
    for a, b in ((2, 3), (1, 2), (0, 1)):
        stored.add([record(a, source="file", key=f"{a}{b}", identifiers=(dois[a], dois[b]))])
    assert {stored.get(f"paper:{number}").id for number in ids} == {ids[0]}
    assert stored.count() == 1


def test_many_papers_become_one_in_one_batch(stored: Catalogue) -> None:
    dois = [Identifier("doi", f"10.1000/{n}") for n in range(6)]
    ids = stored.add([record(n, key=str(n), identifiers=(doi,)) for n, doi in enumerate(dois)]).paper_ids
    told = stored.add([record(9, source="file", identifiers=tuple(dois)), record(0, key="0", identifiers=(dois[0],))])
    assert (told.merged, told.paper_ids) == (5, (ids[0], ids[0]))
    assert len(stored.get(str(dois[5])).identifiers) == 6


def test_a_number_is_never_given_again(stored: Catalogue) -> None:
    one, two = stored.add([record(1), record(2)]).paper_ids
    stored.add([record(1, source="file", identifiers=(ARXIV_1, ARXIV_2))])
    (three,) = stored.add([record(3)]).paper_ids
    assert three not in {one, two}
    assert stored.get(f"paper:{two}").id == one


def test_every_table_that_hangs_on_a_paper_is_handed_over() -> None:
    """A table added later must follow its paper too: the rows of these are what `depart` finds by their foreign key."""
    made_anew = {"unweighed", "trending_candidate", "trending_reading"}  # trending hears of the departure itself
    hanging = {table.name for table in metadata.sorted_tables if "paper_id" in table.c and table.name != "departed"}
    versions = {"paper_change"}  # of pages, which a departure raises for all: they may outlive their paper
    hanging -= made_anew | versions
    followed = {
        table.name
        for table in metadata.sorted_tables
        if "paper_id" in table.c and table.c.paper_id.references(paper.c.id)
    }
    assert hanging == followed


def test_an_exception_in_the_middle_stores_nothing(
    stored: Catalogue, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.add([record(1)])
    before = _rows(database)

    def broken(*_: object) -> None:
        raise RuntimeError("the machine stops")

    for name in ("write_records", "write_signals", "write_papers"):
        with monkeypatch.context() as patch:
            patch.setattr(store, name, broken)
            with pytest.raises(RuntimeError):
                stored.add([record(1, comments="changed"), record(2, signals=(Signal("votes", 1, NOON),))])
        assert _rows(database) == before
    assert stored.last_change() == 1


def _rows(database: Database) -> dict[str, int]:
    with database.read() as connection:
        tables = (paper, identifier, source_record, artefact, signal)
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables
        }


def test_hostile_records_come_in_and_hurt_nobody(stored: Catalogue) -> None:
    nasty = "\x00\ud800\u202e<script>alert(1)</script>\x1b[31m"
    told = [
        record(
            1,
            title=nasty,
            abstract="x" * 200_000 + nasty,
            authors=(nasty, "\x00"),
            categories=(nasty, ""),
            payload=nasty,
        ),
        record(2, key=nasty * 20, venue=nasty, comments=nasty, links=(nasty, "https://e.org/" + "x" * 5_000)),
        record(3, identifiers=(Identifier("doi", "10.1000/" + nasty), Identifier("doi", "10.1000/" + "x" * 500))),
        record(
            4, source=nasty, artefacts=(Artefact("code", nasty), Artefact("code", "https://e.org", licence=nasty * 9))
        ),
        record(5, title="", abstract="", authors=(), published=None, identifiers=(), categories=(), links=()),
        record(6, payload={"raw": nasty}, signals=(Signal("votes", float("inf"), NOON),)),
    ]
    first = stored.add(told)
    assert first.added == 6
    assert stored.add(told).unchanged == 6
    papers = stored.papers(first.paper_ids)
    assert papers[0].title == "<script>alert(1)</script> [31m"
    assert len(papers[0].abstract) <= 100_000
    assert papers[2].key == f"paper:{first.paper_ids[2]}"
    assert papers[4].title == "Untitled"


def test_a_thousand_of_one_title_take_no_ages(catalogue: Catalogue) -> None:
    same = [record(n, title="Annual report of the salt map office", authors=("Ada Quill",)) for n in range(1000)]
    assert catalogue.add(same).added == 1000


def test_a_batch_takes_few_statements_whatever_its_size(sqlite: Database, clock: FixedClock) -> None:
    catalogue = Catalogue(sqlite, clock)
    asked: list[str] = []
    event.listen(sqlite.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    catalogue.add([record(n) for n in range(500)])
    fresh = len(asked)
    catalogue.add([record(n, comments="changed") for n in range(500)])
    assert fresh < 25
    assert len(asked) - fresh < 25


def _library(seed: int) -> list[SourceRecord]:
    """Return records of twelve works, each told by some sources that share an identifier or the title."""
    chance = random.Random(seed)
    told: list[SourceRecord] = []
    for n in range(12):
        base = record(n)
        doi = Identifier("doi", f"10.1000/{n}")
        arxiv = replace(base, identifiers=(*base.identifiers, doi) if chance.random() < 0.5 else base.identifiers)
        hf = replace(base, source="hf", title=base.title if chance.random() < 0.5 else f"Moss by another name {n}")
        own = {"title": base.title} if chance.random() < 0.5 else {"title": hf.title}
        acl = replace(_proceedings(n), published=date(2026, 6, 1), **own)  # type: ignore[arg-type]
        journal = replace(base, source="bibtex", key=str(doi), identifiers=(doi,), published=date(2027, 1, 1))
        told += [arxiv, *(one for one in (hf, acl, journal) if chance.random() < 0.7)]
    return told


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), order=st.randoms(use_true_random=False), size=st.integers(1, 20))
def test_any_order_and_any_batches_give_the_same_works(
    seed: int, order: random.Random, size: int, tmp_path: Path, migrated_sqlite: bytes
) -> None:
    told = _library(seed)
    shuffled = order.sample(told, len(told))
    catalogues = []
    for name, records, batch in (("straight", told, len(told)), ("shuffled", shuffled, size)):
        path = tmp_path / f"{name}.db"
        for stale in tmp_path.glob(f"{name}.db*"):
            stale.unlink()
        path.write_bytes(migrated_sqlite)
        database = Database(f"sqlite:///{path}")
        catalogue = Catalogue(database, FixedClock(NOON))
        for start in range(0, len(records), batch):
            catalogue.add(records[start : start + batch])
        catalogues.append({_told(catalogue, one.id) for one in catalogue.each()})
        last = catalogue.last_change()
        assert catalogue.add(records).unchanged == len(records)
        assert catalogue.last_change() == last
        database.close()
    assert catalogues[0] == catalogues[1]
    assert 12 <= len(catalogues[0]) <= len(told)


def _told(catalogue: Catalogue, paper_id: int) -> tuple[object, ...]:
    """Return all that a reader sees of a paper, without the numbers that tell when it came."""
    (found,) = catalogue.papers([paper_id])
    return (
        found.title,
        found.abstract,
        found.authors,
        found.identifiers,
        found.sources,
        found.published,
        found.venue,
        found.links,
    )


def versioned(number: int) -> SourceRecord:
    own = Identifier("arxiv", "2601.00001")
    return record(1, title=f"In version {number}", versions=(Version(own, number, date(2026, 1, number)),))


def test_an_older_version_read_later_does_not_stand_over_a_newer_one(stored: Catalogue) -> None:
    stored.add([versioned(2)])
    before = stored.last_change()
    assert stored.add([versioned(1)]).unchanged == 1
    assert (stored.get("2601.00001").title, stored.last_change()) == ("In version 2", before)
    assert stored.add([versioned(3), versioned(1)]).changed == 1
    assert stored.get("2601.00001").title == "In version 3"
    # What tells of no version says nothing of its age.
    assert stored.add([record(1, title="Anew")]).changed == 1
    assert stored.get("2601.00001").title == "Anew"
