"""How good search is while the encoder changes, by the share of papers that are re-encoded; no encoder is asked twice.

`--change OLD NEW` measures another change than that from the package's table to MiniLM, such as `--change static
FILE` for a table that is to follow; it may be given several times.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from benchmarks.report import Aim, Report, arguments, command
from broadsheet.encoders.alignment import NEW_ALONE, OLD_ALONE, Alignment
from broadsheet.encoders.encoder import Encoder, Vectors, coverage
from broadsheet.encoders.loader import load_encoder
from broadsheet.papers.paper import Paper
from broadsheet.search import gallery
from broadsheet.search.engine import Engine, Scores
from broadsheet.search.evaluate import measured, ranked
from broadsheet.search.fusion import Method
from broadsheet.search.galleries import Galleries
from broadsheet.search.gallery import GalleryReader, GalleryWriter
from broadsheet.search.judged import JudgedSet, indexed, read_set
from broadsheet.search.remembered import RememberedEncoder
from broadsheet.search.snapshot import Snapshot
from broadsheet.search.weights import SHIPPED, KnownWeights, read

SETS = ("cranfield", "cisi", "scifact", "acm-cr-sentences")
SHARES = (0.1, 0.25, 0.5, 0.75, 0.95)
METHODS: tuple[Method, ...] = ("dense", "fused")
MEASURES = ("nDCG@10", "recall@100")
SEEDS = 3
ANY_DAY = datetime(2026, 1, 15, tzinfo=UTC)


class Plain(Galleries):
    """The way without alignment: the new cosine where there is one, the old one elsewhere."""

    def _alignment(self, _old: Scores, new: Scores) -> Alignment:
        return NEW_ALONE if new.any() else OLD_ALONE


class OnceEncoder:
    """Encodes each query once, however often it is asked."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self._known = encoder, dict[str, Vectors]()
        self.name, self.fingerprint, self.dimension = encoder.name, encoder.fingerprint, encoder.dimension

    def coverage(self, text: str) -> float:
        """Return how much of a text is known, as the encoder itself says."""
        return coverage(self._encoder, text)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (1, dimension) for one text."""
        (text,) = texts
        if text not in self._known:
            self._known[text] = self._encoder.encode_queries([text])
        return self._known[text]

    def encode_papers(self, papers: Sequence[tuple[str, str]]) -> Vectors:
        """Return (n, dimension) unit rows."""
        return self._encoder.encode_papers(papers)


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__, more=_more)
    report = Report("encoder_upgrade", "Search while the encoder changes", command("encoder_upgrade"))
    means: list[dict[str, Any]] = []
    weights = KnownWeights((*read(SHIPPED), *(read(asked.weights) if asked.weights else ())))
    for old, new in asked.change or [("static", "onnx")]:
        encoders = load_encoder(old), load_encoder(new, cores=os.cpu_count() or 1)
        change = _change(*encoders, asked.data, weights, quick=asked.quick)
        means += _means(change)
        report.rows += change
        report.aims += _aims(means, f"{change[0]['change']}")
    report.rows = means + report.rows
    report.finish(asked.json)


def _more(reader: argparse.ArgumentParser) -> None:
    reader.add_argument(
        "--change", nargs=2, action="append", metavar=("OLD", "NEW"), help="encoders, as BROADSHEET_ENCODER names them"
    )
    reader.add_argument("--weights", type=Path, metavar="FILE", help="fusion weights of encoders beside the package's")


def _change(old: Encoder, new: Encoder, data: Path, weights: KnownWeights, *, quick: bool) -> list[dict[str, Any]]:
    """Measure one change of encoder on every set."""
    rows = []
    for name in SETS[:1] if quick else SETS:
        judged = read_set(data / "benchmarks" / name)
        once = OnceEncoder(new)
        with indexed(judged, OnceEncoder(old)) as engine, _filled(judged.papers, once) as full:
            known = RememberedEncoder(once, full)
            head = {"change": f"{old.name} to {new.name}", "set": name}
            rows += [head | row for row in _shares(judged, engine, known, weights)]
        print(f"{head['change']}, {name}: done", flush=True)
    return rows


def _shares(judged: JudgedSet, engine: Engine, new: Encoder, weights: KnownWeights) -> Iterator[dict[str, Any]]:
    """Yield a row for each way, method and share."""
    assert isinstance(engine, Snapshot)
    for method in METHODS:
        before = _figures(judged, engine, method, weights.of(engine.encoder.fingerprint))
        yield _row("aligned", method, 0.0, [before])
        yield _row("plain", method, 0.0, [before])
        for share in SHARES:
            found: dict[str, list[dict[str, float]]] = {"aligned": [], "plain": []}
            for seed in range(SEEDS):
                done = random.Random(seed).sample(judged.papers, round(share * len(judged.papers)))
                with _filled(done, new) as some:
                    for way, made in (("aligned", Galleries), ("plain", Plain)):
                        both = made(engine, some, engine.encoder.dimension, new.dimension)
                        figures = _figures(judged, both, method, weights.of(engine.encoder.fingerprint))
                        found[way].append(figures)
            for way, several in found.items():
                yield _row(way, method, share, several)
        with indexed(judged, new) as changed:
            after = _figures(judged, changed, method, weights.of(new.fingerprint))
        yield _row("aligned", method, 1.0, [after])
        yield _row("plain", method, 1.0, [after])


def _figures(judged: JudgedSet, engine: Engine, method: Method, weights: Any) -> dict[str, float]:
    return measured(judged, ranked(judged, engine, method, weights))[0]


def _row(way: str, method: str, share: float, several: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Return the mean over seeds, and how far the seeds lie apart."""
    row: dict[str, Any] = {"way": way, "method": method, "share": share}
    row |= {name: mean(one[name] for one in several) for name in MEASURES}
    spread = stdev(one["nDCG@10"] for one in several) if len(several) > 1 else 0.0
    return row | {"nDCG@10 spread": spread}


def _means(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the means over sets, each set counting the same."""
    grouped: dict[tuple[str, str, str, float], list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault((row["change"], row["way"], row["method"], row["share"]), []).append(row)
    return [
        {"change": change, "set": "mean"}
        | _row(way, method, share, own)
        | {"nDCG@10 spread": mean(row["nDCG@10 spread"] for row in own)}
        for (change, way, method, share), own in grouped.items()
    ]


def _aims(rows: Sequence[dict[str, Any]], change: str) -> list[Aim]:
    """Return the largest step down from one share to the next, and the least distance from the old encoder."""
    aims = []
    for method in METHODS:
        own = [
            row["nDCG@10"] for row in rows if (row["change"], row["way"], row["method"]) == (change, "aligned", method)
        ]
        steps = [after - before for before, after in pairwise(own)]
        aims.append(Aim(f"{change}, {method}: smallest step of mean nDCG@10", "", min(steps), -0.002, "at least"))
        least = min(one - own[0] for one in own)
        aims.append(Aim(f"{change}, {method}: least above the old encoder", "", least, 0.0, "at least"))
    return aims


@contextmanager
def _filled(papers: Sequence[Paper], encoder: Encoder) -> Iterator[GalleryReader]:
    """Yield a gallery that holds these papers."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-gallery-") as place:
        writer = GalleryWriter(Path(place), encoder, None, 0)
        for start in range(0, len(papers), 1_000):
            writer.put(papers[start : start + 1_000])
        writer.commit(0, ANY_DAY, ANY_DAY)
        writer.close()
        held = gallery.read(Path(place))
        assert held
        yield GalleryReader(Path(place), held, encoder)


if __name__ == "__main__":
    main()
