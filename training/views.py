"""What the transformer learns from: of each paper a query and what it should find, drawn anew at every step.

A title finds its abstract, a sentence the rest of its paper, a few words of either the whole. What was asked is never
left in what is to be found, except for those few words; every drawing depends on the seed and the step alone.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.corpus import SENTENCE_END, Paper

TITLES, PHRASES = 0.2, 0.2  # shares of the queries; the rest are sentences
_TITLED = 0.6  # share of the documents of a sentence that keep their title
_BARE = 0.7  # share of the documents of a few words that lose it
_ONE_SENTENCE = 0.75
_FEWEST_SENTENCES = 3
_PHRASE = (3, 8)  # pieces of words
_QUERY_PIECES, _PAPER_PIECES = 62, 190
_FIRST, _LAST = 101, 102  # the tokenizer's marks of a text's ends
_MULTIPLE = 16  # padded to: a few lengths only, so that a compiler or a cache meets few shapes

Pieces = NDArray[np.uint16]


class Views:
    """The papers as pieces of words, a row for the title and one for each sentence."""

    def __init__(self, papers: Sequence[Paper], tokenizer: Any) -> None:
        """Cut every paper into pieces once; `tokenizer` is one of the `tokenizers` library."""
        texts: list[str] = []
        self._bounds: list[tuple[int, int]] = []
        for paper in papers:
            abstract = " ".join(paper.abstract.split())
            start = len(texts)
            texts += [paper.title, *(SENTENCE_END.split(abstract) or [abstract])]
            self._bounds.append((start, len(texts)))
        found = tokenizer.encode_batch(texts, add_special_tokens=False)
        self._pieces: list[Pieces] = [np.array(one.ids, np.uint16) for one in found]

    def __len__(self) -> int:
        """Return the number of papers."""
        return len(self._bounds)

    def draw(self, paper: int, chance: random.Random) -> tuple[list[int], list[int]]:
        """Return the pieces of a query and of the document that it should find, marks of the ends included."""
        start, end = self._bounds[paper]
        title, sentences = self._pieces[start], self._pieces[start + 1 : end]
        kind = chance.random()
        if kind < TITLES or len(sentences) < _FEWEST_SENTENCES:
            return _marked([title], _QUERY_PIECES), _marked(sentences, _PAPER_PIECES)
        if kind < TITLES + PHRASES:
            source = title if chance.random() < 0.5 else chance.choice(sentences)
            whole = sentences if chance.random() < _BARE else [title, *sentences]
            return _marked([_phrase(source, chance)], _QUERY_PIECES), _marked(whole, _PAPER_PIECES)
        asked = 1 if chance.random() < _ONE_SENTENCE or len(sentences) < 2 * _FEWEST_SENTENCES - 1 else 2
        at = chance.randrange(len(sentences) - asked + 1)
        named = [title] if chance.random() < _TITLED else []
        rest = [*named, *sentences[:at], *sentences[at + asked :]]
        return _marked(sentences[at : at + asked], _QUERY_PIECES), _marked(rest, _PAPER_PIECES)


class Batches:
    """Step by step the queries and documents of `size` papers, as a torch `Dataset` is read: by number."""

    def __init__(self, views: Views, size: int, steps: int, seed: int) -> None:
        if size > len(views):
            raise SystemExit(f"{len(views)} papers are fewer than one batch of {size}; give a smaller --batch")
        self._views, self._size, self._steps, self._seed = views, size, steps, seed

    def __len__(self) -> int:
        """Return the number of steps."""
        return self._steps

    def __getitem__(self, step: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return ids (size, longest) of queries and of documents, 0 where there is nothing."""
        epoch, place = divmod(step, len(self._views) // self._size)
        order = np.random.default_rng((self._seed, epoch)).permutation(len(self._views))
        chance = random.Random(f"{self._seed} {step}")
        drawn = [self._views.draw(int(one), chance) for one in order[place * self._size : (place + 1) * self._size]]
        return padded([query for query, _ in drawn]), padded([document for _, document in drawn])


def padded(rows: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Return rows of one length, a multiple of 16, filled up with 0."""
    longest = -(-max(map(len, rows)) // _MULTIPLE) * _MULTIPLE
    filled = np.zeros((len(rows), longest), np.int64)
    for row, pieces in zip(filled, rows, strict=True):
        row[: len(pieces)] = pieces
    return filled


def _phrase(pieces: Pieces, chance: random.Random) -> Pieces:
    size = chance.randint(*_PHRASE)
    at = chance.randrange(max(1, len(pieces) - size + 1))
    return pieces[at : at + size]


def _marked(parts: Sequence[Pieces], longest: int) -> list[int]:
    return [_FIRST, *np.concatenate(parts)[:longest].tolist(), _LAST]
