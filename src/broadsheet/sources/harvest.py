"""Harvests sources: takes the lease, goes on from the cursor, keeps each batch, and says in words how a source stands.

How a source is spoken to is its connector's matter; when the tick comes, `jobs` decides.
Records are committed before the cursor that follows them, and adding them again changes nothing: so a run that is
killed anywhere repeats a page at most and loses nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import BroadsheetError, Conflict, NotFound
from broadsheet.jobs.leases import Lease, Leases
from broadsheet.logs import get_logger
from broadsheet.outgoing import Unreachable
from broadsheet.papers.catalogue import Catalogue
from broadsheet.sources import store
from broadsheet.sources.connector import Batch, Connector, Cursor, Rejected, Unreadable
from broadsheet.sources.health import HarvestProgress, HarvestReport, SourceHealth
from broadsheet.sources.heartbeat import kept_alive

LEASE = timedelta(seconds=90)  # what a killed run costs the next one; a living one prolongs it
RETRY_AFTER = timedelta(minutes=15)
KEPT_REJECTIONS = 100

_log = get_logger("sources")


class Harvester:
    """Runs harvests over the given connectors and knows how each source stands."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        leases: Leases,
        clock: Clock,
        connectors: Mapping[str, Connector],
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._leases = leases
        self._clock = clock
        self._connectors = dict(connectors)

    def harvest(self, source: str, progress: Callable[[HarvestProgress], None] | None = None) -> HarvestReport:
        """Harvest `source` from where it stopped until nothing is left.

        Raises `NotFound` for an unknown source, `Conflict` while it is harvested elsewhere, and what the connector
        raised, after it is noted in the source's status.
        """
        connector = self._connector(source)
        with self._turn(connector) as lease:
            started_at = self._clock.now()
            counts, rejections = store.Counts(), list[Rejected]()
            cursor = store.begin(self._database, source, started_at)
            try:
                self._run(connector, cursor, lease, counts, rejections, progress)
            except Conflict:
                raise  # the lease went to another run, which writes the row from now on
            except BroadsheetError as error:
                self._fail(connector, _clause(connector, error), getattr(error, "until", None))
                raise
            except Exception as error:
                self._fail(connector, f"Harvesting {connector.title} broke: {type(error).__name__}", None)
                raise
            ended_at = self._clock.now()
            store.succeed(self._database, source, ended_at, ended_at + connector.schedule)
        return HarvestReport(
            source,
            connector.title,
            started_at,
            ended_at,
            counts.added,
            counts.changed,
            counts.unchanged,
            counts.rejected,
            tuple(rejections),
        )

    def harvest_due(self) -> list[HarvestReport]:
        """Harvest every source that is due; one that fails is reported with its error and does not stop the others."""
        rows = store.rows(self._database)
        reports = []
        for name, connector in self._connectors.items():
            now = self._clock.now()
            due = rows[name].next_due_at if name in rows else None
            if due is not None and due > now:
                continue
            try:
                reports.append(self.harvest(name))
            except Conflict:
                continue
            except BroadsheetError as error:
                _log.warning("sources.harvest_failed", source=name, error=error.message)
                row = store.rows(self._database)[name]
                reports.append(
                    HarvestReport(
                        name,
                        connector.title,
                        now,
                        self._clock.now(),
                        row.added,
                        row.changed,
                        row.unchanged,
                        row.rejected,
                        error=f"{row.error}.",
                    )
                )
        return reports

    def status(self) -> list[SourceHealth]:
        """Return how each source stands, in the order in which they are harvested."""
        now = self._clock.now()
        rows, papers = store.rows(self._database), store.paper_counts(self._database)
        held = store.held_until(self._database, [_lease_name(name) for name in self._connectors])
        found = []
        for name, connector in self._connectors.items():
            row = rows.get(name) or store.HarvestRow(name, None, None, None, None, "", None, 0, 0, 0, 0, running=False)
            running = row.running and name in rows and held.get(_lease_name(name), now) > now
            health = SourceHealth(
                name=name,
                title=connector.title,
                running=running,
                started_at=row.started_at,
                succeeded_at=row.succeeded_at,
                failed_at=row.failed_at,
                error=row.error,
                next_due_at=row.next_due_at,
                added=row.added,
                changed=row.changed,
                unchanged=row.unchanged,
                rejected=row.rejected,
                papers=papers.get(name, 0),
                as_of=now,
            )
            found.append(replace(health, sentence=health.words()))
        return found

    def first_round_done(self) -> bool:
        """Whether every source was tried to its end once, well or not, so that waiting longer brings nothing."""
        rows = store.rows(self._database)
        return all(name in rows and (rows[name].succeeded_at or rows[name].failed_at) for name in self._connectors)

    @contextmanager
    def _turn(self, connector: Connector) -> Iterator[Lease]:
        """Hold the source, and its upstream, across all processes of the instance; yields the source's lease."""
        with ExitStack() as held:
            for name in (f"upstream:{connector.upstream}", _lease_name(connector.name)):
                lease = held.enter_context(self._leases.held(name, LEASE))
                held.enter_context(kept_alive(self._leases, lease, LEASE))
            yield lease

    def _connector(self, source: str) -> Connector:
        if source not in self._connectors:
            known = ", ".join(self._connectors) or "none"
            raise NotFound(f"There is no source {source!r:.60}; this instance has: {known}.", value=source)
        return self._connectors[source]

    def _run(
        self,
        connector: Connector,
        cursor: Cursor | None,
        lease: Lease,
        counts: store.Counts,
        rejections: list[Rejected],
        progress: Callable[[HarvestProgress], None] | None,
    ) -> None:
        # Closed here and not by chance: a connector may have to wait before its upstream's lease goes to the next.
        with closing(connector.batches(cursor)) as batches:
            for number, batch in enumerate(batches, start=1):
                self._keep(batch, counts, rejections)
                self._leases.extend(lease, LEASE)
                store.advance(self._database, connector.name, batch.cursor, counts)
                for rejected in batch.rejected:
                    _log.info(
                        "sources.record_rejected", source=connector.name, key=rejected.key, reason=rejected.reason
                    )
                if progress:
                    progress(_progress(connector, number, counts))

    def _keep(self, batch: Batch, counts: store.Counts, rejections: list[Rejected]) -> None:
        if batch.records:
            intake = self._catalogue.add(batch.records)
            counts.added += intake.added
            counts.changed += intake.changed
            counts.unchanged += intake.unchanged
        counts.rejected += len(batch.rejected)
        rejections.extend(batch.rejected[: KEPT_REJECTIONS - len(rejections)])

    def _fail(self, connector: Connector, clause: str, until: datetime | None) -> None:
        now = self._clock.now()
        again = now + min(RETRY_AFTER, connector.schedule)
        store.fail(self._database, connector.name, now, max(again, until or again), clause)


def _progress(connector: Connector, batches: int, counts: store.Counts) -> HarvestProgress:
    papers = counts.added + counts.changed + counts.unchanged
    return HarvestProgress(
        connector.name, connector.title, batches, papers, counts.added, counts.changed, counts.rejected
    )


def _lease_name(source: str) -> str:
    return f"harvest:{source}"


def _clause(connector: Connector, error: BroadsheetError) -> str:
    """Say what went wrong without a full stop, so that the next try can follow."""
    if isinstance(error, Unreachable):
        return f"{connector.title} could not be reached: {error.cause}"
    if isinstance(error, Unreadable):
        return f"{connector.title} gave an answer that cannot be used: {error.cause}"
    return f"{connector.title} was not harvested: {error.message.rstrip('.')}"
