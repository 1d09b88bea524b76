import numpy as np
import pytest

from broadsheet.encoders.terms import Terms
from training.contrastive import _neighbourhoods
from training.projection import principal_projection, unit
from training.quantise import quantised, restored, sign_rotation
from training.regression import fit_table, rarity
from training.rowwise import MEMORY, MOMENTUM, RowAdam
from training.teacher import _batches


@pytest.fixture
def chance() -> np.random.Generator:
    return np.random.default_rng(3)


def test_projection_centres_and_keeps_the_widest_directions(chance: np.random.Generator) -> None:
    wide = chance.standard_normal((500, 2)) * [9, 3]
    vectors = np.concatenate([wide, 0.01 * chance.standard_normal((500, 4))], axis=1) + 5
    projection = principal_projection(vectors, 2)
    np.testing.assert_allclose(projection.mean, vectors.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(np.abs(projection.axes[:2]), np.eye(2), atol=0.05)
    np.testing.assert_allclose(np.linalg.norm(projection.apply(vectors), axis=1), 1, rtol=1e-5)


def test_unit_leaves_a_zero_row_alone() -> None:
    np.testing.assert_allclose(unit(np.array([[3, 4], [0, 0]], np.float32)), [[0.6, 0.8], [0, 0]])


def test_regression_finds_the_table_that_made_the_targets(chance: np.random.Generator) -> None:
    features = (chance.random((300, 20)) < 0.3).astype(np.float32)
    weights = rarity(features)
    truth = chance.standard_normal((20, 6)).astype(np.float32)
    targets = unit(features @ truth)
    fitted = fit_table(features, targets, weights, ridge=1e-3, steps=40)
    cosines = (unit(features @ fitted) * targets).sum(axis=1)
    assert np.mean(cosines[features.any(axis=1)]) > 0.99


def test_regression_solves_the_normal_equations(chance: np.random.Generator) -> None:
    features = chance.random((60, 8)).astype(np.float32)
    targets = chance.standard_normal((60, 3)).astype(np.float32)
    bags = features / np.linalg.norm(features, axis=1, keepdims=True)
    exact = np.linalg.solve(bags.T @ bags + 0.5 * np.eye(8), bags.T @ targets)
    fitted = fit_table(features, targets, np.ones(8, np.float32), ridge=0.5, steps=30)
    np.testing.assert_allclose(fitted, exact, atol=1e-3)


def test_a_row_that_is_trusted_less_bends_the_table_less(chance: np.random.Generator) -> None:
    features = np.ones((2, 1), np.float32)
    targets = np.array([[1.0], [0.0]], np.float32)
    ones = np.ones(1, np.float32)
    fitted = [
        float(fit_table(features, targets, ones, ridge=1e-6, steps=5, trust=np.array([1, trust], np.float32))[0, 0])
        for trust in (1.0, 0.25, 0.0)
    ]
    np.testing.assert_allclose(fitted, [1 / 2, 1 / 1.25, 1], rtol=1e-4)


def test_adam_moves_the_touched_rows_alone_and_leaves_the_given_table() -> None:
    given = np.zeros((3, 2), np.float32)
    optimiser = RowAdam(given, rate=0.1)
    slope = np.array([[1, -4]], np.float32)
    optimiser.step(np.array([1]), slope, pace=1.0)
    np.testing.assert_allclose(optimiser.table[1], [-0.1, 0.1], rtol=1e-5)
    optimiser.step(np.array([1]), -slope, pace=0.5)
    first = ((1 - MOMENTUM) * MOMENTUM - (1 - MOMENTUM)) / (1 - MOMENTUM**2)
    second = (1 - MEMORY) * (1 + MEMORY) / (1 - MEMORY**2)
    expected = -0.1 - 0.05 * first / np.sqrt(second)
    np.testing.assert_allclose(optimiser.table[1], [expected, -expected], rtol=1e-4)
    assert not given.any()
    assert not optimiser.table[[0, 2]].any()


def test_a_rarer_term_weighs_more() -> None:
    features = np.array([[1, 1, 0], [1, 0, 0], [1, 0, 0]], np.float32)
    often, once, never = rarity(features)
    assert never > once > often > 0


def test_the_sign_rotation_is_orthogonal_and_brings_vectors_nearer_to_their_signs(chance: np.random.Generator) -> None:
    vectors = unit((chance.standard_normal((400, 16)) * np.linspace(3, 0.1, 16)).astype(np.float32))
    rotation = sign_rotation(vectors, seed=1)

    def agreement(turned: np.ndarray) -> float:
        return float(np.abs(turned).sum(axis=1).mean())

    np.testing.assert_allclose(rotation @ rotation.T, np.eye(16), atol=1e-4)
    assert (
        agreement(vectors @ rotation)
        > agreement(vectors @ sign_rotation(vectors, seed=1, turns=0))
        > agreement(vectors)
    )


def test_eight_bits_keep_each_number_to_half_a_step_of_its_row(chance: np.random.Generator) -> None:
    table = chance.standard_normal((5, 16)).astype(np.float32) * np.array([[1], [100], [0.01], [0], [1]], np.float32)
    small = quantised("n", Terms(("alpha", "beta", "gamma", "delta", "omega"), np.empty((0, 2), np.int32), 0), table)
    assert small.rows.dtype == np.int8
    assert np.abs(small.rows[[0, 1, 2, 4]]).max(axis=1).tolist() == [127] * 4
    assert (np.abs(restored(small) - table) <= small.scales[:, None] * 0.501).all()
    assert not restored(small)[3].any()


def test_neighbourhoods_hold_near_papers_and_no_paper_twice(chance: np.random.Generator) -> None:
    sides = np.repeat([[-1.0, 0.0], [1.0, 0.0]], 32, axis=0) + 0.01 * chance.standard_normal((64, 2))
    teacher = np.repeat(sides[:, None, :], 3, axis=1).astype(np.float16)
    # a batch of half the papers is one side, whenever the two papers drawn to split by lie on different sides
    parts = [list(_neighbourhoods(np.arange(64), teacher, 32, np.random.default_rng(seed))) for seed in range(12)]
    for halves in parts:
        assert sorted(np.concatenate(halves).tolist()) == list(range(64))
    assert sum(len({int(n) // 32 for n in halves[0]}) == 1 for halves in parts) >= 3
    assert list(_neighbourhoods(np.arange(0), teacher, 32, chance)) == []


def test_batches_of_texts_cover_all_and_bound_the_padding() -> None:
    lengths = [128] * 20 + [5] * 300 + [40] * 50
    batches = list(_batches(lengths))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    assert all(len(batch) * max(lengths[i] for i in batch) <= 1_024 for batch in batches)
