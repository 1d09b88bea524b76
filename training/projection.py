"""From the teacher's space to the table's: centre, keep the principal components, scale to unit length.

Centring comes first so that sums of rows are centred too; without it most sign bits would say the same of every paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Projection:
    """Teacher space -> table space: subtract `mean`, multiply by `axes` (384, dimension), scale to unit length."""

    mean: Matrix
    axes: Matrix

    def apply(self, vectors: NDArray[np.floating[Any]]) -> Matrix:
        """Return unit vectors (n, dimension)."""
        return unit((vectors.astype(np.float32) - self.mean) @ self.axes)


def unit(vectors: Matrix) -> Matrix:
    """Scale rows to length one; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths == 0, 1, lengths)


def principal_projection(vectors: NDArray[np.floating[Any]], dimension: int) -> Projection:
    """Return the projection on the first principal components of a sample of teacher vectors."""
    sample = vectors.astype(np.float64)
    mean = sample.mean(axis=0)
    _, axes = np.linalg.eigh((sample - mean).T @ (sample - mean))
    return Projection(mean.astype(np.float32), axes[:, ::-1][:, :dimension].astype(np.float32))
