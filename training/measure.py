"""How good a table is: retrieval on the development pools, loss of its sign codes, and BM25 to be fused with.

Choices are made on these figures alone; the public benchmarks are looked at once, by `training.benchmarks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from training.projection import Matrix, unit

DEPTH = 10
CODES_KEPT = 500

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True)
class Task:
    """One development task: queries and documents as bags, and for each query {document: grade}."""

    name: str
    queries: csr_array
    documents: csr_array
    relevant: Sequence[Mapping[int, float]]


def pooled(features: csr_array, table: Matrix) -> Matrix:
    """Encode bags with a table that is not quantised: unit vectors (n, dimension)."""
    return unit(np.asarray(features @ table, np.float32))


def best(scores: Matrix, count: int) -> NDArray[np.int64]:
    """Return the columns of the `count` highest scores of each row, best first, ties by column."""
    count = min(count, scores.shape[1])
    some = np.sort(np.argpartition(-scores, count - 1, axis=1)[:, :count], axis=1)
    order = np.argsort(-np.take_along_axis(scores, some, axis=1), axis=1, kind="stable")
    return np.take_along_axis(some, order, axis=1)


def ndcg(ranking: Sequence[int], relevant: Mapping[int, float], depth: int = DEPTH) -> float:
    """Return nDCG with linear gains (Jaervelin and Kekaelaeinen, 2002) of one ranking."""
    discounts = 1 / np.log2(np.arange(2, depth + 2))
    gains = np.array([relevant.get(int(document), 0.0) for document in ranking[:depth]])
    ideal = np.sort(np.fromiter(relevant.values(), float))[::-1][:depth]
    return float(gains @ discounts[: len(gains)] / (ideal @ discounts[: len(ideal)]))


def mean_ndcg(scores: Matrix, relevant: Sequence[Mapping[int, float]]) -> float:
    """Return the mean nDCG@10 of queries (rows) over documents (columns)."""
    return float(np.mean([ndcg(row, known) for row, known in zip(best(scores, DEPTH), relevant, strict=True)]))


def task_figure(task: Task, table: Matrix) -> float:
    """Return one task's mean nDCG@10 under a table."""
    return mean_ndcg(pooled(task.queries, table) @ pooled(task.documents, table).T, task.relevant)


def sign_recall(queries: Matrix, documents: Matrix, kept: int = CODES_KEPT, depth: int = DEPTH) -> float:
    """Return how much of the exact best `depth` stands among the `kept` nearest by Hamming distance of the signs."""
    exact = best(queries @ documents.T, depth)
    # for signs as +1 and -1 the inner product falls exactly as the Hamming distance rises
    coded = best(
        np.where(queries > 0, 1, -1).astype(np.float32) @ np.where(documents > 0, 1, -1).astype(np.float32).T, kept
    )
    return float(np.mean([len(np.intersect1d(a, b)) / depth for a, b in zip(exact, coded, strict=True)]))
