import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.encoders.terms import TITLE_REPEATS, Terms, counted

DENSE, FEATURE, GALAXY, NETWORK, REUSE = range(5)
ITSELF, PIECES = {5, 6}, {7, 8, 9, 10, 11, 12}
FEATURE_REUSE = 13


def rows(terms: Terms, text: str) -> list[int]:
    return sorted(terms.rows_of(text).tolist())


def test_words_take_their_rows_and_neighbours_their_pair(terms: Terms) -> None:
    assert rows(terms, "dense network") == [DENSE, NETWORK]
    assert rows(terms, "Feature reuse") == [FEATURE, REUSE, FEATURE_REUSE]
    assert len(terms) == 14


@pytest.mark.parametrize("text", ["reuse feature", "feature of reuse", "feature dense reuse"])
def test_a_pair_needs_its_words_side_by_side_in_order(terms: Terms, text: str) -> None:
    assert FEATURE_REUSE not in rows(terms, text)


def test_function_words_and_lone_unknown_letters_are_not_read(terms: Terms) -> None:
    assert rows(terms, "the of and q") == []


def test_an_unknown_word_reads_a_row_for_itself_and_one_for_each_five_letters(terms: Terms) -> None:
    found = rows(terms, "zyzzyva")
    assert len(found) == 1 + len(["<zyzz", "zyzzy", "yzzyv", "zzyva", "zyva>"])
    assert len(ITSELF & set(found)) == 1
    assert set(found) <= ITSELF | PIECES
    assert rows(terms, "Zyzzyva") == found


def test_unknown_words_of_one_family_share_rows(terms: Terms) -> None:
    wide = Terms(terms.words, terms.pairs, spare=4_000)
    one, other, stranger = (set(rows(wide, word)) for word in ("myocarditis", "myocardial", "quokkas"))
    assert len(one & other) >= 4
    assert not one & stranger


def test_spare_rows_are_spread_over(terms: Terms) -> None:
    found = {row for n in range(60) for row in rows(terms, f"zyz{chr(97 + n % 26) * 3}{n}")}
    assert found == ITSELF | PIECES


def test_a_short_unknown_word_reads_one_spare_row(terms: Terms) -> None:
    (row,) = rows(terms, "zyz")
    assert row in ITSELF


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
    assert rows(terms, "alpha unknown") == [0]
    assert rows(terms, "unknown omega") == [1]
    assert rows(terms, "alpha omega") == [0, 1, 3]


def test_pairs_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="sorted"):
        Terms(("alpha", "omega"), np.array([[1, 0], [0, 1]], np.int32), spare=0)


def test_fewer_spare_rows_than_the_scheme_needs_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 4, not 3"):
        Terms(("alpha",), np.empty((0, 2), np.int32), spare=3)


@settings(max_examples=50)
@given(st.lists(st.integers(min_value=0, max_value=9), max_size=40))
def test_counting_agrees_with_counting_by_hand(numbers: list[int]) -> None:
    found, counts = counted(np.array(numbers, np.int64))
    assert dict(zip(found.tolist(), counts.tolist(), strict=True)) == {n: numbers.count(n) for n in numbers}
    assert found.tolist() == sorted(set(numbers))
