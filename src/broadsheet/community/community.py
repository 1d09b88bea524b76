"""The parts of community in one value, as the doors ask them; each part's own module tells what it does."""

from collections.abc import Mapping
from dataclasses import dataclass

from broadsheet.accounts.readers import Belongings
from broadsheet.clock import Clock
from broadsheet.community.claims import Claims
from broadsheet.community.comment_votes import CommentVotes
from broadsheet.community.comments import Comments
from broadsheet.community.deeds import Deeds
from broadsheet.community.lists import Lists
from broadsheet.community.moderation import Moderation
from broadsheet.community.mutes import Mutes
from broadsheet.community.rings import Voters
from broadsheet.community.submissions import Finder, KnownTitles, Submissions
from broadsheet.community.votes import Votes
from broadsheet.database.engine import Database
from broadsheet.papers.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Community:
    """What readers can do with papers and with each other."""

    votes: Votes
    voters: Voters
    comments: Comments
    comment_votes: CommentVotes
    submissions: Submissions
    lists: Lists
    moderation: Moderation
    mutes: Mutes
    claims: Claims

    @property
    def deeds(self) -> Deeds:
        """What readers did here."""
        return Deeds((self.votes.deeds, self.comments.deeds, self.submissions.deeds, self.lists.deeds))

    def belongings(self) -> Mapping[str, Belongings]:
        """Return what each part tells of a reader for an export, by name."""
        return {
            "votes": self.votes.export,
            "comments": self.comments.export,
            "comment_votes": self.comment_votes.export,
            "submissions": self.submissions.export,
            "lists": self.lists.export,
            "reports": self.moderation.export,
            "mutes": self.mutes.export,
            "claims": self.claims.export,
        }


def community_of(
    database: Database,
    catalogue: Catalogue,
    clock: Clock,
    secret: bytes,
    *,
    finder: Finder,
    known_titles: KnownTitles,
) -> Community:
    """Return the community of one instance; the last two are as `Submissions` takes them."""
    return Community(
        votes=Votes(database, catalogue, clock, secret),
        voters=Voters(database),
        comments=Comments(database, catalogue, clock, secret),
        comment_votes=CommentVotes(database, clock, secret),
        submissions=Submissions(database, catalogue, clock, secret, finder, known_titles),
        lists=Lists(database, catalogue, clock, secret),
        moderation=Moderation(database, catalogue, clock, secret),
        mutes=Mutes(database, clock),
        claims=Claims(database, catalogue, clock, secret, finder.orcids),
    )
