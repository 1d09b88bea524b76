"""Which words and pairs of words get a row of their own.

A word is kept when enough papers have it, or when the teacher knows it whole and a paper has it; a pair when its two
words stand side by side far more often than chance would put them there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.terms import UNREAD_WORDS, Terms
from broadsheet.encoders.tokens import words_of
from training.corpus import Paper

LEAST_PAPERS = 6
LEAST_PAIR_PAPERS = 12
SPARE_ROWS = 8_192
ROWS = 88_000


def count_words(papers: Iterable[Paper]) -> Counter[str]:
    """Count in how many papers each word occurs."""
    counts: Counter[str] = Counter()
    for paper in papers:
        counts.update({*words_of(paper.title), *words_of(paper.abstract)})
    return counts


def choose_words(counts: Counter[str], known_to_teacher: Iterable[str], least: int = LEAST_PAPERS) -> list[str]:
    """Return the words that get a row, in alphabetical order."""
    frequent = {word for word, papers in counts.items() if papers >= least}
    occurring = {word for word in whole_words(known_to_teacher) if counts[word]}
    return sorted((frequent | occurring) - UNREAD_WORDS)


def whole_words(known_to_teacher: Iterable[str]) -> set[str]:
    """Return those of the teacher's word pieces that are words of three ASCII letters or more."""
    return {word for word in known_to_teacher if len(word) > 2 and word.isalpha() and word.isascii()}


def choose_pairs(
    papers: Sequence[Paper], words: Sequence[str], rows: int, least: int = LEAST_PAIR_PAPERS
) -> NDArray[np.int32]:
    """Return up to `rows` pairs of word rows, sorted: those of the highest texts x log(texts / expected by chance).

    A title and an abstract are a text each, so that a pair that makes titles counts twice over.
    """
    alone = Terms(words, np.empty((0, 2), np.int32), 0)
    base = len(words)
    blocks = [_pair_keys(alone, papers[start : start + 20_000]) for start in range(0, len(papers), 20_000)]
    keys, inverse = np.unique(np.concatenate([keys for keys, _ in blocks]), return_inverse=True)
    seen = np.bincount(inverse, weights=np.concatenate([counts for _, counts in blocks]))
    keys, seen = keys[seen >= least], seen[seen >= least]
    counts = np.zeros(base)
    for paper in papers:
        counts[np.unique(np.concatenate([alone.rows_of(paper.title), alone.rows_of(paper.abstract)]))] += 1
    expected = counts[keys // base] * counts[keys % base] / len(papers)
    score = seen * np.log(seen / expected)
    chosen = np.sort(keys[np.argsort(-score, kind="stable")[:rows]])
    return np.stack([chosen // base, chosen % base], axis=1).astype(np.int32)


def _pair_keys(alone: Terms, papers: Sequence[Paper]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    base = len(alone.words)
    found = []
    for paper in papers:
        for text in (paper.title, paper.abstract):
            rows = alone.sequence_of(text)
            near = (rows[:-1] >= 0) & (rows[1:] >= 0)
            found.append(np.unique(rows[:-1][near] * base + rows[1:][near]))
    keys, counts = np.unique(np.concatenate(found), return_counts=True)
    kept = counts > 1
    return keys[kept], counts[kept]


def choose_terms(
    papers: Sequence[Paper], counts: Counter[str], known_to_teacher: Iterable[str], rows: int = ROWS
) -> Terms:
    """Choose the whole vocabulary of at most `rows` rows from the training papers and the counts of their words."""
    words = choose_words(counts, known_to_teacher)
    pairs = choose_pairs(papers, words, rows - SPARE_ROWS - len(words))
    return Terms(words, pairs, SPARE_ROWS)
