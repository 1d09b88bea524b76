import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.digests.sections import ALL, FOLLOWED, PAGE, WORDS, Entry, in_turns, read, share, with_page, written
from broadsheet.errors import Invalid


def shared(order: list[str], size: int, taken: set[int] | None = None, **offers: list[int]) -> list[tuple[str, int]]:
    made = {name: iter([Entry(name, paper) for paper in papers]) for name, papers in offers.items()}
    return [(one.section, one.paper) for one in share(order, made, size, set() if taken is None else taken)]


def test_sections_come_in_the_readers_order_and_share_the_room_in_turn() -> None:
    offers = {"trending": [1, 2, 3, 4], "topics": [5, 6, 7], "authors": [8]}
    assert shared(["authors", "topics", "trending"], 6, **offers) == [
        ("authors", 8),
        ("topics", 5),
        ("topics", 6),
        ("topics", 7),
        ("trending", 1),
        ("trending", 2),
    ]
    assert shared(["trending", "topics"], 3, **offers) == [("trending", 1), ("trending", 2), ("topics", 5)]


def test_what_one_section_leaves_the_next_fills() -> None:
    assert len(shared(["topics", "trending"], 5, topics=[1], trending=[2, 3, 4, 5, 6])) == 5


def test_the_picks_come_whole_wherever_they_stand() -> None:
    assert shared(["new", "picks"], 3, picks=[1, 2], new=[3, 4, 5]) == [("new", 3), ("picks", 1), ("picks", 2)]


def test_a_paper_stands_once_and_where_it_was_first_taken() -> None:
    taken = {9}
    assert shared(["topics", "new"], 9, taken, topics=[1, 9, 2], new=[1, 2, 3]) == [
        ("topics", 1),
        ("new", 2),
        ("new", 3),
    ]
    assert taken == {1, 2, 3, 9}


def test_questions_of_a_section_take_turns_and_stand_together() -> None:
    taken: set[int] = {2}
    offers = {"searches": in_turns("searches", [("a", [1, 2, 3]), ("b", [1, 4]), ("c", [])], 2, taken)}
    found = share(["searches"], offers, 9, taken)
    assert [(one.question, one.paper) for one in found] == [("a", 1), ("a", 3), ("b", 4)]


@given(
    order=st.permutations(list(ALL)),
    sizes=st.dictionaries(st.sampled_from(ALL), st.lists(st.integers(1, 40), max_size=12), max_size=7),
    size=st.integers(1, 30),
    had=st.sets(st.integers(1, 40)),
)
def test_the_room_is_filled_and_nothing_repeats(
    order: list[str], sizes: dict[str, list[int]], size: int, had: set[int]
) -> None:
    found = shared(order, size, set(had), **sizes)
    papers = [paper for _, paper in found]
    there = {paper for some in sizes.values() for paper in some} - had
    assert len(papers) == len(set(papers)) == min(size, len(there))
    assert set(papers) <= there
    names = [name for name, _ in found]
    assert names == sorted(names, key=order.index)


def test_sections_are_read_from_a_text_or_a_list() -> None:
    assert read("topics, picks,topics") == ("topics", "picks")
    assert read(["new"]) == ("new",)
    assert written(read(written(ALL))) == "picks,trending,sent,new,topics,searches,authors,categories"
    assert WORDS.keys() == set(ALL)
    for given_ in ("", [], "picks,weather", 7, [None]):
        with pytest.raises(Invalid) as told:
            read(given_)
        assert told.value.field == "sections"


def test_the_page_is_switched_off_and_on_and_what_is_followed_stays() -> None:
    assert with_page(("topics", "new", "authors"), wanted=False) == ("topics", "authors")
    assert with_page(PAGE, wanted=False) == FOLLOWED
    assert with_page(("topics", "new"), wanted=True) == ("picks", "trending", "sent", "topics", "new")
    assert with_page(ALL, wanted=True) == ALL
