"""Whether papers that people know are found among all corpora: 74 of them, by title and by a paraphrase in lay words.

The paraphrases (`paraphrases.jsonl`) were written before any of them was searched for, and are not edited. A
transformer needs a vector of every paper, which takes hours on a CPU: `--minilm FILE` gives those there are of plain
MiniLM, `--quality FILE` those of the quality encoder, and all ways are measured again among the papers that have them.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Aim, Report, arguments, command
from broadsheet import app as wiring
from broadsheet import logs
from broadsheet.app import App
from broadsheet.encoders.loader import load_encoder
from broadsheet.papers import identifiers
from broadsheet.search.engine import Engine, Found
from broadsheet.search.fusion import METHODS, fused, rank, reciprocal
from broadsheet.search.query import words_only
from broadsheet.search.refine import refined
from broadsheet.search.weights import Weights, shipped
from broadsheet.settings import load
from broadsheet.sources.files import import_files

PARAPHRASES = Path(__file__).parent / "paraphrases.jsonl"
QUICK = ("example-page.jsonl", "hf-daily-papers.jsonl.xz")
WITHIN = (1, 3, 10, 50)
DEEP = 2_000
Ids = NDArray[np.int64]
Way = Callable[[str], Ids]


@dataclass(frozen=True)
class Known:
    """One paper and what it is asked by."""

    paper_id: int
    title: str
    paraphrase: str


@dataclass(frozen=True)
class Vectors:
    """A transformer's vectors of some papers (n, 384), and of each text that is asked."""

    ids: Ids
    papers: NDArray[np.float32]
    texts: Mapping[str, NDArray[np.float32]]

    def among(self, pool: Ids) -> "Vectors":
        """Return those of the papers of a pool."""
        kept = np.isin(self.ids, pool)
        return Vectors(self.ids[kept], self.papers[kept], self.texts)

    def nearest(self, text: str, count: int = DEEP) -> Found:
        """Return the papers nearest to a text, exactly."""
        cosines = self.papers @ self.texts[text]
        best = np.argpartition(-cosines, count)[:count] if len(cosines) > count else np.arange(len(cosines))
        best = best[np.argsort(-cosines[best], kind="stable")]
        return Found(self.ids[best], cosines[best])

    def cosines(self, text: str, ids: Ids) -> NDArray[np.float32]:
        """Return the cosine of each of these papers, all of which have a vector."""
        found: NDArray[np.float32] = self.papers[np.searchsorted(self.ids, ids)] @ self.texts[text]
        return found


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__, more=_options)
    logs.configure()
    if asked.quality and not asked.minilm:
        raise SystemExit("--quality is measured beside plain MiniLM: give --minilm, too.")
    given = [name for name in ("minilm", "quality") if getattr(asked, name)]
    options = "".join(f" --{name} FILE" for name in given)
    report = Report(
        "known_papers", "Known papers among all", command("known_papers") + (" --home HOME" + options if given else "")
    )
    with _collection(asked) as built:
        engine = built.index.engine()
        known = list(_known(built))
        ways = _ways(engine)
        _aims(report, _measured(report, f"all {len(engine):,}", known, ways))
        transformers = dict(_transformers(asked, known))
        for names in [["MiniLM"], list(transformers)][: len(transformers)]:
            _measure_among(report, engine, known, ways, {name: transformers[name] for name in names})
    report.finish(asked.json)


def _transformers(asked: argparse.Namespace, known: Sequence[Known]) -> Iterator[tuple[str, tuple[Vectors, float]]]:
    """Yield by name the vectors that were given, and how much words count beside them."""
    if asked.minilm:
        held = np.load(asked.minilm)
        texts = dict(zip(held["texts"].tolist(), held["text_vectors"].astype(np.float32), strict=True))
        yield "MiniLM", (_vectors(held, texts), 0.4)
    if asked.quality:
        encoder = load_encoder("onnx", cores=os.cpu_count() or 1)
        weights = shipped().of(encoder.fingerprint)
        if weights is None:
            raise SystemExit(f"No weights of fusion are shipped for {encoder.name}; run training.fusion first.")
        asking = [text for one in known for text in (one.title, one.paraphrase)]
        texts = dict(zip(asking, encoder.encode_queries(asking), strict=True))
        yield encoder.name, (_vectors(np.load(asked.quality), texts), weights.share)


def _measure_among(
    report: Report,
    engine: Engine,
    known: Sequence[Known],
    ways: Mapping[str, Way],
    transformers: Mapping[str, tuple[Vectors, float]],
) -> None:
    """Measure all ways among the papers of which every one of these transformers has a vector."""
    pool = engine.by_date(words_only("")).ids
    for vectors, _ in transformers.values():
        pool = pool[np.isin(pool, vectors.ids)]
    among = {name: _among(way, pool) for name, way in ways.items()}
    for name, (vectors, share) in transformers.items():
        among |= _with_vectors(engine, name, vectors.among(pool), share)
    told = " and ".join(f"{name}'s" for name in transformers)
    figures = _measured(report, f"{len(pool):,} with {told} vectors", known, among)
    theirs = max(figures[name, "paraphrase"][10] for name in ("MiniLM, fused 0.4", "MiniLM, RRF"))
    share = list(transformers.values())[-1][1]
    ours = "static, fused" if len(transformers) == 1 else f"{list(transformers)[-1]}, fused {share:g}"
    report.aims.append(
        Aim(
            f"in the first 10 by paraphrase, {ours}, of {len(pool):,}",
            "papers",
            figures[ours, "paraphrase"][10],
            theirs + 1,
            "at least",
            "MiniLM + BM25",
            theirs,
        )
    )


