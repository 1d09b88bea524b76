"""The meaning half alone: what codes and bytes keep of a vector, and that any mask gives the exact answer's order."""

from threading import Thread

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.search.dense import BITS, RESCORED, Gallery, Mask, Quantiser, _scanned, _within

ROWS = 6_000


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def invented(count: int, dimension: int, seed: int = 3) -> NDArray[np.float32]:
    """Vectors in loose groups, as those of papers are."""
    chance = np.random.default_rng(seed)
    centres = chance.standard_normal((40, dimension))
    return unit(centres[chance.integers(0, 40, count)] + 0.9 * chance.standard_normal((count, dimension)))


def asked(vectors: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Queries that lie near some of the vectors, as questions lie near papers."""
    noise = 0.03 * np.random.default_rng(5).standard_normal((count, vectors.shape[1]))
    return unit(vectors[:count] + noise)


def gallery(vectors: NDArray[np.float32], live: Mask | None = None) -> Gallery:
    quantiser = Quantiser(vectors.shape[1])
    quantised, scales = quantiser.bytes_of(vectors)
    alive = np.ones(len(vectors), np.bool_) if live is None else live
    return Gallery(quantiser, quantiser.codes(vectors), quantised, scales, alive)


@pytest.mark.parametrize("dimension", [64, 256, 384])
def test_a_vector_is_kept_to_a_hundredth(dimension: int) -> None:
    vectors = invented(50, dimension)
    held = gallery(vectors)
    for row, vector in enumerate(vectors):
        assert held.vector(row) @ vector == pytest.approx(1, abs=1e-3)
    rows = np.arange(50)
    assert held.cosines(vectors[7], rows) == pytest.approx(vectors @ vectors[7], abs=0.01)


@pytest.mark.parametrize("count", [0, 1, 511, 512, 1_300])
def test_rows_are_scored_in_blocks_as_they_are_at_once(count: int) -> None:
    vectors, chance = invented(2_000, 384), np.random.default_rng(1)
    query, rows = vectors[7], chance.integers(0, 2_000, count)
    quantised, scales = Quantiser(384).bytes_of(vectors)
    expected = (quantised[rows].astype(np.float32) @ query) * scales[rows]
    assert gallery(vectors).cosines(query, rows) == pytest.approx(expected, abs=1e-6)


def test_a_zero_vector_stays_zero() -> None:
    held = gallery(np.zeros((2, 256), np.float32))
    assert not held.vector(0).any()
    assert list(held.cosines(invented(1, 256)[0], np.arange(2))) == [0, 0]


@pytest.mark.parametrize("dimension", [256, 384])
def test_the_scan_finds_nearly_all_of_the_exact_top_ten(dimension: int) -> None:
    vectors = invented(ROWS, dimension)
    held = gallery(vectors)
    found = 0
    for query in asked(vectors, 40):
        rows, cosines = held.nearest(query, 10)
        assert list(cosines) == sorted(cosines, reverse=True)
        found += len(set(rows.tolist()) & set(np.argsort(-(vectors @ query))[:10].tolist()))
    assert found / 400 > 0.95


@pytest.mark.parametrize("share", [1.0, 0.999, 0.6, 0.3, 0.2, 0.1, 0.05, 0.001, 0.0])
def test_only_rows_of_the_mask_are_found_and_as_many_as_asked(share: float) -> None:
    vectors = invented(ROWS, BITS)
    mask = np.random.default_rng(11).random(ROWS) < share
    query = asked(vectors, 1)[0]
    rows, _ = gallery(vectors).nearest(query, RESCORED, mask)
    assert mask[rows].all()
    assert len(set(rows.tolist())) == len(rows) == min(RESCORED, int(mask.sum()))
    exact = np.flatnonzero(mask)[np.argsort(-(vectors[mask] @ query))][:10]
    assert len(set(exact.tolist()) & set(rows.tolist())) >= 0.9 * len(exact)


def test_a_mask_that_leaves_out_just_the_nearest_is_answered_in_full() -> None:
    vectors = invented(ROWS, BITS)
    query = vectors[0]
    mask = np.ones(ROWS, np.bool_)
    mask[np.argsort(-(vectors @ query))[:2_500]] = False
    rows, _ = gallery(vectors).nearest(query, RESCORED, mask)
    assert len(rows) == RESCORED
    assert mask[rows].all()


def test_dead_rows_are_never_found() -> None:
    vectors = invented(ROWS, BITS)
    for dead in (1, 700, ROWS - 3, ROWS):
        live = np.ones(ROWS, np.bool_)
        live[:dead] = False
        rows, _ = gallery(vectors, live).nearest(vectors[0], 20)
        assert live[rows].all()
        assert len(rows) == min(20, ROWS - dead)


def in_order(asked: NDArray[np.uint8], codes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return all places by the number of bits in which they differ, of equals the first ones first."""
    return np.argsort(np.bitwise_count(codes ^ asked).sum(axis=1), kind="stable")


@pytest.mark.parametrize("count", [1, 40, 1_000, 2_999, 3_000])
@pytest.mark.parametrize("bits", [2, 256])
def test_a_scan_finds_the_nearest_codes_of_equals_the_first(count: int, bits: int) -> None:
    chance = np.random.default_rng(count)
    codes = np.packbits(np.pad(chance.random((3_000, bits)) < 0.4, ((0, 0), (0, BITS - bits))), axis=1)
    found = _scanned(codes[:1], codes, np.ascontiguousarray(codes[::64]), count)
    assert found.tolist() == in_order(codes[:1], codes)[:count].tolist()


def test_a_sample_that_misleads_costs_time_and_no_result() -> None:
    codes = np.packbits(np.random.default_rng(1).random((3_000, BITS)) < 0.5, axis=1)
    codes[::64] = codes[0]
    found = _scanned(codes[:1], codes, np.ascontiguousarray(codes[::64]), 500)
    assert found.tolist() == in_order(codes[:1], codes)[:500].tolist()
    assert _within(codes[:1], codes, 0).tolist() == []


def test_every_thread_scans_alone() -> None:
    held, threads = gallery(invented(ROWS, BITS)), []

    def ask() -> None:
        held.nearest(invented(1, BITS)[0], 5)
        threads.append(faiss.omp_get_max_threads())

    faiss.omp_set_num_threads(2)
    one = Thread(target=ask)
    one.start()
    one.join()
    ask()
    assert threads == [1, 1]
