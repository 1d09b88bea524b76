"""How good search is on judged sets: BM25, dense, RRF and fused, as `broadsheet evaluate` measures them."""

from statistics import mean

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
    means = {
        method: mean(row["nDCG@10"] for row in report.rows if row["method"] == method)
        for method in ("bm25", "dense", "rrf", "fused")
    }
    for method, value in means.items():
        report.rows.append(
            {
                **report.rows[0],
                "set": "mean",
                "method": method,
                "queries": 0,
                "nDCG@10": value,
                "recall@100": mean(r["recall@100"] for r in report.rows if r["method"] == method),
            }
        )
    report.aims.append(Aim("fused, mean nDCG@10", "", means["fused"], means["bm25"], "at least", "BM25", means["bm25"]))
    report.finish(asked.json)


if __name__ == "__main__":
    main()
