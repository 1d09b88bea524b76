from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select, text, update

from broadsheet.accounts.readers import Readers
from broadsheet.clock import FixedClock
from broadsheet.database import changes, seen
from broadsheet.database.engine import Database
from broadsheet.database.schema import instance, lease, metadata, vote
from broadsheet.papers.catalogue import Catalogue
from tests.invented import record

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def test_every_kind_of_change_raises_the_version_once(database: Database) -> None:
    for statement in (
        insert(instance).values(name="a", value="1"),
        update(instance).values(value="2"),
        delete(instance),
        text("INSERT INTO instance (name, value) VALUES ('b', '3')"),
    ):
        before = database.seen().all
        with database.write() as connection:
            connection.execute(statement)
            connection.execute(update(instance).values(value="4"))
        assert database.seen().all == before + 1


def test_changes_of_papers_count_however_they_are_written(database: Database) -> None:
    before = database.seen().all
    with database.write() as connection:
        changes.take(connection, 0)
    assert database.seen().all == before
    with database.write() as connection:
        changes.take(connection)
    assert database.seen().all == before + 1


def test_what_pages_do_not_show_leaves_it(database: Database) -> None:
    before = database.seen().all
    with database.write() as connection:
        connection.execute(insert(lease).values(name="index", holder="x", expires_at=NOON))
        connection.execute(select(lease))
        connection.execute(text("SELECT 1"))
    assert database.seen().all == before


def test_a_change_that_is_rolled_back_leaves_it(database: Database) -> None:
    before = database.seen().all

    def fail() -> None:
        with database.write() as connection:
            connection.execute(insert(instance).values(name="a", value="1"))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail()
    with database.write() as connection:  # on the same connection, which must have forgotten
        connection.execute(select(instance))
    assert database.seen().all == before


def test_a_reader_sees_data_and_version_together(database: Database) -> None:
    with database.read() as reader:
        before = seen.version(reader).all
        with database.write() as writer:
            writer.execute(insert(instance).values(name="a", value="1"))
        assert seen.version(reader).all == before
    assert database.seen().all == before + 1


def test_only_tables_that_there_are_are_named(database: Database) -> None:
    assert set(metadata.tables) >= seen.UNSEEN


def test_what_shows_on_a_papers_own_pages_has_a_number_of_its_own(database: Database, clock: FixedClock) -> None:
    catalogue = Catalogue(database, clock)
    one, two, three = catalogue.add([record(n) for n in range(3)]).paper_ids
    reader = Readers(database, clock, bytes(32)).add("ada@quill.example").id
    before = database.seen()
    assert database.last_seen_of([one, two, three]) == before.papers
    with database.write() as connection:
        for paper_id in (one, two):
            with seen.of_paper(connection, paper_id):
                connection.execute(insert(vote).values(reader_id=reader, paper_id=paper_id, voted_at=NOON))
    now = database.seen()
    assert (now.all, now.papers) == (before.all, before.papers + 1)
    assert [database.last_seen_of([paper_id]) for paper_id in (one, two)] == [now.papers] * 2
    assert database.last_seen_of([three]) == database.last_seen_of([]) == 0
    with database.write() as connection:
        with seen.of_paper(connection, one):
            connection.execute(delete(vote).where(vote.c.paper_id == one))
        connection.execute(insert(instance).values(name="a", value="1"))
    assert database.seen() == seen.Seen(now.all + 1, now.papers), "what shows everywhere says enough"
    with database.write() as connection:  # on the same connection, which must have forgotten
        connection.execute(delete(vote).where(vote.c.paper_id == two))
    assert database.seen() == seen.Seen(now.all + 2, now.papers)


def test_a_papers_own_change_that_is_rolled_back_leaves_its_number(database: Database, clock: FixedClock) -> None:
    (one,) = Catalogue(database, clock).add([record(1)]).paper_ids
    before = database.seen()

    def fail() -> None:
        with database.write() as connection, seen.of_paper(connection, one):
            connection.execute(insert(instance).values(name="a", value="1"))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail()
    with database.write() as connection:
        connection.execute(select(instance))
    assert (database.seen(), database.last_seen_of([one])) == (before, 0)
