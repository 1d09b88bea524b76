import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.encoders.static import StaticEncoder, damped
from broadsheet.encoders.weights_file import StaticTable
from tests.encoders.conftest import WORDS

DENSE, GALAXY = 0, 2


@pytest.fixture
def encoder(table: StaticTable) -> StaticEncoder:
    return StaticEncoder(table)


def test_it_says_what_it_is(encoder: StaticEncoder) -> None:
    assert (encoder.name, encoder.dimension) == ("tiny-1", 16)


def test_a_vector_is_the_damped_sum_of_its_rows_at_unit_length(encoder: StaticEncoder) -> None:
    (vector,) = encoder.encode_queries(["dense dense dense galaxy"])
    expected = np.zeros(16)
    expected[DENSE], expected[GALAXY] = np.log(4), np.log(2)
    np.testing.assert_allclose(vector, expected / np.linalg.norm(expected), rtol=1e-6)


def test_damping_is_the_logarithm_of_one_more() -> None:
    np.testing.assert_allclose(damped(np.array([0, 1, 9])), np.log([1, 2, 10]), rtol=1e-6)
    assert damped(np.array([1])).dtype == np.float32


def test_a_title_weighs_more_than_the_abstract(encoder: StaticEncoder) -> None:
    (vector,) = encoder.encode_papers([("dense", "galaxy")])
    assert vector[DENSE] > vector[GALAXY] > 0


@pytest.mark.parametrize("text", ["", "   ", "the of and", "?!", "\x00", "\ud800"])
def test_a_text_without_a_known_term_gives_a_zero_row(encoder: StaticEncoder, text: str) -> None:
    queries = encoder.encode_queries([text, "dense"])
    papers = encoder.encode_papers([(text, text), ("dense", "")])
    assert not queries[0].any()
    assert not papers[0].any()
    np.testing.assert_allclose(np.linalg.norm([queries[1], papers[1]], axis=1), 1, rtol=1e-6)


def test_nothing_to_encode_gives_an_empty_matrix(encoder: StaticEncoder) -> None:
    assert encoder.encode_queries([]).shape == (0, 16)
    assert encoder.encode_papers([]).shape == (0, 16)
    assert encoder.encode_papers([]).dtype == np.float32


@settings(max_examples=40)
@given(st.lists(st.sampled_from([*WORDS, "the", "zyzzyva"]), max_size=30).map(" ".join))
def test_every_row_has_length_one_or_zero_and_does_not_depend_on_its_batch(text: str) -> None:
    encoder = StaticEncoder(_random_table())
    alone = encoder.encode_queries([text])
    among = encoder.encode_queries(["galaxy", text, ""])
    np.testing.assert_array_equal(alone[0], among[1])
    length = np.linalg.norm(alone[0])
    assert length == 0 or abs(length - 1) < 1e-5


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["dense", "galaxy", "network"]), max_size=20), st.randoms(use_true_random=False))
def test_where_no_pair_is_known_the_order_of_words_says_nothing(words: list[str], chance: object) -> None:
    encoder = StaticEncoder(_random_table())
    shuffled = list(words)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = encoder.encode_queries([" ".join(words), " ".join(shuffled)])
    np.testing.assert_array_equal(first, second)


def test_an_abstract_of_100_kb_is_encoded_in_a_moment(encoder: StaticEncoder) -> None:
    started = time.process_time()
    vectors = encoder.encode_papers([("dense", "galaxy network " * 7_000), ("dense", "x" * 100_000)])
    assert time.process_time() - started < 0.5
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def _random_table() -> StaticTable:
    from broadsheet.encoders.terms import Terms

    chance = np.random.default_rng(7)
    terms = Terms(WORDS, np.array([[1, 4]], np.int32), spare=8)
    rows = chance.integers(-127, 128, (14, 16)).astype(np.int8)
    return StaticTable("random-1", terms, np.linspace(0.001, 0.02, 14, dtype=np.float32), rows)
