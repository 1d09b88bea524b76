"""Makes the static encoder's table: ``python -m training.static --data DIR [--out FILE] [--cache DIR]``.

The story in order: papers, vocabulary, teacher, words, regression, contrast, rotation, eight bits, card. Every step is
seeded; only the teacher's vectors are cached, and a run that was stopped goes on from them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.loader import WEIGHTS
from broadsheet.encoders.static import StaticEncoder
from broadsheet.encoders.terms import Terms
from broadsheet.encoders.weights_file import StaticTable, read_table, write_table
from training.card import ARXIV_DATA, Facts, card, table_of
from training.compatible import procrustes
from training.contrastive import Lesson, Recipe, tune_table
from training.corpus import Paper, Split, load_split, split_of
from training.development import development_tasks, stage_figures
from training.features import Passages, passages_of
from training.measure import Task, pooled
from training.projection import Matrix, Projection, principal_projection
from training.quantise import quantised, restored, sign_rotation
from training.regression import fit_table, rarity
from training.teacher import claim_cache, encode_sample, read_cache, vocabulary_of_teacher
from training.vocabulary import choose_terms, count_words
from training.words import Words, read_words, words_as_taught, words_to_read

NAME = "static-2"
SEED = 1
DIMENSION = 256
TAUGHT = 126 * 1_024
RIDGE = 0.2
STEPS = 15
WORD_TRUST = 0.3
FITTED = 100 * 1_024
SAMPLE = 15_000


def regressed(passages: Passages, teacher: NDArray[np.float16], projection: Projection, words: Words) -> Matrix:
    """Return the table that explains the teacher's three views of the first papers, and single words a little."""
    from scipy.sparse import vstack

    first = np.arange(min(FITTED, len(teacher)))
    papers = passages.papers(first)
    bags = vstack([papers, passages.titles(first)[0], passages.sentences(first)[0], words.bags]).tocsr()
    views = [projection.apply(teacher[first, view]) for view in range(teacher.shape[1])]
    trust = np.repeat(np.array([1, WORD_TRUST], np.float32), [len(views) * len(first), len(words.targets)])
    targets = np.concatenate([*views, words.targets])
    return fit_table(bags, targets, rarity(papers), ridge=RIDGE, steps=STEPS, trust=trust)


@dataclass(frozen=True)
class Made:
    """What a run made: the vocabulary, the table of each stage, the development tasks, and counts for the card."""

    terms: Terms
    stages: dict[str, Matrix]
    tasks: list[Task]
    taught: int
    spoken: int


def build(split: Split, cache: Path, threads: int, recipe: Recipe, older: StaticTable | None) -> Made:
    """Run every step up to the rotation."""
    import torch

    counts, pieces = count_words(split.train), vocabulary_of_teacher()
    terms = choose_terms(split.train, counts, pieces)
    print(f"vocabulary: {len(terms.words):,} words, {len(terms.pairs):,} pairs", flush=True)
    claim_cache(cache, split.train)
    encode_sample(split.train[:TAUGHT], cache, seed=SEED, threads=threads)
    encode_sample(split.dev, cache / "dev", seed=SEED, threads=threads)
    spoken = words_to_read(counts, pieces)
    word_vectors = read_words(spoken, cache, threads)
    torch.set_num_threads(threads)  # the teacher ran with one for each of its batches
    teacher = read_cache(cache, SEED)[:TAUGHT]
    passages = passages_of(terms, split.train, SEED)
    tasks = development_tasks(terms, split, SEED, read_cache(cache / "dev", SEED))
    print("features: done", flush=True)
    projection = principal_projection(np.concatenate([teacher[:, 0], teacher[: len(teacher) // 3, 1]]), DIMENSION)
    words = words_as_taught(terms, spoken, word_vectors, projection)
    stages = {"regression": regressed(passages, teacher, projection, words)}
    np.save(cache / "stage-regression.npy", stages["regression"])
    print(f"regression: {stage_figures(tasks, stages['regression'])}", flush=True)
    tuned = tune_table(stages["regression"], Lesson(passages, teacher, projection, words), recipe)
    stages |= {"contrastive": tuned, "rotated": tuned @ rotation_for(tuned, passages, split.train[:SAMPLE], older)}
    np.save(cache / "stage-contrastive.npy", stages["rotated"])
    return Made(terms, stages, tasks, len(teacher), len(spoken))


def rotation_for(table: Matrix, passages: Passages, sample: Sequence[Paper], older: StaticTable | None) -> Matrix:
    """Return the rotation whose signs say most, or that which an older table's galleries stay searchable by."""
    some = np.arange(len(sample))
    papers = pooled(passages.papers(some), table)
    if older is None:
        return sign_rotation(np.concatenate([papers, pooled(passages.titles(some)[0], table)]), SEED)
    return procrustes(papers, StaticEncoder(older).encode_papers([(paper.title, paper.abstract) for paper in sample]))


def parsed() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="directory that holds corpora/: the shipped table's own data")
    source.add_argument(
        "--papers", type=Path, nargs="+", help="JSON Lines (.jsonl or .jsonl.xz) of another field: id, title, abstract"
    )
    parser.add_argument("--name", default=NAME, help="what the table is called")
    parser.add_argument("--older", type=Path, help="a table whose galleries stay searchable by the new one")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go; the card goes beside them")
    parser.add_argument(
        "--cache", type=Path, default=Path("build/teacher"), help="where the teacher's vectors are kept: one a corpus"
    )
    parser.add_argument("--threads", type=int, default=2, help="threads for the teacher and the contrastive training")
    chosen = parser.parse_args()
    if chosen.papers and chosen.out == WEIGHTS:
        parser.error("name a file with --out: a table of another field does not replace the one that ships")
    return chosen


def main() -> None:
    """Train, write the weights and the model card beside them, and print the figures of every stage."""
    chosen = parsed()
    started = time.monotonic()
    split = split_of(chosen.papers, SEED) if chosen.papers else load_split(chosen.data, SEED)
    recipe = Recipe(seed=SEED, batch=min(Recipe.batch, len(split.train) // 8))
    older = read_table(chosen.older) if chosen.older else None
    made = build(split, chosen.cache, chosen.threads, recipe, older)
    table = quantised(chosen.name, made.terms, made.stages["rotated"])
    figures = {stage: stage_figures(made.tasks, matrix) for stage, matrix in made.stages.items()}
    figures["quantised"] = stage_figures(made.tasks, restored(table))
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    write_table(table, chosen.out)
    facts = Facts(
        name=chosen.name,
        dimension=DIMENSION,
        words=len(made.terms.words),
        spare=made.terms.spare,
        pairs=len(made.terms.pairs),
        megabytes=chosen.out.stat().st_size / 1e6,
        fingerprint=read_table(chosen.out).fingerprint,
        seed=SEED,
        minutes=(time.monotonic() - started) / 60,
        papers=len(split.train),
        dev=len(split.dev),
        community=len(split.community),
        taught=made.taught,
        spoken=made.spoken,
        source=", ".join(path.name for path in chosen.papers) if chosen.papers else ARXIV_DATA,
        older=older.name if older else "",
        epochs=recipe.epochs,
        batch=recipe.batch,
        topical=recipe.topical,
    )
    chosen.out.with_name("MODEL_CARD.md").write_text(card(facts, figures), encoding="utf-8")
    print(table_of("stage", figures), flush=True)


if __name__ == "__main__":
    main()
