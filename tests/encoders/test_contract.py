"""What every encoder promises, asked of each kind with its real weights."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

from broadsheet.clock import SystemClock
from broadsheet.encoders import Encoder, load_encoder
from broadsheet.encoders.endpoint import Access
from broadsheet.outgoing import Outgoing
from tests.encoders.embeddings import Embeddings
from tests.encoders.test_load_encoder import PAPERS, nearest
from tests.sources.servers import serving


@pytest.fixture(scope="module", params=["static", "onnx", "endpoint"])
def encoder(request: pytest.FixtureRequest) -> Iterator[Encoder]:
    if request.param != "endpoint":
        yield load_encoder(request.param)
        return
    clock = SystemClock()
    outgoing = Outgoing(user_agent="test", clock=clock, allow_private=True)
    with serving(Embeddings(load_encoder("static")).app()) as base:
        yield load_encoder(f"{base}/v1", Access(outgoing, clock, "static-1"))


def test_it_says_what_it_is(encoder: Encoder) -> None:
    assert encoder.name
    assert len(encoder.fingerprint) == 12
    assert encoder.dimension in (256, 384)


@pytest.mark.parametrize("encode", ["queries", "papers"])
def test_rows_are_single_precision_and_of_length_one(encoder: Encoder, encode: str) -> None:
    vectors = encoder.encode_papers(PAPERS) if encode == "papers" else encoder.encode_queries([t for t, _ in PAPERS])
    assert vectors.shape == (len(PAPERS), encoder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00"])
def test_a_text_without_a_term_gives_a_zero_row(encoder: Encoder, text: str) -> None:
    vectors = encoder.encode_queries([text, "galaxy"])
    assert [bool(vector.any()) for vector in vectors] == [False, True]
    assert not encoder.encode_papers([(text, text)]).any()


def test_nothing_to_encode_gives_an_empty_matrix(encoder: Encoder) -> None:
    for vectors in (encoder.encode_queries([]), encoder.encode_papers([])):
        assert vectors.shape == (0, encoder.dimension)
        assert vectors.dtype == np.float32


def test_a_vector_does_not_depend_on_its_batch(encoder: Encoder) -> None:
    among = encoder.encode_papers(PAPERS)
    for paper, vector in zip(PAPERS, among, strict=True):
        np.testing.assert_array_equal(encoder.encode_papers([paper])[0], vector)


def test_each_paper_is_nearest_to_its_own_title(encoder: Encoder) -> None:
    untitled = [("", abstract) for _, abstract in PAPERS]
    assert [nearest(encoder, title, untitled) for title, _ in PAPERS] == list(range(len(PAPERS)))


def test_a_query_finds_the_paper_that_says_it_in_other_words(encoder: Encoder) -> None:
    assert [nearest(encoder, query) for query in ("optomechanics", "graph theory")] == [4, 3]


@pytest.mark.parametrize("text", ["a" * 100_000, "network " * 12_500, "深" * 100_000, "🦉" * 999, "\ud800 moss"])
def test_hostile_texts_are_encoded_in_a_moment(encoder: Encoder, text: str) -> None:
    started = time.process_time()
    assert np.isfinite(encoder.encode_papers([(text, text)])).all()
    assert time.process_time() - started < 1
