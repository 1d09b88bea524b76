from collections.abc import Generator
from datetime import UTC, date, datetime, timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, Invalid, NotFound, Unavailable
from broadsheet.jobs.leases import Leases
from broadsheet.outgoing import Unreachable
from broadsheet.papers.catalogue import Catalogue
from broadsheet.sources.connector import Batch, Cursor
from tests.invented import record
from tests.sources.test_harvest import Told, harvester

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
SINCE, UNTIL = date(2025, 12, 1), date(2025, 12, 6)


class Past(Told):
    """A source with two papers for each day of its past; stops once at the day `broken`."""

    def __init__(self, clock: FixedClock, broken: date | None = None, name: str = "arxiv") -> None:
        super().__init__(Batch((), (), {"at": "daily"}, done=True), name=name)
        self.clock = clock
        self.broken = broken
        self.days: list[date] = []

    def range_batches(self, since: date, until: date, cursor: Cursor | None) -> Generator[Batch]:
        day = date.fromisoformat(cursor["next"]) if cursor else since
        while day <= until:
            if day == self.broken:
                self.broken = None
                raise Unreachable("a.test", "it is out of order (503)")
            self.clock.sleep(3600)
            self.days.append(day)
            records = tuple(record(2 * day.toordinal() % 90_000 + n) for n in range(2))
            day += timedelta(days=1)
            yield Batch(records, (), {"next": day.isoformat()}, done=day > until)


def test_a_range_comes_in_and_the_daily_cursor_stays(database: Database, clock: FixedClock) -> None:
    source = Past(clock)
    desk = harvester(database, clock, source)
    desk.harvest("arxiv")
    report = desk.backfill("arxiv", SINCE, UNTIL)
    assert (report.added, report.error) == (12, "")
    assert report.sentence == "arXiv: 12 new, 0 changed, 0 unchanged."
    assert source.days == [SINCE + timedelta(days=n) for n in range(6)]
    clock.sleep(86_400)
    desk.harvest("arxiv")
    assert source.cursors[-1] == {"at": "daily"}
    (past,) = desk.status()[0].backfills
    assert past.sentence == "2025-12-01 to 2025-12-06 is in: 12 new, 0 changed."


def test_a_range_that_was_cut_off_goes_on_where_it_was(sqlite: Database, clock: FixedClock) -> None:
    source = Past(clock, broken=date(2025, 12, 4))
    desk = harvester(sqlite, clock, source)
    with pytest.raises(Unavailable):
        desk.backfill("arxiv", SINCE, UNTIL)
    (past,) = desk.status()[0].backfills
    assert past.sentence == (
        "2025-12-01 to 2025-12-06 is not complete: 6 new, 0 changed so far. "
        "arXiv could not be reached: it is out of order (503)."
    )
    assert desk.status()[0].error == ""  # the daily harvest is well
    report = desk.backfill("arxiv", SINCE, UNTIL)
    assert report.added == 12
    assert len(source.days) == 6
    assert Catalogue(sqlite, clock).count() == 12


def test_what_is_due_daily_goes_first(sqlite: Database, clock: FixedClock) -> None:
    source, other = Past(clock), Told(Batch((), (), {"at": "x"}, done=True), name="hf")
    sister = Told(Batch((), (), {"at": "y"}, done=True), name="arxiv-rss")
    sister.upstream = "arxiv"
    desk = harvester(sqlite, clock, source, other, sister)
    desk.backfill("arxiv", SINCE, UNTIL)
    assert source.cursors == [None]  # due at once, and not again within six hours
    assert sister.cursors == [None]
    assert other.cursors == []  # of another upstream, which nobody is in the way of
    assert source.days == [SINCE + timedelta(days=n) for n in range(6)]


def test_a_daily_harvest_that_fails_stops_no_range(sqlite: Database, clock: FixedClock) -> None:
    source = Past(clock)
    source.steps = [Unreachable("a.test", "no network")]
    desk = harvester(sqlite, clock, source)
    assert desk.backfill("arxiv", SINCE, UNTIL).added == 12
    assert desk.status()[0].error == "arXiv could not be reached: no network"


def test_a_complete_range_can_be_asked_for_again(sqlite: Database, clock: FixedClock) -> None:
    desk = harvester(sqlite, clock, Past(clock))
    desk.backfill("arxiv", SINCE, UNTIL)
    report = desk.backfill("arxiv", SINCE, UNTIL)
    assert (report.added, report.unchanged) == (0, 12)
    assert len(desk.status()[0].backfills) == 1


def test_an_upstream_that_is_busy_is_left_alone(sqlite: Database, clock: FixedClock) -> None:
    desk = harvester(sqlite, clock, Past(clock))
    with Leases(sqlite, clock).held("upstream:arxiv", timedelta(hours=1)), pytest.raises(Conflict):
        desk.backfill("arxiv", SINCE, UNTIL)
    assert desk.status()[0].backfills[0].error == ""


def test_what_cannot_be_asked_for_is_told(sqlite: Database, clock: FixedClock) -> None:
    desk = harvester(sqlite, clock, Past(clock), Told(name="hf", title="Hugging Face"))
    with pytest.raises(Invalid, match="Hugging Face cannot be asked for a range of days"):
        desk.backfill("hf", SINCE, UNTIL)
    with pytest.raises(Invalid, match="ends on 2025-12-01, before it begins on 2025-12-06; swap them"):
        desk.backfill("arxiv", UNTIL, SINCE)
    with pytest.raises(Invalid, match="begins on 2026-01-16, which is still to come"):
        desk.backfill("arxiv", date(2026, 1, 16), date(2026, 2, 1))
    with pytest.raises(NotFound):
        desk.backfill("arxiw", SINCE, UNTIL)
    assert all(health.backfills == () for health in desk.status())


def test_days_to_come_are_left_out(sqlite: Database, clock: FixedClock) -> None:
    source = Past(clock)
    harvester(sqlite, clock, source).backfill("arxiv", date(2026, 1, 14), date(2026, 12, 31))
    assert source.days == [date(2026, 1, 14), date(2026, 1, 15)]
