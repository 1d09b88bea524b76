"""Harvests the past of a source by ranges of days, beside its daily harvest and never in its way.

How a range is asked for is the connector's matter.
A range has a cursor of its own: the daily one is not touched, and a range that was cut off goes on where it was.
"""

from collections.abc import Callable
from contextlib import closing, suppress
from datetime import date, timedelta

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import BroadsheetError, Conflict, Invalid
from broadsheet.jobs.leases import Leases
from broadsheet.papers.catalogue import Catalogue
from broadsheet.sources import store
from broadsheet.sources.connector import Connector, Cursor, Ranged
from broadsheet.sources.health import HarvestProgress, HarvestReport
from broadsheet.sources.run import LEASE, Run, clause, turn

Progress = Callable[[HarvestProgress], None]


class Backfill:
    """Works through one range of one connector, and lets what becomes due at the same upstream go first."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        leases: Leases,
        clock: Clock,
        connector: Connector,
        due: Callable[[], list[str]],
        harvest: Callable[[str], object],
        lease: timedelta = LEASE,
    ) -> None:
        """`due` names the sources of the same upstream whose daily harvest is due, `harvest` harvests one of them."""
        self._lease = lease
        self._database = database
        self._catalogue = catalogue
        self._leases = leases
        self._clock = clock
        self._connector = connector
        self._due = due
        self._harvest = harvest

    def run(self, since: date, until: date, progress: Progress | None = None) -> HarvestReport:
        """Bring in every record of the days from `since` to `until`, both included.

        Raises `Invalid` for a source that knows no ranges and for an empty range, `Conflict` while its upstream is
        busy with another process, and what the connector raised, after it is noted with the range.
        """
        started_at = self._clock.now()
        if not isinstance(self._connector, Ranged):
            raise Invalid(f"{self._connector.title} cannot be asked for a range of days.", field="from")
        if since > until:
            raise Invalid(f"The range ends on {until}, before it begins on {since}; swap them.", field="from")
        until = min(until, started_at.date())
        if since > until:
            raise Invalid(f"The range begins on {since}, which is still to come.", field="from", value=since)
        row = store.begin_backfill(self._database, self._connector.name, since, until, started_at)
        counts = store.Counts(row.added, row.changed, row.unchanged, row.rejected, row.withdrawn)
        run, cursor = Run(self._catalogue, self._connector, counts), row.cursor
        try:
            while (cursor := self._some(row, cursor, run, progress)) is not None:
                self._let_due_ones_go_first()
        except Conflict:
            raise  # the upstream is busy: nothing went wrong here
        except Exception as error:
            store.keep_backfill(self._database, row, run.counts, error=clause(self._connector, error))
            raise
        ended_at = self._clock.now()
        store.end_backfill(self._database, row, ended_at)
        return run.report(started_at, ended_at)

    def _some(
        self, row: store.BackfillRow, cursor: Cursor | None, run: Run, progress: Progress | None
    ) -> Cursor | None:
        """Keep batches until something else is due; returns where to go on, None once the range is complete."""
        if not isinstance(self._connector, Ranged):
            raise TypeError(self._connector.name)
        with (
            turn(self._leases, self._connector, f"backfill:{row.source}", self._lease) as lease,
            closing(self._connector.range_batches(row.since, row.until, cursor)) as batches,
        ):
            for batch in batches:
                told = run.keep(batch)
                self._leases.extend(lease, self._lease)
                store.keep_backfill(self._database, row, run.counts, cursor=batch.cursor)
                if progress:
                    progress(told)
                if not batch.done and self._due():
                    return batch.cursor
        return None

    def _let_due_ones_go_first(self) -> None:
        for name in self._due():
            with suppress(BroadsheetError):  # it is noted with that source, and tried again in its own time
                self._harvest(name)
