"""What one instance is made of, and its doors as one application.

Which work is due stands in `ticks`; how the parts come to be, in `wiring`. Doors get the parts from here; parts never
reach for each other or for the settings.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from broadsheet import __version__
from broadsheet.accounts.accounts import Accounts
from broadsheet.api import service as api
from broadsheet.api.notices import notice_routes
from broadsheet.api.shapes import error_json
from broadsheet.app.parts import ses_of
from broadsheet.app.ticks import due_work
from broadsheet.clock import Clock
from broadsheet.community.community import Community
from broadsheet.database.engine import Database
from broadsheet.digests.digests import Digests
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.editions.candidates import Candidates
from broadsheet.editions.desk import Desk
from broadsheet.editions.editions import Editions
from broadsheet.encoders.encoder import Encoder
from broadsheet.errors import BroadsheetError, Unavailable
from broadsheet.feeds.atom import Letterhead as FeedHead
from broadsheet.feeds.routes import routes as feed_routes
from broadsheet.jobs.leases import Leases
from broadsheet.jobs.ticks import Schedule, Tick, run_tick
from broadsheet.logs import get_logger
from broadsheet.mail.keys import DkimKeys
from broadsheet.mail.letter import Letterhead
from broadsheet.mail.limits import Limits
from broadsheet.mail.office import Office
from broadsheet.mail.returned.intake import Intake
from broadsheet.mail.returned.listener import Listener
from broadsheet.mail.returned.places import Places
from broadsheet.mail.server import Server
from broadsheet.mail.ses.notices import Notices
from broadsheet.mail.suppression import Suppressions
from broadsheet.mail.transport import Transport
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.duplicates import Duplicates
from broadsheet.papers.history import Histories
from broadsheet.papers.merges import Merges
from broadsheet.papers.remerging import Remerging
from broadsheet.papers.signals import SignalLog
from broadsheet.reuse.checks import Checks
from broadsheet.search.index import Index
from broadsheet.search.service import Search
from broadsheet.settings import Settings
from broadsheet.sources.harvest import Harvester
from broadsheet.trending.counting import Counting
from broadsheet.trending.trending import Trending
from broadsheet.web.routes import exception_handlers, middleware
from broadsheet.web.routes import routes as web_routes
from broadsheet.web.site import Site

if TYPE_CHECKING:
    from broadsheet.mail.deliverability import Deliverability, Trial

_log = get_logger("app")


COUNTS_WRITTEN = timedelta(minutes=1)


@dataclass(frozen=True)
class App:
    """Every part of one instance, wired."""

    settings: Settings
    clock: Clock
    secret: bytes
    database: Database
    leases: Leases
    catalogue: Catalogue
    merges: Merges
    histories: Histories
    remerging: Remerging
    duplicates: Duplicates
    signals: SignalLog
    encoder: Encoder
    index: Index
    search: Search
    harvester: Harvester
    checks: Checks
    trending: Trending
    counting: Counting
    editions: Editions
    desk: Desk
    candidates: Candidates
    letterhead: Letterhead
    keys: DkimKeys
    transport: Transport
    places: Places
    intake: Intake
    notices: Notices | None
    limits: Limits
    suppressions: Suppressions
    office: Office
    subscriptions: Subscriptions
    digests: Digests
    accounts: Accounts
    community: Community

    def ticks(self) -> list[Tick]:
        """Return the instance's due work, in the order in which one pass should do it."""
        return due_work(self)

    def asgi(self, *, ticking: bool = True) -> Starlette:
        """Return all doors as one ASGI application; `ticking` runs the schedule as long as it serves."""
        schedule = Schedule(self.ticks())
        # What this process counted, only it can write: ticks may be another's.
        counts = Schedule([Tick("counts", COUNTS_WRITTEN, self._write_counts)])

        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            for listener in self.places.listeners:
                _listen(listener)
            if ticking:
                schedule.start()
            counts.start()
            yield
            counts.stop()
            run_tick(Tick("counts", COUNTS_WRITTEN, self._write_counts))
            if ticking:
                schedule.stop()
            for listener in self.places.listeners:
                listener.stop()

        site = self._site()
        service = api.Service(
            __version__,
            self.settings.site,
            self.clock,
            self.database,
            self.catalogue,
            self.merges,
            self.histories,
            self.search,
            self.trending,
            self.checks,
            self.accounts,
            self.subscriptions,
            self.community,
            self.editions,
            self.desk,
            self.office,
        )
        head = FeedHead.of(self.settings)
        return Starlette(
            routes=[
                *_health(service),
                *notice_routes(self.notices, self.intake),
                Mount("/api/v1", api.create(service)),
                *feed_routes(self.editions, self.trending, self.search, head),
                *web_routes(site),
            ],
            middleware=middleware(),
            exception_handlers=exception_handlers(site),
            lifespan=lifespan,
        )

    def deliverability(self) -> "Deliverability":
        """Return what makes and checks the records of mail; it alone loads the DNS library, which takes 0.1 s."""
        from broadsheet.mail.deliverability import Deliverability
        from broadsheet.mail.lookups import Dns

        server = Server.from_url(self.settings.smtp_url) if self.settings.smtp_url else None
        dns = Dns(self.settings.dns_server)
        ses = ses_of(self.settings, self.clock)
        return Deliverability(self.letterhead, self.keys, server, self.settings.mail_addresses, dns, self.places, ses)

    def trial(self) -> "Trial":
        """Return what sends the operator a trial mail."""
        from broadsheet.mail.deliverability import Trial

        return Trial(self.letterhead, self.transport, self.suppressions, self.clock, self.secret)

    def close(self) -> None:
        """Let go of the database and of the mail server; the index needs no farewell."""
        self.transport.close()
        self.database.close()

    def _write_counts(self) -> str:
        written = self.counting.write()
        return f"{written} counts of what was seen written" if written else ""

    def _site(self) -> Site:
        return Site(
            settings=self.settings,
            clock=self.clock,
            secret=self.secret,
            database=self.database,
            catalogue=self.catalogue,
            merges=self.merges,
            histories=self.histories,
            search=self.search,
            trending=self.trending,
            counting=self.counting,
            editions=self.editions,
            desk=self.desk,
            candidates=self.candidates,
            harvester=self.harvester,
            checks=self.checks,
            subscriptions=self.subscriptions,
            digests=self.digests,
            accounts=self.accounts,
            community=self.community,
            office=self.office,
            # Readers need not know which server sends; that mails lie in a folder they must know, or wait in vain.
            mail_words="" if self.settings.smtp_url or self.settings.ses_region else self.transport.describe(),
        )


def _listen(listener: Listener) -> None:
    """Take mails that come back; an instance whose second process finds the port taken serves without."""
    try:
        listener.start()
    except Unavailable as error:
        _log.error("no_listener", why=error.message)


def _health(service: api.Service) -> list[Route]:
    def healthz(_request: Request) -> JSONResponse:
        return JSONResponse(api.health(service))

    def readyz(_request: Request) -> JSONResponse:
        try:
            return JSONResponse(api.readiness(service))
        except BroadsheetError as error:
            status, body = error_json(error)
            return JSONResponse(body, status)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
