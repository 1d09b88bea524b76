"""A counting line on standard error for long work; silent where nobody watches."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def counting(label: str) -> Iterator[Callable[..., None]]:
    """Yield a function that takes how much is done and, where known, of how much; the line goes when the block ends."""
    started = time.monotonic()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[said]}"),
        TimeElapsedColumn(),
    )
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None, said="")

        def show(done: Any, total: int | None = None) -> None:
            count = done if isinstance(done, int) else getattr(done, "papers", 0)
            pace = count / max(time.monotonic() - started, 0.001)
            bar.update(task, said=f"{count:,}" + (f" of {total:,}" if total else "") + f" ({pace:,.0f}/s)")

        yield show
