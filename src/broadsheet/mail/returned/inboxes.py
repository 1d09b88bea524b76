"""What a place is from which returned mails are read, and what waits there.

The places are `maildir`, `imap` and `listener`, each by its protocol; what mails tell is `reading`'s matter.
A mail is done only once what it tells is committed: whoever is stopped before reads it again, which changes nothing.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol


class Waiting(Protocol):
    """One mail that waits to be read."""

    @property
    def raw(self) -> bytes:
        """Its beginning, no longer than `parsed.LARGEST`."""
        ...

    @property
    def recipients(self) -> Sequence[str]:
        """For whom its envelope was, where the place kept that."""
        ...

    def done(self) -> None:
        """Take it out of what waits; raises `Unavailable`."""
        ...


class Inbox(Protocol):
    """A place where mails wait."""

    def waiting(self, most: int) -> Iterator[Waiting]:
        """Yield mails, oldest first, `most` of them at most; raises `Unavailable` where the place cannot be read."""
        ...

    def probe(self) -> None:
        """Look whether it can be read, changing nothing; raises `Unavailable`."""
        ...

    def describe(self) -> str:
        """Return what it is, for the operator: no password."""
        ...
