"""Papers as sparse rows over the vocabulary: what the table is multiplied by, in each of the views that training pairs.

A count is damped in the one way that the encoder damps it (`static.damped`); two ways would train another table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.static import damped
from broadsheet.encoders.terms import TITLE_REPEATS, Rows, Terms, counted
from training.corpus import Paper, sentences
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


@dataclass(frozen=True)
class Passages:
    """Papers in parts, as counts not yet damped, so that any sentence may be set against the rest of its paper.

    Paper i has the rows `first[i]` to `first[i + 1]` of `sentence`; `drawn[i]` is the one that the teacher read.
    """

    title: csr_array
    sentence: csr_array
    abstract: csr_array
    first: NDArray[np.int64]
    drawn: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.drawn)

    def papers(self, picked: NDArray[np.int64]) -> csr_array:
        """Return damped bags of whole papers, the title counting as often as the encoder counts it."""
        return _damped(TITLE_REPEATS * self.title[picked] + self.abstract[picked])

    def titles(self, picked: NDArray[np.int64]) -> tuple[csr_array, csr_array]:
        """Return damped bags of titles and of their abstracts."""
        return _damped(self.title[picked]), _damped(self.abstract[picked])

    def sentences(
        self, picked: NDArray[np.int64], chance: np.random.Generator | None = None
    ) -> tuple[csr_array, csr_array]:
        """Return damped bags of a sentence and of its paper without it: any sentence, or the drawn one if no chance."""
        chosen = self.drawn[picked]
        if chance is not None:
            chosen = chance.integers(self.first[picked], self.first[picked + 1])
        asked = self.sentence[chosen]
        rest = (TITLE_REPEATS * self.title[picked] + self.abstract[picked] - asked).tocsr()
        rest.eliminate_zeros()
        return _damped(asked), _damped(rest)


def matrix(columns: int, bags: Iterable[Rows]) -> csr_array:
    """Return float32 (bags, columns) with damped counts of the rows in each bag."""
    return _damped(counts_of(columns, bags))


def counts_of(columns: int, bags: Iterable[Rows]) -> csr_array:
    """Return float32 (bags, columns) with the number of times that each bag has each row."""
    from scipy.sparse import csr_array

    rows, values, ends = [np.empty(0, np.int32)], [np.empty(0, np.float32)], [0]
    for bag in bags:
        row, count = counted(bag)
        rows.append(row.astype(np.int32))
        values.append(count.astype(np.float32))
        ends.append(ends[-1] + len(row))
    shape = (len(ends) - 1, columns)
    return csr_array((np.concatenate(values), np.concatenate(rows), np.array(ends, np.int32)), shape=shape)


def _damped(counts: csr_array) -> csr_array:
    bags = counts.tocsr(copy=True)
    bags.data = damped(bags.data)
    return bags


def passages_of(terms: Terms, papers: Sequence[Paper], seed: int) -> Passages:
    """Return papers in parts; scraps too short for a sentence are left out, and no pair spans two sentences."""
    from scipy.sparse import csr_array

    parts = [sentences(paper.abstract) or [paper.abstract] for paper in papers]
    first = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
    columns, count = len(terms), int(first[-1])
    sentence = counts_of(columns, (terms.rows_of(text) for part in parts for text in part))
    belongs = csr_array(
        (np.ones(count, np.float32), np.arange(count, dtype=np.int32), first.astype(np.int32)),
        shape=(len(papers), count),
    )
    drawn = [part.index(texts_of(paper, seed)[2]) for paper, part in zip(papers, parts, strict=True)]
    return Passages(
        title=counts_of(columns, (terms.rows_of(paper.title) for paper in papers)),
        sentence=sentence,
        abstract=(belongs @ sentence).tocsr(),
        first=first,
        drawn=first[:-1] + np.array(drawn, np.int64),
    )


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
