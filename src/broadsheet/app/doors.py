"""All doors of one instance as one ASGI application: pages, feeds, the API, and what a load balancer asks.

What the parts behind them are, `instance` says. It is loaded where an instance serves: FastAPI and the pages take
longer to load than most commands run.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from broadsheet import __version__
from broadsheet.api import service as api
from broadsheet.api.notices import notice_routes
from broadsheet.api.shapes import error_json
from broadsheet.errors import BroadsheetError, Unavailable
from broadsheet.feeds.atom import Letterhead as FeedHead
from broadsheet.feeds.routes import routes as feed_routes
from broadsheet.jobs.ticks import Schedule, Tick, run_tick
from broadsheet.logs import get_logger
from broadsheet.mail.returned.listener import Listener
from broadsheet.trending.counting import Counting
from broadsheet.web.routes import exception_handlers, middleware
from broadsheet.web.routes import routes as web_routes
from broadsheet.web.site import Site

if TYPE_CHECKING:
    from broadsheet.app.instance import App

COUNTS_WRITTEN = timedelta(minutes=1)

_log = get_logger("app")


def asgi(app: "App", *, ticking: bool) -> Starlette:
    """Return all doors as one ASGI application; `ticking` runs the schedule as long as it serves."""
    schedule = Schedule(app.ticks())
    # What this process counted, only it can write: ticks may be another's.
    writing = Tick("counts", COUNTS_WRITTEN, lambda: _write_counts(app.counting))
    counts = Schedule([writing])

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        for listener in app.places.listeners:
            _listen(listener)
        if ticking:
            schedule.start()
        counts.start()
        yield
        counts.stop()
        run_tick(writing)
        if ticking:
            schedule.stop()
        for listener in app.places.listeners:
            listener.stop()

    site, service = _site(app), _service(app)
    return Starlette(
        routes=[
            *_health(service),
            *notice_routes(app.notices, app.intake),
            Mount("/api/v1", api.create(service)),
            *feed_routes(app.editions, app.trending, app.search, FeedHead.of(app.settings)),
            *web_routes(site),
        ],
        middleware=middleware(),
        exception_handlers=exception_handlers(site),
        lifespan=lifespan,
    )


def _write_counts(counting: Counting) -> str:
    written = counting.write()
    return f"{written} counts of what was seen written" if written else ""


def _service(app: "App") -> api.Service:
    return api.Service(
        __version__,
        app.settings.site,
        app.clock,
        app.database,
        app.catalogue,
        app.merges,
        app.histories,
        app.search,
        app.trending,
        app.checks,
        app.accounts,
        app.subscriptions,
        app.community,
        app.editions,
        app.desk,
        app.office,
    )


def _site(app: "App") -> Site:
    return Site(
        settings=app.settings,
        clock=app.clock,
        secret=app.secret,
        database=app.database,
        catalogue=app.catalogue,
        merges=app.merges,
        histories=app.histories,
        search=app.search,
        trending=app.trending,
        counting=app.counting,
        rising=app.rising,
        editions=app.editions,
        desk=app.desk,
        candidates=app.candidates,
        harvester=app.harvester,
        checks=app.checks,
        subscriptions=app.subscriptions,
        digests=app.digests,
        accounts=app.accounts,
        community=app.community,
        office=app.office,
        # Readers need not know which server sends; that mails lie in a folder they must know, or wait in vain.
        mail_words="" if app.settings.smtp_url or app.settings.ses_region else app.transport.describe(),
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
