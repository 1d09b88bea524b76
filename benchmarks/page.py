"""Writes `docs/benchmarks.md` from the JSON of the benchmarks, so that no figure there was typed by hand."""

import json
from pathlib import Path
from typing import Any

RESULTS = Path("benchmarks/results")
PAGE = Path("docs/benchmarks.md")
LONGEST = 60  # rows of a table; what is told first is what people look for


def main() -> None:
    """Write the page."""
    reports = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))]
    PAGE.write_text("\n".join([_HEAD, *map(_section, reports)]), encoding="utf-8")


_HEAD = """# Benchmarks

Made by `python -m benchmarks.page` from `benchmarks/results/`; each table names its command, machine and commit.
Machines are noisy: read ratios before absolutes.
Every command takes `--data DIR` (or `BROADSHEET_BENCH_DATA`) and `--quick`.
"""


def _section(report: dict[str, Any]) -> str:
    lines = [
        f"## {report['title']}",
        "",
        f"`{report['command']}` on {report['machine']}, commit {report['commit']}.",
        "",
    ]
    heads = list(report["rows"][0])
    lines += ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(_cell(row.get(head)) for head in heads) + " |" for row in report["rows"][:LONGEST]]
    left = len(report["rows"]) - LONGEST
    if left > 0:
        lines += ["", f"{left} more rows stand in `benchmarks/results/{report['name']}.json`."]
    if report["aims"]:
        lines += ["", "| aim | measured | aimed at | met | beside |", "|---|---|---|---|---|"]
    for aim in report["aims"]:
        met = aim["value"] >= aim["aim"] if aim["sense"] == "at least" else aim["value"] <= aim["aim"]
        beside = f"{aim['peer']}: {_cell(aim['peer_value'])}" if aim["peer"] else ""
        lines.append(
            f"| {aim['name']} | {_cell(aim['value'])} {aim['unit']} | {aim['sense']} {_cell(aim['aim'])} "
            f"| {'yes' if met else '**no**'} | {beside} |"
        )
    return "\n".join([*lines, ""])


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4f}" if abs(value) < 1 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value if value is not None else "")


if __name__ == "__main__":
    main()
