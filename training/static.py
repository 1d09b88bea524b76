"""Makes the static encoder's table: ``python -m training.static --data DIR [--out FILE] [--cache DIR]``.

The story in order: papers, vocabulary, teacher, regression, contrast, rotation, eight bits, card. Every step is seeded;
only the teacher's vectors are cached, and a run that was stopped goes on from them.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.loader import WEIGHTS
from broadsheet.encoders.terms import Terms
from broadsheet.encoders.weights_file import read_table, write_table
from training.card import Facts, card, table_of
from training.contrastive import Lesson, Recipe, tune_table
from training.corpus import Split, load_split
from training.development import development_tasks, stage_figures
from training.features import Views, views_of
from training.measure import Task, pooled
from training.projection import Matrix, Projection, principal_projection
from training.quantise import quantised, restored, sign_rotation
from training.regression import fit_table, rarity
from training.teacher import encode_sample, read_cache, vocabulary_of_teacher
from training.vocabulary import choose_terms

NAME = "static-1"
SEED = 1
DIMENSION = 256
TAUGHT = 126 * 1_024
RIDGE = 0.2
STEPS = 15
FITTED = 100 * 1_024
SAMPLE = 15_000


def regressed(views: Views, teacher: NDArray[np.float16], projection: Projection) -> Matrix:
    """Return the table that explains the teacher's three views of the first papers."""
    from scipy.sparse import vstack

    count = min(FITTED, len(teacher))
    bags = vstack([views.paper[:count], views.title[:count], views.sentence[:count]]).tocsr()
    targets = np.concatenate([projection.apply(teacher[:count, view]) for view in range(teacher.shape[1])])
    return fit_table(bags, targets, rarity(views.paper), ridge=RIDGE, steps=STEPS)


def build(split: Split, cache: Path, threads: int) -> tuple[Terms, dict[str, Matrix], list[Task], int]:
    """Run every step up to the rotation; return the vocabulary, the table of each stage, the tasks, papers taught."""
    import torch

    terms = choose_terms(split.train, vocabulary_of_teacher())
    print(f"vocabulary: {len(terms.words):,} words, {len(terms.pairs):,} pairs", flush=True)
    encode_sample(split.train[:TAUGHT], cache, seed=SEED, threads=threads)
    encode_sample(split.dev, cache / "dev", seed=SEED, threads=threads)
    torch.set_num_threads(threads)  # the teacher ran with one for each of its batches
    teacher = read_cache(cache, SEED)[:TAUGHT]
    tasks = development_tasks(terms, split, SEED, read_cache(cache / "dev", SEED))
    views = views_of(terms, split.train, SEED)
    print("features: done", flush=True)
    projection = principal_projection(np.concatenate([teacher[:, 0], teacher[: len(teacher) // 3, 1]]), DIMENSION)
    stages = {"regression": regressed(views, teacher, projection)}
    np.save(cache / "stage-regression.npy", stages["regression"])
    print(f"regression: {stage_figures(tasks, stages['regression'])}", flush=True)
    stages["contrastive"] = tune_table(stages["regression"], Lesson(views, teacher, projection), Recipe(seed=SEED))
    tuned = stages["contrastive"]
    sample = np.concatenate([pooled(views.paper[:SAMPLE], tuned), pooled(views.title[:SAMPLE], tuned)])
    stages["rotated"] = tuned @ sign_rotation(sample, SEED)
    np.save(cache / "stage-contrastive.npy", stages["rotated"])
    return terms, stages, tasks, len(teacher)


def main() -> None:
    """Train, write the weights and the model card beside them, and print the figures of every stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="directory that holds corpora/")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go; the card goes beside them")
    parser.add_argument(
        "--cache", type=Path, default=Path("build/teacher"), help="where the teacher's vectors are kept"
    )
    parser.add_argument("--threads", type=int, default=2, help="threads for the teacher and the contrastive training")
    chosen = parser.parse_args()
    started = time.monotonic()
    split = load_split(chosen.data, SEED)
    terms, stages, tasks, taught = build(split, chosen.cache, chosen.threads)
    table = quantised(NAME, terms, stages["rotated"])
    figures = {stage: stage_figures(tasks, matrix) for stage, matrix in stages.items()}
    figures["quantised"] = stage_figures(tasks, restored(table))
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    write_table(table, chosen.out)
    recipe = Recipe(seed=SEED)
    facts = Facts(
        name=NAME,
        dimension=DIMENSION,
        words=len(terms.words),
        spare=terms.spare,
        pairs=len(terms.pairs),
        megabytes=chosen.out.stat().st_size / 1e6,
        fingerprint=read_table(chosen.out).fingerprint,
        seed=SEED,
        minutes=(time.monotonic() - started) / 60,
        papers=len(split.train),
        dev=len(split.dev),
        community=len(split.community),
        taught=taught,
        epochs=recipe.epochs,
        batch=recipe.batch,
        topical=recipe.topical,
    )
    chosen.out.with_name("MODEL_CARD.md").write_text(card(facts, figures), encoding="utf-8")
    print(table_of("stage", figures), flush=True)


if __name__ == "__main__":
    main()
