import numpy as np
import pytest

from broadsheet.search.fusion import rank
from broadsheet.search.memory import MemoryEngine
from broadsheet.search.query import parse
from broadsheet.search.refine import FIRST, NEIGHBOURS, PULL, refined
from broadsheet.search.weights import Weights
from tests.invented import paper
from tests.search.collection import BagEncoder

PAPERS = [paper(n) for n in range(1, 60)]


@pytest.fixture(scope="module")
def engine() -> MemoryEngine:
    return MemoryEngine(PAPERS, BagEncoder())


def test_the_same_papers_stay_in_the_order_of_scores_that_add_up(engine: MemoryEngine) -> None:
    query = parse("moss tides")
    vector = engine.query_vector(query.plain)
    plain = rank(engine, query, vector, "fused", weights=Weights(0.5))
    found = refined(engine, plain, vector)
    assert sorted(found.ids.tolist()) == sorted(plain.ids.tolist())
    assert (np.diff(found.scores) <= 0).all()
    text = dict(zip(plain.ids.tolist(), plain.text.tolist(), strict=True))
    assert found.text.tolist() == [text[one] for one in found.ids.tolist()]
    assert found.meaning.tolist() != plain.meaning.tolist()


def test_it_is_the_mean_of_the_moved_query_and_the_moved_papers(engine: MemoryEngine) -> None:
    query = parse("moss tides")
    vector = engine.query_vector(query.plain)
    plain = rank(engine, query, vector, "fused", weights=Weights(0.5))
    found = refined(engine, plain, vector)
    vectors = np.stack([engine.vector(int(one)) for one in plain.ids])  # type: ignore[arg-type]
    weights = plain.scores[:FIRST] / plain.scores[:FIRST].sum()
    moved = vector + weights @ vectors[:FIRST]
    moved /= np.linalg.norm(moved)
    alike = vectors @ vectors.T
    expected = {}
    for at, paper_id in enumerate(plain.ids.tolist()):
        near = np.argsort(-alike[at])[: NEIGHBOURS + 1]
        towards = vectors[at] + PULL * (alike[at, near] @ vectors[near])
        expected[paper_id] = (vectors[at] @ moved + towards @ vector / np.linalg.norm(towards)) / 2
    for paper_id, meaning in zip(found.ids.tolist(), found.meaning.tolist(), strict=True):
        assert meaning == pytest.approx(expected[paper_id], abs=2e-4)


def test_a_paper_that_shares_no_word_with_the_query_rises_by_its_company() -> None:
    texts = [("moss", "fern lichen"), ("moss", "fern spore"), ("fern", "lichen spore"), ("salt", "anvil rivet")]
    papers = [paper(n, title=title, abstract=text) for n, (title, text) in enumerate(texts, 1)]
    engine = MemoryEngine(papers, BagEncoder())
    query = parse("moss")
    vector = engine.query_vector("moss")
    found = refined(engine, rank(engine, query, vector, "dense"), vector)
    shares = dict(zip(found.ids.tolist(), found.meaning.tolist(), strict=True))
    assert shares[3] > shares[4] + 0.1


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_papers_stay_as_they_are(count: int) -> None:
    engine = MemoryEngine(PAPERS[:count], BagEncoder())
    query = parse("moss")
    plain = rank(engine, query, engine.query_vector("moss"), "dense")
    assert refined(engine, plain, engine.query_vector("moss")) is plain


def test_a_query_that_says_nothing_to_the_encoder_is_not_refined(engine: MemoryEngine) -> None:
    query = parse("moss")
    plain = rank(engine, query, np.zeros(256, np.float32), "fused", weights=Weights(0.5))
    assert refined(engine, plain, np.zeros(256, np.float32)) is plain
