"""Reads returned mails from a Maildir, and writes into our own, which the listener fills.

What they tell is `reading`'s matter.
The form is that of maildir(5): a file is whole once it has its name in `new`, and a mail that was read is marked by its
name, so that no lock is needed and other programs may look at the same folder.
"""

import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from broadsheet.clock import Clock
from broadsheet.errors import Unavailable
from broadsheet.mail.outbox import write_whole
from broadsheet.mail.returned.inboxes import Waiting
from broadsheet.mail.returned.parsed import LARGEST

_MOST_LISTED = 100_000  # names of a folder that are looked at in one run
_SEEN = "S"


@dataclass(frozen=True, slots=True)
class _File:
    """One file of a Maildir."""

    path: Path
    raw: bytes
    keep: bool
    recipients: Sequence[str] = ()  # servers write them into Delivered-To

    def done(self) -> None:
        try:
            if self.keep:
                self.path.rename(self.path.parents[1] / "cur" / f"{self.path.name.partition(':')[0]}:2,{_SEEN}")
            else:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(self.path.parents[1], error) from error


class Maildir:
    """A Maildir; what was read is marked as seen, or removed where nobody else looks at it (`keep` is false)."""

    def __init__(self, folder: Path, *, keep: bool = True) -> None:
        self._folder = folder
        self._keep = keep

    def waiting(self, most: int) -> Iterator[Waiting]:
        """Yield unseen mails by name, which begins with their time; raises `Unavailable`."""
        for path in self._unseen()[:most]:
            try:
                with path.open("rb") as file:
                    raw = file.read(LARGEST)
            except FileNotFoundError:  # somebody else moved it
                continue
            except OSError as error:
                raise _unusable(self._folder, error) from error
            yield _File(path, raw, self._keep)

    def probe(self) -> None:
        """Look whether it is there and can be changed; raises `Unavailable`."""
        self._unseen()
        for name in ("new", "cur"):
            if not os.access(self._folder / name, os.R_OK | os.W_OK | os.X_OK):
                raise _unusable(self._folder, PermissionError(13, f"no right to change {name}"))

    def describe(self) -> str:
        """Return what it is."""
        return f"the Maildir {self._folder}"

    def _unseen(self) -> list[Path]:
        found: list[Path] = []
        for name in ("new", "cur"):
            try:
                with os.scandir(self._folder / name) as entries:
                    found += [Path(one.path) for one in islice(entries, _MOST_LISTED) if _is_unseen(one.name)]
            except OSError as error:
                raise _unusable(self._folder, error) from error
        return sorted(found, key=lambda path: path.name)


class Spool(Maildir):
    """Our own Maildir, in the instance's home: made when first needed, and emptied by whoever reads it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__(folder, keep=False)
        self._own = folder
        self._clock = clock

    def keep(self, content: bytes) -> None:
        """Write one mail, whole on the disk before this returns; raises `OSError`."""
        self._make()
        name = f"{self._clock.now().timestamp():.6f}.{secrets.token_hex(8)}.broadsheet"
        write_whole(self._own / "tmp" / name, content)
        (self._own / "tmp" / name).rename(self._own / "new" / name)

    def is_full(self, most: int) -> bool:
        """Tell whether so many mails wait already."""
        self._make()
        with os.scandir(self._own / "new") as entries:
            return sum(1 for _ in islice(entries, most)) >= most

    def _unseen(self) -> list[Path]:
        self._make()
        return super()._unseen()

    def _make(self) -> None:
        try:
            self._own.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in ("tmp", "new", "cur"):
                (self._own / name).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _unusable(self._own, error) from error


def _is_unseen(name: str) -> bool:
    return not name.startswith(".") and _SEEN not in name.partition(":2,")[2]


def _unusable(folder: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"The Maildir {folder} cannot be used ({error.strerror}). Check BROADSHEET_BOUNCE_MAILBOXES, and that this "
        "user may read and change its folders new and cur.",
        value=str(folder),
    )
