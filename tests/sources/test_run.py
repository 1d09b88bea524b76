from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, Forbidden, Unavailable
from broadsheet.jobs.leases import Leases
from broadsheet.outgoing import Unreachable
from broadsheet.papers.catalogue import Catalogue
from broadsheet.sources.connector import Batch, Rejected, Unreadable
from broadsheet.sources.run import KEPT_REJECTIONS, Run, clause, turn
from tests.invented import record
from tests.sources.test_harvest import Told

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
LENGTH = timedelta(seconds=90)


def test_a_run_counts_what_it_keeps(sqlite: Database, clock: FixedClock) -> None:
    run = Run(Catalogue(sqlite, clock), Told())
    told = run.keep(Batch((record(1), record(2, withdrawn=True)), (Rejected("x", "no title"),), {}))
    assert (told.batches, told.papers, told.added, told.rejected) == (1, 2, 2, 1)
    told = run.keep(Batch((record(1), record(2, title="On another title", withdrawn=True)), (), {}))
    assert (told.batches, told.papers, told.added, told.changed) == (2, 4, 2, 1)
    report = run.report(NOON, NOON)
    assert (report.added, report.changed, report.unchanged, report.rejected, report.withdrawn) == (2, 1, 1, 1, 2)
    assert report.sentence == (
        "arXiv: 2 new, 1 changed, 1 unchanged, 2 of them withdrawn, 1 rejected (first: x: no title)."
    )


def test_of_a_flood_of_rejections_the_first_are_told_and_all_counted(sqlite: Database, clock: FixedClock) -> None:
    run = Run(Catalogue(sqlite, clock), Told())
    for _ in range(3):
        run.keep(Batch((), tuple(Rejected(str(n), "odd") for n in range(60)), {}))
    report = run.report(NOON, NOON)
    assert (report.rejected, len(report.rejections)) == (180, KEPT_REJECTIONS)


def test_a_turn_holds_upstream_and_work_and_gives_both_back(sqlite: Database, clock: FixedClock) -> None:
    leases = Leases(sqlite, clock)
    with turn(leases, Told(), "harvest:arxiv", LENGTH) as lease:
        assert lease.name == "harvest:arxiv"
        for name in ("harvest:arxiv", "upstream:arxiv"):
            with pytest.raises(Conflict):
                leases.take(name, LENGTH)
        with pytest.raises(Conflict, match="arXiv is being asked"), turn(leases, Told(), "backfill:arxiv", LENGTH):
            raise AssertionError("two at once")
    for name in ("harvest:arxiv", "upstream:arxiv"):
        leases.take(name, LENGTH)


def test_a_turn_that_ends_badly_is_given_back_too(sqlite: Database, clock: FixedClock) -> None:
    leases = Leases(sqlite, clock)
    with pytest.raises(ZeroDivisionError), turn(leases, Told(), "harvest:arxiv", LENGTH):
        raise ZeroDivisionError
    leases.take("upstream:arxiv", LENGTH)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Unreachable("a.test", "no network"), "arXiv could not be reached: no network"),
        (Unreadable("arXiv", "it is empty"), "arXiv gave an answer that cannot be used: it is empty"),
        (Unavailable("arXiv refuses the request."), "arXiv refuses the request"),
        (Forbidden("a.test is private."), "arXiv was not harvested: a.test is private"),
        (KeyError("x"), "Harvesting arXiv broke: KeyError"),
    ],
)
def test_what_went_wrong_is_a_clause_about_the_source(error: Exception, words: str) -> None:
    assert clause(Told(), error) == words
