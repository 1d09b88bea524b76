import numpy as np
import pytest

from broadsheet.errors import Invalid
from broadsheet.search.similar import similar, varied
from tests.invented import paper
from tests.search.conftest import Make

COSINES = np.array([0.9, 0.89, 0.7, 0.2], np.float32)
# The first two say nearly the same, the third something else, the last one nothing of it.
CLOSENESS = np.array([[1, 0.99, 0.1, 0], [0.99, 1, 0.1, 0], [0.1, 0.1, 1, 0], [0, 0, 0, 1]], np.float32)


@pytest.mark.parametrize(("diversity", "places"), [(0, [0, 1, 2, 3]), (0.3, [0, 2, 1, 3]), (1, [0, 3, 2, 1])])
def test_the_more_diversity_the_later_comes_what_was_said_before(diversity: float, places: list[int]) -> None:
    found, above = varied(COSINES, CLOSENESS, 4, diversity)
    assert found.tolist() == places
    assert above[0] == 0
    expected = [max(CLOSENESS[place, earlier] for earlier in places[:n]) for n, place in enumerate(places) if n]
    assert above[1:].tolist() == pytest.approx(expected)


def test_no_more_are_chosen_than_there_are() -> None:
    assert varied(COSINES[:2], CLOSENESS[:2, :2], 9, 0.5)[0].tolist() == [0, 1]
    assert varied(COSINES[:0], CLOSENESS[:0, :0], 9, 0.5)[0].tolist() == []


def test_similar_papers_of_an_engine(make: Make) -> None:
    engine = make(
        [
            paper(1, title="salt maps", abstract="moss tide"),
            paper(2, title="salt maps", abstract="moss"),
            paper(3, title="salt maps", abstract="moss moss"),
            paper(4, title="salt", abstract="clockwork birds tide"),
            paper(5, title="paper", abstract="bridges"),
        ]
    )
    ids, cosines, above = similar(engine, 1, 4, 0)
    assert sorted(ids.tolist()) == [2, 3, 4, 5]
    assert (np.diff(cosines) <= 0).all()
    mixed, mixed_cosines, _ = similar(engine, 1, 4, 0.5)
    assert mixed[0] == ids[0]
    assert mixed.tolist().index(4) == 1, "the second to say the same gives way"
    assert dict(zip(mixed.tolist(), mixed_cosines.tolist(), strict=True)) == dict(
        zip(ids.tolist(), cosines.tolist(), strict=True)
    )
    assert len(above) == 4
    assert len(similar(engine, 99, 4, 0)[0]) == 0


@pytest.mark.parametrize(
    ("limit", "diversity", "field"),
    [(0, 0.3, "limit"), (101, 0.3, "limit"), *((5, odd, "diversity") for odd in (-0.1, 1.1, float("nan")))],
)
def test_numbers_out_of_range_are_told(make: Make, limit: int, diversity: float, field: str) -> None:
    with pytest.raises(Invalid) as raised:
        similar(make([]), 1, limit, diversity)
    assert raised.value.field == field
