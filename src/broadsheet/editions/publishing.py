"""The moment at which an open page becomes an edition: when it is due, and one transaction that makes it so.

What stands on it, `compose` decides. Of any number of processes that publish one page at once, one does.
A page that editors have begun and not approved waits for them, for an hour; then it goes out as it stands, because
readers wait as well.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from broadsheet.accounts import audit
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.editions import draft_store, store
from broadsheet.editions.compose import Composer
from broadsheet.editions.draft import Draft
from broadsheet.editions.edition import Edition
from broadsheet.editions.spans import A_DAY, PERIODS, Span, midnight, moment, span_of
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import keep

HOLD = timedelta(hours=1)  # how long a page that was begun waits after its time, or after its last change
LATE = timedelta(days=2)  # a week or a month whose moment passed longer ago stays without a page
KIND = "picks"  # the signal: in how many editions editors chose a paper


class Publisher:
    """Publishes the pages of one instance; `hour` in `zone` is when they go out unless editors say otherwise."""

    def __init__(self, database: Database, composer: Composer, clock: Clock, *, zone: ZoneInfo, hour: int) -> None:
        self._database = database
        self._composer = composer
        self._clock = clock
        self._zone = zone
        self._hour = time(hour)

    def today(self) -> date:
        """Return which day it is in the instance's zone."""
        return self._clock.now().astimezone(self._zone).date()

    def midnight(self, day: date) -> datetime:
        """Return when `day` begins in the instance's zone."""
        return midnight(day, self._zone)

    def local(self, moment: datetime) -> datetime:
        """Return a moment as the instance's clocks tell it."""
        return moment.astimezone(self._zone)

    def draft(self, span: Span) -> Draft:
        """Return what editors have prepared for `span`."""
        with self._database.read() as connection:
            return draft_store.read(connection, span)

    def due(self, draft: Draft) -> datetime:
        """Return the moment at which the page of a draft is to go out."""
        return moment(draft.span.comes_out_on, draft.goes_out or self._hour, self._zone)

    def goes_out(self, draft: Draft) -> datetime:
        """Return the moment at which it goes out by itself, if nothing changes: later where it waits for editors."""
        due = self.due(draft)
        if draft.is_touched and not draft.approved and draft.saved_at:
            return max(due, draft.saved_at) + HOLD
        return due

    def is_over(self, draft: Draft) -> bool:
        """Tell whether a page that is not out will not come any more, because its days have passed."""
        now, span = self._clock.now(), draft.span
        if span.period != "day":
            return now >= self.goes_out(draft) + LATE
        today = Span("day", self.today())
        return span < today and (span.after < today or now >= self.due(self.draft(today)))

    def publish_due(self, *, ready: bool) -> Edition | None:
        """Publish the page of a day that is due and return it; None if there is none.

        It is today's, or yesterday's where editors prepared one and it could not go out before midnight. A page that
        fills itself waits until the instance is `ready`.
        """
        day = self.today()
        if day > date.min:
            yesterday = self.draft(Span("day", day - A_DAY))
            if yesterday.is_touched and not self.is_over(yesterday):
                found = self._publish_if_due(yesterday, ready=ready)
                if found:
                    return found
        return self._publish_if_due(self.draft(Span("day", day)), ready=ready)

    def publish_spans_due(self, *, ready: bool) -> list[Edition]:
        """Publish the weeks and months that are over, had a day's edition, and have none of their own."""
        found = (self._publish_if_due(draft, ready=ready) for draft in self.ended())
        return [page for page in found if page]

    def publish(self, draft: Draft, *, by: int = audit.SCHEDULE) -> Edition | None:
        """Publish the page of a draft now; None if it is out, or if the draft has changed since it was read.

        `by` is the number of who does it, as the record of deeds by authority keeps it.
        """
        page, now = self._composer.page(draft.span, draft), self._clock.now()
        try:
            with self._database.write() as connection:
                if store.head(connection, draft.span) is not None:
                    return None
                if draft_store.read(connection, draft.span, for_change=True).revision != draft.revision:
                    return None
                number = store.last_number(connection, page.period) + 1
                edition_id = self._insert(connection, page, number, now)
                audit.note(connection, now, by, "publish", ("edition", edition_id), draft.span.name)
        except IntegrityError:
            with self._database.read() as connection:
                if store.head(connection, draft.span) is not None:
                    return None  # another process was faster by a moment
            raise
        return replace(page, id=edition_id, number=number, published_at=now)

    def _insert(self, connection: Connection, page: Edition, number: int, now: datetime) -> int:
        """Write the page, and tell the log of signals what editors chose."""
        places = [place for _, some in page.sections() for place in some]
        now_are = store.now_are(connection, sorted({place.paper.id for place in places}))
        edition_id = store.insert_edition(connection, page, number, now, now_are)
        chosen = sorted({now_are[place.paper.id] for place in places if place.chosen and place.paper.id in now_are})
        seen = store.first_seen(connection, chosen)
        for paper_id, times in store.times_chosen(connection, chosen).items():
            keep(connection, paper_id, [Signal(KIND, times, now, seen[paper_id])])
        return edition_id

    def _publish_if_due(self, draft: Draft, *, ready: bool) -> Edition | None:
        if self._clock.now() < self.goes_out(draft) or not (ready or draft.is_touched):
            return None
        with self._database.read() as connection:
            if store.head(connection, draft.span) is not None:
                return None
        return self.publish(draft)

    def ended(self) -> list[Draft]:
        """Return the drafts of the week and the month that ended last, where they are not too long ago."""
        today = self.today()
        spans = [span_of(period, today).before for period in PERIODS if period != "day"]
        with self._database.read() as connection:
            had = [span for span in spans if store.heads_between(connection, "day", span.start, span.last)]
            drafts = [draft_store.read(connection, span) for span in had]
        return [draft for draft in drafts if not self.is_over(draft)]
