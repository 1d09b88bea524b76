"""Digests: what is due is queued, what is queued is sent, and what would be sent can be looked at.

Who is subscribed is `subscriptions`' matter, what a reader gets `selection`'s.
At most one digest per reader and edition: the database's unique key keeps a second from being queued, and
a delivery that may have left is never tried again.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.digests import store
from broadsheet.digests.composing import WEEK, Composer, occasion, published
from broadsheet.digests.deliveries import State
from broadsheet.digests.rendering import Personal, Rendered, lay_out
from broadsheet.digests.schedule import newest_due
from broadsheet.digests.selection import Candidate, arrange, candidates, choose
from broadsheet.digests.sending import Sending, SendReport
from broadsheet.digests.subscription import choices
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.editions.edition import Head
from broadsheet.editions.editions import Editions
from broadsheet.jobs.leases import Lease, Leases
from broadsheet.logs import get_logger
from broadsheet.mail.letter import Letterhead, new_message_id
from broadsheet.mail.transport import Transport

LEASE = "digests"
LEASE_LENGTH = timedelta(minutes=10)
BATCH = 500
_HEADS = 3  # older editions than the newest three are never due

_log = get_logger("digests")


class Digests:
    """Every verb about digests."""

    def __init__(
        self,
        database: Database,
        subscriptions: Subscriptions,
        editions: Editions,
        transport: Transport,
        letterhead: Letterhead,
        clock: Clock,
    ) -> None:
        self._database = database
        self._subscriptions = subscriptions
        self._editions = editions
        self._letterhead = letterhead
        self._clock = clock
        self._leases = Leases(database, clock)
        self._sending = Sending(database, transport, letterhead, clock)

    def preview(self, day: date | None = None, size: int = 10) -> Rendered:
        """Return the digest of a day, today's by default, as a reader without history would get it.

        Raises `NotFound` for a day without an edition and `Invalid` for a size that cannot be chosen.
        """
        checked = choices(hour=0, timezone="UTC", days="daily", size=size).size
        edition = self._editions.today() if day is None else self._editions.of(day)
        selection = arrange(edition, 1, choose(candidates([edition]), checked, ()))
        subscribe = f"{self._letterhead.site}/subscribe"
        return lay_out(selection, self._letterhead).for_reader(Personal(subscribe, subscribe, "This is a preview."))

    def queue_due(self) -> int:
        """Queue a delivery for every reader whose hour has come; return how many mails are to go out.

        A reader to whom the edition offers nothing new gets none, once and for all. Raises `Conflict` while another
        process works on digests.
        """
        with self._leases.held(LEASE, LEASE_LENGTH) as lease:
            heads = self._editions.dates(_HEADS)
            with self._database.read() as connection:
                rhythms = store.rhythms(connection)
            queued = 0
            offers: dict[tuple[date, int], tuple[Candidate, ...]] = {}
            for rhythm in rhythms:
                head = newest_due(heads, ZoneInfo(rhythm.timezone), rhythm.hour, rhythm.days, self._clock.now())
                if head is None:
                    continue
                key = head.day, WEEK if rhythm.days == "weekly" else 1
                if key not in offers:
                    offers[key] = candidates(published(self._editions, *key))
                queued += self._queue(head, rhythm, offers[key], lease)
            return queued

    def send_due(self) -> SendReport:
        """Send the letters and digests that wait.

        Raises `Conflict` while another process sends digests, `Unavailable` when no mail can leave; both lose nothing.
        What an earlier run left in the middle of being handed over is reported as unsure and not sent again.
        """
        report = self._subscriptions.send_waiting()
        with self._leases.held(LEASE, LEASE_LENGTH) as lease:
            with self._database.write() as connection:
                lost = store.lose_sight(connection, store.DIGESTS, self._clock.now())
            for delivery_id in lost:
                _log.warning("digest_unsure_after_crash", delivery=delivery_id)
            composer = Composer(self._database, self._editions, self._subscriptions, self._letterhead)
            sent = self._sending.run(store.DIGESTS, composer, self._keeper(lease))
        return report + SendReport(unsure=len(lost)) + sent

    def _keeper(self, lease: Lease) -> Callable[[], None]:
        """Return what prolongs the lease whenever half of it has passed; it raises `Conflict` if the lease is lost."""
        held = [lease]

        def keep() -> None:
            if held[0].expires_at - self._clock.now() < LEASE_LENGTH / 2:
                held[0] = self._leases.extend(held[0], LEASE_LENGTH)

        return keep

    def _queue(self, head: Head, rhythm: Row[Any], offer: Sequence[Candidate], lease: Lease) -> int:
        queued = 0
        while True:
            lease = self._leases.extend(lease, LEASE_LENGTH)
            with self._database.write() as connection:
                readers = store.without_delivery(connection, rhythm, occasion(head.day), BATCH)
                queued += self._queue_batch(connection, head, readers, offer)
            if len(readers) < BATCH:
                return queued

    def _queue_batch(
        self, connection: Connection, head: Head, readers: Sequence[Row[Any]], offer: Sequence[Candidate]
    ) -> int:
        now = self._clock.now()
        offered = [candidate.place.paper.id for candidate in offer]
        had = store.mailed(connection, [reader.id for reader in readers], offered)
        queued = 0
        for reader in readers:
            chosen = [candidate.place.paper.id for candidate in choose(offer, reader.size, had.get(reader.id, ()))]
            values = {
                "subscription_id": reader.id,
                "edition_id": head.id,
                "kind": "digest",
                "occasion": occasion(head.day),
                "message_id": new_message_id(self._letterhead),
                "queued_at": now,
                "due_at": now,
                **({} if chosen else {"state": State.EMPTY, "settled_at": now}),
            }
            store.add_delivery(connection, values, chosen)
            queued += bool(chosen)
        return queued
