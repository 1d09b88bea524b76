"""The parts of community in one value, as the doors ask them; each part's own module tells what it does."""

from collections.abc import Mapping
from dataclasses import dataclass

from broadsheet.accounts.readers import Belongings
from broadsheet.clock import Clock
from broadsheet.community.comments import Comments
from broadsheet.community.votes import Votes
from broadsheet.database.engine import Database
from broadsheet.papers.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Community:
    """What readers can do with papers and with each other."""

    votes: Votes
    comments: Comments

    def belongings(self) -> Mapping[str, Belongings]:
        """Return what each part tells of a reader for an export, by name."""
        return {"votes": self.votes.export, "comments": self.comments.export}


def community_of(database: Database, catalogue: Catalogue, clock: Clock, secret: bytes) -> Community:
    """Return the community of one instance."""
    return Community(Votes(database, catalogue, clock, secret), Comments(database, catalogue, clock, secret))
