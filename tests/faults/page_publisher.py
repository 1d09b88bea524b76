"""Publishes a page a day in a process of its own, until it is killed: `python -m tests.faults.page_publisher DB`."""

import sys
from datetime import timedelta
from zoneinfo import ZoneInfo

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.editions.desk import Desk
from broadsheet.editions.draft import Draft, Pick
from broadsheet.editions.editions import Editions
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.signals import SignalLog
from broadsheet.trending.trending import Trending
from tests.conftest import NOON
from tests.invented import record

PAPERS = 30
PICKS = 4
DAYS = 2_000


def press(database: Database, clock: FixedClock) -> tuple[Catalogue, Editions, Desk]:
    catalogue = Catalogue(database, clock)
    trending = Trending(database, catalogue, SignalLog(database, clock), clock)
    editions = Editions(database, catalogue, trending, clock, zone=ZoneInfo("UTC"), hour=7)
    return catalogue, editions, Desk(database, editions, clock)


def publish_all(database: Database) -> None:
    clock = FixedClock(NOON)
    catalogue, _, desk = press(database, clock)
    catalogue.add([record(n) for n in range(PAPERS)])
    ids = [paper.id for paper in catalogue.newest(PAPERS)]
    for n in range(DAYS):
        clock.move_to(NOON + timedelta(days=n))
        span = desk.next_span()
        if desk.is_out(span) or span.start > clock.now().date():
            continue
        seen = desk.draft(span)
        picks = tuple(Pick(ids[(n + k) % PAPERS], f"Kicker {n}", f"Blurb {n}.{k}") for k in range(PICKS))
        desk.publish(Draft(span, seen.revision, picks), by=None)


if __name__ == "__main__":
    publish_all(Database(sys.argv[1]))
