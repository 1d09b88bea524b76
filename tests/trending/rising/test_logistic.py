import numpy as np
import pytest

from broadsheet.trending.rising.logistic import fitted, sigmoid

CHANCE = np.random.default_rng(3)
COLUMNS = CHANCE.normal(2, 3, (2_000, 3))
LABELS = (CHANCE.random(2_000) < sigmoid(COLUMNS[:, 0] - 0.5 * COLUMNS[:, 1] - 1)).astype(float)


def test_it_finds_what_made_the_labels() -> None:
    found = fitted(COLUMNS, LABELS, np.full(3, 1e-3))
    assert found.weights / found.spreads == pytest.approx([1, -0.5, 0], abs=0.12)
    assert found.odds(COLUMNS) == pytest.approx(found.bias + found.terms(COLUMNS).sum(axis=1))
    chances = sigmoid(found.odds(COLUMNS))
    assert chances.mean() == pytest.approx(LABELS.mean())


def test_at_the_optimum_no_step_helps() -> None:
    penalties = np.array([5.0, 50.0, 500.0])
    found = fitted(COLUMNS, LABELS, penalties)
    scaled = (COLUMNS - found.means) / found.spreads
    slope = scaled.T @ (sigmoid(found.odds(COLUMNS)) - LABELS) + penalties * found.weights
    assert slope == pytest.approx(np.zeros(3), abs=1e-3)


def test_a_larger_penalty_holds_weights_back() -> None:
    small, large = (np.abs(fitted(COLUMNS, LABELS, np.full(3, one)).weights).sum() for one in (1, 1_000))
    assert large < small


def test_what_never_changes_and_what_is_one_class_weigh_nothing() -> None:
    still = np.column_stack([COLUMNS, np.full(2_000, 4.0)])
    assert fitted(still, LABELS, np.full(4, 1.0)).weights[3] == pytest.approx(0)
    one_class = fitted(COLUMNS, np.zeros(2_000), np.full(3, 1.0))
    assert one_class.weights == pytest.approx(np.zeros(3), abs=0.01)
    assert sigmoid(one_class.odds(COLUMNS)).max() < 0.01


def test_columns_that_part_the_classes_wholly_stay_finite() -> None:
    parted = np.concatenate([np.zeros(50), np.ones(50)])
    found = fitted(parted[:, None], parted, np.array([0.1]))
    assert np.isfinite(found.weights).all()
    assert sigmoid(found.odds(np.array([[0.0], [1.0]]))) == pytest.approx([0, 1], abs=0.1)


def test_no_odds_are_too_large() -> None:
    assert sigmoid(np.array([-1e9, 0, 1e9])) == pytest.approx([0, 0.5, 1])


def test_rare_labels_on_columns_that_say_the_same_are_fitted_to_the_end() -> None:
    chance = np.random.default_rng(4)
    labels = (np.arange(1_000) % 14 == 0).astype(float)
    said = labels + chance.normal(0, 0.1, 1_000)
    columns = np.column_stack([said + chance.normal(0, 0.01, 1_000) for _ in range(6)])
    found = fitted(columns, labels, np.full(6, 1.0))
    assert (found.weights > 0.5).all()
    assert sigmoid(found.odds(columns)).sum() == pytest.approx(labels.sum())
