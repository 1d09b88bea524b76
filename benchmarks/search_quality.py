"""How good search is on judged sets: every encoder by every method, refined, and beside others' ways in the same run.

Ours is measured as `broadsheet evaluate` does; the "dense" row of minilm-int8 is plain MiniLM. "txtai's way" is the
hybrid search of txtai 9.14 with either MiniLM, rebuilt over our BM25 (k1 and b are its own): the half sum of the cosine
and of BM25 divided by min(best + average, 6 * average) and cut at 1. Both MiniLMs read 24,000 papers, a quarter of an
hour of two cores; `--without-minilm` leaves them out.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from benchmarks.report import Aim, Report, arguments, command
from broadsheet.encoders.encoder import Encoder
from broadsheet.encoders.loader import load_encoder
from broadsheet.search import words
from broadsheet.search.engine import Engine
from broadsheet.search.evaluate import ALL, evaluate, measured
from broadsheet.search.judged import JudgedSet, indexed, read_set
from broadsheet.search.query import words_only

SETS = ("scifact", "cranfield", "cisi", "acm-cr-sentences")
ENCODERS = ("static", "onnx-plain", "onnx")  # the default, the peers' model, the quality option
METHODS = ("bm25", "dense", "rrf", "fused", "refined")
ANSWERS = 100
K1, B = 1.2, 0.75
_SLICE = 64  # papers that a thread encodes at a time


@dataclass(frozen=True)
class Average:
    """What txtai calls the average score of an index: BM25 of a mean word at its mean count in a mean document."""

    score: float

    @classmethod
    def of(cls, judged: JudgedSet) -> "Average":
        """Count the words of a set's documents."""
        analyser = words.english()
        counts: dict[str, int] = {}
        holding: dict[str, int] = {}
        for document in judged.documents:
            terms = analyser.analyze(words.spaced(f"{document['title']} {document['text']}"))
            for term in terms:
                counts[term] = counts.get(term, 0) + 1
            for term in set(terms):
                holding[term] = holding.get(term, 0) + 1
        total = len(judged.documents)
        held = np.array(list(holding.values()), np.float64)
        idf = float(np.log(1 + (total - held + 0.5) / (held + 0.5)).mean())
        frequency = sum(counts.values()) / len(counts)
        return cls(idf * frequency * (K1 + 1) / (frequency + K1))


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__, more=_options)
    report = Report("search_quality", "Search quality", command("search_quality"))
    names = SETS[1:2] if asked.quick else SETS
    directories = [asked.data / "benchmarks" / name for name in names]
    chosen = ("static",) if asked.without_minilm else ENCODERS
    encoders = [load_encoder(name, cores=os.cpu_count() or 1) for name in chosen]
    for encoder in encoders:
        for directory in directories:
            _measure(report, directory, encoder, others=encoder is not encoders[0])
    _aims(report, [encoder.name for encoder in encoders])
    report.finish(asked.json)


def _options(reader: argparse.ArgumentParser) -> None:
    reader.add_argument("--without-minilm", action="store_true", help="measure the static table alone")


def _measure(report: Report, directory: Path, encoder: Encoder, *, others: bool) -> None:
    remembered = _Remembered(encoder)
    found = evaluate(directory, remembered, ALL)
    report.rows += sorted((one.row for one in found), key=lambda row: METHODS.index(row["method"]))
    if others:
        judged = read_set(directory)
        average = Average.of(judged)
        with indexed(judged, remembered) as engine:
            run = {query_id: _txtai(judged, engine, text, average) for query_id, text in judged.queries.items()}
        row = {"set": judged.name, "encoder": encoder.name, "method": "txtai's way", "queries": len(judged.queries)}
        report.rows.append(row | measured(judged, run)[0])


