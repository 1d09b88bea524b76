"""Merges what is stored anew when the rules have changed: paper by paper, in slices, from where it stopped.

What happens to one slice is `intake.redo`'s. A slice is one transaction with the place that was reached, so that a
crash costs nothing and harvests go on between two slices.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from broadsheet.clock import Clock
from broadsheet.database import changes
from broadsheet.database.engine import Database
from broadsheet.database.schema import instance, paper
from broadsheet.papers import intake, merging
from broadsheet.papers.intake import Redone

SLICE = 500
_NAME = "merging"
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where merging anew stands: by which rules, and after which paper to go on; `done` when there is none left."""

    rules: int
    after: int
    done: bool


class _TakenBackError(Exception):
    """Ends a transaction of a dry run."""


class Remerging:
    """Merges one database's papers anew."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def due(self) -> bool:
        """Say whether papers are left that were not yet merged by today's rules."""
        with self._database.read() as connection:
            return not _place(connection).done

    def run(self, progress: Progress | None = None, *, restart: bool = False, dry: bool = False) -> Iterator[Redone]:
        """Go on until all is merged by today's rules, and yield what each slice changed.

        `restart` begins with the first paper. A `dry` run goes through all papers and leaves each as it was; only the
        keys by which records are found are written.
        """
        if restart:
            with self._database.write() as connection:
                connection.execute(delete(instance).where(instance.c.name == _NAME))
        after, total, count = 0, self._count(), 0
        if dry:
            self._write_keys(progress, total)
        while (step := self._dry(after) if dry else self._step()) is not None:
            redone, after, papers = step
            count += papers
            if progress:
                progress(count, total)
            yield redone

    def step(self) -> Redone | None:
        """Merge the next slice anew; None where nothing is left."""
        done = self._step()
        return done[0] if done else None

    def _step(self) -> tuple[Redone, int, int] | None:
        with self._database.write() as connection:
            changes.take(connection, 0)  # of two that go on at once, one waits and takes the next slice
            place = _place(connection)
            ids = [] if place.done else _next(connection, place.after)
            if not ids:
                if not place.done:
                    _remember(connection, _Place(merging.RULES, place.after, True))
                return None
            redone = intake.redo(connection, ids, self._clock.now())
            _remember(connection, _Place(merging.RULES, ids[-1], False))
        return redone, ids[-1], len(ids)

    def _dry(self, after: int) -> tuple[Redone, int, int] | None:
        found: list[tuple[Redone, int, int]] = []
        try:
            with self._database.write() as connection:
                ids = _next(connection, after)
                if ids:
                    found.append((intake.redo(connection, ids, self._clock.now()), ids[-1], len(ids)))
                raise _TakenBackError
        except _TakenBackError:
            return found[0] if found else None

    def _write_keys(self, progress: Progress | None, total: int) -> None:
        after, count = 0, 0
        while True:
            with self._database.write() as connection:
                ids = _next(connection, after)
                if not ids:
                    return
                intake.write_keys(connection, ids)
            after, count = ids[-1], count + len(ids)
            if progress:
                progress(count, total)

    def _count(self) -> int:
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(paper)).scalar_one()


def _next(connection: Connection, after: int) -> list[int]:
    return list(connection.scalars(select(paper.c.id).where(paper.c.id > after).order_by(paper.c.id).limit(SLICE)))


def _place(connection: Connection) -> _Place:
    text = connection.execute(select(instance.c.value).where(instance.c.name == _NAME)).scalar_one_or_none()
    found = _Place(**json.loads(text)) if text else None
    return found if found and found.rules == merging.RULES else _Place(merging.RULES, 0, False)


def _remember(connection: Connection, place: _Place) -> None:
    value = json.dumps({"rules": place.rules, "after": place.after, "done": place.done})
    connection.execute(delete(instance).where(instance.c.name == _NAME))
    connection.execute(insert(instance).values(name=_NAME, value=value))
