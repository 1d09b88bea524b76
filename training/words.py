"""Single words as the teacher reads them: what a word means that hardly any training paper has.

The letters of rare words are learned from here, so that a word that training never saw is read by its likes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.terms import UNREAD_WORDS, Terms
from training.features import matrix
from training.projection import Matrix, Projection, unit
from training.teacher import Teacher
from training.vocabulary import whole_words

if TYPE_CHECKING:
    from scipy.sparse import csr_array

LONGEST = 40


@dataclass(frozen=True)
class Words:
    """Words as bags (words, columns), and the unit vectors (words, dimension) that the teacher gives them."""

    bags: csr_array
    targets: Matrix


def words_to_read(counts: Mapping[str, int], known_to_teacher: Sequence[str]) -> list[str]:
    """Return every word of the training papers that is no number, and the teacher's own whole words, sorted."""
    seen = {word for word in counts if 2 <= len(word) <= LONGEST and not word.isdigit()}
    return sorted((seen | whole_words(known_to_teacher)) - UNREAD_WORDS)


def read_words(words: Sequence[str], cache: Path, threads: int) -> NDArray[np.float16]:
    """Return the teacher's vectors (words, 384), cached as long as the words stay the same."""
    path, known = cache / "words.npy", cache / "words.txt"
    text = "\n".join(words)
    if path.exists() and known.exists() and known.read_text(encoding="utf-8") == text:
        return np.asarray(np.load(path))
    cache.mkdir(parents=True, exist_ok=True)
    known.unlink(missing_ok=True)
    vectors = Teacher(threads).encode(words)
    np.save(path, vectors)
    known.write_text(text, encoding="utf-8")
    print(f"teacher: {len(words):,} words", flush=True)
    return vectors


def words_as_taught(terms: Terms, words: Sequence[str], vectors: NDArray[np.float16], projection: Projection) -> Words:
    """Return the words under a vocabulary, their vectors centred on their own mean.

    The teacher says of all short texts that they are short; what is left when that is taken away tells them apart.
    """
    own = Projection(vectors.astype(np.float32).mean(axis=0), projection.axes)
    bags = matrix(len(terms), map(terms.rows_of, words))
    read = np.flatnonzero(np.diff(bags.indptr))
    return Words(bags[read], unit(own.apply(vectors[read])))
