import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from broadsheet.encoders.alignment import FEWEST, NEW_ALONE, OLD_ALONE, Alignment, fitted, weight

_cosine = st.floats(-1, 1, width=32)
_shares = st.floats(0, 1)


@st.composite
def samples(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    count = draw(st.integers(FEWEST, 200))
    old, new = (draw(arrays.arrays(np.float32, count, elements=_cosine)) for _ in range(2))
    return old, new


@given(samples(), _shares)
def test_no_order_within_one_encoder_is_turned_round(pair: tuple[np.ndarray, np.ndarray], share: float) -> None:  # type: ignore[type-arg]
    alignment = fitted(*pair, share)
    rising, level = np.linspace(-1, 1, 50, dtype=np.float32), np.full(50, 0.3, np.float32)
    assert (np.diff(alignment.scores(rising, level)) >= 0).all()
    assert (np.diff(alignment.scores(level, rising)) >= 0).all()
    assert np.isfinite(alignment.scores(rising, rising)).all()


@given(samples(), _shares)
def test_the_mixture_lies_where_the_old_scores_lie(pair: tuple[np.ndarray, np.ndarray], share: float) -> None:  # type: ignore[type-arg]
    old, new = pair
    assume(old.std() > 1e-3 and new.std() > 1e-3 and abs(np.corrcoef(old, new)[0, 1]) < 0.999)
    mixed = fitted(old, new, share).scores(old, new)
    assert float(mixed.mean()) == pytest.approx(float(old.mean()), abs=1e-3)
    assert float(mixed.std()) == pytest.approx(float(old.std()), abs=1e-3)


@given(samples(), _shares, st.floats(0.1, 5), st.floats(-1, 1))
def test_another_scale_of_the_new_encoder_changes_nothing(
    pair: tuple[np.ndarray, np.ndarray],  # type: ignore[type-arg]
    share: float,
    factor: float,
    shift: float,
) -> None:
    old, new = (one.astype(np.float64) for one in pair)
    assume(old.std() > 1e-2 and new.std() > 1e-2 and abs(np.corrcoef(old, new)[0, 1]) < 0.99)
    moved = new * factor + shift
    one, other = fitted(old, new, share), fitted(old, moved, share)
    assert other.scores(old, moved) == pytest.approx(one.scores(old, new), abs=1e-4)


@given(_shares, _shares)
def test_the_new_encoder_counts_half_at_least_and_never_less_as_more_is_re_encoded(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert 0.5 <= weight(less) <= weight(more) <= 1
    assert (weight(0), weight(1)) == (0.5, 1)


def test_too_few_papers_leave_the_old_scores_alone() -> None:
    chance = np.random.default_rng(1)
    assert fitted(chance.random(FEWEST - 1), chance.random(FEWEST - 1), 1.0) == OLD_ALONE
    assert fitted(np.zeros(0), np.zeros(0), 0.0) == OLD_ALONE


def test_an_encoder_that_knows_no_word_of_the_query_is_left_out() -> None:
    some, none = np.linspace(0, 1, 100), np.zeros(100)
    assert fitted(some, none, 0.5) == OLD_ALONE
    assert fitted(none, some, 0.5) == NEW_ALONE
    assert fitted(none, none, 0.5) == OLD_ALONE


def test_encoders_that_contradict_each_other_wholly_leave_the_old_one() -> None:
    some = np.linspace(0, 1, 100)
    assert fitted(some, -some, 0.5) == OLD_ALONE


def test_once_all_is_re_encoded_the_order_is_the_new_encoders() -> None:
    chance = np.random.default_rng(2)
    old, new = chance.random(500).astype(np.float32), chance.random(500).astype(np.float32)
    found = fitted(old, new, 1.0)
    assert found.old_slope == 0
    assert np.argsort(found.scores(old, new)).tolist() == np.argsort(new).tolist()


def test_scores_are_the_sum_of_both_parts() -> None:
    found = Alignment(0.1, 0.5, 2).scores(np.array([1, 0], np.float32), np.array([0, 1], np.float32))
    assert found.tolist() == pytest.approx([0.6, 2.1])
    assert found.dtype == np.float32
