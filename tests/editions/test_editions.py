import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from broadsheet.database.schema import edition, edition_place
from broadsheet.editions.edition import Edition
from broadsheet.editions.editions import Editions
from broadsheet.editions.spans import Span
from broadsheet.errors import Invalid, NotFound
from broadsheet.papers.identifiers import Identifier
from tests.conftest import NOON
from tests.editions.conftest import Newsroom
from tests.invented import record

OpenNewsroom = Callable[..., Newsroom]


def day(n: int) -> Span:
    return Span("day", date(2026, 1, n))


def publish(newsroom: Newsroom, moment: str) -> Edition:
    newsroom.at(moment)
    page = newsroom.editions.publish_due(ready=True)
    assert page is not None
    return page


def test_an_edition_is_published_once_at_its_hour_when_all_is_ready(newsroom: Newsroom) -> None:
    newsroom.at("2026-01-15 06:59+00:00")
    newsroom.add(newsroom.voted(1, 30))
    assert newsroom.editions.publish_due(ready=True) is None
    newsroom.at("2026-01-15 07:00+00:00")
    assert newsroom.editions.publish_due(ready=False) is None
    page = newsroom.editions.publish_due(ready=True)
    assert page is not None
    assert (page.number, page.day, page.published_at) == (1, date(2026, 1, 15), newsroom.clock.now())
    newsroom.at("2026-01-15 23:00+00:00")
    assert newsroom.editions.publish_due(ready=True) is None


def test_a_published_edition_is_read_back_as_it_was_and_stays_so(stored_newsroom: Newsroom) -> None:
    stored_newsroom.add(
        *(stored_newsroom.voted(n, 20 + n) for n in range(1, 5)),
        stored_newsroom.on_shelf(40),
        stored_newsroom.fresh(30),
    )
    published = publish(stored_newsroom, "2026-01-15 12:00+00:00")
    assert stored_newsroom.editions.today() == published
    stored_newsroom.clock.sleep(3600)
    stored_newsroom.add(stored_newsroom.voted(99, 500), stored_newsroom.fresh(98))
    assert stored_newsroom.editions.today() == published
    stored_newsroom.at("2026-02-20 12:00+00:00")
    assert stored_newsroom.editions.of(date(2026, 1, 15)) == published


def test_the_open_edition_follows_what_comes_in(newsroom: Newsroom) -> None:
    newsroom.at("2026-01-15 05:00+00:00")
    newsroom.add(newsroom.voted(1, 30))
    before = newsroom.editions.today()
    assert newsroom.editions.today() is before
    newsroom.add(newsroom.voted(2, 90))
    after = newsroom.editions.today()
    assert after.lead is not None
    assert after.lead.paper.key == "arxiv:2601.00002"
    assert not after.is_published


def test_what_came_after_publication_is_news_of_the_next_day(newsroom: Newsroom) -> None:
    newsroom.add(newsroom.fresh(1))
    assert publish(newsroom, "2026-01-15 13:00+00:00").new_papers == 1
    newsroom.at("2026-01-15 14:00+00:00")
    newsroom.add(newsroom.fresh(2), newsroom.fresh(3))
    page = publish(newsroom, "2026-01-16 07:00+00:00")
    assert (page.number, page.new_papers) == (2, 2)


def test_a_day_off_leaves_no_edition_and_no_gap_in_the_numbers(stored_newsroom: Newsroom) -> None:
    publish(stored_newsroom, "2026-01-15 08:00+00:00")
    page = publish(stored_newsroom, "2026-01-18 08:00+00:00")
    assert page.number == 2
    assert [head.day for head in stored_newsroom.editions.dates()] == [date(2026, 1, 18), date(2026, 1, 15)]
    with pytest.raises(NotFound, match=r"did not publish on that day.*15 Jan 2026 and 18 Jan 2026"):
        stored_newsroom.editions.of(date(2026, 1, 16))


def test_days_without_an_edition_are_named_in_words(stored_newsroom: Newsroom) -> None:
    with pytest.raises(NotFound, match=r"not out yet; today's is of 15 Jan 2026"):
        stored_newsroom.editions.of(date(2026, 1, 16))
    with pytest.raises(NotFound, match="none has been published yet"):
        stored_newsroom.editions.of(date(2026, 1, 14))
    publish(stored_newsroom, "2026-01-15 12:00+00:00")
    with pytest.raises(NotFound, match="the first one is of 15 Jan 2026"):
        stored_newsroom.editions.of(date(2025, 12, 31))
    with pytest.raises(Invalid, match="by day, week and month, none by year"):
        stored_newsroom.editions.of(date(2026, 1, 15), "year")


