"""A folder that is watched, as a source: files of papers come in when they are new and when they have changed.

What a file means is `files`' matter; how often one looks, `harvest`'s.
A file is read once it has rested, and known only if it was the same before and after: half of one is never taken for
the whole. What is no longer there is forgotten; its papers stay.
"""

from collections.abc import Generator, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

from broadsheet.clock import Clock
from broadsheet.errors import BroadsheetError, Invalid, Unavailable
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.connector import Batch, Cursor, Rejected
from broadsheet.sources.files import BATCH, Entry, entries

RESTS = 10.0  # seconds since its last change that a file must have had
MOST_FILES = 10_000
# How programs call a file that they have not finished.
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".swp", "~")
Mark = list[int]


class FolderConnector:
    """Harvests a folder and the folders in it."""

    name = "folder"
    title = "Watched folder"
    upstream = "folder"
    schedule = timedelta(minutes=1)

    def __init__(self, clock: Clock, folder: Path) -> None:
        self._clock = clock
        self._folder = folder

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield the entries of every file that is new or has changed; raises `Unavailable` without the folder."""
        state = cursor or {}
        files = dict(self._files())
        known: dict[str, Mark] = {name: mark for name, mark in state.get("files", {}).items() if name in files}
        waiting: dict[str, Mark] = {}
        for name, mark in files.items():
            if known.get(name) == mark:
                continue
            if not self._rests(mark, state.get("waiting", {}).get(name)):
                waiting[name] = mark
                continue
            for records, rejected, is_last in self._entries(name):
                if is_last and self._mark(self._folder / name) == mark:
                    known[name] = mark
                yield Batch(records, rejected, {"files": dict(known), "waiting": {}})
        yield Batch((), (), {"files": known, "waiting": waiting}, done=True)

    def _files(self) -> Iterator[tuple[str, Mark]]:
        if not self._folder.is_dir():
            raise Unavailable(
                f"The folder {self._folder} is not there; make it, or change BROADSHEET_FOLDER.",
                value=str(self._folder),
            )
        found = (path for path in self._folder.rglob("*") if self._is_meant(path))
        for path in sorted(islice(found, MOST_FILES)):
            if mark := self._mark(path):
                yield str(path.relative_to(self._folder)), mark

    def _is_meant(self, path: Path) -> bool:
        hidden = any(part.startswith(".") for part in path.relative_to(self._folder).parts)
        return not hidden and not path.name.lower().endswith(_UNFINISHED) and path.is_file()

    def _mark(self, path: Path) -> Mark | None:
        """Return what tells one state of a file from another; None where it is gone or out of reach."""
        try:
            stat = path.stat()
        except OSError:
            return None
        return [stat.st_size, stat.st_mtime_ns]

    def _rests(self, mark: Mark, before: Mark | None) -> bool:
        age = self._clock.now().timestamp() - mark[1] / 1e9
        # A file from the future, by another machine's clock, rests if it was the same at the last look.
        return age >= RESTS or (age < 0 and before == mark)

    def _entries(self, name: str) -> Iterator[tuple[tuple[SourceRecord, ...], tuple[Rejected, ...], bool]]:
        """Yield the entries of a file in batches, and whether each is the last."""
        try:
            found = entries(self._folder / name)
            some = list(islice(found, BATCH))
            while following := list(islice(found, BATCH)):
                yield *_sorted_out(name, some), False
                some = following
            yield *_sorted_out(name, some), True
        except BroadsheetError as error:
            yield (), (Rejected(name[-100:], error.message),), True


def _sorted_out(name: str, some: list[Entry]) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
    records = tuple(one for _, one in some if isinstance(one, SourceRecord))
    bad = tuple(Rejected(f"{name[-80:]}:{line}", one.message) for line, one in some if isinstance(one, Invalid))
    return records, bad
