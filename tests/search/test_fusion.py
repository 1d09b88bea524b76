import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.search.engine import Found
from broadsheet.search.fusion import RRF_K, fused, rank, reciprocal
from broadsheet.search.memory import MemoryEngine
from broadsheet.search.query import parse
from broadsheet.search.weights import Weights
from tests.invented import paper
from tests.search.collection import BagEncoder


def listed(**scores: float) -> Found:
    ids = np.array([int(name[1:]) for name in scores], np.int64)
    return Found(ids, np.array(list(scores.values()), np.float32))


def test_fusion_adds_the_cosine_and_a_share_of_the_best_bm25() -> None:
    ids = np.array([1, 2, 3])
    ranking = fused(ids, listed(p2=8.0, p1=4.0), np.array([0.5, 0.1, 0.65], np.float32), share=0.6)
    assert ranking.ids.tolist() == [1, 2, 3]
    assert ranking.text.tolist() == pytest.approx([0.3, 0.6, 0])
    assert ranking.scores.tolist() == pytest.approx([0.8, 0.7, 0.65])


def test_fusion_without_words_is_the_cosine() -> None:
    ranking = fused(np.array([1, 2]), listed(), np.array([0.1, 0.2], np.float32), share=0.5)
    assert ranking.ids.tolist() == [2, 1]
    assert not ranking.text.any()


def test_reciprocal_ranks_add_up() -> None:
    ranking = reciprocal(listed(p5=9.0, p7=3.0), listed(p7=0.9, p8=0.8))
    assert ranking.ids.tolist() == [7, 5, 8]
    first = 1 / (RRF_K + 1)
    second = 1 / (RRF_K + 2)
    assert ranking.scores.tolist() == pytest.approx([first + second, first, second])


def test_equal_scores_are_ordered_by_id() -> None:
    ranking = fused(np.array([3, 4, 9]), listed(), np.array([0.5, 0.5, 0.5], np.float32), share=0.5)
    assert ranking.ids.tolist() == [3, 4, 9]


@pytest.mark.parametrize("method", ["fused", "rrf", "bm25", "dense"])
def test_every_method_puts_the_paper_that_says_it_first(method: str) -> None:
    engine = MemoryEngine([paper(n) for n in range(1, 30)], BagEncoder())
    asked = paper(12)
    query = parse(f"{asked.title} {asked.abstract}")
    ranking = rank(engine, query, BagEncoder().encode_queries([query.plain])[0], method, weights=Weights(0.5))  # type: ignore[arg-type]
    assert ranking.ids[0] == 12
    assert (np.diff(ranking.scores) <= 0).all()


def test_a_query_without_a_vector_is_answered_by_words_alone() -> None:
    engine = MemoryEngine([paper(n) for n in range(1, 9)], BagEncoder())
    ranking = rank(engine, parse("moss"), np.zeros(256, np.float32), "fused", weights=Weights(0.5))
    assert ranking.ids.tolist() == engine.by_words(parse("moss"), 10).ids.tolist()
    assert not ranking.meaning.any()


class Halfway(BagEncoder):
    """Knows only the words before "and"."""

    def coverage(self, text: str) -> float:
        told = text.split()
        return told.index("and") / (len(told) - 1) if "and" in told else 1.0


def test_words_count_the_more_the_less_of_the_query_the_encoder_knows() -> None:
    engine = MemoryEngine([paper(n) for n in range(1, 9)], Halfway())
    weights = Weights(0.6, power=2.0)

    def best_text(text: str) -> float:
        query = parse(text)
        return float(rank(engine, query, engine.query_vector(query.plain), "fused", weights=weights).text.max())

    assert best_text("moss") == pytest.approx(0.6)
    assert best_text("salt moss tides and glaciers") == pytest.approx(0.6 / 0.75**2)
    assert best_text("salt and moss tides glaciers") == pytest.approx(0.6 / 0.5**2)  # no more than at one half


def test_without_weights_two_scales_are_not_added_but_ranks_are() -> None:
    engine = MemoryEngine([paper(n) for n in range(1, 9)], BagEncoder())
    query = parse("moss tides")
    vector = engine.query_vector(query.plain)
    alone, ranks = (rank(engine, query, vector, method) for method in ("fused", "rrf"))
    assert alone.ids.tolist() == ranks.ids.tolist()
    assert alone.scores.tolist() == ranks.scores.tolist()


@given(
    st.dictionaries(st.integers(1, 40), st.floats(0.125, 30, width=32), max_size=20),
    st.dictionaries(st.integers(1, 40), st.floats(-1, 1, width=32), max_size=20),
)
@settings(max_examples=60)
def test_no_candidate_is_lost_and_order_follows_the_score(by_words: dict[int, float], near: dict[int, float]) -> None:
    text = sorted(by_words.items(), key=lambda item: -item[1])
    words = Found(np.array([key for key, _ in text], np.int64), np.array([score for _, score in text], np.float32))
    ids = np.array(sorted(by_words.keys() | near.keys()), np.int64)
    ranking = fused(ids, words, np.array([near.get(int(one), 0.0) for one in ids], np.float32), share=0.7)
    assert sorted(ranking.ids.tolist()) == ids.tolist()
    assert (np.diff(ranking.scores) <= 1e-6).all()
    assert ranking.text.max(initial=0) <= 0.7 + 1e-6
