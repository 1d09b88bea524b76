from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.trending.rising.table import outcomes, settled
from tests.trending.rising.made import FIRST, row


def firsts(votes: list[float]) -> list[int]:
    return [one.row.paper_id for one in outcomes(row(n, FIRST, count) for n, count in enumerate(votes)) if one.first]


@pytest.mark.parametrize(
    ("votes", "first"),
    [
        ([*range(10)], [9]),
        ([*range(19)], [18]),
        ([*range(20)], [18, 19]),
        ([5] * 9 + [6, 6], []),  # two share the one place
        ([1] + [0] * 11, [0]),
        ([1, 1] + [0] * 18, [0, 1]),
        ([1, 1, 1] + [0] * 17, []),
    ],
)
def test_no_more_than_a_tenth_of_a_day_is_in_its_first_tenth(votes: list[float], first: list[int]) -> None:
    assert firsts(votes) == first


def test_days_that_tell_nothing_are_left_out() -> None:
    few = [row(n, FIRST, n) for n in range(9)]
    unread = [row(n, FIRST + timedelta(days=1)) for n in range(20)]
    assert outcomes([*few, *unread]) == []
    assert len(outcomes([*few, row(9, FIRST, 3)])) == 10


def test_outcomes_are_doublings_above_the_day() -> None:
    found = outcomes(row(n, FIRST, 7 if n == 3 else 0) for n in range(10))
    by_paper = {one.row.paper_id: one.above for one in found}
    assert by_paper[3] == pytest.approx(3 - 0.3)
    assert by_paper[0] == pytest.approx(-0.3)
    assert [one.row.seed for one in found] == sorted(one.row.seed for one in found)


def test_a_day_is_settled_a_week_after_its_end() -> None:
    assert settled(FIRST) == datetime(2025, 1, 14, tzinfo=UTC)
