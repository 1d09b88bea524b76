"""Fits how much words count beside meaning, for one encoder, on judged sets, and says how well that held elsewhere.

Which sets are for fitting is the operator's choice: whoever fits on a set must not report on it. The figures that a fit
carries are of held-out queries, by cross-validation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.encoder import Encoder, coverage
from broadsheet.errors import Invalid
from broadsheet.search.engine import Engine, Scores
from broadsheet.search.fusion import Ranking, rank
from broadsheet.search.judged import JudgedSet
from broadsheet.search.query import Query, words_only
from broadsheet.search.weights import Fit, Weights

SHARES: Final = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.2, 1.5, 2.0)
POWERS: Final = (0.0, 1.0, 2.0, 3.0)
FOLDS: Final = 5
_DEPTH: Final = 10
_UNIT: Final = Weights(1.0)  # what each half gives before it is weighed
_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Observation:
    """One query's candidates by rising id: what words give (best 1), cosines, grades; and its ideal DCG@10."""

    text: Scores
    cosines: Scores
    gains: NDArray[np.float64]
    ideal: float
    coverage: float
    others: Mapping[str, float]

    def figure(self, weights: Weights) -> float:
        """Return nDCG@10 (linear gains) under these weights."""
        scores = self.cosines + np.float32(weights.text_share(self.coverage)) * self.text
        return _ndcg(self.gains[_first(scores)], self.ideal)


def observe(judged: JudgedSet, engine: Engine) -> list[Observation]:
    """Ask the engine for every query's candidates once, so that any weights can be tried on them."""
    numbers = {str(line["id"]): paper_id for paper_id, line in enumerate(judged.documents, 1)}
    found = []
    for query_id, text in judged.queries.items():
        grades = {numbers[name]: grade for name, grade in judged.judged[query_id].items() if name in numbers}
        found.append(_observed(engine, words_only(text), grades, list(judged.judged[query_id].values())))
    return found


def fit(encoder: Encoder, sets: Mapping[str, Sequence[Observation]], day: date, folds: int = FOLDS) -> Fit:
    """Return the weights in whose midst mean nDCG@10 is best, every set counting the same.

    Each share is judged together with those beside it: the top of so flat a curve is mostly chance. Of equal ones the
    smallest share and power are taken. Raises `Invalid` where there are fewer queries than folds.
    """
    fewest = min((len(queries) for queries in sets.values()), default=0)
    if fewest < folds:
        raise Invalid(
            f"Fitting needs at least {folds} judged queries in each set; one has {fewest}.", field="directory"
        )
    grid = _grid(sets)
    tables = {
        name: np.array([[one.figure(weights) for weights in grid] for one in queries]) for name, queries in sets.items()
    }
    best = grid[_best(tables)]
    others = {
        method: float(np.mean([np.mean([one.others[method] for one in queries]) for queries in sets.values()]))
        for method in ("bm25", "dense", "rrf")
    }
    return Fit(
        encoder=encoder.name,
        fingerprint=encoder.fingerprint,
        share=best.share,
        power=best.power,
        fitted=day,
        sets={name: len(queries) for name, queries in sets.items()},
        folds=folds,
        figures={name: round(value, 4) for name, value in (others | {"fused": _held_out(tables, folds)}).items()},
    )


def _grid(sets: Mapping[str, Sequence[Observation]]) -> list[Weights]:
    covered = all(one.coverage == 1 for queries in sets.values() for one in queries)
    return [Weights(share, power) for share, power in product(SHARES, POWERS[:1] if covered else POWERS)]


def _best(tables: Mapping[str, NDArray[np.float64]]) -> int:
    """Return the place in the grid of the weights that are best together with the shares beside theirs."""
    means = np.mean([table.mean(axis=0) for table in tables.values()], axis=0).reshape(len(SHARES), -1)
    # Weighed one, two, one; at either end the own value stands for the one that is lacking.
    beside = np.pad(means, ((1, 1), (0, 0)), mode="edge")
    return int(np.argmax(beside[:-2] + 2 * means + beside[2:]))


def _held_out(tables: Mapping[str, NDArray[np.float64]], folds: int) -> float:
    """Return the mean figure of queries under weights that were chosen without them."""
    chance = np.random.default_rng(_SEED)
    parts = {name: chance.permutation(len(table)) % folds for name, table in tables.items()}
    held: dict[str, list[float]] = {name: [] for name in tables}
    for fold in range(folds):
        chosen = _best({name: table[parts[name] != fold] for name, table in tables.items()})
        for name, table in tables.items():
            held[name].extend(table[parts[name] == fold, chosen])
    return float(np.mean([np.mean(figures) for figures in held.values()]))


def _observed(engine: Engine, query: Query, grades: Mapping[int, int], judged: Sequence[int]) -> Observation:
    vector = engine.query_vector(query.plain)
    whole = rank(engine, query, vector, "fused", weights=_UNIT)
    rising = np.argsort(whole.ids)
    ids, text = whole.ids[rising], whole.text[rising]
    highest = float(text.max(initial=0))
    best = np.sort(np.array(judged, np.float64))[::-1][:_DEPTH]
    ideal = float(best @ _discounts(len(best)))
    others = {
        method: _ndcg(_grades(rank(engine, query, vector, method), grades), ideal)
        for method in ("bm25", "dense", "rrf")
    }
    gains = np.array([grades.get(int(one), 0) for one in ids], np.float64)
    known = coverage(engine.encoder, query.plain)
    return Observation(text / highest if highest > 0 else text, whole.meaning[rising], gains, ideal, known, others)


def _grades(ranking: Ranking, grades: Mapping[int, int]) -> NDArray[np.float64]:
    return np.array([grades.get(int(one), 0) for one in ranking.ids[:_DEPTH]], np.float64)


def _first(scores: Scores) -> NDArray[np.int64]:
    """Return the places of the best ten, equal ones in rising order, as fusion has them."""
    if len(scores) > 4 * _DEPTH:
        some = np.flatnonzero(scores >= np.partition(scores, -_DEPTH)[-_DEPTH])
        return some[np.argsort(-scores[some], kind="stable")][:_DEPTH]
    return np.argsort(-scores, kind="stable")[:_DEPTH]


def _ndcg(gains: NDArray[np.float64], ideal: float) -> float:
    return float(gains @ _discounts(len(gains)) / ideal) if ideal > 0 else 0.0


def _discounts(count: int) -> NDArray[np.float64]:
    """Return 1 / log2(1 + place) of the first places (Jaervelin and Kekaelaeinen, 2002)."""
    found: NDArray[np.float64] = 1 / np.log2(np.arange(2, count + 2))
    return found
