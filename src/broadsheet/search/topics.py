"""Which papers belong to a topic that is told by words or by a few examples: near in meaning, beyond what chance gives.

The middle of the examples is a class mean without training (arXiv 2210.04428), set off against all papers: along ways
in which those differ anyway it counts less (a linear discriminant, its covariance drawn towards a ball as by Ledoit and
Wolf, 2004). A topic adds nothing to the index and changes no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.engine import Engine, Ids, Scores
from broadsheet.search.fusion import Ranking
from broadsheet.search.query import Query

SAMPLE: Final = 2_000  # papers that stand for all
# Chosen on 80 phrases of 20,000 arXiv papers (`docs/search.md`): half of the middle taken away ranked best. At three
# deviations nearly half of what was taken in held the phrase itself; at two and a half a quarter did.
CALIBRATION: Final = 0.5
DEVIATIONS: Final = 3.0
# Of a sample large enough to tell how papers differ: chosen on every second workshop of `benchmarks.topic_quality`.
FEWEST_TO_TELL_APART: Final = 1_000
SHRINKAGE: Final = 0.8
DEVIATIONS_APART: Final = 3.5  # takes in as many papers as the other way, and more of the right ones


@dataclass(frozen=True, slots=True)
class Background:
    """How papers at large lie in one state of the collection: their middle, a sample of them, and what sets them apart.

    `inverse` is the inverse of their covariance, (dimension, dimension); None where the sample is too small for it.
    """

    middle: Scores
    sample: Ids
    inverse: NDArray[np.float32] | None = None

    @classmethod
    def of(cls, engine: Engine) -> Background:
        """Take every n-th paper by date, so that the sample is the same for the same collection."""
        ids = engine.by_date(Query()).ids
        sample = ids[:: max(1, len(ids) // SAMPLE)]
        vectors = [vector for one in sample if (vector := _unit(engine.vector(int(one)))) is not None]
        middle = np.mean(vectors, axis=0) if vectors else engine.no_vector()
        inverse = inverse_of(np.array(vectors)) if len(vectors) >= FEWEST_TO_TELL_APART else None
        return cls(np.asarray(middle, np.float32), sample, inverse)


def belonging(engine: Engine, background: Background, vectors: Sequence[Scores], among: Ids) -> Ranking:
    """Return which of `among` belong to the topic in whose middle `vectors` lie, nearest first.

    A paper belongs if its product with the topic lies `DEVIATIONS` standard deviations above the mean of the sample, or
    `DEVIATIONS_APART` where the background sets papers apart.
    Without a vector that says anything, or papers at large to compare with, none does.
    """
    topic = middle_of(background, vectors)
    none = np.zeros(0, np.float32)
    if topic is None or not len(among) or not len(background.sample):
        return Ranking(np.zeros(0, np.int64), none, none)
    at_large = engine.cosines(topic, background.sample)
    told_apart = background.inverse is not None and len(vectors) > 1
    least = float(at_large.mean() + (DEVIATIONS_APART if told_apart else DEVIATIONS) * at_large.std())
    cosines = engine.cosines(topic, among)
    near = np.flatnonzero(cosines > max(least, 0.0))
    order = near[np.lexsort((among[near], -cosines[near]))]
    return Ranking(among[order], np.zeros(len(order), np.float32), cosines[order])


def middle_of(background: Background, vectors: Sequence[Scores]) -> Scores | None:
    """Return the vector of the topic in whose middle `vectors` lie; None where none of them says anything."""
    units = [unit for one in vectors if (unit := _unit(one)) is not None]
    if not units:
        return None
    if len(units) == 1:
        return units[0]
    middle = np.mean(units, axis=0)
    if background.inverse is None:
        return np.asarray(middle - CALIBRATION * background.middle, np.float32)
    return _unit(np.asarray(background.inverse @ (middle - background.middle), np.float32))


def inverse_of(vectors: Scores) -> NDArray[np.float32]:
    """Return the inverse of the covariance of (n, dimension) vectors, mixed with the ball of the same spread."""
    dimension = vectors.shape[1]
    covariance = np.cov(vectors.T)
    spread = max(float(np.trace(covariance)) / dimension, float(np.finfo(np.float32).tiny))
    drawn = (1 - SHRINKAGE) * covariance / spread + SHRINKAGE * np.eye(dimension)
    return np.linalg.inv(drawn).astype(np.float32)


def nearest(engine: Engine, paper_id: int, examples: NDArray[np.int64]) -> int | None:
    """Return the example to which a paper lies nearest, None where nothing is known of it."""
    vector = engine.vector(paper_id)
    if vector is None or not len(examples):
        return None
    return int(examples[int(np.argmax(engine.cosines(vector, examples)))])


def _unit(vector: Scores | None) -> Scores | None:
    length = 0.0 if vector is None else float(np.linalg.norm(vector))
    return np.asarray(vector / length, np.float32) if vector is not None and length > 0 else None
