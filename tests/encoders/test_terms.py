import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.encoders.terms import TITLE_REPEATS, Terms, counted

DENSE, FEATURE, GALAXY, NETWORK, REUSE = range(5)
SPARE = {5, 6}
FEATURE_REUSE = 7


def rows(terms: Terms, text: str) -> list[int]:
    return sorted(terms.rows_of(text).tolist())


def test_words_take_their_rows_and_neighbours_their_pair(terms: Terms) -> None:
    assert rows(terms, "dense network") == [DENSE, NETWORK]
    assert rows(terms, "Feature reuse") == [FEATURE, REUSE, FEATURE_REUSE]
    assert len(terms) == 8


@pytest.mark.parametrize("text", ["reuse feature", "feature of reuse", "feature dense reuse"])
def test_a_pair_needs_its_words_side_by_side_in_order(terms: Terms, text: str) -> None:
    assert FEATURE_REUSE not in rows(terms, text)


def test_function_words_and_lone_unknown_letters_are_not_read(terms: Terms) -> None:
    assert rows(terms, "the of and q") == []


def test_an_unknown_word_takes_one_spare_row_always_the_same(terms: Terms) -> None:
    (row,) = rows(terms, "zyzzyva")
    assert row in SPARE
    assert rows(terms, "Zyzzyva") == [row]
    assert {rows(terms, f"zyz{n}qq")[0] for n in range(40)} == SPARE


def test_without_spare_rows_an_unknown_word_is_not_read(terms: Terms) -> None:
    bare = Terms(terms.words, np.empty((0, 2), np.int32), spare=0)
    assert rows(bare, "zyzzyva dense") == [DENSE]


def test_a_title_is_read_several_times_and_makes_no_pair_with_the_abstract(terms: Terms) -> None:
    found = terms.rows_of_paper("dense feature", "reuse").tolist()
    assert found.count(DENSE) == TITLE_REPEATS
    assert found.count(REUSE) == 1
    assert FEATURE_REUSE not in found


def test_an_unread_word_beside_the_first_or_last_row_makes_no_pair() -> None:
    words = ("alpha", "omega")
    terms = Terms(words, np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.int32), spare=0)
    assert rows(terms, "alpha the") == [0]
    assert rows(terms, "the omega") == [1]
    assert rows(terms, "alpha omega") == [0, 1, 3]


def test_pairs_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="sorted"):
        Terms(("alpha", "omega"), np.array([[1, 0], [0, 1]], np.int32), spare=0)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=9), max_size=40))
def test_counting_agrees_with_counting_by_hand(numbers: list[int]) -> None:
    found, counts = counted(np.array(numbers, np.int64))
    assert dict(zip(found.tolist(), counts.tolist(), strict=True)) == {n: numbers.count(n) for n in numbers}
    assert found.tolist() == sorted(set(numbers))
