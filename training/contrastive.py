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

from training.features import Views
from training.projection import Matrix, Projection

if TYPE_CHECKING:
    from scipy.sparse import csr_array


PAPER, TITLE, SENTENCE = range(3)  # places of the teacher's three views, as in `teacher.VIEWS`


@dataclass(frozen=True)
class Recipe:
    """Everything that steers the fine-tuning; the defaults are what the shipped table was made with.

    `teacher_share` divides the loss between the pairs and the teacher's ranking, `held` weighs the distance to the
    teacher's vectors, `drop` is the share of a paper's terms left out, `topical` that of batches of near papers.
    """

    epochs: int = 5
    batch: int = 2_048
    rate: float = 0.02
    temperature: float = 0.05
    teacher_share: float = 0.5
    held: float = 2.0
    drop: float = 0.2
    topical: float = 0.7
    seed: int = 1


@dataclass(frozen=True)
class Lesson:
    """What a table learns from: papers as bags, and the teacher's vectors (papers, 3, 384) of the first of them."""

    views: Views
    teacher: NDArray[np.float16]
    projection: Projection


def tune_table(table: Matrix, lesson: Lesson, recipe: Recipe) -> Matrix:
    """Return the fine-tuned table (rows, dimension), the learning rate falling to nought over all epochs."""
    import torch

    chance = np.random.default_rng(recipe.seed)
    weights = torch.nn.Parameter(torch.from_numpy(table.copy()))
    optimiser = torch.optim.Adam([weights], lr=recipe.rate, betas=(0.9, 0.98))
    count = lesson.views.paper.shape[0]
    steps = recipe.epochs * (count // recipe.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: max(0.02, 1 - step / steps))
    started = time.monotonic()
    for epoch in range(recipe.epochs):
        losses = []
        for number, picked in enumerate(_batches(count, lesson.teacher, recipe, chance)):
            loss = _loss(weights, lesson, picked, TITLE if number % 2 else SENTENCE, recipe, chance)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(float(loss.detach()))
        took = time.monotonic() - started
        print(f"contrastive: epoch {epoch + 1}, loss {np.mean(losses):.4f}, {took:.0f} s", flush=True)
    return np.asarray(weights.detach().numpy())


def _loss(
    weights: Any, lesson: Lesson, picked: NDArray[np.int64], view: int, recipe: Recipe, chance: np.random.Generator
) -> Any:
    views = lesson.views
    asked, given = (views.title, views.abstract) if view == TITLE else (views.sentence, views.without_sentence)
    queries = _encode(weights, asked[picked], 0.0, chance)
    papers = _encode(weights, given[picked], recipe.drop, chance)
    scores = queries @ papers.T / recipe.temperature
    loss = (1 - recipe.teacher_share) * _pairs_loss(scores)
    known = np.flatnonzero(picked < len(lesson.teacher))
    if len(known) > 1:
        taught = lesson.teacher[picked[known]]
        loss = loss + recipe.teacher_share * _ranking_loss(scores[known][:, known], taught, view, recipe)
        loss = loss + recipe.held * _distance(queries[known], lesson.projection.apply(taught[:, view]))
        loss = loss + recipe.held * _distance(papers[known], lesson.projection.apply(taught[:, PAPER]))
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


def _encode(weights: Any, bags: csr_array, drop: float, chance: np.random.Generator) -> Any:
    import torch

    values = bags.data
    if drop:
        values = values * (chance.random(len(values), np.float32) >= drop)
    pooled = torch.nn.functional.embedding_bag(
        torch.from_numpy(bags.indices),
        weights,
        torch.from_numpy(bags.indptr[:-1].astype(np.int32)),
        mode="sum",
        per_sample_weights=torch.from_numpy(values),
    )
    return torch.nn.functional.normalize(pooled, dim=1)


def _pairs_loss(scores: Any) -> Any:
    import torch

    own = torch.arange(len(scores))
    entropy = torch.nn.functional.cross_entropy
    return (entropy(scores, own) + entropy(scores.T, own)) / 2


def _ranking_loss(scores: Any, taught: NDArray[np.float16], view: int, recipe: Recipe) -> Any:
    """Cross-entropy to the teacher's ranking of the others; its own paper's share would drown what it says of them."""
    import torch

    vectors = torch.from_numpy(taught.astype(np.float32))
    own = torch.eye(len(vectors), dtype=torch.bool)
    opinion = (vectors[:, view] @ vectors[:, PAPER].T / recipe.temperature).masked_fill(own, -1e4)
    ours = torch.log_softmax(scores.masked_fill(own, -1e4), dim=1)
    return -(torch.softmax(opinion, dim=1) * ours).sum(1).mean()


def _distance(vectors: Any, targets: Matrix) -> Any:
    import torch

    return 1 - (vectors * torch.from_numpy(targets)).sum(1).mean()
