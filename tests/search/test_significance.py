import numpy as np
import pytest

from broadsheet.search.significance import paired


def test_equal_figures_differ_by_nothing() -> None:
    found = paired([0.5, 0.2, 0.9], [0.5, 0.2, 0.9])
    assert (found.mean, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_a_steady_gain_is_significant_and_its_interval_holds_it() -> None:
    chance = np.random.default_rng(1)
    a = chance.random(60)
    found = paired(a.tolist(), (a + 0.1 + 0.02 * chance.standard_normal(60)).tolist())
    assert found.p < 0.001
    assert found.low < found.mean < found.high
    assert found.mean == pytest.approx(0.1, abs=0.02)
    assert found.low > 0


def test_p_is_that_of_all_exchanges() -> None:
    # Of the 16 ways to give signs to these four differences two are as far from 0 as all of one sign.
    found = paired([0, 0, 0, 0], [0.4, 0.3, 0.2, 0.1])
    assert found.p == pytest.approx(2 / 16, abs=0.015)


def test_noise_is_not_significant_about_as_often_as_it_says() -> None:
    chance = np.random.default_rng(2)
    ps = [paired(*chance.random((2, 40)).tolist(), draws=1_000).p for _ in range(40)]
    assert sum(p < 0.05 for p in ps) <= 6
    assert 0.3 < float(np.mean(ps)) < 0.7


def test_the_direction_is_of_b_from_a_and_repeats_itself() -> None:
    a, b = [0.1, 0.2, 0.3, 0.2], [0.3, 0.1, 0.6, 0.4]
    there, back = paired(a, b), paired(b, a)
    assert there.mean == pytest.approx(-back.mean)
    assert there.p == pytest.approx(back.p, abs=0.02)
    assert paired(a, b) == there


@pytest.mark.parametrize(("a", "b"), [([], []), ([0.1], [0.1, 0.2])])
def test_unequal_sides_are_refused(a: list[float], b: list[float]) -> None:
    with pytest.raises(ValueError, match="same queries"):
        paired(a, b)
