"""How a source stands, and what a harvest of it brought: as values, and in words for a person.

Where the numbers come from is `harvest`'s matter.
Every sentence says what is, and when it is tried again; it names nothing that only this program would understand.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from broadsheet.sources.connector import FAULT, Rejected


@dataclass(frozen=True, slots=True)
class HarvestProgress:
    """How far a run is; `papers` counts the records received."""

    source: str
    title: str
    batches: int
    papers: int
    added: int
    changed: int
    rejected: int


@dataclass(frozen=True, slots=True)
class HarvestReport:
    """What a run brought; `error` is empty if it is complete, `rejections` the first of the `rejected`."""

    source: str
    title: str
    started_at: datetime
    ended_at: datetime
    added: int
    changed: int
    unchanged: int
    rejected: int
    withdrawn: int = 0
    rejections: tuple[Rejected, ...] = ()
    error: str = ""

    @property
    def sentence(self) -> str:
        """What happened, for a person."""
        if self.error:
            return self.error
        said = f"{self.title}: {self.added:,} new, {self.changed:,} changed, {self.unchanged:,} unchanged"
        said += f", {self.withdrawn:,} of them withdrawn" if self.withdrawn else ""
        if not self.rejected:
            return said + "."
        first = f" (first: {self.rejections[0].key}: {self.rejections[0].reason})" if self.rejections else ""
        return f"{said}, {self.rejected:,} rejected{first}."


@dataclass(frozen=True, slots=True)
class BackfillHealth:
    """How a range of a source's past stands; `ended_at` is None until it is complete, counts are of all its runs."""

    since: date
    until: date
    started_at: datetime
    ended_at: datetime | None
    error: str
    added: int
    changed: int
    withdrawn: int

    @property
    def sentence(self) -> str:
        """How it stands, for a person."""
        brought = f"{self.added:,} new, {self.changed:,} changed"
        if self.ended_at:
            return f"{self.since} to {self.until} is in: {brought}."
        why = f" {self.error}." if self.error else ""
        return f"{self.since} to {self.until} is not complete: {brought} so far.{why}"


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source stands; counts are of its newest run, `papers` of all time, `error` is empty after a good run.

    `news` says why nothing new came, or what was announced, where the source knows: a holiday, or a fault.
    """

    name: str
    title: str
    running: bool
    started_at: datetime | None
    succeeded_at: datetime | None
    failed_at: datetime | None
    error: str
    next_due_at: datetime | None
    added: int
    changed: int
    unchanged: int
    rejected: int
    withdrawn: int
    papers: int
    as_of: datetime
    sentence: str = ""
    news: str = ""
    backfills: tuple[BackfillHealth, ...] = ()

    @property
    def was_cut_off(self) -> bool:
        """Whether the newest run ended neither well nor with an error: the process was killed, or the machine went."""
        ended = [moment for moment in (self.succeeded_at, self.failed_at) if moment]
        return not self.running and self.started_at is not None and all(self.started_at > moment for moment in ended)

    @property
    def is_late(self) -> bool:
        """Whether a person should look at it: it failed, was never reached, or is silent without a reason."""
        return bool(self.error or self.is_fault or self.was_cut_off or not (self.running or self.succeeded_at))

    @property
    def is_fault(self) -> bool:
        """Whether its news of late are that there should be some."""
        return self.news.startswith(FAULT)

    def words(self, zone: tzinfo = UTC) -> str:
        """Say it in one sentence, with times in `zone`."""
        due = _due_words(self.next_due_at, self.as_of, zone)
        if self.running:
            return f"{self.title} is being harvested now: {self.added:,} new papers so far."
        last = f" Last good harvest: {_when(self.succeeded_at, self.as_of, zone)}." if self.succeeded_at else ""
        if self.was_cut_off:
            which = f"newest harvest, after {self.added:,} new papers" if self.succeeded_at else "first harvest"
            return f"{self.title} was cut off in its {which}; {due.format(what='next try')}.{last}"
        if self.error:
            return f"{self.error}; {due.format(what='next try')}.{last}"
        if self.succeeded_at is None:
            return f"{self.title} has not been harvested yet; {due.format(what='next try')}."
        rejected = f", {self.rejected:,} rejected" if self.rejected else ""
        withdrawn = f", {self.withdrawn:,} withdrawn" if self.withdrawn else ""
        return (
            f"{self.title} was harvested {_when(self.succeeded_at, self.as_of, zone)}: {self.added:,} new, "
            f"{self.changed:,} changed{withdrawn}{rejected}; {due.format(what='next')}."
        )


def _when(moment: datetime | None, now: datetime, zone: tzinfo) -> str:
    if moment is None:
        return "never"
    local = moment.astimezone(zone)
    same_day = local.date() == now.astimezone(zone).date()
    return f"{'at ' if same_day else 'on '}{local:{'%H:%M' if same_day else '%Y-%m-%d at %H:%M'}} {local.tzname()}"


def _due_words(moment: datetime | None, now: datetime, zone: tzinfo) -> str:
    if moment is None or moment <= now:
        return "{what} at once"
    return "{what} " + _when(moment, now, zone).removeprefix("at ")
