"""The index on disk: opened, caught up from the change log, checked, and made again when it is broken.

What is in it is `snapshot`'s to read and `writer`'s to write; how it changes to another encoder is `upgrade`'s.
The database is the truth: whatever is missing or damaged is made again from it, never served.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from broadsheet.clock import Clock
from broadsheet.encoders.encoder import Encoder
from broadsheet.encoders.kept import LostEncoder
from broadsheet.errors import Conflict, Unavailable
from broadsheet.jobs.leases import Lease, Leases
from broadsheet.logs import get_logger
from broadsheet.search import manifest, soundness
from broadsheet.search.dense import one_thread_each
from broadsheet.search.engine import Engine
from broadsheet.search.locks import WritersTurn
from broadsheet.search.manifest import FORMAT, Manifest
from broadsheet.search.memory import MemoryEngine
from broadsheet.search.snapshot import Snapshot
from broadsheet.search.upgrade import Changing, Upgrade, UpgradeStatus, drop_all
from broadsheet.search.verified import UNSEEN_SECONDS, Verified
from broadsheet.search.writer import PaperChange, Writer

BATCH: Final = 1_000
COMMIT_EVERY: Final = 20_000  # changes: what a kill costs is indexed again within seconds
COMMIT_SHARE: Final = 20  # and one in so many of what is held: many small segments make each search slower
REBUILDING: Final = "rebuilding.json"  # the manifest of a directory that no reader finds yet
_OTHER_WRITER: Final = timedelta(minutes=1)
_SAME_FILES_TRIES: Final = 20
_TRY_SECONDS: Final = 0.05

Progress = Callable[[int, int], None]
_log: Any = get_logger("search")


class ChangeLog(Protocol):
    """What the index reads of the catalogue."""

    def last_change(self) -> int:
        """Return the number of the newest change."""
        ...

    def changes_after(self, change: int, limit: int = ...) -> Sequence[PaperChange]:
        """Return the next changes in order."""
        ...


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How the index stands: `behind` counts changes that it lacks, `fault` says what is wrong with it.

    `upgrade` is there while it changes to another encoder than `encoder`.
    """

    papers: int
    change: int
    behind: int
    encoder: str
    bytes: int
    fault: str | None
    upgrade: UpgradeStatus | None = None

    @property
    def sentence(self) -> str:
        """The status in words."""
        if self.fault:
            return f"The index is not usable: {self.fault}. The next indexing makes it again from the database."
        lag = f"; {self.behind:,} changes wait to be indexed" if self.behind else ", up to date"
        size = f"{self.bytes / 1e6:,.1f} MB on disk"
        said = f"{self.papers:,} papers are indexed by {self.encoder}{lag}, {size}."
        return f"{said} {self.upgrade.sentence}" if self.upgrade else said


