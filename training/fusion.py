"""Which share of BM25 serves best beside a table: ``python -m training.fusion --data DIR --cache DIR --weights FILE``.

Asked of held-out arXiv papers and community titles, never of the benchmarks; the answer is the default of search.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from broadsheet.encoders import Encoder
from broadsheet.encoders.static import StaticEncoder
from broadsheet.encoders.weights_file import read_table
from training.benchmarks import SHARES, bm25_scores, fused
from training.card import table_of, with_section
from training.corpus import Paper, Split, load_split
from training.development import neighbours
from training.measure import mean_ndcg
from training.teacher import read_cache, texts_of

SEED = 1
QUERIES = 1_000


@dataclass(frozen=True)
class Question:
    """Queries and (title, abstract) documents as text, and for each query {document: grade}."""

    name: str
    queries: Sequence[str]
    documents: Sequence[tuple[str, str]]
    relevant: Sequence[Mapping[int, float]]


def questions(split: Split, topics: Sequence[Mapping[int, float]]) -> list[Question]:
    """Return the development tasks as texts; `topics` grades the dev papers by the teacher's ranking."""
    own = [{number: 1.0} for number in range(QUERIES)]
    drawn = [texts_of(paper, SEED)[2] for paper in split.dev]
    rest = [
        (paper.title, " ".join(paper.abstract.split()).replace(one, " "))
        for paper, one in zip(split.dev, drawn, strict=True)
    ]
    titles = [paper.title for paper in split.dev[:QUERIES]]
    return [
        Question("title", titles, _untitled(split.dev), own),
        Question("sentence", drawn[:QUERIES], rest, own),
        Question("community", [paper.title for paper in split.community[:QUERIES]], _untitled(split.community), own),
        Question("topic", titles, _untitled(split.dev), topics),
    ]


def figures(encoder: Encoder, question: Question) -> dict[str, float]:
    """Return nDCG@10 of each method for one question."""
    dense = encoder.encode_queries(question.queries) @ encoder.encode_papers(question.documents).T
    lexical = bm25_scores(question.queries, [f"{title} {text}" for title, text in question.documents])
    found = {"static": mean_ndcg(dense, question.relevant), "BM25": mean_ndcg(lexical, question.relevant)}
    return found | {f"a = {share}": mean_ndcg(fused(dense, lexical, share), question.relevant) for share in SHARES}


def main() -> None:
    """Measure every share of BM25, by task and in the mean; print the table and put it into the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="directory that holds corpora/")
    parser.add_argument("--cache", type=Path, required=True, help="where training.static kept the teacher's vectors")
    parser.add_argument("--weights", type=Path, required=True, help="the static table")
    chosen = parser.parse_args()
    split = load_split(chosen.data, SEED)
    taught = read_cache(chosen.cache / "dev", SEED)
    encoder = StaticEncoder(read_table(chosen.weights))
    asked = questions(split, neighbours(taught, QUERIES))
    columns = {question.name: figures(encoder, question) for question in asked}
    methods = list(columns["title"])
    rows = {method: {name: column[method] for name, column in columns.items()} for method in methods}
    for row in rows.values():
        row["mean"] = float(np.mean(list(row.values())))
    table = (
        "nDCG@10 x 100 on the development sets, of cos + a * bm25 / max(bm25) over the best 1,000 of either.\n\n"
        + table_of("method", rows)
    )
    print(table)
    card = chosen.weights.with_name("MODEL_CARD.md")
    card.write_text(with_section(card.read_text("utf-8"), "Fusion with BM25", table), "utf-8")


def _untitled(papers: Sequence[Paper]) -> list[tuple[str, str]]:
    return [("", paper.abstract) for paper in papers]


if __name__ == "__main__":
    main()
