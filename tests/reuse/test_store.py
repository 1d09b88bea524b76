from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Artefact
from broadsheet.reuse import store
from broadsheet.reuse.facts import Facts
from broadsheet.reuse.store import Check
from tests.conftest import NOON
from tests.invented import record

URL = "https://github.com/quill/looms"
CHECK = Check(
    URL, "github.com", "alive", "GitHub has it.", NOON, NOON + timedelta(days=7), NOON, facts=Facts("MIT", stars=41)
)


@pytest.fixture
def catalogue(database: Database, clock: FixedClock) -> Catalogue:
    return Catalogue(database, clock)


def code(name: str) -> Artefact:
    return Artefact("code", f"https://github.com/quill/{name}", found_in="hf")


def test_a_check_is_read_as_it_was_kept_and_replaces_the_one_before(database: Database) -> None:
    with database.write() as connection:
        store.save(connection, CHECK)
        store.save(connection, Check(URL, "github.com", "dead", "Gone.", NOON, NOON, dead_since=NOON, failures=1))
        store.save(connection, CHECK)
        assert store.of(connection, [URL, URL, "https://e.org"]) == {URL: CHECK}


def test_what_was_found_is_what_a_paper_shows(catalogue: Catalogue, database: Database) -> None:
    catalogue.add([record(1, artefacts=(Artefact("code", URL, "GPL", 3, None, "hf"),))])
    with database.write() as connection:
        store.save(connection, CHECK)
    (shown,) = catalogue.get("arxiv:2601.00001").artefacts
    assert (shown.licence, shown.stars, shown.seen_alive_at) == ("MIT", 41, NOON)


def test_newest_papers_come_first_and_what_is_late_has_its_share(catalogue: Catalogue, database: Database) -> None:
    catalogue.add([record(n, artefacts=(code(f"l{n}"), code("shared"))) for n in range(1, 9)])
    names = [f"https://github.com/quill/{name}" for name in ("l8", "shared", "l7", "l6")]
    with database.write() as connection:
        assert store.due(connection, NOON, 4, ()) == names
        late = [f"https://e.org/{n}" for n in range(9)]
        for place, url in enumerate(late):
            store.save(connection, Check(url, "e.org", "alive", "", NOON, NOON - timedelta(hours=place + 1)))
        assert store.due(connection, NOON, 6, ()) == [*late[:-3:-1], *names]
        assert store.due(connection, NOON, 6, ("https://github.com/",)) == late[:-7:-1]


def test_what_is_not_due_is_left_alone(catalogue: Catalogue, database: Database) -> None:
    catalogue.add([record(1, artefacts=(Artefact("code", URL),))])
    with database.write() as connection:
        store.save(connection, CHECK)
        assert store.due(connection, NOON + timedelta(days=6), 9, ()) == []
        assert store.due(connection, NOON + timedelta(days=8), 9, ()) == [URL]


def test_budgets_and_pauses_are_rows(database: Database) -> None:
    with database.write() as connection:
        store.save(connection, CHECK)
        assert store.used(connection, NOON - timedelta(hours=1)) == {"github.com": 1}
        assert store.used(connection, NOON) == {}
        store.pause(connection, "github.com", NOON + timedelta(minutes=5))
        store.pause(connection, "github.com", NOON + timedelta(minutes=9))
        assert store.paused(connection, NOON + timedelta(minutes=8)) == {"github.com"}
        assert store.paused(connection, NOON + timedelta(minutes=9)) == set()


def test_counts_tell_how_far_checking_has_come(catalogue: Catalogue, database: Database) -> None:
    catalogue.add([record(n, artefacts=(code(f"l{n}"), code("shared"))) for n in (1, 2)])
    with database.write() as connection:
        store.save(connection, CHECK)
        assert store.counts(connection) == {"alive": 1, "dead": 0, "unsure": 0, "all": 3}
