from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from broadsheet.editions.desk import Desk
from broadsheet.editions.draft import Pick, Stale, moved, picked
from broadsheet.editions.editions import Editions
from broadsheet.editions.spans import Span
from broadsheet.errors import Conflict, NotFound
from broadsheet.papers.identifiers import Identifier
from tests.conftest import NOON, ON_BOTH, ON_SQLITE
from tests.editions.conftest import Newsroom
from tests.editions.drafting import TODAY, UTC, at_once, chosen, papers
from tests.invented import record

pytestmark = ON_SQLITE

OpenNewsroom = Callable[..., Newsroom]


def test_a_page_that_was_begun_waits_an_hour_for_its_editors(room: Newsroom) -> None:
    room.at("2026-01-15 06:50+00:00")
    begun = room.desk.save(chosen(room, 4), by=None)
    assert room.desk.due(begun).isoformat() == "2026-01-15T07:00:00+00:00"
    assert room.desk.goes_out(begun).isoformat() == "2026-01-15T08:00:00+00:00"
    room.at("2026-01-15 07:59+00:00")
    assert room.editions.publish_due(ready=True) is None
    room.desk.save(moved(picked(begun, Pick(papers(room, 6)[0])), begun.picks[0].paper_id, 1), by=None)
    room.at("2026-01-15 08:58+00:00")
    assert room.editions.publish_due(ready=True) is None, "its last change was less than an hour ago"
    room.at("2026-01-15 08:59+00:00")
    page = room.editions.publish_due(ready=True)
    assert page is not None
    assert page.lead is not None
    assert page.lead.paper.id == papers(room, 6)[0]


def test_a_page_nobody_touched_fills_itself_at_its_hour(room: Newsroom) -> None:
    empty = room.desk.save(replace(chosen(room, 1), picks=(), goes_out=time(8)), by=None)
    assert not empty.is_touched
    room.at("2026-01-15 07:30+00:00")
    assert room.editions.publish_due(ready=True) is None
    room.at("2026-01-15 08:00+00:00")
    page = room.editions.publish_due(ready=True)
    assert page is not None
    assert page.picks == []
    assert page.lead == page.trending[0]


def test_tomorrows_page_can_be_prepared_today_and_opens_when_the_clock_gets_there(room: Newsroom) -> None:
    room.at("2026-01-15 12:00+00:00")
    assert room.editions.publish_due(ready=True)
    assert room.desk.next_span() == TODAY.after
    room.desk.save(replace(chosen(room, 7, 3, span=TODAY.after), approved=True, goes_out=time(6, 15)), by=None)
    room.at("2026-01-16 06:14+00:00")
    assert room.editions.publish_due(ready=True) is None
    room.at("2026-01-16 06:15+00:00")
    page = room.editions.publish_due(ready=True)
    assert page is not None
    assert page.lead is not None
    assert (page.day, page.number, page.lead.paper.id) == (date(2026, 1, 16), 2, papers(room, 7)[0])
    assert room.desk.next_span() == Span("day", date(2026, 1, 17))


@ON_BOTH
def test_of_editors_who_publish_at_once_one_does(room: Newsroom) -> None:
    seen = room.desk.save(chosen(room, 2), by=None)
    desks = [
        Desk(
            room.database,
            Editions(room.database, room.catalogue, room.trending, room.clock, zone=UTC, hour=7),
            room.clock,
        )
        for _ in range(5)
    ]
    done, failed = at_once(*(lambda one=one: one.publish(seen, by=None) for one in desks))
    assert len(done) == 1
    assert all(isinstance(error, Stale) and error.is_out for error in failed)
    assert len(room.editions.dates()) == 1


@ON_BOTH
def test_picks_are_told_to_the_log_of_signals_once_an_edition(room: Newsroom) -> None:
    room.desk.publish(chosen(room, 4, 2), by=None)
    room.at("2026-01-16 06:00+00:00")
    room.desk.publish(chosen(room, 2, span=TODAY.after), by=None)
    ids = papers(room, 4, 2, 1)
    with room.database.read() as connection:
        from broadsheet.database.schema import signal

        rows = connection.execute(signal.select().where(signal.c.kind == "picks").order_by(signal.c.observed_at)).all()
    assert sorted((row.paper_id, row.value) for row in rows) == sorted([(ids[0], 1.0), (ids[1], 1.0), (ids[1], 2.0)])


def test_a_pick_that_is_merged_or_withdrawn_before_it_goes_out(room: Newsroom) -> None:
    draft = chosen(room, 1, 2, 3)
    words = (replace(draft.picks[0], kicker="First"), replace(draft.picks[1], blurb="Second."), draft.picks[2])
    room.desk.save(replace(draft, picks=words), by=None)
    both = (Identifier("arxiv", "2601.00001"), Identifier("arxiv", "2601.00002"))
    room.add(replace(record(1), source="file", key="both", identifiers=both), room.voted(3, 50))
    (survivor,) = set(papers(room, 1, 2))
    kept = room.desk.draft(TODAY)
    assert kept.picks[0] == Pick(survivor, "First", "Second.")
    assert len(kept.picks) == 2
    room.add(replace(room.fresh(3), withdrawn=True))
    page = room.desk.publish(kept, by=None)
    assert page.lead is not None
    assert (page.lead.paper.id, page.picks) == (survivor, [])


