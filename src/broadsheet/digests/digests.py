"""Digests: what is due is queued, what is queued is sent, and what would be sent can be looked at.

Who is subscribed is `subscriptions`' matter, what a reader gets `selection`'s.
At most one digest per reader and edition: the database's unique key keeps a second from being queued, and
a delivery that may have left is tried once more at most.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.digests import delivery_store, letters, saved_store, store
from broadsheet.digests.archive import Archive
from broadsheet.digests.choosing import History, Reader, choose_for, history
from broadsheet.digests.composing import Composer, offered_by, published, select, why
from broadsheet.digests.deliveries import KEPT_WAITING
from broadsheet.digests.following import Follower, Following
from broadsheet.digests.pace import Pace
from broadsheet.digests.queueing import Queueing
from broadsheet.digests.rendering import Personal, Rendered, lay_out
from broadsheet.digests.saved import SavedSearch, checked, title_of
from broadsheet.digests.schedule import newest_due, span
from broadsheet.digests.selection import Offer, Selection
from broadsheet.digests.sending import Sending, SendReport
from broadsheet.digests.store import Member
from broadsheet.digests.subscription import Choices, Subscription, choices
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.editions.edition import Edition
from broadsheet.editions.editions import Editions
from broadsheet.jobs.leases import Lease, Leases
from broadsheet.logs import get_logger
from broadsheet.mail.letter import Letterhead
from broadsheet.mail.limits import pause_of
from broadsheet.mail.transport import Transport
from broadsheet.search.question import Question

LEASE = "digests"
LEASE_LENGTH = timedelta(minutes=10)
FINDS_KEPT = timedelta(days=30)  # a mail that could not go out for hours needs its reasons still
A_DAY = timedelta(days=1)
PASSED_ON = "A mail of this paper, as one of its readers got it. The links below lead to one of your own."
_HEADS = 3  # older editions than the newest three are never due

_log = get_logger("digests")


class Digests:
    """Every verb about digests."""

    def __init__(
        self,
        database: Database,
        subscriptions: Subscriptions,
        editions: Editions,
        follower: Follower,
        transport: Transport,
        letterhead: Letterhead,
        clock: Clock,
        pace: Pace | None = None,
    ) -> None:
        self._database = database
        self._subscriptions = subscriptions
        self._editions = editions
        self._follower = follower
        self._letterhead = letterhead
        self._clock = clock
        self._leases = Leases(database, clock)
        self._pace = pace or Pace(clock)
        self._sending = Sending(database, transport, letterhead, clock, self._pace)

    def preview(
        self, day: date | None = None, size: int = 10, searches: Sequence[Question] = (), *, edition: bool = True
    ) -> Rendered:
        """Return the digest of a day, today's by default, as a reader without history would get it.

        Of `searches` what came in within a day before it; without `edition` that alone. Raises `NotFound` for a day
        without an edition, `Invalid` for a size that cannot be chosen or a question that cannot be saved.
        """
        chosen = choices(hour=0, timezone="UTC", days="daily", size=size, edition=edition)
        page = self._editions.today() if day is None else self._editions.of(day)
        until = page.published_at or self._clock.now()
        wanted = [checked(one) for one in searches]
        saved = [SavedSearch(0, one.encoded(), title_of(one), until - A_DAY, until) for one in wanted]
        following = self._follower.until(until)
        newcomer = Member(0, chosen.size, chosen.sections, chosen.beside, even_empty=False)
        selection = self._selected(newcomer, chosen, [page], 1, following, lambda *_: History({0: saved}, {}, {}, {}))
        subscribe = f"{self._letterhead.site}/subscribe"
        return lay_out(selection, self._letterhead).for_reader(Personal(subscribe, subscribe, "This is a preview."))

    def upcoming(self, token: str) -> Selection:
        """Return what the subscription behind a link would get if it were due now; queues and sends nothing.

        Raises `Invalid` for a token that does not hold.
        """
        return self._upcoming(self._subscriptions.by_token(token))

    def rehearsed(self, token: str) -> tuple[Selection, Rendered]:
        """Return the same with the mail itself, as it would go out. Raises `Invalid`."""
        reader = self._subscriptions.by_token(token)
        selection = self._upcoming(reader)
        end, manage = letters.end_url(self._letterhead, token), letters.manage_url(self._letterhead, token)
        web = letters.web_url(self._letterhead, reader.reading, selection.edition.day)
        return selection, lay_out(selection, self._letterhead).for_reader(Personal(manage, end, why(reader), web))

    def sent(self, token: str, day: date) -> tuple[Selection, Rendered]:
        """Return what the digest of a day held, with the mail, for whoever has a link out of it.

        It may have been passed on, so that the mail's foot leads to nobody's subscription. Raises `Invalid` or
        `NotFound`.
        """
        selection = Archive(self._database, self._subscriptions, self._composer()).of(token, day)
        subscribe, web = f"{self._letterhead.site}/subscribe", f"{self._letterhead.site}/edition/{day}"
        return selection, lay_out(selection, self._letterhead).for_reader(
            Personal(subscribe, subscribe, PASSED_ON, web)
        )

    def queue_due(self) -> int:
        """Queue a delivery for every reader whose hour has come; return how many mails are to go out.

        A reader to whom the edition offers nothing new gets none, once and for all. None goes out while digests are
        paused. Raises `Conflict` while another process works on digests.
        """
        if self._is_paused():
            return 0
        with self._leases.held(LEASE, LEASE_LENGTH) as lease:
            heads, now = self._editions.dates(_HEADS), self._clock.now()
            with self._database.read() as connection:
                rhythms = store.rhythms(connection)
            following, keep = self._follower.until(now), self._keeper(lease)
            queueing = Queueing(self._database, self._letterhead, following, now, keep, self._pace.spread)
            queued = 0
            offers: dict[tuple[date, int], Offer] = {}
            for rhythm in rhythms:
                zone = ZoneInfo(rhythm.timezone)
                head = newest_due(heads, zone, rhythm.hour, rhythm.days, now, rhythm.weekday)
                if head is None:
                    continue
                key = head.day, span(rhythm.days)
                if key not in offers:
                    offers[key] = offered_by(self._editions, published(self._editions, *key), *key)
                queued += queueing.queue(head, rhythm, offers[key])
            if queued:
                with self._database.write() as connection:
                    saved_store.drop_finds(connection, now - FINDS_KEPT)
            return queued

    def send_due(self) -> SendReport:
        """Send the letters that wait, and the digests unless they are paused.

        Raises `Conflict` while another process sends digests, `Unavailable` when no mail can leave; both lose nothing.
        What an earlier run left in the middle of being handed over goes out once more, and not a third time.
        """
        report = self._subscriptions.send_waiting()
        if self._is_paused():
            return report
        with self._leases.held(LEASE, LEASE_LENGTH) as lease:
            left = self._left_behind()
            keep = self._keeper(lease)
            sent = self._sending.run(delivery_store.DIGESTS, self._composer(), lambda: self._goes_on(keep))
        return report + left + sent

    def _left_behind(self) -> SendReport:
        """Settle what an earlier run did not: what it had in hand when it died, and what waits for too long."""
        now = self._clock.now()
        with self._database.write() as connection:
            lost = delivery_store.take_over(connection, delivery_store.DIGESTS, now)
            lapsed = delivery_store.lapse(connection, delivery_store.DIGESTS, now, now - KEPT_WAITING)
        for delivery_id, state in lost:
            _log.warning("digest_hidden_by_a_crash", delivery=delivery_id, state=state.value)
        return SendReport.of(Counter(state for _, state in lost)) + SendReport(lapsed=lapsed)

    def _composer(self) -> Composer:
        return Composer(self._database, self._editions, self._follower, self._subscriptions, self._letterhead)

    def _is_paused(self) -> bool:
        with self._database.read() as connection:
            return pause_of(connection) is not None

    def _goes_on(self, keep: Callable[[], None]) -> bool:
        """Hold on to the lease, and say whether nobody has paused digests meanwhile."""
        keep()
        return not self._is_paused()

    def _keeper(self, lease: Lease) -> Callable[[], None]:
        """Return what prolongs the lease whenever half of it has passed; it raises `Conflict` if the lease is lost."""
        held = [lease]

        def keep() -> None:
            if held[0].expires_at - self._clock.now() < LEASE_LENGTH / 2:
                held[0] = self._leases.extend(held[0], LEASE_LENGTH)

        return keep

    def _upcoming(self, reader: Subscription) -> Selection:
        page, days = self._editions.today(), span(reader.choices.days)
        editions = [page, *published(self._editions, page.day - A_DAY, days - 1)]
        following = self._follower.until(self._clock.now())

        def known(offer: Offer) -> History:
            with self._database.read() as connection:
                return history(connection, [reader], offer, following)

        return self._selected(reader, reader.choices, editions, days, following, known)

    def _selected(
        self,
        reader: Reader,
        chosen: Choices,
        editions: Sequence[Edition],
        days: int,
        following: Following,
        known: Callable[[Offer], History],
    ) -> Selection:
        """Return what one reader would get of some editions, by the way that queueing and composing take."""
        offer = offered_by(self._editions, editions, editions[0].day, days)
        so_far = known(offer)
        searches = so_far.searches.get(reader.id, ())
        for _ in following.ask(one.question for one in searches):
            pass
        titles = {one.question: one.title for one in searches}
        (found,) = choose_for([reader], so_far, offer, following)
        content = [
            (entry.paper, entry.question, following.reason(entry.question, entry.paper), titles[entry.question])
            if entry.question
            else (entry.paper, None, None, None)
            for entry in found.entries
        ]
        return select(editions[0], days, content, offer, self._follower, chosen)
