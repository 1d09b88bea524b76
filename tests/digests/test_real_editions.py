"""Digests of editions as the instance itself composes and publishes them, not as a test gives them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.digests.digests import Digests
from broadsheet.digests.following import Follower
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.editions.editions import Editions
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.papers.signals import SignalLog
from broadsheet.trending.trending import Trending
from tests.digests.newsroom import HEAD, SECRET, UTC_ZONE, Library, Tray, titles, token
from tests.invented import record


def voted(n: int, upvotes: int, now: datetime) -> SourceRecord:
    began = now - timedelta(hours=5)
    return record(n, published=now.date(), signals=(Signal("hf_upvotes", upvotes, now, began),))


def test_a_published_edition_reaches_the_reader_once_and_the_next_brings_only_news(
    database: Database, clock: FixedClock
) -> None:
    tray = Tray()
    catalogue = Catalogue(database, clock)
    trending = Trending(database, catalogue, SignalLog(database, clock), clock)
    editions = Editions(database, catalogue, trending, clock, zone=ZoneInfo("Europe/Vienna"), hour=7)
    subscriptions = Subscriptions(database, clock, SECRET, tray, HEAD, UTC_ZONE, catalogue)
    follower = Follower(Library(), catalogue)
    digests = Digests(database, subscriptions, editions, follower, tray, HEAD, clock)

    def tick(moment: datetime, *records: SourceRecord) -> int:
        clock.move_to(moment)
        catalogue.add(records)
        trending.refresh()
        editions.publish_due(ready=True)
        digests.queue_due()
        return digests.send_due().accepted

    subscriptions.subscribe("ada@example.org", hour=7, timezone="Europe/Vienna", days="daily", size=5)
    subscriptions.send_waiting()
    subscriptions.confirm(token(tray.mails.pop(), "/subscription/confirm"))

    before = datetime(2026, 1, 16, 5, 55, tzinfo=UTC)  # 06:55 in Vienna
    assert tick(before, *(voted(n, 10 * n, before) for n in range(1, 5))) == 0
    assert tick(before + timedelta(minutes=5)) == 1
    assert tick(before + timedelta(hours=3)) == 0
    first = titles(tray.mails[0])
    assert sorted(first) == [1, 2, 3, 4]
    assert digests.preview(date(2026, 1, 16)).subject == tray.mails[0]["Subject"]

    # What was mailed stays mailed, also when another source's record of the same work is merged with it.
    tomorrow = before + timedelta(days=1, minutes=10)
    doi = Identifier("doi", "10.5555/tide.1")
    again = voted(1, 300, tomorrow)
    merged = record(1, source="hf", key="x", identifiers=(*again.identifiers, doi), signals=again.signals)
    assert tick(tomorrow, merged, voted(6, 50, tomorrow)) == 1
    assert titles(tray.mails[1]) == [6]
