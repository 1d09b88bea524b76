"""The tasks on which choices are made: held-out arXiv papers and the community's titles, as in `measure`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.terms import Terms
from training.corpus import Split
from training.features import matrix, views_of
from training.measure import Task, best, pooled, sign_recall, task_figure
from training.projection import Matrix

QUERIES = 2_000
SIGN_QUERIES = 500
NEIGHBOURS = 10


def development_tasks(terms: Terms, split: Split, seed: int, teacher: NDArray[np.float16]) -> list[Task]:
    """Return the tasks title and sentence, and community and topic where there is a community and a `teacher`.

    `teacher` (papers, 3, 384) is what the teacher says of the first of the dev papers.
    """
    views = views_of(terms, split.dev, seed)
    asked = min(QUERIES, len(split.dev))
    own = [{number: 1.0} for number in range(asked)]
    tasks = [
        Task("title", views.title[:asked], views.abstract, own),
        Task("sentence", views.sentence[:asked], views.without_sentence, own),
    ]
    if split.community:
        tasks.append(_community(terms, split))
    if len(teacher):
        asked = min(asked, len(teacher))
        tasks.append(Task("topic", views.title[:asked], views.paper[: len(teacher)], neighbours(teacher, asked)))
    return tasks


def _community(terms: Terms, split: Split) -> Task:
    asked = min(QUERIES, len(split.community))
    titles = matrix(len(terms), (terms.rows_of(paper.title) for paper in split.community[:asked]))
    abstracts = matrix(len(terms), (terms.rows_of(paper.abstract) for paper in split.community))
    return Task("community", titles, abstracts, [{number: 1.0} for number in range(asked)])


def stage_figures(tasks: Sequence[Task], table: Matrix) -> dict[str, float]:
    """Return nDCG@10 of every task and, as "sign recall", what the sign codes of title queries keep."""
    figures = {task.name: task_figure(task, table) for task in tasks}
    titles = tasks[0]
    queries, documents = pooled(titles.queries[:SIGN_QUERIES], table), pooled(titles.documents, table)
    return figures | {"sign recall": sign_recall(queries, documents)}


def neighbours(teacher: NDArray[np.float16], asked: int) -> list[dict[int, float]]:
    """Return for each of the first titles the ten papers that the teacher ranks first, each of grade 1."""
    papers = teacher[:, 0].astype(np.float32)
    scores = teacher[:asked, 1].astype(np.float32) @ papers.T
    return [{int(number): 1.0 for number in row} for row in best(scores, NEIGHBOURS)]
