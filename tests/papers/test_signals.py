from datetime import timedelta

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import SignalLog
from tests.conftest import NOON
from tests.invented import record


def test_signals_are_given_back_in_order_and_only_what_was_seen_by_then(database: Database, clock: FixedClock) -> None:
    one, other = Catalogue(database, clock).add([record(1), record(2)]).paper_ids
    log = SignalLog(database, clock)
    hour = timedelta(hours=1)
    late, early = Signal("votes", 9, NOON), Signal("votes", 4, NOON - hour, began_at=NOON - 2 * hour)
    log.record(one, [late, early, Signal("votes", 99, NOON + hour)])
    assert log.of([one, other]) == {one: [early, late]}
    assert log.of([one], until=NOON - hour) == {one: [early]}
    assert [signal.value for signal in log.of([one], until=NOON + hour)[one]] == [4, 9, 99]


def test_a_reading_of_the_same_moment_replaces_the_first(database: Database, clock: FixedClock) -> None:
    (one,) = Catalogue(database, clock).add([record(1)]).paper_ids
    log = SignalLog(database, clock)
    log.record(one, [Signal("votes", 3, NOON), Signal("votes", 4, NOON)])
    log.record(one, [Signal("votes", 5, NOON)])
    log.record(one, [])
    assert log.of([one]) == {one: [Signal("votes", 5, NOON)]}


def test_the_most_counted_papers_are_those_with_the_highest_count_of_any_kind(
    database: Database, clock: FixedClock
) -> None:
    catalogue, log = Catalogue(database, clock), SignalLog(database, clock)
    catalogue.add([record(n) for n in range(4)])
    one, two, three, _ = sorted(paper.id for paper in catalogue.each())
    log.record(one, [Signal("hf_upvotes", 5, NOON - timedelta(hours=1)), Signal("hf_upvotes", 9, NOON)])
    log.record(two, [Signal("hf_upvotes", 40, NOON)])
    log.record(three, [Signal("hn_points", 9, NOON)])
    assert log.most_counted(10) == [two, three, one]
    assert log.most_counted(1) == [two]
