"""The public retrieval sets, looked at once a table is final: static alone, BM25 alone, and the two fused.

``python -m training.benchmarks --data DIR`` prints the rows of the model card; nothing here steers training.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from broadsheet.encoders import Encoder
from broadsheet.encoders.static import StaticEncoder
from broadsheet.encoders.weights_file import read_table
from training.corpus import read_jsonl
from training.measure import best, mean_ndcg
from training.projection import Matrix

SETS = ("scifact", "cisi", "cranfield", "acm-cr-sentences")
CANDIDATES = 1_000
SHARES = tuple(round(0.1 * step, 1) for step in range(2, 13))


@dataclass(frozen=True)
class RetrievalSet:
    """Queries and (title, text) documents, and for each query {document number: grade}."""

    name: str
    queries: list[str]
    documents: list[tuple[str, str]]
    relevant: list[dict[int, float]]


def read_set(directory: Path) -> RetrievalSet:
    """Read one benchmark folder; queries without a judgement are left out."""
    documents = list(read_jsonl(directory / "corpus.jsonl.xz"))
    number = {str(document["id"]): at for at, document in enumerate(documents)}
    graded: dict[str, dict[int, float]] = {}
    for line in (directory / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, document, grade = line.split("\t")
        graded.setdefault(query, {})[number[document]] = float(grade)
    asked = [json.loads(line) for line in (directory / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    asked = [query for query in asked if query["id"] in graded]
    return RetrievalSet(
        directory.name,
        [query["text"] for query in asked],
        [(str(document["title"]), str(document["text"])) for document in documents],
        [graded[query["id"]] for query in asked],
    )


def bm25_scores(queries: Sequence[str], documents: Sequence[str]) -> Matrix:
    """Return BM25 (lucene, k1 1.5, b 0.75, English stems and stop words) of every query and document."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    ranker = bm25s.BM25()
    ranker.index(
        bm25s.tokenize(list(documents), stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False
    )
    asked = bm25s.tokenize(list(queries), stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False)
    return np.stack([ranker.get_scores(words) if words else np.zeros(len(documents), np.float32) for words in asked])


def fused(dense: Matrix, lexical: Matrix, share: float, candidates: int = CANDIDATES) -> Matrix:
    """Return cos + share * bm25 / max(bm25) for documents in either list of candidates, and -inf for the others."""
    scores = np.full_like(dense, -np.inf)
    for scored in (dense, lexical):
        rows = best(scored, candidates)
        highest = np.maximum(lexical.max(axis=1, keepdims=True), 1e-9)
        mixed = dense + share * lexical / highest
        np.put_along_axis(scores, rows, np.take_along_axis(mixed, rows, axis=1), axis=1)
    return scores


def figures(encoder: Encoder, data: RetrievalSet, shares: Sequence[float] = SHARES) -> Mapping[str, float]:
    """Return nDCG@10 of each method on one set, fused ones by their share."""
    dense = encoder.encode_queries(data.queries) @ encoder.encode_papers(data.documents).T
    lexical = bm25_scores(data.queries, [f"{title} {text}" for title, text in data.documents])
    rows = {"static": mean_ndcg(dense, data.relevant), "bm25": mean_ndcg(lexical, data.relevant)}
    return rows | {f"fused {share}": mean_ndcg(fused(dense, lexical, share), data.relevant) for share in shares}


def main() -> None:
    """Print one JSON line for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="directory that holds benchmarks/")
    parser.add_argument("--weights", type=Path, required=True, help="the static table to measure")
    chosen = parser.parse_args()
    encoder = StaticEncoder(read_table(chosen.weights))
    for name in SETS:
        found = figures(encoder, read_set(chosen.data / "benchmarks" / name))
        print(
            json.dumps({"set": name, **{method: round(100 * value, 2) for method, value in found.items()}}), flush=True
        )


if __name__ == "__main__":
    main()
