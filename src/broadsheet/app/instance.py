"""What one instance is made of.

Which work is due stands in `ticks`; how the parts come to be, in `wiring`; how they are reached, in `doors`. Doors get
the parts from here; parts never reach for each other or for the settings.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from broadsheet.accounts.accounts import Accounts
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
from broadsheet.jobs.leases import Leases
from broadsheet.jobs.ticks import Tick
from broadsheet.mail.keys import DkimKeys
from broadsheet.mail.letter import Letterhead
from broadsheet.mail.limits import Limits
from broadsheet.mail.office import Office
from broadsheet.mail.returned.intake import Intake
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
from broadsheet.trending.rising.rising import Rising
from broadsheet.trending.trending import Trending

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from broadsheet.mail.deliverability import Deliverability, Trial


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
    rising: Rising
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

    def asgi(self, *, ticking: bool = True) -> "Starlette":
        """Return all doors as one ASGI application; `ticking` runs the schedule as long as it serves.

        Pages, feeds and the API with what they are made by are loaded here: no other command pays for them.
        """
        from broadsheet.app.doors import asgi

        return asgi(self, ticking=ticking)

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
