from datetime import date, timedelta

import numpy as np
import pytest

from broadsheet.search.fusion import Ranking
from broadsheet.search.order import HALF_LIFE_DAYS, UNDATED_HALVINGS, Sort, freshness, in_order
from tests.invented import paper
from tests.search.conftest import Make

TODAY = date(2026, 1, 15)
AGES = {1: 0, 2: HALF_LIFE_DAYS, 3: 4 * HALF_LIFE_DAYS, 5: HALF_LIFE_DAYS // 5}
SHELF = [
    *(paper(number, published=TODAY - timedelta(days=age)) for number, age in AGES.items()),
    paper(4, published=None),
]
RANKING = Ranking(
    np.array([3, 2, 1, 4, 5], np.int64),
    np.array([0.5, 0.4, 0.2, 0.5, 0.1], np.float32),
    np.array([0.5, 0.5, 0.4, 0.1, 0.1], np.float32),
)


def test_freshness_is_halved_at_each_half_life() -> None:
    today = TODAY.toordinal()
    days = np.array([today, today - HALF_LIFE_DAYS, today - 2 * HALF_LIFE_DAYS, today + 30, 0], np.int32)
    assert freshness(days, TODAY).tolist() == pytest.approx([1, 0.5, 0.25, 1, 2**-UNDATED_HALVINGS])


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("relevance", [3, 2, 1, 4, 5]),
        ("newest", [1, 2, 3, 4]),  # 5 is less than half as relevant as the best
        ("trending", [4, 2, 3, 1]),
        ("recent", [1, 2, 3, 4]),
    ],
)
def test_each_order_goes_by_its_key(make: Make, sort: Sort, ids: list[int]) -> None:
    trending = {4: -3.0, 2: -5.0}  # the others are no candidates
    found = in_order(
        make(SHELF), RANKING, sort, TODAY, lambda asked: {one: trending[one] for one in asked if one in trending}
    )
    assert found.ids.tolist() == ids


def test_recent_leaves_of_both_shares_what_age_leaves(make: Make) -> None:
    found = in_order(make(SHELF), RANKING, "recent", TODAY, None)
    assert found.text.tolist() == pytest.approx([0.2, 0.2, 0.5 / 16, 0.5 / 1024])
    assert found.meaning.tolist() == pytest.approx([0.4, 0.25, 0.5 / 16, 0.1 / 1024], rel=1e-5)
    assert found.scores.tolist() == sorted(found.scores.tolist(), reverse=True)


@pytest.mark.parametrize("sort", ["relevance", "newest", "trending", "recent"])
def test_an_empty_ranking_has_no_order(make: Make, sort: Sort) -> None:
    assert len(in_order(make(SHELF), RANKING.part(0, 0), sort, TODAY, None)) == 0
