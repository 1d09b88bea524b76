"""What a reader did here, as one list by time, for that reader's own page.

Each part of the community tells its own deeds; here they are only put in order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadsheet.accounts.reader import Reader

Tell = Callable[[Reader, int], Sequence["Deed"]]


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed: `what` in words that a paper's title may follow; `path` leads to what came of it, else to the paper."""

    at: datetime
    what: str
    paper_id: int | None = None
    path: str = ""
    name: str = ""


class Deeds:
    """The deeds of readers; each of `tellers` takes a reader and how many of the newest it should tell."""

    def __init__(self, tellers: Sequence[Tell]) -> None:
        self._tellers = tuple(tellers)

    def of(self, reader: Reader, limit: int) -> list[Deed]:
        """Return the newest deeds of a reader, the newest first."""
        told = [deed for tell in self._tellers for deed in tell(reader, limit)]
        return sorted(told, key=lambda deed: deed.at, reverse=True)[:limit]
