"""One run over a source: its turn among all processes of the instance, and what it has kept and counted so far.

Which batches there are is the connector's matter, which cursor is kept `harvest`'s and `backfill`'s.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta

from broadsheet.errors import BroadsheetError, Conflict
from broadsheet.jobs.leases import Lease, Leases
from broadsheet.logs import get_logger
from broadsheet.outgoing import Unreachable
from broadsheet.papers.catalogue import Catalogue
from broadsheet.sources import store
from broadsheet.sources.connector import Batch, Connector, Rejected, Unreadable
from broadsheet.sources.health import HarvestProgress, HarvestReport
from broadsheet.sources.heartbeat import kept_alive

LEASE = timedelta(seconds=90)
KEPT_REJECTIONS = 100

_log = get_logger("sources")


class Run:
    """Keeps batch after batch of one connector."""

    def __init__(self, catalogue: Catalogue, connector: Connector, counts: store.Counts | None = None) -> None:
        self._catalogue = catalogue
        self._connector = connector
        self._batches = 0
        self._rejections: list[Rejected] = []
        self.counts = counts or store.Counts()

    def keep(self, batch: Batch) -> HarvestProgress:
        """Commit what `batch` holds, and return how far the run is."""
        counts = self.counts
        if batch.records:
            intake = self._catalogue.add(batch.records)
            counts.added += intake.added
            counts.changed += intake.changed
            counts.unchanged += intake.unchanged
            counts.withdrawn += sum(record.withdrawn for record in batch.records)
        counts.rejected += len(batch.rejected)
        self._rejections.extend(batch.rejected[: KEPT_REJECTIONS - len(self._rejections)])
        for rejected in batch.rejected:
            _log.info("sources.record_rejected", source=self._connector.name, key=rejected.key, reason=rejected.reason)
        self._batches += 1
        return self._progress()

    def report(self, started_at: datetime, ended_at: datetime) -> HarvestReport:
        """Return what the run brought."""
        return HarvestReport(
            self._connector.name,
            self._connector.title,
            started_at,
            ended_at,
            self.counts.added,
            self.counts.changed,
            self.counts.unchanged,
            self.counts.rejected,
            self.counts.withdrawn,
            tuple(self._rejections),
        )

    def _progress(self) -> HarvestProgress:
        counts, connector = self.counts, self._connector
        papers = counts.added + counts.changed + counts.unchanged
        return HarvestProgress(
            connector.name, connector.title, self._batches, papers, counts.added, counts.changed, counts.rejected
        )


@contextmanager
def turn(leases: Leases, connector: Connector, work: str, length: timedelta) -> Iterator[Lease]:
    """Hold the connector's upstream, and the lease `work`, across all processes of the instance; yields the latter.

    Each is taken for `length` and prolonged during the block: so much a killed run costs the next one. Raises
    `Conflict` while another process holds one of them.
    """
    with ExitStack() as held:
        for name in (f"upstream:{connector.upstream}", work):
            lease = held.enter_context(_taken(leases, connector, name, length))
            held.enter_context(kept_alive(leases, lease, length))
        yield lease


@contextmanager
def _taken(leases: Leases, connector: Connector, name: str, length: timedelta) -> Iterator[Lease]:
    try:
        lease = leases.take(name, length)
    except Conflict as error:
        raise Conflict(
            f"{connector.title} is being asked by another process already, which goes on; try again when it is done.",
            value=connector.name,
        ) from error
    try:
        yield lease
    finally:
        leases.give_back(lease)


def clause(connector: Connector, error: Exception) -> str:
    """Say what went wrong without a full stop, so that the next try can follow."""
    if isinstance(error, Unreachable):
        return f"{connector.title} could not be reached: {error.cause}"
    if isinstance(error, Unreadable):
        return f"{connector.title} gave an answer that cannot be used: {error.cause}"
    if isinstance(error, BroadsheetError):
        said = error.message.rstrip(".")
        return said if said.startswith(connector.title) else f"{connector.title} was not harvested: {said}"
    return f"Harvesting {connector.title} broke: {type(error).__name__}"