def test_an_approved_page_that_could_not_go_out_before_midnight_goes_out_after_it(room: Newsroom) -> None:
    room.desk.save(replace(chosen(room, 4), goes_out=time(23, 59), approved=True), by=None)
    room.at("2026-01-16 00:03+00:00")
    page = room.editions.publish_due(ready=True)
    assert page is not None
    assert page.day == date(2026, 1, 15)
    room.at("2026-01-16 07:00+00:00")
    following = room.editions.publish_due(ready=True)
    assert following is not None
    assert (following.day, following.number) == (date(2026, 1, 16), 2)


def test_a_day_that_passed_without_its_page_keeps_the_editors_words(room: Newsroom) -> None:
    saved = room.desk.save(replace(chosen(room, 4), approved=True), by=None)
    assert not room.desk.is_over(TODAY)
    room.at("2026-01-16 07:00+00:00")
    assert room.desk.is_over(TODAY)
    page = room.editions.publish_due(ready=True)
    assert page is not None
    assert page.day == date(2026, 1, 16)
    assert room.desk.draft(TODAY) == saved
    with pytest.raises(Conflict, match="passed without a page"):
        room.desk.save(picked(saved, Pick(papers(room, 2)[0])), by=None)


def test_a_clock_that_was_set_back_publishes_no_day_twice(room: Newsroom) -> None:
    room.at("2026-01-16 07:00+00:00")
    assert room.editions.publish_due(ready=True)
    room.at("2026-01-15 09:00+00:00")
    earlier = room.editions.publish_due(ready=True)
    assert earlier is not None
    assert earlier.day == date(2026, 1, 15)
    room.at("2026-01-16 09:00+00:00")
    assert room.editions.publish_due(ready=True) is None
    assert [head.day.day for head in room.editions.dates()] == [16, 15]


def test_a_day_that_comes_twice_has_one_page(open_newsroom: OpenNewsroom) -> None:
    room = open_newsroom("America/St_Johns", hour=0)  # until 2011 its clocks went back at one minute past midnight
    room.at("2010-11-06 12:00-02:30")
    assert room.editions.publish_due(ready=True)
    room.at("2010-11-07 00:00-02:30")
    page = room.editions.publish_due(ready=True)
    assert page is not None
    assert page.day == date(2010, 11, 7)
    room.clock.sleep(90)
    assert room.editions.publisher.today() == date(2010, 11, 6)
    assert room.editions.publish_due(ready=True) is None
    assert room.editions.today().number == 1
    room.clock.sleep(3600)
    assert room.editions.publish_due(ready=True) is None
    assert room.editions.today() == page


@ON_BOTH
def test_a_week_and_a_month_come_out_when_they_are_over(room: Newsroom) -> None:
    week, month = Span("week", date(2026, 1, 12)), Span("month", date(2026, 1, 1))
    room.desk.publish(chosen(room, 5, 2), by=None)
    open_page = room.editions.at(week)
    assert (open_page.is_published, open_page.new_papers) == (False, 8)
    assert [place.paper.id for place in open_page.picks] == papers(room, 5, 2)
    assert open_page.picks[0].reason == "Led on Thursday, 15 January."
    room.at("2026-01-19 06:59+00:00")
    assert room.editions.publisher.publish_spans_due(ready=True) == []
    assert not room.editions.at(week).is_published
    room.at("2026-01-19 07:00+00:00")
    (page,) = room.editions.publisher.publish_spans_due(ready=True)
    assert (page.span, page.number, page.new_papers) == (week, 1, 8)
    assert room.editions.publisher.publish_spans_due(ready=True) == []
    assert room.editions.at(week) == page
    assert [head.span for head in room.editions.dates(period="week")] == [week]
    room.at("2026-02-01 07:00+00:00")
    assert [page.span for page in room.editions.publisher.publish_spans_due(ready=True)] == [month]
    assert room.editions.around(room.editions.at(month)) == (None, month.after)


def test_a_week_can_be_edited_too(room: Newsroom) -> None:
    week = Span("week", date(2026, 1, 12))
    room.desk.publish(chosen(room, 5), by=None)
    with pytest.raises(Conflict, match="07:00 on 19 Jan 2026"):
        room.desk.publish(chosen(room, 1, span=week), by=None)
    room.desk.save(replace(chosen(room, 8, 1, span=week), approved=True), by=None)
    room.at("2026-01-19 07:00+00:00")
    (page,) = room.editions.publisher.publish_spans_due(ready=True)
    assert page.lead is not None
    assert [page.lead.paper.id, *(place.paper.id for place in page.picks)] == papers(room, 8, 1)


def test_a_week_without_a_day_or_long_past_has_no_page(room: Newsroom) -> None:
    room.at("2026-01-19 08:00+00:00")
    assert room.editions.publisher.publish_spans_due(ready=True) == []
    with pytest.raises(NotFound, match=r"none has been published yet\. This week's is of week 4 of 2026"):
        room.editions.at(Span("week", date(2026, 1, 12)))
    room.at("2026-01-20 08:00+00:00")
    assert room.editions.publish_due(ready=True)
    room.clock.move_to(NOON + timedelta(days=40))
    assert [page.span.name for page in room.editions.publisher.publish_spans_due(ready=True)] == []
