"""Teaches the regressed table which abstract belongs to which title, and which rest to which sentence.

Each batch's other papers are the negatives (InfoNCE, van den Oord et al., 2018); the teacher's own opinion of the same
batch is a second target, and the distance to the teacher's own vectors keeps the table in the teacher's space.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from training.features import Passages
from training.projection import Matrix, Projection
from training.rowwise import RowAdam, pooled_rows
from training.words import Words

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from training.compatible import Anchor


PAPER, TITLE, SENTENCE = range(3)  # places of the teacher's three views, as in `teacher.VIEWS`
_NEVER = -1e4


@dataclass(frozen=True)
class Recipe:
    """Everything that steers the fine-tuning; the defaults are the recipe chosen in `ablation`.

    `teacher_share` divides the loss between the pairs and the teacher's ranking, `held` weighs the distance to the
    teacher's vectors, `drop` is the share of a paper's terms left out, `topical` that of batches of near papers,
    `fresh` that of sentences which the teacher did not read. `words` single words go with each batch, and `words_held`
    weighs their distance to the teacher's.
    """

    epochs: int = 4
    batch: int = 2_048
    rate: float = 0.02
    temperature: float = 0.05
    teacher_share: float = 0.5
    held: float = 2.0
    drop: float = 0.2
    topical: float = 0.7
    fresh: float = 0.5
    words: int = 1_024
    words_held: float = 0.5
    seed: int = 1


@dataclass(frozen=True)
class Lesson:
    """What a table learns from: papers, the teacher's vectors (papers, 3, 384) of the first of them, and words.

    `anchor` is the space of an older table that the new one is to stay searchable from, if there is one.
    """

    passages: Passages
    teacher: NDArray[np.float16]
    projection: Projection
    words: Words
    anchor: Anchor | None = None


@dataclass(frozen=True)
class _Batch:
    """Damped bags of queries and papers, papers' numbers, and which of the teacher's views each query is."""

    numbers: NDArray[np.int64]
    asked: csr_array
    given: csr_array
    view: int
    was_read: bool  # by the teacher, the query as it is


def tune_table(table: Matrix, lesson: Lesson, recipe: Recipe) -> Matrix:
    """Return the fine-tuned table (rows, dimension), the learning rate falling to nought over all epochs."""
    chance = np.random.default_rng(recipe.seed)
    optimiser = RowAdam(table, recipe.rate)
    count = len(lesson.passages)
    steps = recipe.epochs * len(list(_batches(count, lesson.teacher, recipe, np.random.default_rng(0))))
    started, done = time.monotonic(), 0
    for epoch in range(recipe.epochs):
        losses = []
        for picked in _batches(count, lesson.teacher, recipe, chance):
            batch = _batch_of(lesson, picked, recipe, chance)
            losses.append(_step(optimiser, batch, lesson, recipe, chance, max(0.02, 1 - done / steps)))
            done += 1
        took = time.monotonic() - started
        print(f"contrastive: epoch {epoch + 1}, loss {np.mean(losses):.4f}, {took:.0f} s", flush=True)
    return optimiser.table


def _batch_of(lesson: Lesson, picked: NDArray[np.int64], recipe: Recipe, chance: np.random.Generator) -> _Batch:
    if chance.random() < 0.5:
        return _Batch(picked, *lesson.passages.titles(picked), view=TITLE, was_read=True)
    fresh = chance.random() < recipe.fresh
    bags = lesson.passages.sentences(picked, chance if fresh else None)
    return _Batch(picked, *bags, view=PAPER if fresh else SENTENCE, was_read=not fresh)


def _step(
    optimiser: RowAdam, batch: _Batch, lesson: Lesson, recipe: Recipe, chance: np.random.Generator, pace: float
) -> float:
    from scipy.sparse import vstack

    blocks = [batch.asked, _thinned(batch.given, recipe.drop, chance)]
    spoken = np.empty(0, np.int64)
    if recipe.words:
        spoken = chance.integers(0, len(lesson.words.targets), recipe.words)
        blocks.append(lesson.words.bags[spoken])
    rows, bags = _compact(vstack(blocks).tocsr())
    weights = optimiser.rows(rows)
    vectors = pooled_rows(weights, bags)
    count = len(batch.numbers)
    loss = _loss(vectors[:count], vectors[count : 2 * count], batch, lesson, recipe)
    if len(spoken):
        loss = loss + recipe.words_held * _distance(vectors[2 * count :], lesson.words.targets[spoken])
    if lesson.anchor is not None:
        loss = loss + lesson.anchor.loss(vectors[:count], vectors[count : 2 * count], batch.numbers)
    loss.backward()
    optimiser.step(rows, weights.grad, pace)
    return float(loss.detach())


def _loss(queries: Any, papers: Any, batch: _Batch, lesson: Lesson, recipe: Recipe) -> Any:
    scores = queries @ papers.T / recipe.temperature
    loss = (1 - recipe.teacher_share) * pairs_loss(scores)
    known = np.flatnonzero(batch.numbers < len(lesson.teacher))
    if len(known) > 1:
        taught = lesson.teacher[batch.numbers[known]]
        loss = loss + recipe.teacher_share * _ranking_loss(scores[known][:, known], taught, batch.view, recipe)
        loss = loss + recipe.held * _distance(papers[known], lesson.projection.apply(taught[:, PAPER]))
        if batch.was_read:
            loss = loss + recipe.held * _distance(queries[known], lesson.projection.apply(taught[:, batch.view]))
    return loss


def _batches(
    count: int, teacher: NDArray[np.float16], recipe: Recipe, chance: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Yield every batch of an epoch in random order; a share `topical` of them holds papers near to one another."""
    order = chance.permutation(count)
    close = order[order < len(teacher)]
    close = close[: int(recipe.topical * len(close))]
    alone = np.setdiff1d(order, close)
    alone = chance.permutation(alone)
    batches = list(_neighbourhoods(close, teacher, recipe.batch, chance))
    batches += [alone[at : at + recipe.batch] for at in range(0, len(alone) - recipe.batch + 1, recipe.batch)]
    for index in chance.permutation(len(batches)):
        yield np.sort(batches[index])