def _options(reader: argparse.ArgumentParser) -> None:
    reader.add_argument("--home", type=Path, help="an instance that holds the corpora already")
    reader.add_argument("--minilm", type=Path, help="npz: ids (of --home), vectors, texts, text_vectors")
    reader.add_argument("--quality", type=Path, help="npz: ids (of --home), vectors; goes with --minilm")


def _aims(report: Report, figures: Mapping[tuple[str, str], Mapping[int, int]]) -> None:
    bm25_title = figures["BM25", "title"][1]
    ours, bm25 = (figures[name, "paraphrase"][10] for name in ("static, fused", "BM25"))
    report.aims += [
        Aim("first by its title", "papers", _first_by_title(report), 74, "at least", "BM25", bm25_title),
        Aim("in the first 10 by paraphrase", "papers", ours, bm25 + 1, "at least", "BM25", bm25),
    ]


def _first_by_title(report: Report) -> int:
    return next(int(row["in 1"]) for row in report.rows if row["way"] == "search" and row["asked by"] == "title")


@contextmanager
def _collection(asked: argparse.Namespace) -> Iterator[App]:
    """Yield an instance over all corpora: the one given, or a new one in a temporary directory."""
    with tempfile.TemporaryDirectory() as directory:
        built = wiring.build(load(home=asked.home or Path(directory)))
        try:
            if not asked.home:
                corpora = sorted((asked.data / "corpora").glob("*.jsonl*"))
                import_files([one for one in corpora if not asked.quick or one.name in QUICK], built.catalogue)
            built.index.catch_up()
            yield built
        finally:
            built.close()


def _known(built: App) -> Iterator[Known]:
    for line in PARAPHRASES.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        identifier = identifiers.find(f"arxiv:{told['arxiv']}")
        paper = built.catalogue.find(identifier) if identifier else None
        if paper is None:
            raise SystemExit(f"arXiv {told['arxiv']} is not in the collection; import example-page.jsonl into it")
        yield Known(paper.id, paper.title, told["paraphrase"])


def _ways(engine: Engine) -> dict[str, Way]:
    """Return each way of ranking as a function from a text to papers, best first."""
    weights = shipped().of(engine.encoder.fingerprint)

    def by(method: Any) -> Way:
        def asked(text: str) -> Ids:
            query = words_only(text)
            vector = engine.query_vector(query.plain)
            ranking = rank(engine, query, vector, "fused" if method == "refined" else method, DEEP, weights=weights)
            return refined(engine, ranking, vector).ids if method == "refined" else ranking.ids

        return asked

    def title_first(text: str) -> Ids:
        ids, titled = by("fused")(text), engine.by_title(text)
        return np.concatenate([titled, ids[~np.isin(ids, titled)]])

    names = {"bm25": "BM25", "dense": "static, dense", "rrf": "static, RRF", "fused": "static, fused"}
    return {
        **{names[method]: by(method) for method in METHODS},
        "static, refined": by("refined"),
        "search": title_first,
    }


def _among(way: Way, pool: Ids) -> Way:
    def asked(text: str) -> Ids:
        ids = way(text)
        return ids[np.isin(ids, pool)]

    return asked


def _with_vectors(engine: Engine, name: str, vectors: Vectors, share: float) -> dict[str, Way]:
    def words(text: str) -> Found:
        found = engine.by_words(words_only(text), 2 * DEEP)
        kept = np.isin(found.ids, vectors.ids)
        return Found(found.ids[kept], found.scores[kept])

    def mixed(text: str) -> Ids:
        by_words = words(text)
        ids = np.union1d(by_words.ids, vectors.nearest(text).ids)
        return fused(ids, by_words, vectors.cosines(text, ids), Weights(share).text_share(1.0)).ids

    return {
        f"{name}, dense": lambda text: vectors.nearest(text).ids,
        f"{name}, RRF": lambda text: reciprocal(words(text), vectors.nearest(text)).ids,
        f"{name}, fused {share:g}": mixed,
    }


def _vectors(held: Mapping[str, NDArray[Any]], texts: Mapping[str, NDArray[np.float32]]) -> Vectors:
    order = np.argsort(held["ids"])
    return Vectors(held["ids"][order], held["vectors"][order].astype(np.float32), texts)


def _measured(
    report: Report, pool: str, known: Sequence[Known], ways: Mapping[str, Way]
) -> dict[tuple[str, str], dict[int, int]]:
    """Add a row for each way and question; return how many papers stand within the first so many."""
    figures = {}
    for name, way in ways.items():
        for asked_by in ("title", "paraphrase"):
            places = [_place(way(getattr(one, asked_by)), one.paper_id) for one in known]
            within = {count: sum(place <= count for place in places) for count in WITHIN}
            figures[name, asked_by] = within
            row = {"among": pool, "asked by": asked_by, "way": name, "papers": len(known)}
            report.rows.append(row | {f"in {count}": number for count, number in within.items()})
    return figures


def _place(ids: Ids, paper_id: int) -> float:
    found = np.flatnonzero(ids == paper_id)
    return float(found[0] + 1) if len(found) else float("inf")


if __name__ == "__main__":
    main()
