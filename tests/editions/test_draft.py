from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.editions.draft import (
    LONGEST_BLURB,
    LONGEST_KICKER,
    MOST,
    Draft,
    Pick,
    checked,
    joined,
    moved,
    picked,
    without,
)
from broadsheet.editions.spans import Span
from broadsheet.errors import Invalid

SPAN = Span("day", date(2026, 1, 15))
PICKS = st.lists(st.integers(1, 9), max_size=MOST, unique=True).map(
    lambda ids: tuple(Pick(n, "", f"b{n}") for n in ids)
)
DRAFTS = PICKS.map(lambda picks: Draft(SPAN, 1, picks))


def ids(draft: Draft) -> list[int]:
    return [pick.paper_id for pick in draft.picks]


@given(draft=DRAFTS, paper=st.integers(1, 9), by=st.integers(-9, 9))
def test_a_move_keeps_every_pick_with_its_words_and_the_order_of_the_others(draft: Draft, paper: int, by: int) -> None:
    after = moved(draft, paper, by)
    assert sorted(after.picks, key=lambda pick: pick.paper_id) == sorted(draft.picks, key=lambda pick: pick.paper_id)
    assert ids(without(after, paper)) == ids(without(draft, paper))
    place = draft.place_of(paper)
    if place is not None:
        assert after.place_of(paper) == max(0, min(len(draft.picks) - 1, place + by))


@given(draft=DRAFTS, paper=st.integers(1, 9))
def test_a_move_there_and_back_changes_nothing_but_at_the_ends(draft: Draft, paper: int) -> None:
    place = draft.place_of(paper)
    if place is not None and place + 1 < len(draft.picks):
        assert moved(moved(draft, paper, 1), paper, -1) == draft


@given(draft=DRAFTS, paper=st.integers(1, 9))
def test_a_paper_is_picked_once_and_taken_out_whole(draft: Draft, paper: int) -> None:
    if len(draft.picks) < MOST or paper in ids(draft):
        once = picked(draft, Pick(paper))
        assert ids(once).count(paper) == 1
        assert picked(once, Pick(paper, "again")) == once
        assert paper not in ids(without(once, paper))


@given(mine=DRAFTS, theirs=DRAFTS)
def test_joining_two_drafts_loses_no_paper_and_no_words_of_the_first(mine: Draft, theirs: Draft) -> None:
    both = joined(theirs, mine)
    assert both.draft.picks[: len(theirs.picks)] == theirs.picks
    assert set(ids(both.draft)) | {pick.paper_id for pick in both.left} == set(ids(mine)) | set(ids(theirs))
    assert len(both.draft.picks) <= MOST
    assert both.clashes == ()


@given(theirs=st.sampled_from(["", "old", "theirs"]), mine=st.sampled_from(["", "old", "mine"]), known=st.booleans())
def test_of_a_paper_in_both_no_words_that_somebody_wrote_are_lost_unsaid(theirs: str, mine: str, known: bool) -> None:
    drafts = (Draft(SPAN, 1, (Pick(1, "", words),)) for words in (theirs, mine))
    both = joined(*drafts, {1: "old"} if known else {})
    (pick,) = both.draft.picks
    written = {words for words in (theirs, mine) if words and not (known and words == "old")}
    assert pick.blurb in written or not written
    assert bool(both.clashes) == (len(written) > 1)


def test_a_full_page_takes_no_more() -> None:
    full = Draft(SPAN, 1, tuple(Pick(n) for n in range(MOST)))
    with pytest.raises(Invalid, match="a lead and 5 picks at most; this has 7") as told:
        picked(full, Pick(99))
    assert told.value.field == "picks"


def test_words_are_cleaned_and_told_when_they_are_too_long() -> None:
    (pick,) = checked(Draft(SPAN, 0, (Pick(1, " Tide\u202e tables ", "Two\r\nlines\x00 of  moss."),))).picks
    assert (pick.kicker, pick.blurb) == ("Tide tables", "Two lines of moss.")
    assert checked(Draft(SPAN, 0, (Pick(1, "k" * LONGEST_KICKER, "b" * LONGEST_BLURB),)))
    with pytest.raises(Invalid, match="has 283 characters, and 280 is the most: shorten it by 3") as told:
        checked(Draft(SPAN, 0, (Pick(1), Pick(2, "", "b" * 283))))
    assert told.value.field == "blurb-2"
    with pytest.raises(Invalid, match="This kicker has 41") as told:
        checked(Draft(SPAN, 0, (Pick(1, "k" * 41),)))
    assert told.value.field == "kicker-1"


def test_two_picks_that_proved_to_be_one_paper_are_one_with_the_words_of_both() -> None:
    draft = checked(Draft(SPAN, 3, (Pick(1, "tides"), Pick(2), Pick(1, "moss", "A blurb."))))
    assert draft.picks == (Pick(1, "tides", "A blurb."), Pick(2))


def test_two_kickers_are_a_clash() -> None:
    mine, theirs = (Draft(SPAN, 1, (Pick(1, kicker, "Same."),)) for kicker in ("Moss", "Tides"))
    both = joined(theirs, mine)
    assert (both.draft.picks, both.clashes) == (theirs.picks, (1,))
    assert joined(theirs, Draft(SPAN, 1, (Pick(1, "", "Same."),))).clashes == ()
