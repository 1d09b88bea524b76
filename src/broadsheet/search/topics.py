"""Which papers belong to a topic that is told by words or by a few examples: near in meaning, beyond what chance gives.

The middle of the examples is a class mean without training (arXiv 2210.04428), set off against the middle of all papers
as in training-free prototype calibration (arXiv 2312.05229). A topic adds nothing to the index and changes no other.
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


@dataclass(frozen=True, slots=True)
class Background:
    """How papers at large lie in one state of the collection: their middle, and a sample of them."""

    middle: Scores
    sample: Ids

    @classmethod
    def of(cls, engine: Engine) -> Background:
        """Take every n-th paper by date, so that the sample is the same for the same collection."""
        ids = engine.by_date(Query()).ids
        sample = ids[:: max(1, len(ids) // SAMPLE)]
        vectors = [vector for one in sample if (vector := _unit(engine.vector(int(one)))) is not None]
        middle = np.mean(vectors, axis=0) if vectors else engine.no_vector()
        return cls(np.asarray(middle, np.float32), sample)


def belonging(engine: Engine, background: Background, vectors: Sequence[Scores], among: Ids) -> Ranking:
    """Return which of `among` belong to the topic in whose middle `vectors` lie, nearest first.

    A paper belongs if its cosine to the middle lies `DEVIATIONS` standard deviations above the mean of the sample.
    Without a vector that says anything, or papers at large to compare with, none does.
    """
    units = [unit for one in vectors if (unit := _unit(one)) is not None]
    none = np.zeros(0, np.float32)
    if not units or not len(among) or not len(background.sample):
        return Ranking(np.zeros(0, np.int64), none, none)
    middle = np.mean(units, axis=0)
    topic = np.asarray(middle - (CALIBRATION * background.middle if len(units) > 1 else 0), np.float32)
    at_large = engine.cosines(topic, background.sample)
    least = float(at_large.mean() + DEVIATIONS * at_large.std())
    cosines = engine.cosines(topic, among)
    near = np.flatnonzero(cosines > max(least, 0.0))
    order = near[np.lexsort((among[near], -cosines[near]))]
    return Ranking(among[order], np.zeros(len(order), np.float32), cosines[order])


def nearest(engine: Engine, paper_id: int, examples: NDArray[np.int64]) -> int | None:
    """Return the example to which a paper lies nearest, None where nothing is known of it."""
    vector = engine.vector(paper_id)
    if vector is None or not len(examples):
        return None
    return int(examples[int(np.argmax(engine.cosines(vector, examples)))])


def _unit(vector: Scores | None) -> Scores | None:
    length = 0.0 if vector is None else float(np.linalg.norm(vector))
    return np.asarray(vector / length, np.float32) if vector is not None and length > 0 else None