def _txtai(judged: JudgedSet, engine: Engine, text: str, average: Average) -> Mapping[str, float]:
    query = words_only(text)
    by_words = engine.by_words(query, 10 * ANSWERS)
    by_meaning = engine.by_meaning(query, engine.query_vector(query.plain), 10 * ANSWERS)
    scores: dict[int, float] = {}
    for paper_id, cosine in zip(by_meaning.ids.tolist(), by_meaning.scores.tolist(), strict=True):
        scores[paper_id] = 0.5 * cosine
    highest = min(float(by_words.scores.max(initial=0)) + average.score, 6 * average.score)
    for paper_id, score in zip(by_words.ids.tolist(), by_words.scores.tolist(), strict=True):
        scores[paper_id] = scores.get(paper_id, 0.0) + 0.5 * min(score / highest, 1.0)
    best = sorted(scores, key=lambda paper_id: -scores[paper_id])[:ANSWERS]
    return {judged.document(paper_id): float(len(best) - place) for place, paper_id in enumerate(best)}


class _Remembered:
    """An encoder that keeps the vectors of the papers that it met: two indexes of one set cost one encoding."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.fingerprint, self.dimension = encoder.name, encoder.fingerprint, encoder.dimension
        self._held: dict[tuple[str, str], Any] = {}

    def coverage(self, text: str) -> float:
        from broadsheet.encoders import coverage

        return coverage(self._encoder, text)

    def encode_queries(self, texts: Sequence[str]) -> Any:
        return self._encoder.encode_queries(texts)

    def encode_papers(self, papers: Sequence[tuple[str, str]]) -> Any:
        new = [paper for paper in dict.fromkeys(papers) if paper not in self._held]
        slices = [new[at : at + _SLICE] for at in range(0, len(new), _SLICE)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for some, vectors in zip(slices, pool.map(self._encoder.encode_papers, slices), strict=True):
                self._held |= dict(zip(some, vectors, strict=True))
        return np.stack([self._held[paper] for paper in papers]) if papers else self._encoder.encode_papers(papers)


def _aims(report: Report, encoders: Sequence[str]) -> None:
    static = encoders[0]
    means = {(name, method): _mean(report.rows, name, method) for name in encoders for method in METHODS}
    for name in sorted({str(row["set"]) for row in report.rows}):
        own = {row["method"]: row["nDCG@10"] for row in report.rows if (row["set"], row["encoder"]) == (name, static)}
        report.aims.append(
            Aim(f"{name}: fused, nDCG@10", "", own["fused"], own["bm25"], "at least", "BM25 alone", own["bm25"])
        )
    fused = means[static, "fused"]["nDCG@10"]
    rrf = means[static, "rrf"]["nDCG@10"]
    report.aims.append(Aim("mean: fused, nDCG@10", "", fused, rrf, "at least", "RRF", rrf))
    if len(encoders) > 1:
        alone, quality = means[encoders[1], "dense"]["nDCG@10"], means[encoders[2], "fused"]["nDCG@10"]
        theirs = _mean(report.rows, encoders[1], "txtai's way")
        means |= {(name, "txtai's way"): _mean(report.rows, name, "txtai's way") for name in encoders[1:]}
        report.aims += [
            Aim("mean: fused, nDCG@10, beside MiniLM", "", fused, alone, "at least", "MiniLM alone", alone),
            Aim(
                "mean: quality option fused, nDCG@10",
                "",
                quality,
                fused + 0.03,
                "at least",
                "txtai's way",
                theirs["nDCG@10"],
            ),
        ]
    report.rows.extend(means.values())


def _mean(rows: Sequence[dict[str, Any]], encoder: str, method: str) -> dict[str, Any]:
    """Return the mean over sets, each set counting the same."""
    own = [row for row in rows if (row["encoder"], row["method"]) == (encoder, method)]
    return {
        "set": "mean",
        "encoder": encoder,
        "method": method,
        "queries": sum(row["queries"] for row in own),
        **{name: mean(row[name] for row in own) for name in ("nDCG@10", "recall@100")},
    }


if __name__ == "__main__":
    main()
