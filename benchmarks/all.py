"""Runs every benchmark in turn, each in a process of its own, and writes `docs/benchmarks.md` from what they found."""

import subprocess
import sys
from pathlib import Path

NAMES = sorted(
    path.stem
    for path in Path(__file__).parent.glob("*.py")
    if "arguments(__doc__" in path.read_text() and path.stem != "all"
)


def main() -> None:
    """Run them; arguments such as --quick are handed on."""
    for name in NAMES:
        out = f"benchmarks/results/{name}.json"
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", "--json", out, *sys.argv[1:]], check=True)
    subprocess.run([sys.executable, "-m", "benchmarks.page"], check=True)


if __name__ == "__main__":
    main()
