import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from broadsheet.accounts.readers import Readers
from broadsheet.database.schema import reader
from broadsheet.editions.desk import Desk
from broadsheet.editions.draft import Draft, Pick, Stale, moved, picked
from broadsheet.editions.editions import Editions
from broadsheet.editions.spans import Span
from broadsheet.errors import Conflict, Forbidden, Invalid, NotFound
from broadsheet.papers.identifiers import Identifier
from tests.conftest import NOON
from tests.editions.conftest import Newsroom
from tests.invented import record

UTC = ZoneInfo("UTC")
TODAY = Span("day", date(2026, 1, 15))
OpenNewsroom = Callable[..., Newsroom]


@pytest.fixture
def room(stored_newsroom: Newsroom) -> Newsroom:
    stored_newsroom.at("2026-01-15 05:00+00:00")
    stored_newsroom.add(*(stored_newsroom.voted(n, 60 - n) for n in range(1, 9)))
    return stored_newsroom


def papers(room: Newsroom, *numbers: int) -> list[int]:
    return [room.catalogue.get(f"arxiv:2601.{n:05d}").id for n in numbers]


def chosen(room: Newsroom, *numbers: int, span: Span = TODAY) -> Draft:
    return replace(room.desk.draft(span), picks=tuple(Pick(one) for one in papers(room, *numbers)))


def editor(room: Newsroom, role: str = "editor") -> int:
    return Readers(room.database, room.clock, b"s" * 32).add("ada@quill.example", role, "Ada").id  # type: ignore[arg-type]


def test_a_draft_is_kept_with_its_revision_and_who_saved_it(room: Newsroom) -> None:
    ada = editor(room)
    first = room.desk.save(chosen(room, 3, 1), by=ada)
    assert (first.revision, first.saved_by, first.saved_at) == (1, ada, room.clock.now())
    assert room.desk.saved_by(first) == "Ada"
    words = replace(first, picks=(Pick(first.picks[0].paper_id, "Moss", "It grows."), first.picks[1]))
    second = room.desk.save(replace(words, goes_out=time(9, 30), approved=True), by=None)
    assert room.desk.draft(TODAY) == second
    assert (second.revision, second.picks[0].blurb, second.goes_out, second.approved) == (
        2,
        "It grows.",
        time(9, 30),
        True,
    )
    assert room.desk.saved_by(second) == "the operator"
    assert room.desk.waiting() == [TODAY]


def test_what_says_the_same_makes_no_revision(room: Newsroom) -> None:
    saved = room.desk.save(chosen(room, 1), by=None)
    assert room.desk.save(saved, by=None) == saved
    assert room.desk.save(replace(saved, revision=0), by=None) == saved, "the same words cannot overwrite anything"


def test_a_stale_write_changes_nothing_and_brings_what_is_there(room: Newsroom) -> None:
    seen = room.desk.save(chosen(room, 1, 2), by=None)
    theirs = room.desk.save(replace(seen, picks=seen.picks[:1]), by=None)
    mine = picked(seen, Pick(papers(room, 5)[0], "", "Mine."))
    with pytest.raises(Stale, match="Draft 2 was saved meanwhile") as told:
        room.desk.save(mine, by=None)
    assert (told.value.now, told.value.is_out) == (theirs, False)
    assert room.desk.draft(TODAY) == theirs
    assert room.desk.save(replace(mine, revision=theirs.revision), by=None).picks == mine.picks


def at_once(*works: Callable[[], object]) -> tuple[list[object], list[Exception]]:
    start, done, failed = threading.Barrier(len(works)), [], []  # type: threading.Barrier, list[object], list[Exception]

    def run(work: Callable[[], object]) -> None:
        start.wait()
        try:
            done.append(work())
        except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done, failed


@pytest.mark.parametrize("before", [0, 1])
def test_of_many_who_save_at_once_one_does_and_the_others_hear_of_it(room: Newsroom, before: int) -> None:
    if before:
        room.desk.save(chosen(room, 8), by=None)
    drafts = [chosen(room, n) for n in range(1, 6)]
    done, failed = at_once(*(lambda one=one: room.desk.save(one, by=None) for one in drafts))
    assert len(done) == 1
    assert [type(error) for error in failed] == [Stale] * 4
    assert room.desk.draft(TODAY) == done[0]
    assert room.desk.draft(TODAY).revision == before + 1


