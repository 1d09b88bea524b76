"""The one form of every benchmark's result: a table for people, JSON for `docs/benchmarks.md`."""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Aim:
    """A figure that is aimed at, beside what was measured and, where there is one, a peer's."""

    name: str
    unit: str
    value: float
    aim: float
    sense: Literal["at least", "at most"]
    peer: str | None = None
    peer_value: float | None = None

    @property
    def met(self) -> bool:
        """Whether the measured figure reaches the aim."""
        return self.value >= self.aim if self.sense == "at least" else self.value <= self.aim


@dataclass
class Report:
    """What one benchmark found."""

    name: str
    title: str
    command: str
    machine: str = field(default_factory=lambda: machine())
    commit: str = field(default_factory=lambda: commit())
    rows: list[dict[str, Any]] = field(default_factory=list)
    aims: list[Aim] = field(default_factory=list)

    def finish(self, out: Path | None) -> None:
        """Print the table and, where asked, write the JSON."""
        print(f"\n{self.title}\n{self.machine}, commit {self.commit}\n")
        print(table(self.rows))
        for aim in self.aims:
            beside = f"; {aim.peer}: {_figure(aim.peer_value)}" if aim.peer_value is not None else ""
            verdict = "met" if aim.met else "NOT met"
            print(f"{aim.name}: {_figure(aim.value)} {aim.unit}, aim {aim.sense} {_figure(aim.aim)}: {verdict}{beside}")
        if out:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def arguments(
    doc: str | None,
    argv: Sequence[str] | None = None,
    more: Callable[[argparse.ArgumentParser], None] | None = None,
    *,
    needs_data: bool = True,
) -> argparse.Namespace:
    """Read what every benchmark takes: --quick, --json FILE, --data DIR; `more` adds what one alone takes.

    One that invents its data does without the folder.
    """
    parser = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the same work on less data, within a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result here")
    parser.add_argument("--data", type=Path, default=os.environ.get("BROADSHEET_BENCH_DATA"), metavar="DIR")
    if more:
        more(parser)
    found = parser.parse_args(argv)
    if found.data is None and needs_data:
        parser.error("give --data DIR or set BROADSHEET_BENCH_DATA: the folder that holds corpora/ and benchmarks/")
    found.data = Path(found.data) if found.data else None
    return found


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows as aligned text; every row has the same keys."""
    if not rows:
        return ""
    heads = list(rows[0])
    cells = [heads, *[[_cell(row.get(head)) for head in heads] for row in rows]]
    widths = [max(len(line[i]) for line in cells) for i in range(len(heads))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4f}" if abs(value) < 1 else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def machine() -> str:
    """Describe the machine in one line."""
    processor = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    # other work on the machine does not count where the benchmark runs ahead of it (`chrt --fifo 10`)
    ahead = ", real-time priority" if os.sched_getscheduler(0) == os.SCHED_FIFO else ""
    return f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}{ahead}"


def commit() -> str:
    """Name the commit that was measured; a plus says that the tree held changes beside it."""
    try:
        head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
        dirty = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def command(name: str) -> str:
    """Return the command that repeats this run, without the path of the data."""
    given = [word for word in sys.argv[1:] if word in {"--quick"}]
    return " ".join(["python", "-m", f"benchmarks.{name}", *given])
