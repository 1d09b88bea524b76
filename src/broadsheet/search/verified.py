"""Which files of an index were read from first to last byte and found right, and how they looked then.

What is right is `columns`' and `lexical`'s to say. A file that was touched since, or so shortly before the note that a
change might not show in its time, is not vouched for: it is read again.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

NAME: Final = "verified.json"
# File systems stamp times in steps of a few milliseconds: what was written within one of the note may change unseen.
UNSEEN_SECONDS: Final = 0.05
Looks = dict[str, list[int]]


def looks(root: Path, marks: Mapping[Path, int]) -> Looks:
    """Return how files below `root` look now; a mark is what else must stay the same, such as a checksum."""
    found: Looks = {}
    for path, mark in marks.items():
        with suppress(OSError):
            found[str(path.relative_to(root))] = _look(path, mark)
    return found


def note(root: Path, seen: Looks) -> None:
    """Write down that the files were right as they looked, as one whole; where that fails they are read again."""
    fresh = root / f"{NAME}.{os.getpid()}-{threading.get_ident()}"
    try:
        fresh.write_text(json.dumps(seen))
        fresh.replace(root / NAME)
    except OSError:
        with suppress(OSError):
            fresh.unlink()


class Verified:
    """The note as it stands."""

    def __init__(self, root: Path) -> None:
        """Read the note; without one, or with one that cannot be read, nothing is vouched for."""
        self._root = root
        try:
            path = root / NAME
            self._at = path.stat().st_mtime_ns - round(UNSEEN_SECONDS * 1e9)
            self._seen: Looks = dict(json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError):
            self._at, self._seen = 0, {}

    def vouches(self, path: Path, mark: int = 0) -> bool:
        """Say whether the file looks as it did when it was right."""
        try:
            look = _look(path, mark)
        except OSError:
            return False
        return look[1] < self._at and self._seen.get(str(path.relative_to(self._root))) == look


def _look(path: Path, mark: int) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ino, mark]
