"""The change of an index to another encoder: papers are re-encoded into a second gallery, most wanted first, while the
index goes on answering with the first.

When the last paper is done is told to `index`, which changes over. Nothing here touches the index's own files, and
whatever was committed is there after a kill.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from broadsheet.clock import Clock
from broadsheet.encoders.encoder import Encoder
from broadsheet.errors import Conflict, Unavailable
from broadsheet.logs import get_logger
from broadsheet.papers.paper import Paper
from broadsheet.search import gallery, manifest
from broadsheet.search.engine import Engine, Ids
from broadsheet.search.galleries import Galleries
from broadsheet.search.gallery import GalleryReader, GalleryWriter
from broadsheet.search.locks import locked
from broadsheet.search.remembered import RememberedEncoder
from broadsheet.search.snapshot import Snapshot
from broadsheet.search.writer import PaperChange

CHUNK: Final = 64  # papers between two looks at the clock: two seconds of the slowest encoder
COMMIT_EVERY: Final = timedelta(seconds=5)
_PREFIX: Final = "next-"
_LOCK: Final = "next.lock"

Progress = Callable[[int, int], None]
_log: Any = get_logger("search")


@dataclass(frozen=True, slots=True)
class Changing:
    """What a change of encoder needs from outside the index.

    `find` gives the encoder of a fingerprint, None if it cannot be loaded any more; `papers` gives papers by
    number; `first` names those that readers look at most, best first.
    """

    find: Callable[[str], Encoder | None]
    papers: Callable[[Sequence[int]], Sequence[Paper]]
    first: Callable[[], Sequence[int]]


@dataclass(frozen=True, slots=True)
class UpgradeStatus:
    """How far the change is: `left` is in seconds, None while no pace is known; `lost` says the old encoder is gone."""

    encoder: str
    done: int
    total: int
    left: float | None
    lost: bool

    @property
    def sentence(self) -> str:
        """The progress in words."""
        said = f"{self.done:,} of {self.total:,} papers are re-encoded by {self.encoder}"
        if self.left is not None and self.done < self.total:
            said += f"; about {_span(self.left)} left"
        if self.lost:
            said += ". The encoder before it cannot be loaded any more: the other papers are found by their words alone"
        return said + "."


class Upgrade:
    """The second gallery of one index directory, read by any process and filled by one at a time."""

    def __init__(
        self,
        directory: Path,
        encoder: Encoder,
        changes: Callable[[int, int], Sequence[PaperChange]],
        changing: Changing,
        clock: Clock,
    ) -> None:
        """`changes` is the change log: what came after a change, at most so many."""
        self._root, self._encoder = directory, encoder
        self._changes, self._changing, self._clock = changes, changing, clock
        self._directory = directory / place_of(encoder)
        self._guard = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._reader: GalleryReader | None = None
        self._sound = False
        self._joined: tuple[Snapshot, GalleryReader, Galleries] | None = None

    def over(self, held: Snapshot) -> Engine:
        """Return both galleries as one engine; the old one alone while the new one is empty or cannot be read."""
        with self._guard:
            reader = self._opened()
            if reader is None:
                return held
            if self._joined is None or self._joined[0] is not held or self._joined[1] is not reader:
                self._joined = held, reader, Galleries(held, reader, held.dimension, reader.dimension)
            return self._joined[2]

    def status(self, held: Snapshot, *, lost: bool) -> UpgradeStatus:
        """Say how many of the index's papers are done."""
        with self._guard:
            reader = self._opened()
        known = gallery.read(self._directory)
        done = int(reader.holds(held.ids()).sum()) if reader else 0
        left = (len(held) - done) / known.pace if known and known.pace else None
        return UpgradeStatus(self._encoder.name, done, len(held), left, lost)

    def fault(self) -> str | None:
        """Return what is wrong with the gallery's files, in words; it is begun anew by the next filling."""
        held = gallery.read(self._directory)
        return gallery.fault(self._directory, held) if held else None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to fill the gallery during the block; raises `Conflict` while another process has it."""
        with locked(self._root / _LOCK) as free:
            if not free:
                raise Conflict("Another process is re-encoding the papers already; it goes on there.")
            yield

    def fill(self, held: Snapshot, seconds: float | None, progress: Progress | None = None) -> tuple[int, bool]:
        """Re-encode for about `seconds` (None: to the end); return how many papers, and whether none is left.

        Only within `writing`. Begins with what changed since the last time, then goes on with the most wanted.
        """
        run = _Run(self._writer(held), self._clock, seconds)
        try:
            left = self._follow(run, self._now_readable(), progress, held)
            left = left or self._backlog(run, held, progress)
            run.commit()
        except Unavailable:  # the new encoder's server fell silent: what was done stays done
            run.commit()
            raise
        finally:
            run.writer.close()
        return run.done, not left

    def remembered(self) -> Encoder:
        """Return the new encoder, sparing itself what the gallery has."""
        reader = self._now_readable()
        return RememberedEncoder(self._encoder, reader) if reader else self._encoder

    def _follow(self, run: _Run, reader: GalleryReader | None, progress: Progress | None, held: Snapshot) -> bool:
        """Re-encode new papers and new wordings; return whether time ran out before the end of the change log."""
        while batch := self._changes(run.change, CHUNK):
            papers = [one.paper for one in batch if one.paper and not (reader and reader.same(one.paper))]
            run.put(papers, batch[-1].change)
            if progress and reader:
                progress(min(len(reader.ids) + run.done, len(held)), len(held))
            if run.is_over:
                return True
        return False

    def _backlog(self, run: _Run, held: Snapshot, progress: Progress | None) -> bool:
        """Re-encode papers that the gallery lacks; return whether any is left."""
        run.commit()
        waiting = self._waiting(held)
        total = len(held)
        before = total - len(waiting)
        for start in range(0, len(waiting), CHUNK):
            if run.is_over:
                return True
            some = waiting[start : start + CHUNK]
            run.put(self._changing.papers(some.tolist()), run.change)
            if progress:
                progress(before + start + len(some), total)
        return False

    def _waiting(self, held: Snapshot) -> Ids:
        """Return the papers without a new vector: each as early as it stands among the most read or the newest."""
        reader = self._now_readable()
        ids = held.ids()
        ids = ids[~reader.holds(ids)] if reader else ids
        by_date = np.empty(len(ids), np.int64)
        by_date[np.lexsort((-ids, -held.days(ids)))] = np.arange(len(ids))
        read_most = {paper_id: place for place, paper_id in enumerate(self._changing.first())}
        by_readers = np.array([read_most.get(one, len(ids) + len(read_most)) for one in ids.tolist()], np.int64)
        return ids[np.lexsort((by_date, np.minimum(by_date, by_readers)))]

    def _writer(self, held: Snapshot) -> GalleryWriter:
        """Return a writer that goes on after the last commit; a gallery that is broken is begun anew."""
        known = gallery.read(self._directory)
        fault = self.fault() if known else None
        if known and known.fingerprint != self._encoder.fingerprint:
            fault = "it is of another encoder"
        if fault or known is None:
            if fault:
                _log.warning("gallery_made_again", fault=fault)
            shutil.rmtree(self._directory, ignore_errors=True)
            known = None
        return GalleryWriter(self._directory, self._encoder, known, held.state.change)

    def _now_readable(self) -> GalleryReader | None:
        with self._guard:
            return self._opened()

    def _opened(self) -> GalleryReader | None:
        """Return the newest commit; whoever opens the first looks at every bit, as a writer here keeps it right."""
        stamp = manifest.stamp(self._directory)
        if stamp == self._stamp or stamp == (0, 0):  # without one it was just dropped: what is open stays good
            return self._reader
        known = gallery.read(self._directory)
        if known is None or known.fingerprint != self._encoder.fingerprint:
            return None
        try:
            fault = None if self._sound else gallery.fault(self._directory, known)
            self._reader = None if fault else GalleryReader(self._directory, known, self._encoder)
        except OSError as error:
            fault, self._reader = str(error), None
        if fault:
            _log.warning("gallery_unusable", fault=fault)
        self._sound, self._stamp = fault is None, stamp
        return self._reader


class _Run:
    """One filling: when it began, what it did, and when it has to commit and to end."""

    def __init__(self, writer: GalleryWriter, clock: Clock, seconds: float | None) -> None:
        self.writer, self._clock = writer, clock
        self.change, self.done = writer.state.change, 0
        self._began = clock.now()
        self._committed: datetime = self._began
        self._waiting = 0
        self._until = None if seconds is None else self._began + timedelta(seconds=seconds)

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self._until is not None and self._clock.now() >= self._until

    def put(self, papers: Sequence[Paper], change: int) -> None:
        """Re-encode papers; commits now and then."""
        self.writer.put(papers)
        self.change = change
        self.done, self._waiting = self.done + len(papers), self._waiting + len(papers)
        if self._clock.now() - self._committed >= COMMIT_EVERY:
            self.commit()

    def commit(self) -> None:
        """Commit what was done since the last commit, if anything was."""
        if not self._waiting and self.change == self.writer.state.change and self.writer.state.commit:
            return
        now = self._clock.now()
        self.writer.commit(self.change, self._began, now)
        self._committed, self._waiting = now, 0


def place_of(encoder: Encoder) -> str:
    """Return the name of the directory in which an encoder's gallery fills."""
    return _PREFIX + hashlib.sha256(encoder.fingerprint.encode()).hexdigest()[:12]


def drop_all(directory: Path) -> None:
    """Remove every gallery that was filling; who still reads one keeps it until done."""
    for path in directory.glob(f"{_PREFIX}*"):
        shutil.rmtree(path, ignore_errors=True)


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"
