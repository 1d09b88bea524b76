"""A whole site on SQLite with invented papers, asked in process; nothing in it is a stand-in but the clock."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from broadsheet.accounts.accounts import Accounts
from broadsheet.accounts.api_tokens import ApiTokens
from broadsheet.accounts.bans import Bans
from broadsheet.accounts.readers import Readers
from broadsheet.accounts.sessions import Sessions
from broadsheet.accounts.sign_ins import SignIns
from broadsheet.accounts.visits import Visits
from broadsheet.clock import FixedClock
from broadsheet.community.community import community_of
from broadsheet.database.engine import Database
from broadsheet.digests.digests import Digests
from broadsheet.digests.following import Follower
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.editions.candidates import Candidates
from broadsheet.editions.desk import Desk
from broadsheet.editions.editions import Editions
from broadsheet.encoders.encoder import Encoder
from broadsheet.encoders.loader import load_encoder
from broadsheet.errors import Unavailable
from broadsheet.jobs.leases import Leases
from broadsheet.mail.letter import Letterhead
from broadsheet.mail.limits import Limits
from broadsheet.mail.office import Office
from broadsheet.mail.suppression import Suppressions
from broadsheet.mail.transport import Outbox
from broadsheet.outgoing import Outgoing
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.history import Histories
from broadsheet.papers.merges import Merges
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.papers.signals import SignalLog
from broadsheet.reuse.checks import Checks
from broadsheet.search.index import Index
from broadsheet.search.service import Search
from broadsheet.settings import load
from broadsheet.sources.connector import Connector
from broadsheet.sources.harvest import Harvester
from broadsheet.sources.single.lookup import Lookup
from broadsheet.trending.counting import Counting
from broadsheet.trending.rising.rising import Rising
from broadsheet.trending.trending import Trending
from broadsheet.web import routes
from broadsheet.web.site import Site
from tests.conftest import NOON

ORIGIN = "http://papers.example"
SECRET = bytes(range(32))
UTC_ZONE = ZoneInfo("UTC")


class Away:
    """A source that never answers."""

    name = "hf"
    title = "Hugging Face"
    upstream = "huggingface"
    schedule = timedelta(hours=1)

    def batches(self, cursor: Any) -> Iterator[Any]:
        raise Unavailable("Hugging Face could not be reached: no route to host.", value="hf")
        yield cursor  # makes this a generator, as every source is


@dataclass
class Instance:
    """The site, a browser's side of it, and the verbs that a test prepares it with."""

    site: Site
    client: TestClient
    clock: FixedClock
    index: Index
    outbox: Path

    def add(self, *records: SourceRecord) -> None:
        """Take records in as a harvest would, and bring index and ranking up to date."""
        self.site.catalogue.add(records)
        self.index.catch_up()
        self.site.trending.refresh()

    def get(self, path: str, status: int = 200, **headers: str) -> httpx.Response:
        """Load a page without following it elsewhere, and insist on its status."""
        answer = self.client.get(path, headers=headers, follow_redirects=False)
        assert answer.status_code == status, f"{path}: {answer.status_code}\n{answer.text[:2000]}"
        return answer

    def post(self, path: str, status: int = 303, **fields: str) -> httpx.Response:
        """Send a form as a browser does: with the token that the page gave it, from the site itself."""
        token = re.search(r'name="form_token" value="(\w+)"', self.client.get("/about").text)
        assert token
        answer = self.client.post(
            path,
            data={"form_token": token[1], **fields},
            headers={"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"},
            follow_redirects=False,
        )
        assert answer.status_code == status, f"{path}: {answer.status_code}\n{answer.text[:2000]}"
        return answer

    def mails(self) -> list[EmailMessage]:
        """Return what was written to the outbox, oldest first."""
        return [
            message_from_bytes(path.read_bytes(), policy=policy.default)  # type: ignore[arg-type]
            # By when they were written: the moments in their names are a clock's that stands still.
            for path in sorted(self.outbox.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        ]


Build = Callable[..., Instance]


@pytest.fixture(scope="session")
def static_encoder() -> Encoder:
    return load_encoder("static")


@pytest.fixture
def build(sqlite: Database, clock: FixedClock, tmp_path: Path, static_encoder: Encoder) -> Build:
    """Build a site with settings and sources of the test's own."""
    return builder(sqlite, clock, tmp_path, static_encoder)


@pytest.fixture(scope="module")
def read_only(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: bytes, static_encoder: Encoder
) -> Iterator[Instance]:
    """An instance for a module whose tests only look at what it has filled it with."""
    home = tmp_path_factory.mktemp("read-only")
    (home / "broadsheet.db").write_bytes(migrated_sqlite)
    database = Database(f"sqlite:///{home / 'broadsheet.db'}")
    yield builder(database, FixedClock(NOON), home, static_encoder)()
    database.close()


def builder(sqlite: Database, clock: FixedClock, home: Path, static_encoder: Encoder) -> Build:
    """Return what builds a site on a database, its files in `home`."""

    def made(connectors: dict[str, Connector] | None = None, **settings: Any) -> Instance:
        chosen = load(home=home, public_url=ORIGIN, **settings)
        leases, catalogue = Leases(sqlite, clock), Catalogue(sqlite, clock)
        index = Index.open(home / "index", static_encoder, catalogue, leases, clock)
        trending = Trending(sqlite, catalogue, SignalLog(sqlite, clock), clock)
        editions = Editions(sqlite, catalogue, trending, clock, zone=chosen.zone, hour=chosen.edition_hour)
        transport = Outbox(home / "outbox", clock)
        head = Letterhead.of(chosen.name, chosen.site, chosen.mail_from)
        subscriptions = Subscriptions(sqlite, clock, SECRET, transport, head, chosen.zone, catalogue)
        search = Search(index, catalogue, clock, order=trending.scores)
        follower = Follower(search, catalogue)
        outgoing = Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=chosen.allow_private_addresses)
        finder = Lookup(chosen, outgoing, clock)
        community = community_of(sqlite, catalogue, clock, SECRET, finder=finder, known_titles=search.suggest)
        desk = Desk(sqlite, editions, clock)
        belongings = {**community.belongings(), "desk": desk.export, "mails": subscriptions.owning.export_of}
        site = Site(
            settings=chosen,
            clock=clock,
            secret=SECRET,
            database=sqlite,
            catalogue=catalogue,
            merges=Merges(sqlite, clock),
            histories=Histories(sqlite),
            search=search,
            trending=trending,
            counting=Counting(sqlite, clock),
            rising=Rising(sqlite, SignalLog(sqlite, clock), clock, lambda: static_encoder),
            editions=editions,
            desk=desk,
            candidates=Candidates(sqlite, catalogue, trending, clock),
            checks=Checks(sqlite, leases, clock, ()),
            harvester=Harvester(sqlite, catalogue, leases, clock, connectors or {}),
            subscriptions=subscriptions,
            digests=Digests(sqlite, subscriptions, editions, follower, transport, head, clock),
            accounts=Accounts(
                readers=Readers(sqlite, clock, SECRET, belongings),
                sign_ins=SignIns(sqlite, clock, SECRET, transport, head, open_to_all=chosen.sign_up),
                sessions=Sessions(sqlite, clock),
                tokens=ApiTokens(sqlite, clock),
                visits=Visits(sqlite, clock),
                bans=Bans(sqlite, clock),
                alone=chosen.single_user,
            ),
            community=community,
            office=Office(sqlite, clock, SECRET, Limits(sqlite, clock), Suppressions(sqlite, clock)),
            mail_words=transport.describe(),
        )
        asgi = Starlette(
            routes=routes.routes(site),
            middleware=routes.middleware(),
            exception_handlers=routes.exception_handlers(site),
        )
        client = TestClient(asgi, base_url=ORIGIN, raise_server_exceptions=False)
        return Instance(site, client, clock, index, home / "outbox")

    return made


@pytest.fixture
def instance(build: Build) -> Instance:
    return build()


def upvotes(count: float, clock: FixedClock, hours: float = 10) -> tuple[Signal, ...]:
    """Return `count` upvotes on Hugging Face, `hours` after they could begin."""
    now = clock.now()
    return (Signal("hf_upvotes", count, now, now - timedelta(hours=hours)),)