def test_the_days_around_are_those_with_editions_and_today(stored_newsroom: Newsroom) -> None:
    first = publish(stored_newsroom, "2026-01-10 08:00+00:00")
    second = publish(stored_newsroom, "2026-01-13 08:00+00:00")
    stored_newsroom.at("2026-01-15 06:00+00:00")
    assert stored_newsroom.editions.around(first) == (None, day(13))
    assert stored_newsroom.editions.around(second) == (day(10), day(15))
    assert stored_newsroom.editions.around(stored_newsroom.editions.today()) == (day(13), None)


def test_a_merged_paper_keeps_its_first_place_in_an_old_edition_and_no_other(stored_newsroom: Newsroom) -> None:
    stored_newsroom.add(stored_newsroom.voted(1, 30), stored_newsroom.voted(2, 20))
    published = publish(stored_newsroom, "2026-01-15 12:00+00:00")
    doi = Identifier("doi", "10.5555/invented.1")
    # A third source says that two papers are one: it bears an identifier of each.
    both = (Identifier("arxiv", "2601.00001"), Identifier("arxiv", "2601.00002"), doi)
    stored_newsroom.add(replace(record(1), source="file", key="both", identifiers=both))
    (survivor,) = {stored_newsroom.catalogue.get(f"arxiv:2601.0000{n}").id for n in (1, 2)}
    page = stored_newsroom.editions.of(date(2026, 1, 15))
    first, _second = published.trending
    assert [(place.place, place.reason, place.paper.id) for place in page.trending] == [(1, first.reason, survivor)]
    assert page.lead is not None


@pytest.mark.parametrize(
    ("zone", "moment", "due"),
    [
        ("Asia/Tokyo", "2026-01-14 22:00+00:00", date(2026, 1, 15)),  # 07:00 of the next day there
        ("Asia/Tokyo", "2026-01-14 21:59+00:00", None),
        ("Pacific/Kiritimati", "2026-01-14 17:00+00:00", date(2026, 1, 15)),  # 14 hours ahead
        ("America/Los_Angeles", "2026-01-15 15:00+00:00", date(2026, 1, 15)),
        ("America/Los_Angeles", "2026-01-15 14:59+00:00", None),
    ],
)
def test_the_day_and_the_hour_are_those_of_the_zone(
    open_newsroom: OpenNewsroom, zone: str, moment: str, due: date | None
) -> None:
    newsroom = open_newsroom(zone)
    newsroom.at(moment)
    page = newsroom.editions.publish_due(ready=True)
    assert (page.day if page else None) == due


def test_an_hour_that_the_clocks_skip_is_made_up_for(open_newsroom: OpenNewsroom) -> None:
    newsroom = open_newsroom("Europe/Berlin", hour=2)
    newsroom.at("2026-03-29 01:59+01:00")
    assert newsroom.editions.publish_due(ready=True) is None
    newsroom.at("2026-03-29 03:00+02:00")  # a minute later: there is no 02:00 on that day
    page = newsroom.editions.publish_due(ready=True)
    assert page is not None
    assert page.day == date(2026, 3, 29)


def test_an_hour_that_comes_twice_publishes_once(open_newsroom: OpenNewsroom) -> None:
    newsroom = open_newsroom("Europe/Berlin", hour=2)
    assert publish(newsroom, "2026-10-25 02:00+02:00").day == date(2026, 10, 25)
    newsroom.at("2026-10-25 02:00+01:00")
    assert newsroom.editions.publish_due(ready=True) is None


def test_every_day_of_a_year_has_one_edition_when_asked_each_hour(open_newsroom: OpenNewsroom) -> None:
    newsroom = open_newsroom("America/Santiago", hour=0)  # where clocks change at midnight
    newsroom.at("2026-04-03 12:00+00:00")
    days = []
    for _ in range(4 * 24):
        page = newsroom.editions.publish_due(ready=True)
        days += [page.day] if page else []
        newsroom.clock.sleep(3600)
    assert days == [date(2026, 4, 3) + timedelta(days=n) for n in range(5)]


def test_of_many_who_publish_at_once_one_does(stored_newsroom: Newsroom) -> None:
    stored_newsroom.add(*(stored_newsroom.voted(n, 20 + n) for n in range(1, 15)))
    start, published, failures = threading.Barrier(6), [], []

    def publish_now() -> None:
        own = Editions(
            stored_newsroom.database,
            stored_newsroom.catalogue,
            stored_newsroom.trending,
            stored_newsroom.clock,
            zone=ZoneInfo("UTC"),
            hour=7,
        )
        start.wait()
        try:
            published.append(own.publish_due(ready=True))
        except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
            failures.append(error)

    threads = [threading.Thread(target=publish_now) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len([page for page in published if page]) == 1
    with stored_newsroom.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(edition)).scalar_one() == 1
        assert connection.execute(select(func.count()).select_from(edition_place)).scalar_one() == 1 + 10 + 4
    assert stored_newsroom.editions.today().published_at == NOON
