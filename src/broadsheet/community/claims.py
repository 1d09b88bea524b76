"""Claims: who is an author of a paper, proved by ORCID or by a mailbox of the paper's own domain, else by an editor.

A claim that is proved counts at once; one that is not waits for an editor. What an author says is marked, and counts
no more than what others say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from broadsheet.accounts import audit
from broadsheet.accounts.allowances import Allowances, Limit
from broadsheet.accounts.identities import orcids_of
from broadsheet.accounts.reader import Reader, shown
from broadsheet.clock import Clock
from broadsheet.community import claim_store, store
from broadsheet.community.comments import hold
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, Invalid, NotFound, SignInNeeded, Unavailable
from broadsheet.papers import clean
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.ownership import is_handle_of
from broadsheet.papers.paper import Paper

LONGEST_NOTE = 500
MOST = 200  # waiting claims that are listed; the oldest come first
BY_READER = Limit("claim", "claims a day", 20, timedelta(days=1))
# Pages there are anybody's, so a mailbox of the same domain proves nothing.
_ANYBODYS = ("github.io", "gitlab.io", "google.com", "notion.site", "huggingface.co", "vercel.app", "netlify.app")

Orcids = Callable[[Identifier], frozenset[str]]
State = Literal["waiting", "verified", "refused"]
How = Literal["orcid", "mail", "editor", ""]


@dataclass(frozen=True, slots=True)
class Author:
    """A reader who is an author of a paper, and how that is known."""

    reader_id: int
    shown: str
    how: How


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claim that an editor should look at."""

    reader_id: int
    shown: str
    paper: Paper
    note: str


class Claims:
    """The claims of one database; `orcids` tells the ORCID iDs of a work's authors, as its publisher gave them."""

    def __init__(self, database: Database, catalogue: Catalogue, clock: Clock, secret: bytes, orcids: Orcids) -> None:
        self._database = database
        self._catalogue = catalogue
        self._clock = clock
        self._allowances = Allowances(database, clock, secret)
        self._orcids = orcids

    def claim(self, reader: Reader, paper_id: int, note: str = "") -> State:
        """Say that a reader is an author of a paper, and return how the claim stands now.

        Raises `Invalid` (field `note`), `NotFound`, `SignInNeeded`, `TooMany`.
        """
        said = clean.text(note)
        if len(said) > LONGEST_NOTE:
            raise Invalid(f"A note may have {LONGEST_NOTE} characters; this has {len(said):,}.", field="note")
        self._allowances.take([(BY_READER, str(reader.id))])
        how = self._proof(reader, self._catalogue.get(f"paper:{paper_id}"))
        with self._database.write() as connection:
            held = hold(connection, paper_id)
            if not store.has_reader(connection, reader.id):
                raise SignInNeeded("This account was deleted meanwhile. Sign in to make another.")
            values = {
                "reader_id": reader.id,
                "paper_id": held.id,
                "note": said,
                "asked_at": self._clock.now(),
                "state": "verified" if how else "waiting",
                "how": how,
            }
            claim_store.put(connection, values)
            row = claim_store.one(connection, reader.id, held.id)
        state: State = row.state if row is not None else "waiting"
        return state

    def withdraw(self, reader: Reader, paper_id: int) -> None:
        """Take a claim back; raises `NotFound` where there is none."""
        with self._database.write() as connection:
            held = hold(connection, paper_id)
            if not claim_store.remove(connection, reader.id, held.id):
                raise NotFound("You have not said to be an author of this paper.", value=paper_id)

    def state(self, reader: Reader | None, paper_id: int) -> State | None:
        """Return how a reader's claim stands, None where there is none."""
        if reader is None:
            return None
        with self._database.read() as connection:
            row = claim_store.one(connection, reader.id, paper_id)
        return None if row is None else row.state

    def authors(self, paper_id: int) -> list[Author]:
        """Return the authors of a paper who are here."""
        with self._database.read() as connection:
            rows = claim_store.verified(connection, paper_id)
        return [Author(row.reader_id, shown(row.reader_id, row.name), row.how) for row in rows]

    def waiting(self, editor: Reader) -> list[Waiting]:
        """Return the claims that wait, the oldest first; raises `Forbidden` unless it is an editor who asks."""
        editor.require("editor")
        with self._database.read() as connection:
            rows = claim_store.waiting(connection, MOST)
        papers = {one.id: one for one in self._catalogue.papers(list({row.paper_id for row in rows}))}
        return [
            Waiting(row.reader_id, shown(row.reader_id, row.name), papers[row.paper_id], row.note)
            for row in rows
            if row.paper_id in papers
        ]

    def settle(self, editor: Reader, reader_id: int, paper_id: int, *, verified: bool) -> None:
        """Approve or refuse a claim. Raises `Forbidden` for who is no editor by now, `NotFound`, `Conflict`."""
        if editor.id == reader_id:
            raise Conflict("Your own claim another editor must settle.")
        with self._database.write() as connection:
            held = hold(connection, paper_id)
            audit.require(connection, editor.id, "editor")
            state, how = ("verified", "editor") if verified else ("refused", "")
            if not claim_store.settle(connection, reader_id, held.id, state, how):
                raise Conflict("This claim was settled or taken back meanwhile.")
            said = f"reader {reader_id}"
            audit.note(connection, self._clock.now(), editor.id, state, ("claim", held.id), said)

    def export(self, reader_id: int) -> list[dict[str, Any]]:
        """Return the claims of a reader, ready for JSON."""
        with self._database.read() as connection:
            rows = claim_store.of_reader(connection, reader_id)
        names = {one.id: one.key for one in self._catalogue.papers([row.paper_id for row in rows])}
        return [
            {
                "id": names[row.paper_id],
                "note": row.note,
                "asked_at": row.asked_at.isoformat(),
                "state": row.state,
                "how": row.how,
            }
            for row in rows
            if row.paper_id in names
        ]

    def _proof(self, reader: Reader, paper: Paper) -> How:
        own = orcids_of(self._database, reader.id)
        if own and own & self._known(paper.identifiers):
            return "orcid"
        return "mail" if is_mailbox_of(reader.address, paper) else ""

    def _known(self, identifiers: Sequence[Identifier]) -> frozenset[str]:
        for one in identifiers:
            try:
                found = self._orcids(one)
            except Unavailable:  # an editor can still look
                continue
            if found:
                return found
        return frozenset()


def is_mailbox_of(address: str, paper: Paper) -> bool:
    """Tell whether a mailbox is an author's: of the domain of the paper's own project page, and named after one.

    Either alone proves nothing: a university has many mailboxes, and a name is anybody's to choose.
    """
    local, _, domain = address.lower().rpartition("@")
    if not domain or domain.endswith(_ANYBODYS):
        return False
    pages = (urlsplit(one.url).hostname or "" for one in paper.artefacts if one.kind == "project" and one.official)
    at_home = any(host == domain or host.endswith(f".{domain}") for host in pages)
    return at_home and is_handle_of(local, paper.authors)
