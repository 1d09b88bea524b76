"""Compares ways to train the next table: ``python -m training.upgrades --data DIR --cache DIR [--papers N]``.

The older table is made by the recipe of static-1, the newer ones by that of today, all from the same papers; every
way is asked on held-out papers through a gallery that is old, new, or a mixture.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.terms import Terms
from training.card import table_of
from training.compatible import SHARES, Anchor, completed, procrustes, upgrade_figures
from training.contrastive import Lesson, Recipe, tune_table
from training.corpus import Split, load_split
from training.development import development_tasks
from training.features import Passages, passages_of
from training.measure import Task, pooled
from training.projection import Matrix, principal_projection
from training.quantise import sign_rotation
from training.static import DIMENSION, SAMPLE, SEED, regressed
from training.teacher import read_cache, vocabulary_of_teacher
from training.vocabulary import choose_terms, count_words
from training.words import Words, read_words, words_as_taught, words_to_read

POOL = 8_192
WIDER = 320
HELD_TO_OLDER = 0.5
OLDER = Recipe(fresh=0, words=0, seed=SEED)


@dataclass(frozen=True)
class Material:
    """What all ways share: the vocabulary, the papers, the teacher's vectors of papers and words, and the tasks."""

    terms: Terms
    passages: Passages
    teacher: NDArray[np.float16]
    words: Sequence[str]
    word_vectors: NDArray[np.float16]
    tasks: Sequence[Task]

    def lesson(self, dimension: int) -> Lesson:
        """Return the lesson of a table of that many dimensions."""
        sample = np.concatenate([self.teacher[:, 0], self.teacher[: len(self.teacher) // 3, 1]])
        projection = principal_projection(sample, dimension)
        words = words_as_taught(self.terms, self.words, self.word_vectors, projection)
        return Lesson(self.passages, self.teacher, projection, words)


def gather(data: Path, cache: Path, papers: int, threads: int) -> Material:
    """Read what the comparison needs; the teacher's vectors of `papers` papers must be cached."""
    whole = load_split(data, SEED)
    split = Split(whole.train[:papers], whole.dev[:POOL], whole.community)
    pieces, counts = vocabulary_of_teacher(), count_words(split.train)
    terms = choose_terms(split.train, counts, pieces)
    words = words_to_read(counts, pieces)
    tasks = development_tasks(terms, split, SEED, read_cache(cache / "dev", SEED)[:POOL])
    return Material(
        terms,
        passages_of(terms, split.train, SEED),
        read_cache(cache, SEED)[:papers],
        words,
        read_words(words, cache / f"words-{papers}", threads),
        tasks,
    )


def ways(material: Material) -> tuple[Matrix, dict[str, Matrix]]:
    """Return the older table and, by name of the way, the newer ones."""
    lesson = material.lesson(DIMENSION)
    wordless = replace(lesson, words=Words(lesson.words.bags[:0], lesson.words.targets[:0]))
    older = tune_table(_start(material, wordless), wordless, OLDER)
    some = np.arange(min(SAMPLE, len(material.passages)))
    older = older @ sign_rotation(pooled(material.passages.papers(some), older), SEED)
    old = pooled(material.passages.papers(np.arange(len(material.passages))), older)
    start = _start(material, lesson)
    plain = tune_table(start, lesson, Recipe(seed=SEED))
    vectors = pooled(material.passages.papers(some), plain)
    found = {
        "plain": plain @ sign_rotation(vectors, SEED + 1),
        "fixed targets": plain @ _frame_of(material, wordless, older),
        "orthogonal layer, after": plain @ procrustes(vectors, old[some]),
    }
    found["orthogonal layer, while training"] = _anchored(start, lesson, old)
    wide = material.lesson(WIDER)
    found[f"basis transformation, {WIDER} dimensions"] = _anchored(_start(material, wide), wide, old)
    return older, found


def _start(material: Material, lesson: Lesson) -> Matrix:
    return regressed(material.passages, material.teacher, lesson.projection, lesson.words)


def _frame_of(material: Material, lesson: Lesson, older: Matrix) -> Matrix:
    """Return the turn from the teacher's principal axes to the older table's: known from how that one was made."""
    some = np.arange(min(SAMPLE, len(material.passages)))
    targets = lesson.projection.apply(material.teacher[some, 0])
    return procrustes(targets, pooled(material.passages.papers(some), older))


def _anchored(start: Matrix, lesson: Lesson, old: Matrix) -> Matrix:
    recipe = Recipe(seed=SEED)
    anchor = Anchor(old, HELD_TO_OLDER, recipe.temperature)
    table = tune_table(start, replace(lesson, anchor=anchor), recipe)
    return table @ completed(anchor.turn)


def compared(tasks: Sequence[Task], older: Matrix, newer: Mapping[str, Matrix]) -> dict[str, dict[str, float]]:
    """Return for each way the mean nDCG@10 of the tasks by share encoded anew, after the older table by itself."""
    rows = {"older alone": {f"{share:.0%}": _mean(tasks, older, older)["0%"] for share in SHARES}}
    return rows | {name: _mean(tasks, older, table) for name, table in newer.items()}


def _mean(tasks: Sequence[Task], older: Matrix, newer: Matrix) -> dict[str, float]:
    found = [
        upgrade_figures(
            pooled(task.queries, newer),
            pooled(task.documents, newer),
            pooled(task.documents, older),
            task.relevant,
            SEED,
        )
        for task in tasks
    ]
    return {share: float(np.mean([figures[share] for figures in found])) for share in found[0]}


def main() -> None:
    """Train every way and print the table."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="directory that holds corpora/")
    parser.add_argument("--cache", type=Path, required=True, help="where training.static kept the teacher's vectors")
    parser.add_argument("--papers", type=int, default=24 * 1_024, help="training papers")
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    material = gather(chosen.data, chosen.cache, chosen.papers, chosen.threads)
    torch.set_num_threads(chosen.threads)
    older, newer = ways(material)
    print(table_of("mean nDCG@10 x 100, share encoded anew", compared(material.tasks, older, newer)), flush=True)


if __name__ == "__main__":
    main()
