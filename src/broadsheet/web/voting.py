"""Votes on pages: how the papers of a page stand, and the form that votes; in place where a script asks for JSON.

What a vote is, `community` decides. One form serves all of a page's buttons, for papers and for comments. Each names
its paper by a name that outlives a merge, so that a page which was open meanwhile votes for the paper there is now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from broadsheet.accounts.reader import Reader
from broadsheet.community.comment_votes import Praise
from broadsheet.community.votes import Standing
from broadsheet.errors import Invalid
from broadsheet.papers.paper import Paper
from broadsheet.web.forms import Form
from broadsheet.web.paths import own_path
from broadsheet.web.site import Site

COMMENT = "comment:"  # what a button for a comment names before its number


@dataclass(frozen=True, slots=True)
class Ballot:
    """How the papers of one page stand, for the reader who looks at it."""

    counts: Mapping[int, int]
    mine: frozenset[int]

    def votes(self, paper: Paper) -> int:
        """Return the paper's votes."""
        return self.counts.get(paper.id, 0)

    def holds(self, paper: Paper) -> bool:
        """Tell whether the reader voted for the paper."""
        return paper.id in self.mine


def ballot(site: Site, request: Request, papers: Iterable[Paper]) -> Ballot:
    """Return how `papers` stand for whoever asks."""
    ids = list({paper.id for paper in papers})
    reader = site.known.reader(request)
    mine = site.community.votes.mine(reader.id if reader else None, ids)
    return Ballot(site.community.votes.counts(ids), frozenset(mine))


def vote(site: Site, request: Request, form: Form) -> Response:
    """Vote, or take a vote back, and lead back to the page; a script that asks for JSON gets the new count."""
    reader = site.known.require(request)
    wanted, _, key = form.get("vote", "").partition(" ")
    if wanted not in ("0", "1"):
        raise Invalid("This form says neither to vote nor to take a vote back. Reload the page.", field="vote")
    standing = _changed(site, reader, key, wanted=wanted == "1")
    if "application/json" in request.headers.get("accept", ""):
        told = {"votes": standing.votes, "mine": standing.mine}
        return JSONResponse(told, headers={"Cache-Control": "no-store"})
    return RedirectResponse(own_path(form.get("back", "/")), 303)


def _changed(site: Site, reader: Reader, key: str, *, wanted: bool) -> Standing | Praise:
    number = key.removeprefix(COMMENT)
    if number != key:
        if not (number.isascii() and number.isdigit() and len(number) < 16):
            raise Invalid("This form names no comment. Reload the page.", field="vote")
        votes = site.community.comment_votes
        return votes.cast(reader, int(number)) if wanted else votes.withdraw(reader, int(number))
    paper_id = site.catalogue.get(key).id
    papers = site.community.votes
    return papers.cast(reader.id, paper_id) if wanted else papers.withdraw(reader.id, paper_id)
