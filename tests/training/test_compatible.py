import numpy as np
import pytest

from training.compatible import SHARES, Anchor, completed, procrustes, upgrade_figures
from training.projection import unit


@pytest.fixture
def chance() -> np.random.Generator:
    return np.random.default_rng(7)


def points(chance: np.random.Generator, count: int, dimension: int) -> np.ndarray:
    return unit(chance.standard_normal((count, dimension)).astype(np.float32))


def turned(chance: np.random.Generator, dimension: int) -> np.ndarray:
    return np.linalg.qr(chance.standard_normal((dimension, dimension)))[0].astype(np.float32)


def test_an_orthogonal_layer_finds_the_turn_between_two_spaces(chance: np.random.Generator) -> None:
    old, turn = points(chance, 200, 12), turned(chance, 12)
    found = procrustes(old @ turn.T, old)
    np.testing.assert_allclose(found, turn, atol=1e-5)


def test_the_layer_changes_no_cosine_within_the_new_space(chance: np.random.Generator) -> None:
    new, old = points(chance, 50, 12), points(chance, 50, 12)
    layer = procrustes(new, old)
    np.testing.assert_allclose((new @ layer) @ (new @ layer).T, new @ new.T, atol=1e-5)
    assert ((new @ layer) * old).sum() > (new * old).sum()


def test_a_wider_space_is_completed_to_a_whole_turn(chance: np.random.Generator) -> None:
    narrow = procrustes(points(chance, 90, 9), points(chance, 90, 5))
    assert narrow.shape == (9, 5)
    whole = completed(narrow)
    np.testing.assert_allclose(whole[:, :5], narrow, atol=1e-6)
    np.testing.assert_allclose(whole.T @ whole, np.eye(9), atol=1e-5)
    square = turned(chance, 4)
    np.testing.assert_array_equal(completed(square), square)


def test_the_anchors_layer_follows_the_batches(chance: np.random.Generator) -> None:
    old, turn = points(chance, 300, 8), turned(chance, 8)
    anchor = Anchor(old, weight=1.0, temperature=0.05)
    for start in range(0, 300, 100):
        anchor._solve((old @ turn.T)[start : start + 100], old[start : start + 100])
    np.testing.assert_allclose(anchor.turn, turn, atol=1e-4)


def test_an_upgrade_starts_at_the_old_gallery_and_ends_at_the_new(chance: np.random.Generator) -> None:
    new = points(chance, 60, 16)
    own = [{number: 1.0} for number in range(60)]
    unrelated = upgrade_figures(new, new, points(chance, 60, 16), own, seed=1)
    assert list(unrelated) == [f"{share:.0%}" for share in SHARES]
    assert unrelated["100%"] == 1
    assert unrelated["0%"] < 0.4
    values = list(unrelated.values())
    assert values == sorted(values)
    same = upgrade_figures(new, new, new, own, seed=1)
    assert set(same.values()) == {1.0}


def test_an_old_gallery_of_fewer_dimensions_is_asked_by_those_it_has(chance: np.random.Generator) -> None:
    old = points(chance, 40, 8)
    new = unit(np.concatenate([old, 0.2 * points(chance, 40, 4)], axis=1))
    own = [{number: 1.0} for number in range(40)]
    assert upgrade_figures(new, new, old, own, seed=1)["0%"] == 1
