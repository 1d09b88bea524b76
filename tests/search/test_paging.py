import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import Invalid
from broadsheet.search.fusion import Ranking
from broadsheet.search.paging import DEEPEST, LONGEST_TOKEN, REMEMBERED, Cursor, question_of, read

QUESTION = question_of("moss", "relevance")


def ranking(*ids: int) -> Ranking:
    nothing = np.zeros(len(ids), np.float32)
    return Ranking(np.array(ids, np.int64), nothing, nothing)


@given(st.lists(st.integers(1, 1 << 40), min_size=1, max_size=50, unique=True), st.integers(0, 1 << 40))
def test_a_cursor_comes_back_as_it_was(ids: list[int], newest: int) -> None:
    cursor = Cursor(QUESTION, newest).after(ids)
    token = cursor.token()
    assert re.fullmatch(r"[\w-]+", token)
    back = read(token, QUESTION, newest)
    assert (back.newest, back.shown, back.last) == (newest, len(ids), ids[-1])
    assert set(back.seen) == set(ids)


def test_the_longest_cursor_still_fits_an_address() -> None:
    token = Cursor(QUESTION, 3_000_000).after(range(1_000, 3_000_000, 2_999)).token()
    assert len(read(token, QUESTION, 3_000_000).seen) == REMEMBERED
    assert len(token) < 4_000 < LONGEST_TOKEN


def test_what_was_shown_does_not_come_again_whatever_the_order_became() -> None:
    cursor = Cursor(QUESTION, 9).after([5, 3])
    assert cursor.rest(ranking(9, 3, 4, 5, 1)).ids.tolist() == [9, 4, 1]


def test_what_came_in_later_is_left_out() -> None:
    cursor = Cursor(QUESTION, 9).after([5])
    assert cursor.known(ranking(12, 4, 5, 10)).ids.tolist() == [4, 5]


def test_far_down_a_list_goes_on_behind_the_last_paper_or_its_place() -> None:
    cursor = Cursor(QUESTION, 5_000).after(range(1, REMEMBERED + 2))
    assert cursor.seen == ()
    listed = ranking(*range(1, REMEMBERED + 4))
    assert read(cursor.token(), QUESTION, 5_000).rest(listed).ids.tolist() == [REMEMBERED + 2, REMEMBERED + 3]
    gone = ranking(*(one for one in range(1, REMEMBERED + 5) if one != REMEMBERED + 1))
    assert cursor.rest(gone).ids.tolist() == [REMEMBERED + 3, REMEMBERED + 4]


def spoilt(change: int) -> str:
    token = Cursor(QUESTION, 9).after([5, 3]).token()
    whole = bytearray(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    whole[change] ^= 1
    return urlsafe_b64encode(bytes(whole)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "token",
    [
        *("x", "AAAA", "é", "\x00", " ", "a" * 10_000, "../../etc", "<script>"),
        Cursor(QUESTION, 9).after([5, 3]).token()[:-3],
        Cursor(QUESTION, 9).token(),
        Cursor(QUESTION, 9, DEEPEST + 1, 3).token(),
        Cursor(QUESTION, 9, 3, 3, (1,)).token(),
        Cursor(QUESTION, 1 << 63, 1, 3, (3,)).token(),
        *map(spoilt, (0, 5, 12, -1)),
    ],
)
def test_what_no_page_gave_is_no_cursor(token: str) -> None:
    with pytest.raises(Invalid) as raised:
        read(token, QUESTION, 9)
    assert raised.value.field == "cursor"
    assert "is no cursor" in raised.value.message


def test_a_cursor_is_for_its_own_question_and_index() -> None:
    token = Cursor(QUESTION, 9).after([5]).token()
    with pytest.raises(Invalid, match="another question"):
        read(token, question_of("moss", "newest"), 9)
    with pytest.raises(Invalid, match="expired"):
        read(token, QUESTION, 8)
