from datetime import date

import numpy as np
import pytest

from broadsheet.errors import Invalid
from broadsheet.search.evaluate import measured, ranked
from broadsheet.search.fitting import POWERS, SHARES, Observation, fit, observe
from broadsheet.search.judged import JudgedSet, indexed
from broadsheet.search.weights import Weights
from tests.invented import record
from tests.search.collection import BagEncoder

DAY = date(2026, 11, 26)


def pond(queries: int = 8) -> JudgedSet:
    papers = [record(n) for n in range(30)]
    return JudgedSet(
        "pond",
        [{"id": f"d{n}", "title": one.title, "text": one.abstract} for n, one in enumerate(papers)],
        {f"q{n}": " ".join(papers[n].abstract.split()[:6]) for n in range(queries)},
        {f"q{n}": {f"d{n}": 2, f"d{n + 9}": 1, "elsewhere": 1} for n in range(queries)},
    )


def observation(text: list[float], cosines: list[float], right: int, coverage: float = 1.0) -> Observation:
    gains = np.zeros(len(text))
    gains[right] = 1
    others = {"bm25": 0.1, "dense": 0.2, "rrf": 0.3}
    return Observation(np.array(text, np.float32), np.array(cosines, np.float32), gains, 1.0, coverage, others)


@pytest.mark.parametrize("share", [0.1, 0.6, 2.0])
def test_an_observed_figure_is_what_search_itself_reaches(share: float) -> None:
    judged = pond()
    with indexed(judged, BagEncoder()) as engine:
        found = observe(judged, engine)
        _, queries = measured(judged, ranked(judged, engine, "fused", Weights(share)))
        alone = {name: measured(judged, ranked(judged, engine, name, None))[1] for name in ("bm25", "dense", "rrf")}
    for one, (name, figures) in zip(found, queries.items(), strict=True):
        assert one.figure(Weights(share)) == pytest.approx(figures["nDCG@10"], abs=1e-6)
        for method, own in alone.items():
            assert one.others[method] == pytest.approx(own[name]["nDCG@10"], abs=1e-6)


def test_words_get_much_where_they_are_right_and_little_where_meaning_is() -> None:
    wordy = [observation([1.0, 0.0], [0.0, 0.9], right=0) for _ in range(10)]
    meant = [observation([1.0, 0.0], [0.0, 0.9], right=1) for _ in range(10)]
    assert fit(BagEncoder(), {"pond": wordy}, DAY).share == 1.2  # right from 1 on, and so are those beside it
    assert fit(BagEncoder(), {"pond": meant}, DAY).share == SHARES[0]


def test_a_share_that_is_best_alone_yields_to_a_range_of_good_ones() -> None:
    def right_between(lowest: float, highest: float) -> Observation:
        cosine = 1 - lowest / 2
        return observation([0.0, 0.5, 1.0], [1.0, cosine, cosine - highest / 2], right=1)

    peak, range_ = [right_between(0.26, 0.39)] * 11, [right_between(0.55, 0.85)] * 10
    assert fit(BagEncoder(), {"pond": peak}, DAY).share == 0.3
    assert fit(BagEncoder(), {"pond": [*peak, *range_]}, DAY).share == 0.7


def test_coverage_counts_where_meaning_fails_on_unknown_words() -> None:
    known = [observation([0.5, 1.0], [0.9, 0.2], right=0) for _ in range(10)]
    unknown = [observation([1.0, 0.5], [0.0, 0.6], right=0, coverage=0.6) for _ in range(10)]
    found = fit(BagEncoder(), {"pond": known, "tides": unknown}, DAY)
    assert found.power > 0
    assert found.figures["fused"] == pytest.approx(1.0)


def test_an_encoder_that_knows_every_word_has_no_power() -> None:
    found = fit(BagEncoder(), {"pond": [observation([0.0, 1.0], [0.5, 0.4], right=0) for _ in range(5)]}, DAY)
    assert found.power == POWERS[0] == 0


def test_a_fit_says_where_it_comes_from() -> None:
    found = fit(BagEncoder(), {"pond": [observation([1.0, 0.0], [0.0, 0.5], right=0) for _ in range(6)]}, DAY, folds=3)
    assert (found.encoder, found.fingerprint, found.fitted, found.folds) == ("bag", "bag1", DAY, 3)
    assert found.sets == {"pond": 6}
    assert found.figures == {"bm25": 0.1, "dense": 0.2, "rrf": 0.3, "fused": 1.0}


def test_figures_are_of_queries_that_were_held_out() -> None:
    chance = np.random.default_rng(4)
    noise = [observation(*chance.random((2, 40)).tolist(), right=0) for _ in range(40)]
    found = fit(BagEncoder(), {"noise": noise}, DAY)
    fitted = float(np.mean([one.figure(found.weights) for one in noise]))
    assert found.figures["fused"] <= fitted + 5e-5


def test_each_set_counts_the_same_however_large() -> None:
    many = [observation([1.0, 0.0], [0.0, 0.9], right=0) for _ in range(60)]
    few = [observation([1.0, 0.0], [0.0, 0.95], right=1) for _ in range(5)]
    three = {"many": many, "few": few, "too": few}
    assert fit(BagEncoder(), three, DAY).share < 0.9


def test_fewer_queries_than_folds_are_refused() -> None:
    with pytest.raises(Invalid, match="at least 5 judged queries in each set; one has 2"):
        fit(BagEncoder(), {"pond": [observation([1.0], [0.5], right=0)] * 2}, DAY)
