"""Papers as sparse rows over the vocabulary: what the table is multiplied by, in each of the views that training pairs.

A count is damped in the one way that the encoder damps it (`static.damped`); two ways would train another table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from broadsheet.encoders.static import damped
from broadsheet.encoders.terms import Rows, Terms, counted
from training.corpus import Paper
from training.teacher import texts_of

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True)
class Views:
    """The same papers seen five ways; row i of each matrix is paper i."""

    paper: csr_array
    title: csr_array
    abstract: csr_array
    sentence: csr_array
    without_sentence: csr_array


def matrix(columns: int, bags: Iterable[Rows]) -> csr_array:
    """Return float32 (bags, columns) with damped counts of the rows in each bag."""
    from scipy.sparse import csr_array

    rows, values, ends = [np.empty(0, np.int32)], [np.empty(0, np.float32)], [0]
    for bag in bags:
        row, count = counted(bag)
        rows.append(row.astype(np.int32))
        values.append(damped(count))
        ends.append(ends[-1] + len(row))
    shape = (len(ends) - 1, columns)
    return csr_array((np.concatenate(values), np.concatenate(rows), np.array(ends)), shape=shape)


def views_of(terms: Terms, papers: Sequence[Paper], seed: int) -> Views:
    """Return all views; the sentence is the one that the teacher read under the same seed."""
    drawn = [texts_of(paper, seed)[2] for paper in papers]
    rest = [" ".join(paper.abstract.split()).replace(one, " ") for paper, one in zip(papers, drawn, strict=True)]
    columns = len(terms)
    return Views(
        paper=matrix(columns, (terms.rows_of_paper(paper.title, paper.abstract) for paper in papers)),
        title=matrix(columns, (terms.rows_of(paper.title) for paper in papers)),
        abstract=matrix(columns, (terms.rows_of(paper.abstract) for paper in papers)),
        sentence=matrix(columns, map(terms.rows_of, drawn)),
        without_sentence=matrix(
            columns, (terms.rows_of_paper(paper.title, text) for paper, text in zip(papers, rest, strict=True))
        ),
    )