def _neighbourhoods(
    papers: NDArray[np.int64], teacher: NDArray[np.float16], batch: int, chance: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Halve the papers along the line between two of them, and the halves again, until a batch is left."""
    if len(papers) < 2 * batch:
        if len(papers):
            yield papers[:batch]
        return
    ends = teacher[chance.choice(papers, 2, replace=False), 0].astype(np.float32)
    along = teacher[papers, 0].astype(np.float32) @ (ends[1] - ends[0])
    halves = np.argsort(along, kind="stable")
    middle = len(papers) // 2
    yield from _neighbourhoods(papers[halves[:middle]], teacher, batch, chance)
    yield from _neighbourhoods(papers[halves[middle:]], teacher, batch, chance)


def _thinned(bags: csr_array, drop: float, chance: np.random.Generator) -> csr_array:
    """Return the bags with a share of their terms left out."""
    kept = bags.copy()
    kept.data = bags.data * (chance.random(len(bags.data), np.float32) >= drop)
    return kept


def _compact(bags: csr_array) -> tuple[NDArray[np.int64], csr_array]:
    """Return the columns that occur at all, and the bags over those columns alone."""
    from scipy.sparse import csr_array

    columns, places = np.unique(bags.indices, return_inverse=True)
    shape = (bags.shape[0], len(columns))
    return columns, csr_array((bags.data, places.astype(np.int32), bags.indptr), shape=shape)


def pairs_loss(scores: Any) -> Any:
    """Return InfoNCE both ways of a square of scores whose diagonal is right."""
    import torch

    own = torch.arange(len(scores))
    entropy = torch.nn.functional.cross_entropy
    return (entropy(scores, own) + entropy(scores.T, own)) / 2


def _ranking_loss(scores: Any, taught: NDArray[np.float16], view: int, recipe: Recipe) -> Any:
    """Cross-entropy to the teacher's ranking of the others; its own paper's share would drown what it says of them."""
    import torch

    vectors = torch.from_numpy(taught.astype(np.float32))
    own = torch.eye(len(vectors), dtype=torch.bool)
    opinion = (vectors[:, view] @ vectors[:, PAPER].T / recipe.temperature).masked_fill(own, _NEVER)
    ours = torch.log_softmax(scores.masked_fill(own, _NEVER), dim=1)
    return -(torch.softmax(opinion, dim=1) * ours).sum(1).mean()


def _distance(vectors: Any, targets: Matrix) -> Any:
    import torch

    return 1 - (vectors * torch.from_numpy(targets)).sum(1).mean()
