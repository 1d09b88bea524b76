"""The table that explains the teacher best: ridge least squares from weighted bags of terms to teacher vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.projection import Matrix

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def rarity(features: csr_array) -> Matrix:
    """Return the smoothed inverse document frequency of each column."""
    papers = np.asarray((features > 0).sum(axis=0)).ravel()
    return np.log1p(features.shape[0] / (papers + 1.0)).astype(np.float32)


def fit_table(
    features: csr_array, targets: Matrix, weights: Matrix, *, ridge: float, steps: int, trust: Matrix | None = None
) -> Matrix:
    """Return the table W (columns, dimension) whose weighted, length-one bags come nearest to the targets.

    Minimises ||A W' - targets||^2 + ridge ||W'||^2 by conjugate gradients (Hestenes and Stiefel, 1952) on the normal
    equations, all dimensions at once; A is `features` times `weights` with rows of length one, W = weights W'.
    `trust` (rows,) says how much each row's squared error counts, 1 where it is left out.
    """
    lengths = np.sqrt((features * features) @ np.square(weights))
    counting = np.ones(len(targets), np.float32) if trust is None else np.sqrt(trust)
    shrink = (counting / np.maximum(lengths, 1e-9)).astype(np.float32)[:, None]
    targets = counting[:, None] * targets
    weigh = weights[:, None]
    turned = features.T.tocsr() if hasattr(features, "tocsr") else features.T

    def forward(table: Matrix) -> Matrix:
        return np.asarray(shrink * (features @ (weigh * table)))

    def back(vectors: Matrix) -> Matrix:
        return np.asarray(weigh * (turned @ (shrink * vectors)))

    residual = back(targets)
    table, direction, size = np.zeros_like(residual), residual.copy(), np.square(residual).sum(axis=0)
    for _ in range(steps):
        bent = back(forward(direction)) + ridge * direction
        stride = size / np.maximum((direction * bent).sum(axis=0), 1e-12)
        table += stride * direction
        residual -= stride * bent
        after = np.square(residual).sum(axis=0)
        direction = residual + (after / np.maximum(size, 1e-12)) * direction
        size = after
    return np.asarray(weigh * table)
