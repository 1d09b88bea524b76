"""Gradients of a table of which a batch touches a part: sums of rows, and Adam for the touched rows alone.

Touching every row at every step would cost five times as much, and move rows that the batch says nothing of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from training.projection import Matrix

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MOMENTUM, MEMORY = 0.9, 0.98
_TINY = 1e-8


class RowAdam:
    """Adam (Kingma and Ba, 2015) whose moments stand still for rows without a gradient; it works on a copy."""

    def __init__(self, table: Matrix, rate: float) -> None:
        self.table = table.copy()
        self._rate, self._steps = rate, 0
        self._first, self._second = np.zeros_like(table), np.zeros_like(table)

    def rows(self, rows: NDArray[np.int64]) -> Any:
        """Return the rows as a tensor that gathers a gradient."""
        import torch

        return torch.from_numpy(self.table[rows]).requires_grad_()

    def step(self, rows: NDArray[np.int64], gradient: Any, pace: float) -> None:
        """Move the rows (distinct) against their gradient, `pace` times the learning rate."""
        self._steps += 1
        slope = np.asarray(gradient)
        first = MOMENTUM * self._first[rows] + (1 - MOMENTUM) * slope
        second = MEMORY * self._second[rows] + (1 - MEMORY) * np.square(slope)
        self._first[rows], self._second[rows] = first, second
        first /= 1 - MOMENTUM**self._steps
        second /= 1 - MEMORY**self._steps
        self.table[rows] -= np.float32(pace * self._rate) * first / (np.sqrt(second) + _TINY)


def pooled_rows(weights: Any, bags: csr_array) -> Any:
    """Return unit vectors (bags, dimension), each the sum of its rows of `weights` (columns, dimension), weighted.

    Both ways are sparse products: torch's own `embedding_bag` takes ten times as long to go back.
    """
    import torch

    class Pooling(torch.autograd.Function):
        @staticmethod
        def forward(_context: Any, table: Any) -> Any:
            return _sparse(bags) @ table

        @staticmethod
        def backward(_context: Any, slope: Any) -> Any:
            return _sparse(bags.T.tocsr()) @ slope.contiguous()

    return torch.nn.functional.normalize(Pooling.apply(weights), dim=1)


def _sparse(matrix: csr_array) -> Any:
    import torch

    parts = (torch.from_numpy(part.astype(np.int32)) for part in (matrix.indptr, matrix.indices))
    return torch.sparse_csr_tensor(*parts, torch.from_numpy(matrix.data), size=matrix.shape, check_invariants=False)
