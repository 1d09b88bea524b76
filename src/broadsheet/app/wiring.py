"""Wires Broadsheet: `build(settings)` makes every part once and hands each what it needs; nobody else does.

`build` migrates the database and loads the starter shelf, so whatever it returns is ready to be asked.
"""

import gc
from urllib.parse import urlsplit

from broadsheet import settings as declared
from broadsheet import shelf
from broadsheet.accounts.returning import ReturnedLetters
from broadsheet.app.instance import App
from broadsheet.app.parts import (
    checks_of,
    connectors,
    encoder_of,
    index_of,
    letterhead_of,
    notices_of,
    outgoing_of,
    static_of,
    transport_of,
)
from broadsheet.app.signing_in import accounts_of
from broadsheet.clock import Clock, SystemClock
from broadsheet.community.community import community_of
from broadsheet.community.rings import Voters
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate
from broadsheet.digests.digests import Digests
from broadsheet.digests.following import Follower
from broadsheet.digests.pace import Pace
from broadsheet.digests.returning import ReturnedDigests
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.editions.candidates import Candidates
from broadsheet.editions.desk import Desk
from broadsheet.editions.editions import Editions
from broadsheet.errors import Invalid
from broadsheet.jobs.leases import Leases
from broadsheet.mail.keys import DkimKeys
from broadsheet.mail.limits import Limits
from broadsheet.mail.office import Office
from broadsheet.mail.returned.intake import Intake
from broadsheet.mail.returned.places import places_of
from broadsheet.mail.suppression import Suppressions
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.duplicates import Duplicates
from broadsheet.papers.history import Histories
from broadsheet.papers.merges import Merges
from broadsheet.papers.remerging import Remerging
from broadsheet.papers.signals import SignalLog
from broadsheet.search.service import Search
from broadsheet.search.weights import known as fusion_weights
from broadsheet.settings import Settings
from broadsheet.sources.harvest import Harvester
from broadsheet.sources.single.lookup import Lookup
from broadsheet.trending.counting import Counting
from broadsheet.trending.rising.rising import Rising
from broadsheet.trending.trending import Trending
from broadsheet.web.client import is_loopback

# Python looks for garbage in circles after each 700 new objects, and a batch of records makes a hundred thousand that
# are in none: a fifth of the time of a harvest.
_NEW_OBJECTS = (50_000, 10, 10)


def collect_seldom() -> None:
    """Let this process look for garbage in circles less often than Python would."""
    gc.set_threshold(*_NEW_OBJECTS)


def build(settings: Settings, clock: Clock | None = None) -> App:
    """Wire an instance: migrates its database, loads the starter shelf, opens its index.

    Raises `Invalid` for settings that cannot be used and `Unavailable` for a database that does not answer.
    """
    _require_private(settings)
    collect_seldom()
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
    index = index_of(settings, encoder, catalogue, signals, leases, clock)
    trending = Trending(database, catalogue, signals, clock, trust=Voters(database).trust)
    weights = fusion_weights(settings.home)
    search = Search(index, catalogue, clock, order=trending.scores, weights=weights)
    harvester = Harvester(database, catalogue, leases, clock, connectors(settings, clock, catalogue))
    finder = Lookup(settings, outgoing_of(settings, clock, patience=5.0), clock)
    community = community_of(database, catalogue, clock, secret, finder=finder, known_titles=search.suggest)
    editions = Editions(
        database,
        catalogue,
        trending,
        clock,
        zone=settings.zone,
        hour=settings.edition_hour,
        silence=harvester.silence,
        sent_in=community.submissions.sent_since,
    )
    letterhead = letterhead_of(settings, secret)
    keys = DkimKeys(settings.home / "dkim", settings.dkim_selector)
    places = places_of(settings.bounce_mailboxes, letterhead.returns, settings.home / "returned", clock)
    office = Office(database, clock, secret, Limits(database, clock), Suppressions(database, clock))
    owners = (ReturnedDigests(letterhead), ReturnedLetters(letterhead))
    transport = transport_of(settings, keys, letterhead.domain, clock)
    subscriptions = Subscriptions(database, clock, secret, transport, letterhead, settings.zone, catalogue)
    pace = Pace(clock, settings.paces, settings.mail_rate)
    follower = Follower(search, catalogue)
    digests = Digests(database, subscriptions, editions, follower, transport, letterhead, clock, pace)
    desk = Desk(database, editions, clock)
    belongings = {**community.belongings(), "desk": desk.export, "mails": subscriptions.owning.export_of}
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
        checks=checks_of(settings, database, leases, clock),
        trending=trending,
        counting=Counting(database, clock),
        rising=Rising(database, signals, clock, static_of(encoder)),
        editions=editions,
        desk=desk,
        candidates=Candidates(database, catalogue, trending, clock, community.submissions.sent_since),
        letterhead=letterhead,
        keys=keys,
        transport=transport,
        places=places,
        intake=Intake(database, clock, letterhead.returns, owners, places.inboxes),
        notices=notices_of(settings, clock),
        limits=office.limits,
        suppressions=office.suppressions,
        office=office,
        subscriptions=subscriptions,
        digests=digests,
        accounts=accounts_of(settings, database, clock, secret, transport, letterhead, belongings),
        community=community,
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
