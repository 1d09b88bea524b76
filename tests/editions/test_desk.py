from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy import update

from broadsheet.accounts import audit
from broadsheet.accounts.readers import Readers
from broadsheet.database.schema import reader
from broadsheet.editions.draft import Pick, Stale, picked
from broadsheet.editions.spans import Span
from broadsheet.errors import Conflict, Forbidden, Invalid, NotFound
from tests.conftest import ON_BOTH, ON_SQLITE
from tests.editions.conftest import Newsroom
from tests.editions.drafting import TODAY, at_once, chosen, editor, papers
from tests.invented import record

pytestmark = ON_SQLITE


@ON_BOTH
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


@ON_BOTH
def test_a_stale_write_changes_nothing_and_brings_what_is_there(room: Newsroom) -> None:
    seen = room.desk.save(chosen(room, 1, 2), by=None)
    theirs = room.desk.save(replace(seen, picks=seen.picks[:1]), by=None)
    mine = picked(seen, Pick(papers(room, 5)[0], "", "Mine."))
    with pytest.raises(Stale, match="Draft 2 was saved meanwhile") as told:
        room.desk.save(mine, by=None)
    assert (told.value.now, told.value.is_out) == (theirs, False)
    assert room.desk.draft(TODAY) == theirs
    assert room.desk.save(replace(mine, revision=theirs.revision), by=None).picks == mine.picks


@ON_BOTH
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


@ON_BOTH
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


@ON_BOTH
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


@ON_BOTH
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


@ON_BOTH
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


def test_what_is_done_to_a_page_is_written_down_once(room: Newsroom) -> None:
    ada = editor(room)
    begun = room.desk.save(chosen(room, 4, 2), by=ada)
    approved = room.desk.save(replace(begun, approved=True), by=ada)
    room.desk.save(replace(approved, approved=True), by=ada)  # which says the same
    withdrawn = room.desk.save(replace(approved, approved=False), by=None)
    page = room.desk.publish(withdrawn, by=ada)
    for _ in range(2):
        room.desk.correct(TODAY, "Half its size.", by=ada)
    room.at("2026-01-16 07:00+00:00")
    assert room.editions.publish_due(ready=True)
    with pytest.raises(Stale):
        room.desk.publish(withdrawn, by=ada)
    told = audit.newest(room.database, 9)
    assert [f"{one.who} {one.words}" for one in reversed(told)] == [
        f"The operator changed the role of reader {ada}: editor, with the account",
        "Ada approved the page of 2026-01-15",
        "The operator withdrew the approval of the page of 2026-01-15",
        "Ada published the page of 2026-01-15",
        "Ada corrected the page of 2026-01-15: Half its size.",
        "The schedule published the page of 2026-01-16",
    ]
    assert [one.subject_id for one in told[1:3]] == [page.id, page.id]
    assert told[0].at == room.clock.now()


@pytest.mark.parametrize(("note", "said"), [("  ", "Say what was wrong"), ("n" * 401, "shorten this one by 1")])
def test_a_correction_needs_words_and_not_too_many(room: Newsroom, note: str, said: str) -> None:
    room.desk.publish(chosen(room, 4), by=None)
    with pytest.raises(Invalid, match=said) as told:
        room.desk.correct(TODAY, note, by=None)
    assert told.value.field == "note"
    with pytest.raises(NotFound, match="no place on the page"):
        room.desk.correct(TODAY, "Wrong.", paper_id=room.add(record(99, published=date(2019, 1, 1)))[0], by=None)
