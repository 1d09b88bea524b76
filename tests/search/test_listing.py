import numpy as np
import pytest

from broadsheet.search.fusion import DEPTH, RRF_K, Method, Ranking, Way
from broadsheet.search.listing import by_date, deeper, goes_on, ranked
from broadsheet.search.query import parse
from broadsheet.search.weights import Weights
from tests.invented import paper
from tests.search.conftest import Make

SHARE = 0.5
SHELF = [
    paper(1, title="Moss moss moss", abstract="Moss."),
    paper(2, title="Moss and salt", abstract="Of tides."),
    paper(3, title="Tides", abstract="Some moss among many other words that dilute it to nothing much."),
    paper(4, title="Clockwork birds", abstract="They sing."),
]


def way(method: Method) -> Way:
    return Way(method, Weights(SHARE))


def test_an_exact_title_stands_first_whatever_its_score(make: Make) -> None:
    engine = make(SHELF)
    query = parse("tides")
    ranking, exact = ranked(engine, query, engine.query_vector("tides"), way("bm25"), None)
    assert exact == ranking.ids[0] == 3
    assert ranked(engine, parse("moss"), engine.query_vector("moss"), way("fused"), None)[1] is None


def test_what_neither_holds_a_word_nor_lies_near_is_no_answer(make: Make) -> None:
    engine = make(SHELF)
    ranking, _ = ranked(engine, parse("moss"), engine.query_vector("moss"), way("fused"), None)
    assert 4 not in ranking.ids
    assert len(ranked(engine, parse("xyzzy"), engine.query_vector("xyzzy"), way("fused"), None)[0]) == 0


def test_conditions_alone_are_met_by_date(make: Make) -> None:
    ranking = by_date(make(SHELF), parse("cat:cs"))
    assert ranking.ids.tolist() == [4, 3, 2, 1]
    assert not ranking.scores.any()


@pytest.mark.parametrize("method", ["fused", "rrf", "bm25", "dense"])
def test_farther_down_come_the_others_with_shares_measured_alike(make: Make, method: Method) -> None:
    engine, query = make(SHELF), parse("moss")
    vector = engine.query_vector("moss")
    whole, _ = ranked(engine, query, vector, way(method), None)
    went_on = deeper(engine, query, vector, way(method), whole.part(0, 1), 10)
    assert went_on.ids[0] == whole.ids[0]
    assert set(went_on.ids.tolist()) == set(whole.ids.tolist()) if method == "dense" else {1, 2, 3}
    alone = "meaning" if method == "dense" else "text"
    shares = dict(zip(whole.ids.tolist(), getattr(whole, alone).tolist(), strict=True))
    for one, share in list(zip(went_on.ids.tolist(), getattr(went_on, alone).tolist(), strict=True))[1:]:
        assert share == pytest.approx(shares[one], abs=1e-5)
    assert deeper(engine, query, vector, way(method), whole, 10).ids.tolist() == whole.ids.tolist()


def test_shares_are_those_of_fusion(make: Make) -> None:
    engine, query = make(SHELF), parse("moss")
    nothing = Ranking(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.float32))
    vector = engine.query_vector("moss")
    assert deeper(engine, query, vector, way("fused"), nothing, 10).text[0] == pytest.approx(SHARE)
    assert deeper(engine, query, vector, way("rrf"), nothing, 10).text[1] == pytest.approx(1 / (RRF_K + 2))


def test_a_list_goes_on_only_where_candidates_were_cut_off() -> None:
    ids = np.arange(DEPTH, dtype=np.int64)
    full, none = np.ones(DEPTH, np.float32), np.zeros(DEPTH, np.float32)
    assert goes_on(Ranking(ids, full, none), "fused")
    assert not goes_on(Ranking(ids, none, full), "fused")
    assert goes_on(Ranking(ids, none, full), "dense")
    assert not goes_on(Ranking(ids[1:], full[1:], none[1:]), "bm25")
