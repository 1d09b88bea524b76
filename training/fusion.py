"""How much words count beside an encoder: ``python -m training.fusion --data DIR --weights FILE [--out FILE]``.

Fits the weights of fusion on the sets of `training.sets`, never on the benchmarks, writes them where search reads them,
and puts the figures into the card of the static table. ``--encoder onnx --documents 1000`` fits them for one that takes
its time, on less of the sets that a vocabulary is not needed for.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from broadsheet.encoders.encoder import Encoder
from broadsheet.encoders.loader import load_encoder
from broadsheet.encoders.static import StaticEncoder
from broadsheet.encoders.weights_file import read_table
from broadsheet.search.fitting import POWERS, SHARES, Observation, fit, observe
from broadsheet.search.judged import indexed
from broadsheet.search.weights import SHIPPED, Fit, Weights, put
from training.card import table_of, with_section
from training.corpus import load_split
from training.sets import FIELDS, at_home, fields_of, foreign, of_field, smaller

SEED = 1


def observed(data: Path, weights: Path) -> dict[str, list[Observation]]:
    """Return the candidates of every query of every set: at home by the table, abroad without a field's words."""
    table = read_table(weights)
    split, encoder = load_split(data, SEED), StaticEncoder(table)
    found = {}
    for judged in at_home(data, split):
        with indexed(judged, encoder) as engine:
            found[judged.name] = observe(judged, engine)
    fields = fields_of(data)
    for field in FIELDS:
        without = foreign(table, field, split.train, fields)
        for judged in of_field(field, split, fields):
            with indexed(judged, without) as engine:
                found[judged.name] = observe(judged, engine)
    return found


def observed_with(data: Path, encoder: Encoder, documents: int) -> dict[str, list[Observation]]:
    """Return the candidates of the sets at home, each cut to so many documents; known titles would all be found."""
    found = {}
    for judged in at_home(data, load_split(data, SEED)):
        if judged.name not in {"title", "community"}:
            less = smaller(judged, documents)
            with indexed(less, encoder) as engine:
                found[less.name] = observe(less, engine)
            print(less.name, len(less.queries), flush=True)
    return found


def figures(sets: Mapping[str, Sequence[Observation]], fitted: Fit) -> dict[str, dict[str, float]]:
    """Return nDCG@10 by set of each half alone, of both by rank, and of both under weights, the fitted ones first."""
    rows = {
        method: {name: _mean([one.others[method] for one in queries]) for name, queries in sets.items()}
        for method in ("bm25", "dense", "rrf")
    }
    tried = [Weights(share, fitted.power) for share in SHARES] + [Weights(fitted.share, power) for power in POWERS]
    for weights in [fitted.weights, *(one for one in tried if one != fitted.weights)]:
        rows[f"share {weights.share:g}, power {weights.power:g}"] = {
            name: _mean([one.figure(weights) for one in queries]) for name, queries in sets.items()
        }
    for row in rows.values():
        row["mean"] = _mean(list(row.values()))
    return rows


def main() -> None:
    """Fit, write the weights, print the figures and put them into the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="directory that holds corpora/")
    parser.add_argument("--weights", type=Path, help="the static table")
    parser.add_argument("--encoder", help="another encoder, by the name that the settings give it")
    parser.add_argument("--documents", type=int, default=1_000, help="with --encoder: documents of each set")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="file of fusion weights")
    chosen = parser.parse_args()
    if bool(chosen.weights) == bool(chosen.encoder):
        parser.error("give --weights or --encoder")
    encoder = load_encoder(chosen.encoder or str(chosen.weights), cores=os.cpu_count() or 1)
    if chosen.encoder:
        sets = observed_with(chosen.data, encoder, chosen.documents)
    else:
        sets = observed(chosen.data, chosen.weights)
    fitted = fit(encoder, sets, datetime.now(UTC).date())
    put(chosen.out, fitted)
    table = (
        f"{fitted.sentence}\n\nnDCG@10 x 100 of cos + share / coverage^power * bm25 / max(bm25) over the best 500 of "
        "either, and of its two halves.\n\n" + table_of("method", figures(sets, fitted))
    )
    print(table)
    if chosen.weights:
        card = chosen.weights.with_name("MODEL_CARD.md")
        card.write_text(with_section(card.read_text("utf-8"), "Fusion with BM25", table), "utf-8")


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


if __name__ == "__main__":
    main()
