"""How good search is on judged sets: BM25, dense, RRF and fused, as `broadsheet evaluate` measures them."""

from collections.abc import Sequence
from statistics import mean
from typing import Any

from benchmarks.report import Aim, Report, arguments, command
from broadsheet.encoders.loader import load_encoder
from broadsheet.search.evaluate import evaluate

SETS = ("scifact", "cranfield", "cisi", "acm-cr-sentences")


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__)
    report = Report("search_quality", "Search quality", command("search_quality"))
    encoder = load_encoder("static")
    for name in SETS[:2] if asked.quick else SETS:
        report.rows.extend(evaluate(asked.data / "benchmarks" / name, encoder))
    means = {method: _mean(report.rows, method) for method in ("bm25", "dense", "rrf", "fused")}
    report.rows.extend(means.values())
    fused, bm25 = (means[method]["nDCG@10"] for method in ("fused", "bm25"))
    report.aims.append(Aim("fused, mean nDCG@10", "", fused, bm25, "at least", "BM25", bm25))
    report.finish(asked.json)


def _mean(rows: Sequence[dict[str, Any]], method: str) -> dict[str, Any]:
    """Return the mean over sets, each set counting the same."""
    own = [row for row in rows if row["method"] == method]
    return {
        "set": "mean",
        "encoder": own[0]["encoder"],
        "method": method,
        "queries": sum(row["queries"] for row in own),
        **{name: mean(row[name] for row in own) for name in ("nDCG@10", "recall@100")},
    }


if __name__ == "__main__":
    main()
