"""What every upstream source looks like to the harvest: a name, a rhythm, and batches of records with a cursor.

How a source is spoken to stands in its own package; when it is asked and what is kept, in `harvest`.
A batch's cursor may only be kept after its records are: whoever goes on from it must miss nothing.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from broadsheet.errors import Unavailable
from broadsheet.papers.records import SourceRecord

Cursor = Mapping[str, Any]

# How the news of a source begin that is silent: without a reason, and with one.
FAULT, QUIET = "That is a fault", "No new papers"


@dataclass(frozen=True, slots=True)
class Rejected:
    """One record that could not be used; `key` is its id at the source, or its place in the answer."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one answer held; `cursor` is plain JSON, and where to go on once these records are kept."""

    records: tuple[SourceRecord, ...]
    rejected: tuple[Rejected, ...]
    cursor: Cursor
    done: bool = False


class Unreadable(Unavailable):
    """The source answered, but not in its own language; `cause` is the reason as a clause."""

    def __init__(self, title: str, cause: str) -> None:
        super().__init__(f"{title} gave an answer that cannot be used: {cause}.", value=title)
        self.cause = cause


class Connector(Protocol):
    """One upstream source."""

    @property
    def name(self) -> str:
        """Short and stable: the key of its cursor and of its records."""
        ...

    @property
    def title(self) -> str:
        """The name that people know it by."""
        ...

    @property
    def upstream(self) -> str:
        """Whose servers are asked: connectors of one upstream take turns, so that it never has two guests of ours."""
        ...

    @property
    def schedule(self) -> timedelta:
        """How long after one good harvest the next is due."""
        ...

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield what is new since `cursor`, None at first; ends after the batch that is `done`, or is closed before.

        Raises `Unavailable` when the source fails; what was yielded before stays good.
        """
        ...


@runtime_checkable
class Ranged(Connector, Protocol):
    """A source whose past can be asked for by days."""

    def range_batches(self, since: date, until: date, cursor: Cursor | None) -> Generator[Batch]:
        """Yield what the source has for the days from `since` to `until`, both included, going on at `cursor`.

        The cursor is one of an earlier batch of the same range, None at first; else as `batches`.
        """
        ...


@runtime_checkable
class Announcing(Connector, Protocol):
    """A source that can say in a sentence what its news of late mean: a holiday, a fault, what was announced."""

    def news(
        self, now: datetime, harvested_at: datetime | None, news_at: datetime | None, cursor: Cursor | None
    ) -> str:
        """Return the sentence, empty for nothing to say; one about silence begins with `FAULT` or `QUIET`.

        `harvested_at` is when the last good harvest ended, `news_at` when one last brought a new paper, `cursor` where
        the source stands.
        """
        ...
