"""Harvests sources: takes the lease, goes on from the cursor, keeps each batch, and says in words how a source stands.

How a source is spoken to is its connector's matter; when the tick comes, `jobs` decides.
Records are committed before the cursor that follows them, and adding them again changes nothing: so a run that is
killed anywhere repeats a page at most and loses nothing.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import BroadsheetError, Conflict, NotFound
from broadsheet.jobs.leases import Lease, Leases
from broadsheet.logs import get_logger
from broadsheet.papers.catalogue import Catalogue
from broadsheet.sources import store
from broadsheet.sources.backfill import Backfill
from broadsheet.sources.connector import FAULT, QUIET, Announcing, Connector, Cursor
from broadsheet.sources.health import BackfillHealth, HarvestProgress, HarvestReport, SourceHealth
from broadsheet.sources.run import LEASE, Run, clause, turn

RETRY_AFTER = timedelta(minutes=15)

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
        lease: timedelta = LEASE,
    ) -> None:
        """`lease` is how long a killed run keeps the next one waiting; a living one prolongs it."""
        self._database = database
        self._catalogue = catalogue
        self._leases = leases
        self._clock = clock
        self._connectors = dict(connectors)
        self._lease = lease

    def harvest(self, source: str, progress: Callable[[HarvestProgress], None] | None = None) -> HarvestReport:
        """Harvest `source` from where it stopped until nothing is left.

        Raises `NotFound` for an unknown source, `Conflict` while it is harvested elsewhere, and what the connector
        raised, after it is noted in the source's status.
        """
        connector = self._connector(source)
        run = Run(self._catalogue, connector)
        with turn(self._leases, connector, _lease_name(source), self._lease) as lease:
            started_at = self._clock.now()
            cursor = store.begin(self._database, source, started_at)
            try:
                self._run(connector, cursor, lease, run, progress)
            except Conflict:
                raise  # the lease went to another run, which writes the row from now on
            except Exception as error:
                self._fail(connector, clause(connector, error), getattr(error, "until", None))
                raise
            ended_at = self._clock.now()
            store.succeed(self._database, source, ended_at, ended_at + connector.schedule)
        return run.report(started_at, ended_at)

    def backfill(
        self, source: str, since: date, until: date, progress: Callable[[HarvestProgress], None] | None = None
    ) -> HarvestReport:
        """Bring in the past of `source`, from `since` to `until`; goes on where the same range was cut off.

        Raises `NotFound` for an unknown source, and as `Backfill.run` does.
        """
        connector = self._connector(source)
        return Backfill(
            self._database,
            self._catalogue,
            self._leases,
            self._clock,
            connector,
            lambda: self._due(connector.upstream),
            self.harvest,
            self._lease,
        ).run(since, until, progress)

    def harvest_due(self) -> list[HarvestReport]:
        """Harvest every source that is due; one that fails is reported with its error and does not stop the others."""
        return [report for name in self._due() if (report := self._harvest_one(name))]

    def _due(self, upstream: str | None = None) -> list[str]:
        """Name the sources whose harvest is due, of all or of one upstream."""
        now, rows = self._clock.now(), store.rows(self._database)
        return [
            name
            for name, connector in self._connectors.items()
            if upstream in (None, connector.upstream)
            and ((row := rows.get(name)) is None or row.next_due_at is None or row.next_due_at <= now)
        ]

    def _harvest_one(self, name: str) -> HarvestReport | None:
        started_at = self._clock.now()
        try:
            return self.harvest(name)
        except Conflict:
            return None
        except BroadsheetError as error:
            _log.warning("sources.harvest_failed", source=name, error=error.message)
            row = store.rows(self._database)[name]
            counts = store.Counts(row.added, row.changed, row.unchanged, row.rejected, row.withdrawn)
            run = Run(self._catalogue, self._connectors[name], counts)
            return replace(run.report(started_at, self._clock.now()), error=f"{row.error}.")

    def status(self, *, counted: bool = True) -> list[SourceHealth]:
        """Return how each source stands, in the order in which they are harvested.

        Without `counted`, how many papers each told of is left at 0: counting them reads every source record.
        """
        now = self._clock.now()
        rows = store.rows(self._database)
        papers = store.paper_counts(self._database) if counted else {}
        held = store.held_until(self._database, [_lease_name(name) for name in self._connectors])
        ranges = store.backfills(self._database)
        found = []
        for name, connector in self._connectors.items():
            row = rows.get(name) or store.HarvestRow(
                name, None, None, None, None, "", None, 0, 0, 0, 0, 0, running=False
            )
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
                withdrawn=row.withdrawn,
                papers=papers.get(name, 0),
                as_of=now,
                news=_news(connector, now, row),
                backfills=tuple(_backfill(one) for one in ranges if one.source == name),
            )
            found.append(replace(health, sentence=health.words()))
        return found

    def silence(self) -> str:
        """Say why no source brought anything new: in the words of the first that knows, else that one was not reached.

        Empty if none knows and all were reached.
        """
        healths = self.status(counted=False)
        told = next((one.news for one in healths if one.news.startswith((FAULT, QUIET))), "")
        down = [one.error for one in healths if one.error]
        others = (
            f"; nor did {len(down) - 1} other {'source' if len(down) == 2 else 'sources'} answer" if down[1:] else ""
        )
        return told or (f"{down[0]}{others}." if down else "")

    def first_round_done(self) -> bool:
        """Whether every source was tried to its end once, well or not, so that waiting longer brings nothing."""
        rows = store.rows(self._database)
        return all(name in rows and (rows[name].succeeded_at or rows[name].failed_at) for name in self._connectors)

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
        run: Run,
        progress: Callable[[HarvestProgress], None] | None,
    ) -> None:
        # Closed here and not by chance: a connector may have to wait before its upstream's lease goes to the next.
        with closing(connector.batches(cursor)) as batches:
            for batch in batches:
                told = run.keep(batch)
                self._leases.extend(lease, self._lease)
                store.advance(self._database, connector.name, batch.cursor, run.counts, self._clock.now())
                if progress:
                    progress(told)

    def _fail(self, connector: Connector, clause: str, until: datetime | None) -> None:
        now = self._clock.now()
        again = now + min(RETRY_AFTER, connector.schedule)
        store.fail(self._database, connector.name, now, max(again, until or again), clause)


def _lease_name(source: str) -> str:
    return f"harvest:{source}"


def _news(connector: Connector, now: datetime, row: store.HarvestRow) -> str:
    if not isinstance(connector, Announcing):
        return ""
    return connector.news(now, row.succeeded_at, row.news_at, row.cursor)


def _backfill(row: store.BackfillRow) -> BackfillHealth:
    return BackfillHealth(
        row.since, row.until, row.started_at, row.ended_at, row.error, row.added, row.changed, row.withdrawn
    )