def test_editors_who_each_retry_on_the_newest_lose_no_pick(room: Newsroom) -> None:
    def add(n: int) -> None:
        while True:
            seen = room.desk.draft(TODAY)
            try:
                room.desk.save(picked(seen, Pick(papers(room, n)[0], "", f"Blurb {n}.")), by=None)
            except Stale:
                continue
            return

    done, failed = at_once(*(lambda n=n: add(n) for n in range(1, 7)))
    assert (len(done), failed) == (6, [])
    kept = room.desk.draft(TODAY)
    assert {pick.blurb for pick in kept.picks} == {f"Blurb {n}." for n in range(1, 7)}
    assert kept.revision == 6


def test_a_page_that_is_published_while_somebody_saves_is_the_one_or_the_other(room: Newsroom) -> None:
    seen = room.desk.save(replace(chosen(room, 1), approved=True), by=None)
    late = picked(seen, Pick(papers(room, 2)[0]))
    room.at("2026-01-15 07:00+00:00")
    _, failed = at_once(lambda: room.desk.save(late, by=None), lambda: room.editions.publish_due(ready=True))
    assert all(isinstance(error, Stale) for error in failed)
    room.at("2026-01-15 08:30+00:00")
    page = room.editions.publish_due(ready=True) or room.editions.today()
    kept = room.desk.draft(TODAY)
    assert [place.paper.id for place in (page.lead, *page.picks) if place] == [pick.paper_id for pick in kept.picks]


def test_the_page_holds_what_was_chosen_in_its_order_with_its_words(room: Newsroom) -> None:
    draft = chosen(room, 5, 2, 7)
    words = (replace(draft.picks[0], kicker="Looms", blurb="Why $x^2$ & <b>moss</b>."), *draft.picks[1:])
    saved = room.desk.save(replace(draft, picks=words, approved=True), by=None)
    assert not room.editions.today().picks, "a draft is nobody's but the editors'"
    proof = room.desk.proof(saved)
    room.at("2026-01-15 07:00+00:00")
    page = room.editions.publish_due(ready=False)
    assert page is not None
    assert room.editions.today() == page
    assert (page.lead, page.picks) == (proof.lead, proof.picks)
    assert page.lead is not None
    assert (page.lead.paper.id, page.lead.kicker, page.lead.blurb) == (words[0].paper_id, "Looms", words[0].blurb)
    assert page.lead.reason.startswith("Chosen by an editor. 55 upvotes on Hugging Face")
    assert [(place.place, place.paper.id) for place in page.picks] == [(1, papers(room, 2)[0]), (2, papers(room, 7)[0])]
    assert len(page.trending) == 8, "the ranking stays whole"
    assert not {place.paper.id for place in page.new} & set(papers(room, 5, 2, 7))


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


def test_a_page_for_later_cannot_be_published_today_and_says_when_it_comes(room: Newsroom) -> None:
    tomorrow = chosen(room, 1, span=TODAY.after)
    with pytest.raises(Conflict, match=r"by itself at 07:00 on 16 Jan 2026"):
        room.desk.publish(tomorrow, by=None)
    with pytest.raises(NotFound, match="too early"):
        room.desk.draft(Span("day", date(2026, 6, 1)))


def test_published_now_it_is_out_once_and_a_later_save_is_told(room: Newsroom) -> None:
    seen = room.desk.save(chosen(room, 2), by=None)
    page = room.desk.publish(seen, by=None)
    assert (page.number, page.published_at) == (1, room.clock.now())
    for work in (room.desk.publish, room.desk.save):
        with pytest.raises(Stale, match="is out meanwhile") as told:
            work(picked(seen, Pick(papers(room, 3)[0])), by=None)
        assert told.value.is_out
    room.at("2026-01-15 07:00+00:00")
    assert room.editions.publish_due(ready=True) is None
    assert room.editions.today() == page


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


