"""What the pages need of an instance, in one frozen value; `app` fills it, handlers read it.

Nothing here is looked up at import: two sites in one process know nothing of each other.
"""

from dataclasses import dataclass
from functools import cached_property

from starlette.requests import Request

from broadsheet.accounts.accounts import Accounts
from broadsheet.clock import Clock
from broadsheet.community.community import Community
from broadsheet.database.engine import Database
from broadsheet.digests.digests import Digests
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.editions.candidates import Candidates
from broadsheet.editions.desk import Desk
from broadsheet.editions.editions import Editions
from broadsheet.mail.office import Office
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.history import Histories
from broadsheet.papers.merges import Merges
from broadsheet.reuse.checks import Checks
from broadsheet.search.service import Search
from broadsheet.settings import Settings
from broadsheet.sources.harvest import Harvester
from broadsheet.trending.counting import Counting
from broadsheet.trending.rising.rising import Rising
from broadsheet.trending.trending import Trending
from broadsheet.web.client import is_from_here
from broadsheet.web.kept import Kept, Version
from broadsheet.web.known import Known
from broadsheet.web.pages import Pages
from broadsheet.web.previews import Previews

MAILS_ELSEWHERE = (
    "Mails of this site are not sent yet: they lie on its machine, for whoever runs it. Ask there if you wait for one."
)


@dataclass(frozen=True)
class Site:
    """The parts that pages ask; `mail_words` tell a path of this machine, and are empty where mails are really sent."""

    settings: Settings
    clock: Clock
    secret: bytes
    database: Database
    catalogue: Catalogue
    merges: Merges
    histories: Histories
    search: Search
    trending: Trending
    counting: Counting
    rising: Rising
    editions: Editions
    desk: Desk
    candidates: Candidates
    harvester: Harvester
    checks: Checks
    subscriptions: Subscriptions
    digests: Digests
    accounts: Accounts
    community: Community
    office: Office
    mail_words: str

    @cached_property
    def pages(self) -> Pages:
        """The renderer, with its caches: made once for this site."""
        return Pages(self.settings, self.clock, self.secret, self.harvester, self.known)

    def told_of_mails(self, request: Request) -> str:
        """Return where mails go, as far as whoever asks may know: a path is for who sits at its machine."""
        return self.mail_words if not self.mail_words or is_from_here(request) else MAILS_ELSEWHERE

    @cached_property
    def previews(self) -> Previews:
        """The pictures beside links to pages."""
        return Previews()

    @cached_property
    def kept(self) -> Kept:
        """Pages as everybody sees them who is not signed in."""

        def version() -> Version:
            hour = self.clock.now().astimezone(self.settings.zone).replace(minute=0, second=0, microsecond=0)
            now = self.database.seen()
            # "Today" ends, and an edition is due, on the hour.
            return Version((now.all, self.search.stamp(), hour), now.papers)

        return Kept(version, self.database.last_seen_of, self.clock)

    @cached_property
    def known(self) -> Known:
        """Who asks."""
        return Known(self.accounts, secure=self.settings.site.startswith("https://"))
