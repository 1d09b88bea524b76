"""The embedded encoder: a table of int8 vectors for words and pairs of words, summed and scaled to unit length.

Which rows a text reads is `terms`' affair. A vector never depends on the batch that it was encoded in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.encoder import Vectors
from broadsheet.encoders.terms import Rows, counted
from broadsheet.encoders.weights_file import StaticTable


def damped(counts: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
    """Return the weight of a term that occurs so many times: log(1 + count), so that repetition says ever less."""
    weights: NDArray[np.float32] = np.log1p(counts, dtype=np.float32)
    return weights


class StaticEncoder:
    """Encodes with a `StaticTable`; the table is only read, so that one encoder serves all threads."""

    def __init__(self, table: StaticTable) -> None:
        self._terms, self._scales, self._rows = table.terms, table.scales, table.rows
        self.name, self.fingerprint, self.dimension = table.name, table.fingerprint, table.rows.shape[1]

    def coverage(self, text: str) -> float:
        """Return the share of the text's telling words that have rows of their own; 1 for a text without any."""
        return self._terms.coverage(text)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimension) unit rows; a text with no known term gives a zero row."""
        return self._pooled(len(texts), (counted(self._terms.rows_of(text)) for text in texts))

    def encode_papers(self, papers: Sequence[tuple[str, str]]) -> Vectors:
        """Return (n, dimension) unit rows for (title, abstract) pairs, the title counting three times."""
        return self._pooled(
            len(papers), (counted(self._terms.rows_of_paper(title, abstract)) for title, abstract in papers)
        )

    def _pooled(self, count: int, bags: Iterable[tuple[Rows, Rows]]) -> Vectors:
        vectors = np.zeros((count, self.dimension), np.float32)
        for vector, (rows, counts) in zip(vectors, bags, strict=True):
            np.matmul(damped(counts) * self._scales[rows], self._rows[rows].astype(np.float32), out=vector)
            length = float(np.sqrt(vector @ vector))
            if length > 0:
                vector /= length
        return vectors
