from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.community.threads import DEEPEST, in_order


@dataclass(frozen=True)
class Said:
    id: int
    parent_id: int | None = None
    there: bool = True


def order(*said: Said) -> list[tuple[int, int]]:
    return [(one.said.id, one.depth) for one in in_order(said, lambda one: one.there)]


def test_replies_stand_below_what_they_answer_in_the_order_of_writing() -> None:
    said = [Said(1), Said(2), Said(3, 1), Said(4, 2), Said(5, 1), Said(6, 3)]
    assert order(*said) == [(1, 0), (3, 1), (6, 2), (5, 1), (2, 0), (4, 1)]
    assert [one.answers and one.answers.id for one in in_order(said, lambda _: True)] == [None, 1, 3, 1, None, 2]


def test_of_siblings_the_worthiest_comes_first_with_all_that_hangs_on_it() -> None:
    said = [Said(1), Said(2), Said(3, 1), Said(4, 2), Said(5, 1), Said(6, 3), Said(7)]
    worth = {2: 1.5, 5: 0.2, 6: 9.0, 7: 1.5}
    placed = in_order(said, lambda _: True, lambda one: worth.get(one.id, 0.0))
    assert [(one.said.id, one.depth) for one in placed] == [
        (2, 0),
        (4, 1),
        (7, 0),
        (1, 0),
        (5, 1),
        (3, 1),
        (6, 2),
    ]


def test_what_is_gone_stays_only_under_a_reply_that_is_there() -> None:
    assert order(Said(1, there=False), Said(2, 1, there=False), Said(3, 2), Said(4, 1, there=False)) == [
        (1, 0),
        (2, 1),
        (3, 2),
    ]
    assert order(Said(1, there=False), Said(2, 1, there=False)) == []


def test_a_reply_whose_parent_is_elsewhere_begins_a_thread() -> None:
    assert order(Said(5, 4), Said(6, 5)) == [(5, 0), (6, 1)]


def test_a_chain_of_any_length_goes_no_further_right() -> None:
    chain = [Said(1), *(Said(n, n - 1) for n in range(2, 5_000))]
    assert order(*chain)[-1] == (4_999, DEEPEST)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=30))
def test_everything_that_is_there_stands_once_and_below_its_parent(given_: list[tuple[int, bool]]) -> None:
    said = [Said(n, parent if 0 < parent < n else None, there) for n, (parent, there) in enumerate(given_, start=1)]
    placed = in_order(said, lambda one: one.there)
    numbers = [one.said.id for one in placed]
    assert len(set(numbers)) == len(numbers)
    assert {one.id for one in said if one.there} <= set(numbers)
    for one in placed:
        assert one.answers is None or numbers.index(one.answers.id) < numbers.index(one.said.id)