def test_only_who_is_an_editor_at_that_moment_may_change_anything(room: Newsroom) -> None:
    ada = editor(room)
    seen = room.desk.save(chosen(room, 1), by=ada)
    with room.database.write() as connection:
        connection.execute(update(reader).where(reader.c.id == ada).values(role="reader"))
    for work in (room.desk.save, room.desk.publish):
        with pytest.raises(Forbidden, match="lost the role of editor meanwhile"):
            work(picked(seen, Pick(papers(room, 2)[0])), by=ada)
    assert room.desk.draft(TODAY) == seen
    with pytest.raises(Forbidden):
        room.desk.save(seen, by=99_999)


def test_an_account_that_is_deleted_leaves_its_draft(room: Newsroom) -> None:
    ada = editor(room)
    saved = room.desk.save(chosen(room, 1), by=ada)
    assert room.desk.export(ada) == [{"draft": "2026-01-15", "saved_at": saved.saved_at.isoformat()}]  # type: ignore[union-attr]
    Readers(room.database, room.clock, b"s" * 32).delete(ada)
    assert room.desk.draft(TODAY).picks == saved.picks


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


def test_corrections_stand_beside_a_page_that_stays_as_it_was(room: Newsroom) -> None:
    ada = editor(room)
    with pytest.raises(NotFound, match="is not out"):
        room.desk.correct(TODAY, "Half, not a third.", by=ada)
    before = room.desk.publish(chosen(room, 4, 2), by=ada)
    four = papers(room, 4)[0]
    room.at("2026-01-15 07:20+00:00")
    made = room.desk.correct(TODAY, "  Half its size,\nnot a third. ", paper_id=four, by=ada)
    room.at("2026-01-15 07:25+00:00")
    assert room.desk.correct(TODAY, "Half its size, not a third.", paper_id=four, by=ada) == made, "sent twice"
    room.desk.correct(TODAY, "The page said Friday.", by=ada)
    page = room.editions.today()
    assert [one.note for one in page.corrections] == ["Half its size, not a third.", "The page said Friday."]
    assert page.corrected(four) == [made]
    assert [one.note for one in page.corrected(None)] == ["The page said Friday."]
    assert replace(page, corrections=()) == before
    assert [row.get("correction") for row in room.desk.export(ada)][1:] == [one.note for one in page.corrections]


@pytest.mark.parametrize(("note", "said"), [("  ", "Say what was wrong"), ("n" * 401, "shorten this one by 1")])
def test_a_correction_needs_words_and_not_too_many(room: Newsroom, note: str, said: str) -> None:
    room.desk.publish(chosen(room, 4), by=None)
    with pytest.raises(Invalid, match=said) as told:
        room.desk.correct(TODAY, note, by=None)
    assert told.value.field == "note"
    with pytest.raises(NotFound, match="no place on the page"):
        room.desk.correct(TODAY, "Wrong.", paper_id=room.add(record(99, published=date(2019, 1, 1)))[0], by=None)


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


def test_candidates_say_where_they_come_from_and_when_they_were_shown(room: Newsroom) -> None:
    room.add(*(room.fresh(n) for n in range(20, 60)))
    room.desk.publish(chosen(room, 5), by=None)
    room.at("2026-01-16 05:00+00:00")
    found = room.candidates.of(room.editions.today())
    assert len({one.paper.id for one in found}) == len(found)
    assert [one.origin for one in found[:3]] == ["trending"] * 3
    five = next(one for one in found if one.paper.id == papers(room, 5)[0])
    assert five.reason.startswith("Led on 15 Jan 2026. 55 upvotes")
    assert five.score is not None


def test_what_readers_sent_in_is_among_them(room: Newsroom) -> None:
    from broadsheet.editions.candidates import Candidates

    (old,) = room.add(record(300, published=date(2019, 1, 1)))
    desk = Candidates(
        room.database, room.catalogue, room.trending, room.clock, lambda _since: [(old, "Sent in by Ada.")]
    )
    sent = [one for one in desk.of(room.editions.today()) if one.origin == "sent"]
    assert [(one.paper.id, one.reason, one.score) for one in sent] == [(old, "Sent in by Ada.", None)]
