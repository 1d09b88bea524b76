"""What each part of the recipe is worth: ``python -m training.ablation --data DIR --cache DIR [--papers N]``.

No biology paper is trained on, so that all of them can ask how a table does in a field it never saw.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from broadsheet.encoders.terms import UNREAD_WORDS, Terms
from training.card import table_of
from training.contrastive import Lesson, Recipe, tune_table
from training.corpus import ARXIV, Paper, Split, load_split, read_jsonl
from training.development import development_tasks
from training.features import passages_of
from training.measure import Task, task_figure
from training.projection import Matrix, principal_projection
from training.static import DIMENSION, SEED, TAUGHT, regressed
from training.teacher import read_cache, vocabulary_of_teacher
from training.vocabulary import choose_pairs, choose_words, count_words, whole_words
from training.words import Words, read_words, words_as_taught, words_to_read

FIELD = "q-bio"
POOL = 8_192
PAIRS, LEAST, LEAST_PAIR = 15_000, 3, 5  # for a tenth of the papers, about what the whole table has for all
AS_STATIC_1 = Recipe(epochs=5, fresh=0, words=0, seed=SEED)


@dataclass(frozen=True)
class Variant:
    """One recipe, with or without single words in the regression, and with how many rows."""

    name: str
    recipe: Recipe
    spoken: bool
    many_rows: bool = False


VARIANTS = (
    Variant("as static-1", AS_STATIC_1, spoken=False),
    Variant("+ fresh sentences", replace(AS_STATIC_1, fresh=0.5), spoken=False),
    Variant("+ single words in the regression", replace(AS_STATIC_1, epochs=4, fresh=0.5), spoken=True),
    Variant("+ single words in each batch (chosen)", Recipe(seed=SEED), spoken=True),
    Variant("+ a row for each word of two papers, 32,768 spare", Recipe(seed=SEED), spoken=True, many_rows=True),
)


def papers_of_field(data: Path, field: str = FIELD) -> set[str]:
    """Return the ids of the papers that stand in any category of a field."""
    records = (record for name in ARXIV for record in read_jsonl(data / "corpora" / name))
    return {str(record["id"]) for record in records if any(_categories(record, field))}


def _categories(record: dict[str, object], field: str) -> Iterator[str]:
    listed = record.get("categories") or []
    names = listed.split() if isinstance(listed, str) else listed if isinstance(listed, list) else []
    yield from (str(name) for name in names if str(name).startswith(field))


def vocabulary(papers: Sequence[Paper], pieces: Sequence[str], many_rows: bool) -> Terms:
    """Return the vocabulary of a small trial."""
    counts = count_words(papers)
    if many_rows:
        words = sorted(({word for word, seen in counts.items() if seen >= 2} | whole_words(pieces)) - UNREAD_WORDS)
        return Terms(words, choose_pairs(papers, words, PAIRS, LEAST_PAIR), 32_768)
    words = choose_words(counts, pieces, LEAST)
    return Terms(words, choose_pairs(papers, words, PAIRS, LEAST_PAIR), 8_192)


class Trial:
    """Training papers of other fields, their teacher's vectors, and the papers that ask."""

    def __init__(self, data: Path, cache: Path, count: int, threads: int) -> None:
        split, field = load_split(data, SEED), papers_of_field(data)
        taught = read_cache(cache, SEED)[:TAUGHT]
        kept = [at for at, paper in enumerate(split.train[: len(taught)]) if paper.id not in field][:count]
        self.papers, self.teacher = [split.train[at] for at in kept], taught[kept]
        self.pieces = vocabulary_of_teacher()
        self.words = words_to_read(count_words(self.papers), self.pieces)
        self.word_vectors = read_words(self.words, cache / f"words-{FIELD}-{count}", threads)
        seen = read_cache(cache / "dev", SEED)
        others = [at for at, paper in enumerate(split.dev[: len(seen)]) if paper.id not in field][:POOL]
        self._dev, self._seen = [split.dev[at] for at in others], seen[others]
        self._community = split.community
        self._field = [paper for paper in split.train + split.dev if paper.id in field]

    def tasks(self, terms: Terms) -> list[Task]:
        """Return the usual tasks, and title and sentence of the field that no table here has seen."""
        usual = development_tasks(terms, Split([], self._dev, self._community), SEED, self._seen)
        unseen = development_tasks(terms, Split([], self._field, []), SEED, self._seen[:0])
        return usual + [replace(task, name=f"{FIELD} {task.name}") for task in unseen]

    def table(self, terms: Terms, variant: Variant) -> Matrix:
        """Return the table that a variant makes."""
        projection = principal_projection(
            np.concatenate([self.teacher[:, 0], self.teacher[: len(self.teacher) // 3, 1]]), DIMENSION
        )
        passages = passages_of(terms, self.papers, SEED)
        words = words_as_taught(terms, self.words, self.word_vectors, projection)
        told = words if variant.spoken else Words(words.bags[:0], words.targets[:0])
        start = regressed(passages, self.teacher, projection, told)
        return tune_table(start, Lesson(passages, self.teacher, projection, words), variant.recipe)


def main() -> None:
    """Train every variant and print the table."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="directory that holds corpora/")
    parser.add_argument("--cache", type=Path, required=True, help="where training.static kept the teacher's vectors")
    parser.add_argument("--papers", type=int, default=24 * 1_024, help="training papers")
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    trial = Trial(chosen.data, chosen.cache, chosen.papers, chosen.threads)
    torch.set_num_threads(chosen.threads)
    rows = {}
    for variant in VARIANTS:
        terms = vocabulary(trial.papers, trial.pieces, variant.many_rows)
        table = trial.table(terms, variant)
        figures = {task.name: task_figure(task, table) for task in trial.tasks(terms)}
        rows[variant.name] = figures | {"mean": float(np.mean(list(figures.values())))}
        print(f"{variant.name}: {rows[variant.name]}", flush=True)
    print(table_of("recipe", rows), flush=True)


if __name__ == "__main__":
    main()
