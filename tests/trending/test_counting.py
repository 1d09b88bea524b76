import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import exposure, paper, signal
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.signals import SignalLog
from broadsheet.trending import counts_store
from broadsheet.trending.counting import LONGEST_PAGE, Counting, Sketch
from broadsheet.trending.trending import Trending
from tests.conftest import NOON
from tests.invented import record

TODAY = NOON.date()


@pytest.fixture
def ids(database: Database, clock: FixedClock) -> tuple[int, ...]:
    return Catalogue(database, clock).add([record(n) for n in range(3)]).paper_ids


@pytest.fixture
def counting(database: Database, clock: FixedClock) -> Counting:
    return Counting(database, clock)


def test_each_place_is_counted_by_day_page_and_paper(
    counting: Counting, database: Database, clock: FixedClock, ids: tuple[int, ...]
) -> None:
    counting.saw("front day", ids)
    counting.saw("front day", ids)
    counting.saw("trending day next", ids[:1])
    assert counting.exposure(TODAY) == []
    assert counting.write() == 4
    counting.saw("front day", [ids[1], ids[0]])
    clock.sleep(86_400)
    counting.saw("front day", [ids[2]])
    counting.write()
    with database.read() as connection:
        rows = {tuple(row) for row in connection.execute(select(exposure))}
    assert (TODAY, "front day", 1, ids[0], 2) in rows
    assert (TODAY, "front day", 1, ids[1], 1) in rows
    assert (TODAY + timedelta(days=1), "front day", 1, ids[2], 1) in rows
    assert counting.exposure(TODAY)[0] == counts_store.Exposure("front day", 1, 4, 3)
    assert counting.exposure(TODAY + timedelta(days=1)) == [counts_store.Exposure("front day", 1, 1, 1)]
    assert counting.write() == 0


def test_a_visit_counts_once_a_day_and_network_and_makes_a_series(
    counting: Counting, database: Database, clock: FixedClock, ids: tuple[int, ...]
) -> None:
    for who in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        counting.opened(ids[0], who)
    counting.opened(ids[1], "192.0.2.1")
    counting.write()
    clock.sleep(2 * 3_600)
    counting.opened(ids[0], "192.0.2.1")
    counting.opened(ids[0], "192.0.2.3")
    counting.write()
    clock.sleep(86_400)
    counting.opened(ids[0], "192.0.2.1")
    counting.write()
    series = SignalLog(database, clock).of(ids)
    assert [(one.kind, one.value) for one in series[ids[0]]] == [("clicks", 2), ("clicks", 3), ("clicks", 4)]
    assert [one.value for one in series[ids[1]]] == [1]
    assert {one.began_at for one in series[ids[0]]} == {NOON}


def test_nothing_of_who_looked_is_written(
    counting: Counting, database: Database, clock: FixedClock, ids: tuple[int, ...]
) -> None:
    counting.opened(ids[0], "192.0.2.77\0Mozilla/5.0 of somebody")
    counting.saw("front day", ids)
    counting.write()
    with database.read() as connection:
        written = [*connection.execute(select(signal)), *connection.execute(select(exposure))]
    assert "192.0.2.77" not in repr(written)
    assert "192.0.2.77" not in repr(vars(counting)) + repr(vars(counting._sketch))


def test_counts_of_papers_that_are_gone_are_dropped(
    counting: Counting, database: Database, ids: tuple[int, ...]
) -> None:
    counting.saw("front day", ids)
    counting.opened(ids[0], "192.0.2.1")
    with database.write() as connection:
        connection.execute(delete(paper).where(paper.c.id == ids[0]))
    counting.write()
    assert sum(one.seen for one in counting.exposure(TODAY)) == 2


def test_what_cannot_be_written_waits(
    counting: Counting, ids: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    counting.saw("front day", ids)
    add = counts_store.add_seen
    monkeypatch.setattr(counts_store, "add_seen", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        counting.write()
    counting.saw("front day", ids)
    monkeypatch.setattr(counts_store, "add_seen", add)
    counting.write()
    assert [one.seen for one in counting.exposure(TODAY)] == [2, 2, 2]


def test_threads_count_together(counting: Counting, ids: tuple[int, ...]) -> None:
    threads = [threading.Thread(target=lambda: [counting.saw("front day", ids) for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counting.write()
    assert [one.seen for one in counting.exposure(TODAY)] == [800, 800, 800]


def test_a_flood_of_pages_fills_no_memory(
    counting: Counting, ids: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.trending.counting.MOST_HELD", 10)
    for n in range(100):
        counting.saw(f"trending day next {n:>0{2 * LONGEST_PAGE}}", ids[:1])
        counting.opened(n, "192.0.2.1")
    assert counting.write() == 2 + 10 - 1  # the long names are cut to one


def test_a_sketch_forgets_at_midnight_and_hardly_ever_errs() -> None:
    sketch, day = Sketch(), date(2026, 1, 15)
    first = sum(sketch.is_new(day, f"192.0.2.{n % 250}", n) for n in range(50_000))
    assert first > 49_990
    assert not sketch.is_new(day, "192.0.2.0", 0)
    assert sketch.is_new(day + timedelta(days=1), "192.0.2.0", 0)


def test_what_was_seen_is_kept_for_a_year_and_a_bit(
    counting: Counting, clock: FixedClock, ids: tuple[int, ...]
) -> None:
    counting.saw("front day", ids)
    counting.write()
    clock.sleep(399 * 86_400)
    counting.saw("front day", ids[:1])
    counting.write()
    assert sum(one.seen for one in counting.exposure(TODAY)) == 4
    clock.sleep(2 * 86_400)
    counting.saw("front day", ids[:1])
    counting.write()
    assert sum(one.seen for one in counting.exposure(TODAY)) == 2


def test_two_processes_add_to_one_total(
    counting: Counting, database: Database, clock: FixedClock, ids: tuple[int, ...]
) -> None:
    other = Counting(database, clock)
    counting.opened(ids[0], "192.0.2.1")
    other.opened(ids[0], "192.0.2.2")
    counting.write()
    other.write()
    assert [one.value for one in SignalLog(database, clock).of(ids)[ids[0]]] == [2]


def test_visits_count_a_little_for_trending(
    counting: Counting, database: Database, clock: FixedClock, ids: tuple[int, ...]
) -> None:
    for n in range(9):
        counting.opened(ids[1], f"192.0.2.{n}")
    counting.write()
    trending = Trending(database, Catalogue(database, clock), SignalLog(database, clock), clock)
    trending.refresh()
    first, *_ = trending.top()
    assert first.paper.id == ids[1]
    assert first.reason.startswith("9 visits here")