class Index:
    """One index directory; safe to share between threads, and to open in many processes."""

    def __init__(
        self,
        directory: Path,
        encoder: Encoder,
        catalogue: ChangeLog,
        leases: Leases,
        clock: Clock,
        changing: Changing | None = None,
    ) -> None:
        self._directory, self._encoder, self._catalogue = directory, encoder, catalogue
        self._turn, self._clock = WritersTurn(directory, leases, clock), clock
        self._lock = threading.Lock()
        self._engine: Snapshot | None = None
        self._stamp: tuple[int, int] | None = None
        self._fault: str | None = None
        self._sound: tuple[int, int] | None = None  # the manifest at which every bit was last known to be right
        self._changing = changing
        self._upgrade: Upgrade | None = None
        self._others: dict[str, Encoder] = {}

    @classmethod
    def open(
        cls,
        directory: Path,
        encoder: Encoder,
        catalogue: ChangeLog,
        leases: Leases,
        clock: Clock,
        changing: Changing | None = None,
    ) -> Index:
        """Open the index in `directory`, empty if there is none; a broken one is made again by the next `catch_up`.

        One that another encoder made answers on while `upgrade` changes it; without `changing` it is made again.
        Which of two encoders is the old one is settled here: a process whose index another one changes follows it.
        """
        one_thread_each()
        directory.mkdir(parents=True, exist_ok=True)
        index = cls(directory, encoder, catalogue, leases, clock, changing)
        index._fault = index._examined(Verified(directory))
        held = manifest.read(directory)
        if changing and held and not index._fault and not index._is_ours(held):
            index._upgrade = Upgrade(directory, encoder, catalogue.changes_after, changing, clock)
        if index._fault:
            _log.warning("index_unusable", fault=index._fault)
        return index

    def engine(self) -> Engine:
        """Return the newest state for searching; raises `Unavailable` while the index waits to be made again."""
        held = self._snapshot()
        upgrade = self._upgrade_of(held)
        if held and upgrade:
            return upgrade.over(held)
        return held or MemoryEngine((), self._encoder)

    def stamp(self) -> tuple[int, int]:
        """Return what changes with every commit, also one of another process."""
        return manifest.stamp(self._directory)

    def catch_up(self, progress: Progress | None = None) -> int:
        """Index every change not yet in, and return how many papers that were; 0 while another process does so.

        Begins by mending: a half-written tail is cut off, a broken index is made again from the database.
        Raises `Unavailable` when the files cannot be written.
        """
        if not self._fault and self._is_current():
            return 0
        with self._turn.taken() as lease:
            if lease is None:
                return 0
            with _told():
                writer = self._writer()
                try:
                    indexed = self._fill(writer, lease, progress, shown=True)
                finally:
                    writer.close()
                self._clock.sleep(UNSEEN_SECONDS)
                soundness.vouch(self._directory, writer.directory, writer.state)
            self._drop_others(writer.directory)
            return indexed

    def rebuild(self, progress: Progress | None = None) -> int:
        """Make the index anew beside the old one, then swap; raises `Conflict` while another process writes.

        Goes on where a rebuild that was killed made its last commit.
        """
        with self._turn.taken() as lease:
            if lease is None:
                raise Conflict("The index is being written by another process. Try again when it is done.")
            with _told():
                upgrade = self._upgrade_of(self._held_or_none())
                encoder = upgrade.remembered() if upgrade else self._encoder
                writer = self._begun(encoder) or Writer(self._directory, self._fresh_name(), encoder, None)
                try:
                    if not writer.state.commit:
                        writer.commit(0)
                    indexed = self._fill(writer, lease, progress, shown=False)
                    writer.point()
                finally:
                    writer.close()
                self._clock.sleep(UNSEEN_SECONDS)
                soundness.vouch(self._directory, writer.directory, writer.state)
            self._fault = None
            (self._directory / REBUILDING).unlink(missing_ok=True)
            self._drop_others(writer.directory)
            _log.info("index_rebuilt", papers=indexed, directory=writer.directory)
            return indexed

    def upgrade(self, seconds: float | None = None, progress: Progress | None = None) -> int:
        """Re-encode papers for about `seconds` (None: all of them); return how many, 0 if the encoder is the index's.

        Once none is left the index is made of the new vectors beside the old one, and takes its place at once.
        Raises `Conflict` while another process does so, and `Unavailable` when the files cannot be written.
        """
        held = self._held_or_none()
        upgrade = self._upgrade_of(held)
        if not held or not upgrade:
            return 0
        with upgrade.writing(), _told():
            done, complete = upgrade.fill(held, seconds, progress)
            if complete:
                self._change_over(progress)
        return done

    def upgrading(self) -> UpgradeStatus | None:
        """Say how far the change to another encoder is, None if there is none."""
        held = self._held_or_none()
        upgrade = self._upgrade_of(held)
        return upgrade.status(held, lost=isinstance(held.encoder, LostEncoder)) if held and upgrade else None

    def status(self) -> IndexStatus:
        """Say how the index stands."""
        held = self._held_or_none()
        change = held.state.change if held else 0
        return IndexStatus(
            papers=len(held) if held else 0,
            change=change,
            behind=max(self._catalogue.last_change() - change, 0),
            encoder=(held.encoder if held else self._encoder).name,
            bytes=sum(path.stat().st_size for path in self._directory.rglob("*") if path.is_file()),
            fault=self._fault,
            upgrade=self.upgrading(),
        )

    def verify(self) -> str | None:
        """Read whole what `open` trusts as untouched, and return what is wrong; `catch_up` makes that anew."""
        fault = self._examined()
        if fault:
            _log.warning("index_unusable", fault=fault)
            self._fault = fault
        return fault

    def check(self) -> list[str]:
        """Return every way in which the index and the database disagree, in words; none is well."""
        fault = self._examined()
        if fault:
            return [f"The index is not usable: {fault}. Run `broadsheet index rebuild`."]
        held = self._snapshot()
        state = held.state.change if held else 0
        known = {change.paper_id for batch in self._changes(0) for change in batch if change.paper}
        faults = []
        if state < self._catalogue.last_change():
            faults.append(f"The index holds changes up to {state:,} of {self._catalogue.last_change():,}.")
        halves = (("vectors", held.ids()), ("texts", held.text_ids())) if held else ()
        for half, ids in halves:
            faults += soundness.differences(half, ids, known)
        if not held and known:
            faults.append(f"The index is empty; the database has {len(known):,} papers.")
        upgrade = self._upgrade_of(held)
        if upgrade and (fault := upgrade.fault()):
            faults.append(f"The gallery that is filling is not usable: {fault}. It is begun anew by itself.")
        return faults

    def _change_over(self, progress: Progress | None) -> None:
        """Make the index anew out of the new gallery, waiting for whoever writes a few new papers meanwhile."""
        until = self._clock.now() + _OTHER_WRITER
        while True:
            try:
                self.rebuild(progress)
                break
            except Conflict:
                if self._clock.now() >= until:
                    raise
                self._clock.sleep(0.2)
        drop_all(self._directory)
        _log.info("encoder_changed", encoder=self._encoder.name)

    def _upgrade_of(self, held: Snapshot | None) -> Upgrade | None:
        """Return the change of encoder that this index is in, if it is in one."""
        return self._upgrade if held and held.encoder is not self._encoder else None

    def _is_ours(self, held: Manifest) -> bool:
        """Say whether the configured encoder made the index; by its name while its server is silent."""
        try:
            return held.fingerprint == self._encoder.fingerprint
        except Unavailable:
            return held.encoder == self._encoder.name

    def _encoder_of(self, held: Manifest) -> Encoder:
        """Return the encoder that made the index; one that says nothing where that one cannot be loaded any more."""
        if self._is_ours(held):
            return self._encoder
        if held.fingerprint not in self._others:
            found = self._changing.find(held.fingerprint) if self._changing else None
            if found is None:
                _log.warning("encoder_lost", encoder=held.encoder)
            self._others[held.fingerprint] = found or LostEncoder(held.encoder, held.fingerprint, held.dimension)
        return self._others[held.fingerprint]

    def _held_or_none(self) -> Snapshot | None:
        try:
            return self._snapshot()
        except Unavailable:
            return None

    def _fill(self, writer: Writer, lease: Lease, progress: Progress | None, *, shown: bool) -> int:
        """Write every change after the writer's state; let readers see each commit if `shown`."""
        began, total = writer.state.change, self._catalogue.last_change()
        indexed = waiting = 0
        change = began
        for batch in self._changes(began):
            taken = writer.take(batch)
            change = batch[-1].change
            indexed, waiting = indexed + taken, waiting + len(batch)
            lease = self._turn.extended(lease)
            if progress:
                progress(change - began, max(total, change) - began)
            if waiting >= max(COMMIT_EVERY, writer.state.rows // COMMIT_SHARE):
                self._commit(writer, change, shown=shown)
                waiting = 0
        if waiting or max(total, change) > writer.state.change:
            self._commit(writer, max(total, change), shown=shown)
        return indexed

    def _commit(self, writer: Writer, change: int, *, shown: bool) -> None:
        writer.commit(change)
        if shown:
            writer.point()
            self._sound = manifest.stamp(self._directory)
        else:
            writer.point(REBUILDING)

    def _changes(self, change: int) -> Iterator[Sequence[PaperChange]]:
        while batch := self._catalogue.changes_after(change, BATCH):
            yield batch
            change = batch[-1].change

    def _writer(self) -> Writer:
        """Return a writer that goes on where the last commit ended, or begins anew if that is broken."""
        if self._fault or self._sound != manifest.stamp(self._directory):
            # a fault may be one that no file's look tells of
            self._fault = self._examined(None if self._fault else Verified(self._directory))
        held = manifest.read(self._directory)
        if held and not self._fault:
            encoder = self._encoder_of(held)
            if isinstance(encoder, LostEncoder) and not self._upgrade:
                raise _changed_away(encoder.name)
            state = Snapshot(self._directory, held, encoder).state
            writer = Writer(self._directory, held.directory, encoder, state)
            if state != held.state:  # killed between the commit and its manifest
                writer.point()
            return writer
        if self._fault:
            _log.warning("index_made_again", fault=self._fault)
        writer = Writer(self._directory, self._fresh_name(), self._encoder, None)
        writer.commit(0)
        writer.point()
        self._fault = None
        return writer

    def _begun(self, encoder: Encoder) -> Writer | None:
        """Return a writer that goes on with a rebuild that was killed; None where there is none, or none to trust."""
        held, current = manifest.read(self._directory, REBUILDING), manifest.read(self._directory)
        if held is None or (current and held.directory == current.directory) or self._fault_of(held, None):
            return None
        if (held.fingerprint, held.dimension) != (encoder.fingerprint, encoder.dimension):
            return None
        state = Snapshot(self._directory, held, encoder).state
        _log.info("rebuild_resumed", change=state.change, rows=state.rows)
        return Writer(self._directory, held.directory, encoder, state)

    def _is_current(self) -> bool:
        try:
            held, named = self._snapshot(), manifest.read(self._directory)
        except Unavailable:
            return False
        if held is None or named is None or named.state != held.state:
            return False
        return held.state.change >= self._catalogue.last_change()

    def _snapshot(self) -> Snapshot | None:
        """Return the newest commit, None where there is no index yet; raises `Unavailable` for a broken one."""
        with self._lock:
            if self._fault:
                raise _unusable(self._fault)
            for _ in range(_SAME_FILES_TRIES):
                stamp = manifest.stamp(self._directory)
                if stamp == self._stamp:
                    return self._engine
                held = manifest.read(self._directory)
                try:
                    self._engine = self._opened(held) if held else None
                    self._stamp = stamp
                except OSError as error:  # another process may just have replaced it
                    reason = str(error)
                    self._clock.sleep(_TRY_SECONDS)
            if self._stamp != stamp:
                self._fault = reason
                raise _unusable(reason)
            return self._engine

    def _opened(self, held: Manifest) -> Snapshot:
        return Snapshot(self._directory, held, self._encoder_of(held))

    def _examined(self, known: Verified | None = None) -> str | None:
        """Return what is wrong with the files, in words; looks again if a writer changed them meanwhile.

        What `known` vouches for is not read.
        """
        for _ in range(_SAME_FILES_TRIES):
            stamp = manifest.stamp(self._directory)
            fault = self._fault_now(known)
            if not fault or stamp == manifest.stamp(self._directory):
                self._sound = None if fault else stamp
                break
        return fault

    def _fault_now(self, known: Verified | None) -> str | None:
        held = manifest.read(self._directory)
        if held is None:
            return "its manifest cannot be read" if any(self._directory.glob("g*")) else None
        return self._fault_of(held, known)

    def _fault_of(self, held: Manifest, known: Verified | None) -> str | None:
        if held.format != FORMAT:
            return f"it has format {held.format} instead of {FORMAT}"
        if not self._changing and not self._is_ours(held):
            return f"it was made by another encoder, {held.encoder}"
        try:
            fault = soundness.fault(self._directory, held, known)
            if not fault:
                self._opened(held)
        except OSError as error:
            return str(error)
        return fault

    def _fresh_name(self) -> str:
        numbers = [int(found[1]) for path in self._directory.iterdir() if (found := re.fullmatch(r"g(\d+)", path.name))]
        return f"g{max(numbers, default=0) + 1:06}"

    def _drop_others(self, directory: str) -> None:
        """Remove what older indexes left; who still reads it keeps it until done. A rebuild may still go on."""
        begun = manifest.read(self._directory, REBUILDING)
        for path in self._directory.glob("g*"):
            if path.name not in {directory, begun.directory if begun else None}:
                shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _told() -> Iterator[None]:
    """Tell a failing disk in words; what was committed stays, and the next indexing goes on from there."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"The search index cannot be written: {error}. See that the disk has room and the directory is writable.",
            value=str(error),
        ) from error


def _changed_away(name: str) -> Unavailable:
    return Unavailable(
        f"The index was changed to the encoder {name}, which cannot be loaded here. Set BROADSHEET_ENCODER to it, "
        "install what it needs, and start again.",
        value=name,
    )


def _unusable(fault: str) -> Unavailable:
    return Unavailable(
        f"The search index is not usable: {fault}. It is made again in a moment, or by `broadsheet index rebuild` now.",
        value=fault,
    )
