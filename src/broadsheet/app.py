"""Wires Broadsheet: `build(settings)` makes every part once and hands each what it needs; nobody else does.

Doors get the parts from here; parts never reach for each other or for the settings.
`build` migrates the database and loads the starter shelf, so whatever it returns is ready to be asked.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from broadsheet import __version__, shelf
from broadsheet import settings as declared
from broadsheet.accounts.accounts import Accounts
from broadsheet.accounts.api_tokens import ApiTokens
from broadsheet.accounts.openid import OpenId
from broadsheet.accounts.readers import Readers
from broadsheet.accounts.sessions import Sessions
from broadsheet.accounts.sign_ins import SignIns
from broadsheet.api import service as api
from broadsheet.api.shapes import error_json
from broadsheet.clock import Clock, SystemClock
from broadsheet.community.votes import Votes
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate
from broadsheet.digests.digests import Digests
from broadsheet.digests.following import Follower
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.editions.editions import Editions
from broadsheet.encoders.encoder import Encoder
from broadsheet.encoders.endpoint import Access
from broadsheet.encoders.kept import KeptEncoders, Load
from broadsheet.encoders.loader import load_encoder
from broadsheet.errors import BroadsheetError, Invalid, Unavailable
from broadsheet.feeds.atom import Letterhead as FeedHead
from broadsheet.feeds.routes import routes as feed_routes
from broadsheet.jobs.leases import Leases
from broadsheet.jobs.ticks import Schedule, Tick
from broadsheet.mail.keys import DkimKeys
from broadsheet.mail.letter import Letterhead
from broadsheet.mail.signed import Signed
from broadsheet.mail.smtp import Server
from broadsheet.mail.suppression import Suppressions
from broadsheet.mail.transport import Outbox, SmtpTransport, Transport
from broadsheet.outgoing import Outgoing
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.duplicates import Duplicates
from broadsheet.papers.history import Histories
from broadsheet.papers.merges import Merges
from broadsheet.papers.remerging import Remerging
from broadsheet.papers.signals import SignalLog
from broadsheet.reuse.checks import Checks
from broadsheet.reuse.github import GitHub, GitLab
from broadsheet.reuse.hubs import HuggingFace, Zenodo
from broadsheet.reuse.pages import Pages
from broadsheet.search.index import Index
from broadsheet.search.service import Search
from broadsheet.search.upgrade import Changing
from broadsheet.search.weights import known as fusion_weights
from broadsheet.settings import Settings
from broadsheet.sources.connector import Connector
from broadsheet.sources.harvest import Harvester
from broadsheet.sources.registry import Registry
from broadsheet.trending.trending import Trending
from broadsheet.web.client import is_loopback
from broadsheet.web.routes import exception_handlers, middleware
from broadsheet.web.routes import routes as web_routes
from broadsheet.web.site import Site

if TYPE_CHECKING:
    from broadsheet.mail.deliverability import Deliverability, Trial

ENCODER_PATIENCE = 3.0  # seconds between tries: a reader waits for the answer, and words alone are one
_RE_ENCODING = 8.0  # seconds of each ten that a change of encoder may work: the rest is the readers'
_MERGING_ANEW = 5.0  # seconds of each ten that merging anew may work
_MOST_COUNTED = 100_000  # papers that are re-encoded early because readers counted them


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
    editions: Editions
    letterhead: Letterhead
    keys: DkimKeys
    transport: Transport
    subscriptions: Subscriptions
    digests: Digests
    accounts: Accounts
    votes: Votes

    def ticks(self) -> list[Tick]:
        """Return the instance's due work, in the order in which one pass should do it."""
        return [
            Tick("harvest", timedelta(minutes=1), self._harvest),
            Tick("merging", timedelta(seconds=10), self._remerge),
            Tick("index", timedelta(seconds=1), self._index),
            Tick("verify", timedelta(hours=6), self._verify),
            Tick("trending", timedelta(minutes=5), self._trending),
            Tick("edition", timedelta(minutes=1), self._edition),
            Tick("digests", timedelta(seconds=30), self._digests),
            Tick("sign-ins", timedelta(seconds=30), self._sign_ins),
            Tick("encoder", timedelta(seconds=10), self._encoder),
            Tick("artefacts", timedelta(minutes=1), self._artefacts),
        ]

    def asgi(self, *, ticking: bool = True) -> Starlette:
        """Return all doors as one ASGI application; `ticking` runs the schedule as long as it serves."""
        schedule = Schedule(self.ticks())

        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            if ticking:
                schedule.start()
            yield
            if ticking:
                schedule.stop()

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
            self.checks,
            self.accounts,
            self.subscriptions,
            self.votes,
        )
        head = FeedHead.of(self.settings)
        return Starlette(
            routes=[
                *_health(service),
                Mount("/api/v1", api.create(service)),
                *feed_routes(self.editions, self.search, head),
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
        return Deliverability(self.letterhead, self.keys, server, self.settings.mail_addresses, dns)

    def trial(self) -> "Trial":
        """Return what sends the operator a trial mail."""
        from broadsheet.mail.deliverability import Trial

        suppressions = Suppressions(self.database, self.clock)
        return Trial(self.letterhead, self.transport, suppressions, self.clock, self.secret)

    def close(self) -> None:
        """Let go of the database and of the mail server; the index needs no farewell."""
        self.transport.close()
        self.database.close()

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
            editions=self.editions,
            harvester=self.harvester,
            checks=self.checks,
            subscriptions=self.subscriptions,
            digests=self.digests,
            accounts=self.accounts,
            votes=self.votes,
            # Readers need not know which server sends; that mails lie in a folder they must know, or wait in vain.
            mail_words="" if self.settings.smtp_url else self.transport.describe(),
        )

    def _harvest(self) -> str:
        reports = self.harvester.harvest_due()
        if any(report.added or report.changed for report in reports):
            self.trending.refresh()
        return " ".join(report.sentence for report in reports)

    def _index(self) -> str:
        indexed = self.index.catch_up()
        return f"{indexed} papers indexed" if indexed else ""

    def _remerge(self) -> str:
        """Merge what is stored by today's rules and look for repeated abstracts, a few seconds of each ten."""
        until = self.clock.now() + timedelta(seconds=_MERGING_ANEW)
        changed = 0
        while self.clock.now() < until and (redone := self.remerging.step()) is not None:
            changed += len(redone.parted) + len(redone.merged) + len(redone.changed)
        alike = 0
        while self.clock.now() < until and (looked := self.duplicates.step()) is not None:
            alike += looked[1]
        said = [f"{changed} papers merged anew"] * bool(changed) + [f"{alike} repeated abstracts found"] * bool(alike)
        return ", ".join(said)

    def _encoder(self) -> str:
        encoded = self.index.upgrade(seconds=_RE_ENCODING)
        return f"{encoded} papers re-encoded" if encoded else ""

    def _artefacts(self) -> str:
        return self.checks.check_due().sentence

    def _verify(self) -> str:
        return self.index.verify() or ""

    def _trending(self) -> str:
        scored = self.trending.refresh()
        return f"{scored} papers scored" if scored else ""

    def _edition(self) -> str:
        edition = self.editions.publish_due(ready=self._has_news())
        return f"No. {edition.number} of {edition.day} published" if edition else ""

    def _has_news(self) -> bool:
        """Say whether today's edition may go out.

        A page of the shelf alone stays open until a source was reached once: a laptop that starts without a network
        and finds one an hour later would otherwise keep an old page for the rest of the day.
        """
        if not self.harvester.first_round_done():
            return False
        sources = self.harvester.status(counted=False)
        today = self.editions.today()
        reached = not sources or any(source.succeeded_at for source in sources)
        return reached or bool(today.new or today.trending)

    def _sign_ins(self) -> str:
        """Send the letters that a web process could not, and forget what is over."""
        sent = self.accounts.sign_ins.send_waiting()
        self.accounts.sign_ins.forget_old()
        self.accounts.sessions.forget_old()
        return f"letters to sign in: {sent} sent" if sent else ""

    def _digests(self) -> str:
        self.subscriptions.send_waiting()
        queued = self.digests.queue_due()
        report = self.digests.send_due()
        return f"{queued} digests queued, {report.accepted} mails accepted" if queued or report.accepted else ""


def build(settings: Settings, clock: Clock | None = None) -> App:
    """Wire an instance: migrates its database, loads the starter shelf, opens its index.

    Raises `Invalid` for settings that cannot be used and `Unavailable` for a database that does not answer.
    """
    _require_private(settings)
    clock = clock or SystemClock()
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = declared.secret(settings.home)
    database = Database(settings.database)
    migrate(database)
    leases = Leases(database, clock)
    catalogue = Catalogue(database, clock)
    shelf.load(catalogue)
    signals = SignalLog(database, clock)
    encoder = encoder_of(settings, clock)
    index = _index(settings, encoder, catalogue, signals, leases, clock)
    trending = Trending(database, catalogue, signals, clock)
    weights = fusion_weights(settings.home)
    search = Search(index, catalogue, clock, order=trending.scores, weights=weights)
    harvester = Harvester(database, catalogue, leases, clock, connectors(settings, clock, catalogue))
    hour, silence = settings.edition_hour, harvester.silence
    editions = Editions(database, catalogue, trending, clock, zone=settings.zone, hour=hour, silence=silence)
    letterhead = Letterhead.of(settings.name, settings.site, settings.mail_from, settings.contact)
    keys = DkimKeys(settings.home / "dkim", settings.dkim_selector)
    transport = Signed(_transport(settings, clock), keys, letterhead.domain, clock)
    subscriptions = Subscriptions(database, clock, secret, transport, letterhead, settings.zone)
    digests = Digests(database, subscriptions, editions, Follower(search, catalogue), transport, letterhead, clock)
    votes = Votes(database, catalogue, clock, secret)
    return App(
        settings=settings,
        clock=clock,
        secret=secret,
        database=database,
        leases=leases,
        catalogue=catalogue,
        merges=Merges(database, clock),
        histories=Histories(database),
        remerging=Remerging(database, clock),
        duplicates=Duplicates(database, clock),
        signals=signals,
        encoder=encoder,
        index=index,
        search=search,
        harvester=harvester,
        checks=_checks(settings, database, leases, clock),
        trending=trending,
        editions=editions,
        letterhead=letterhead,
        keys=keys,
        transport=transport,
        subscriptions=subscriptions,
        digests=digests,
        accounts=_accounts(settings, database, clock, secret, transport, letterhead, votes),
        votes=votes,
    )


def _accounts(
    settings: Settings,
    database: Database,
    clock: Clock,
    secret: bytes,
    transport: Transport,
    letterhead: Letterhead,
    votes: Votes,
) -> Accounts:
    readers = Readers(database, clock, secret, {"votes": votes.export})
    if settings.single_user:
        readers.alone()  # made now, so that looking at a page writes nothing
    return Accounts(
        readers=readers,
        sign_ins=SignIns(database, clock, secret, transport, letterhead, open_to_all=settings.sign_up),
        sessions=Sessions(database, clock),
        tokens=ApiTokens(database, clock),
        alone=settings.single_user,
        openid=_openid(settings, database, clock, secret),
    )


def _openid(settings: Settings, database: Database, clock: Clock, secret: bytes) -> OpenId | None:
    """Return what signs in by the provider that the settings name; raises `Invalid` where half of it is missing."""
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id:
        raise Invalid(
            "BROADSHEET_OIDC_ISSUER is set and BROADSHEET_OIDC_CLIENT_ID is not. Register this instance with the "
            f"provider, with the redirect address {settings.site}/sign-in/openid/back, and set both.",
            field="oidc_client_id",
        )
    from broadsheet.accounts.provider import Client, Provider  # authlib is for instances that have a provider

    client = Client(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        f"{settings.site}/sign-in/openid/back",
    )
    provider = Provider(_outgoing(settings, clock, patience=5.0), clock, client)
    return OpenId(
        database,
        clock,
        secret,
        provider,
        issuer=settings.oidc_issuer,
        name=settings.oidc_name,
        open_to_all=settings.sign_up,
    )


def _require_private(settings: Settings) -> None:
    """Raise `Invalid` where anyone in a network would be the one reader of a single-user instance."""
    hosts = {settings.host, urlsplit(settings.site).hostname or ""}
    if settings.single_user and not all(is_loopback(host) for host in hosts):
        raise Invalid(
            f"BROADSHEET_SINGLE_USER is for this machine alone: everybody who reaches {settings.site} would be its "
            "reader. Set BROADSHEET_HOST to 127.0.0.1 and leave BROADSHEET_PUBLIC_URL empty, or let readers sign in.",
            field="single_user",
            value=settings.site,
        )


def encoder_of(settings: Settings, clock: Clock) -> Encoder:
    """Return the encoder that the settings name; raises as `load_encoder` does."""
    return _loader(settings, clock)(settings.encoder, settings.encoder_model)


def _loader(settings: Settings, clock: Clock) -> Load:
    """Return what loads an encoder by its name and model.

    An encoder's server is the operator's own choice and often stands on this machine, so that the client for it, and
    for nothing else, may reach private addresses; it follows no redirect from there.
    """
    outgoing = Outgoing(
        user_agent=f"Broadsheet/{__version__}", clock=clock, allow_private=True, patience=ENCODER_PATIENCE
    )

    def load(name: str, model: str) -> Encoder:
        own = (name, model) == (settings.encoder, settings.encoder_model)
        memory = settings.home / ("encoder.json" if own else "encoder-before.json")
        return load_encoder(name, Access(outgoing, clock, model, settings.encoder_key, memory))

    return load


def _index(
    settings: Settings, encoder: Encoder, catalogue: Catalogue, signals: SignalLog, leases: Leases, clock: Clock
) -> Index:
    kept = KeptEncoders(settings.home / "encoders", _loader(settings, clock))
    with suppress(Unavailable):  # a server that is silent at the start is noted at the next one
        kept.keep(settings.encoder, settings.encoder_model, encoder.fingerprint)
    changing = Changing(kept.find, catalogue.papers, lambda: signals.most_counted(_MOST_COUNTED))
    return Index.open(settings.home / "index", encoder, catalogue, leases, clock, changing)


def connectors(settings: Settings, clock: Clock, catalogue: Catalogue) -> Mapping[str, Connector]:
    """Return the enabled sources by name; raises `Invalid` for one that is not known or lacks a setting."""
    return Registry(settings, _outgoing(settings, clock), clock, catalogue).chosen()


def _outgoing(settings: Settings, clock: Clock, patience: float = 180.0) -> Outgoing:
    return Outgoing(
        user_agent=f"Broadsheet/{__version__} (+{settings.contact or settings.site})",
        clock=clock,
        allow_private=settings.allow_private_addresses,
        patience=patience,
    )


def _checks(settings: Settings, database: Database, leases: Leases, clock: Clock) -> Checks:
    """Return what asks for artefacts; it waits long for no host, because the next minute comes soon."""
    outgoing = _outgoing(settings, clock, patience=5.0)
    hosts = (
        GitHub(outgoing, clock, base_url=settings.github_url, token=settings.github_token),
        GitLab(outgoing, clock, base_url=settings.gitlab_url),
        HuggingFace(outgoing, clock, base_url=settings.hf_url),
        Zenodo(outgoing, clock, base_url=settings.zenodo_url),
        Pages(outgoing),
    )
    return Checks(database, leases, clock, hosts, a_pass=settings.artefact_checks)


def _transport(settings: Settings, clock: Clock) -> Transport:
    return SmtpTransport.from_url(settings.smtp_url) if settings.smtp_url else Outbox(settings.home / "outbox", clock)


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
