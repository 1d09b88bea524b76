from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.digests.sections import PAGE, PICKS, TRENDING, share
from broadsheet.digests.selection import TITLES, arrange, candidates, offered, standing
from broadsheet.editions.edition import Edition, Place
from tests.invented import paper


def place(n: int, number: int, reason: str = "A reason.") -> Place:
    return Place(n, paper(number), 1.0, reason)


def edition(lead: int | None = 1, trending: range = range(10, 20), new: range = range(30, 60)) -> Edition:
    return Edition(
        id=1,
        period="day",
        day=date(2026, 1, 15),
        number=3,
        published_at=datetime(2026, 1, 15, 6, tzinfo=UTC),
        new_papers=40,
        lead=place(1, lead) if lead else None,
        trending=[place(n, number) for n, number in enumerate(trending, 1)],
        new=[place(n, number) for n, number in enumerate(new, 1)],
    )


def chosen(
    page: Edition, size: int, had: set[int] | None = None, order: tuple[str, ...] = PAGE
) -> list[tuple[str, int]]:
    offer = candidates([page])
    offers = {name: iter(entries) for name, entries in offered(offer, order).items()}
    entries = share(order, offers, size, set(had or ()))
    places = [standing(offer, entry.paper, order) for entry in entries]
    return [(found.section, found.place.paper.id) for found in places if found]


def test_lead_then_trending_and_new_share_the_room() -> None:
    assert chosen(edition(), 6) == [
        ("lead", 1),
        ("trending", 10),
        ("trending", 11),
        ("trending", 12),
        ("new", 30),
        ("new", 31),
    ]


def test_what_readers_sent_in_has_its_own_place_in_turn_and_its_reason() -> None:
    page = replace(edition(), sent=[place(1, 20, "Ada Quill sent it in."), place(2, 10), place(3, 21)])
    assert chosen(page, 6) == [("lead", 1), ("trending", 10), ("trending", 11), ("sent", 20), ("sent", 21), ("new", 30)]
    assert chosen(page, 3, order=("sent",)) == [("sent", 20), ("sent", 10), ("sent", 21)]
    found = standing(candidates([page]), 20, ("sent",))
    assert found
    assert (found.place.reason, TITLES[found.section]) == ("Ada Quill sent it in.", "Sent in by readers")
    alone = replace(edition(trending=range(0), new=range(0)), sent=[place(1, 20)], shelf=[place(1, 40)])
    assert [section for section, _ in chosen(alone, 9)] == ["lead", "sent"]  # a day with something of its own


def test_either_half_takes_what_the_other_leaves() -> None:
    assert chosen(edition(trending=range(10, 11)), 5)[-1] == ("new", 32)
    assert [section for section, _ in chosen(edition(new=range(30, 31)), 5)] == ["lead", *["trending"] * 3, "new"]


def test_what_a_reader_had_is_left_out_and_the_next_moves_up() -> None:
    assert chosen(edition(), 4, {1, 10}) == [("trending", 11), ("trending", 12), ("new", 30), ("new", 31)]
    assert chosen(edition(), 10, set(range(100))) == []


def test_a_paper_in_two_sections_stands_where_it_comes_first() -> None:
    page = edition(lead=10)
    assert chosen(page, 3) == [("lead", 10), ("trending", 11), ("new", 30)]


def test_what_was_withdrawn_since_is_left_out() -> None:
    gone = replace(place(1, 10), paper=paper(10, withdrawn=True))
    page = replace(edition(), lead=gone, trending=[gone, place(2, 11)])
    assert chosen(page, 2) == [("trending", 11), ("new", 30)]


def test_the_shelf_fills_only_an_empty_page() -> None:
    page = replace(edition(), shelf=[place(1, 90)])
    assert ("shelf", 90) not in chosen(page, 30)
    empty = replace(page, lead=None, trending=[], new=[])
    assert chosen(empty, 30) == [("shelf", 90)]
    first_day = replace(empty, lead=place(1, 91))
    assert chosen(first_day, 30) == [("lead", 91), ("shelf", 90)]


def test_a_week_takes_each_days_best_first_and_newer_days_before_older() -> None:
    monday = edition(lead=1, trending=range(10, 12), new=range(0))
    sunday = edition(lead=2, trending=range(20, 22), new=range(0))
    found = candidates([monday, sunday])
    assert [(one.section, one.place.paper.id) for one in found[PICKS].values()] == [("lead", 1), ("leads", 2)]
    assert list(found[TRENDING]) == [10, 20, 11, 21]


def test_the_lead_keeps_its_place_for_those_who_switched_the_picks_off() -> None:
    page = edition(lead=10)
    assert chosen(page, 2, order=("trending",)) == [("trending", 10), ("trending", 11)]
    assert chosen(page, 2, order=("trending", "picks")) == [("trending", 11), ("lead", 10)]


def test_arranging_gathers_sections() -> None:
    page = edition()
    offer = candidates([page])
    places = [standing(offer, one, PAGE) for one in (1, 10, 30)]
    selection = arrange(page, 1, [one for one in places if one])
    assert [(section.title, len(section.places)) for section in selection.sections] == [
        ("Lead", 1),
        ("Trending", 1),
        ("New", 1),
    ]
    assert [one.id for one in selection.papers] == [1, 10, 30]
    assert standing(offer, 99, PAGE) is None


@settings(max_examples=100)
@given(
    size=st.integers(1, 30),
    ranked=st.integers(0, 20),
    new=st.integers(0, 20),
    had=st.sets(st.integers(0, 60), max_size=40),
)
def test_a_selection_is_as_large_as_it_can_be_and_repeats_nothing(
    size: int, ranked: int, new: int, had: set[int]
) -> None:
    page = edition(trending=range(10, 10 + ranked), new=range(25, 25 + new))
    there = list(dict.fromkeys(paper_id for some in candidates([page]).values() for paper_id in some))
    ids = [number for _, number in chosen(page, size, had)]
    assert len(ids) == len(set(ids)) == min(size, len([one for one in there if one not in had]))
    assert not set(ids) & had
    assert ids == sorted(ids, key=there.index)
