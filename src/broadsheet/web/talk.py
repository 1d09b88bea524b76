"""The talk on a paper's page: which comments stand where, and the forms that write, edit and remove one.

What a comment is, `community` decides; how its Markdown is set, `markdown`.
A text that cannot be taken is shown again as it was typed, with the reason: nobody loses what they wrote.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.community.claims import Author, State
from broadsheet.community.comments import EDITABLE, LONGEST, Comment
from broadsheet.community.submissions import Submission
from broadsheet.community.threads import Placed
from broadsheet.errors import BroadsheetError, Conflict, Invalid, NotFound, TooMany
from broadsheet.papers.paper import Paper
from broadsheet.web import words
from broadsheet.web.forms import Form
from broadsheet.web.mistakes import status_of
from broadsheet.web.site import Site

A_PAGE = 200  # comments
LARGEST = 160 * 1024  # bytes of a form: the longest text, with each character escaped
MINUTES = int(EDITABLE.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Line:
    """One comment on the page; `closes` earlier ones end before it, `voted` is whether the reader voted for it."""

    comment: Comment
    answers: Comment | None
    closes: int
    is_mine: bool
    is_editable: bool
    votes: int
    voted: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """One page of the talk on a paper; `closes` comments end after the last."""

    paper: Paper
    total: int
    lines: Sequence[Line]
    closes: int
    page: int
    pages: int
    brought: Submission | None
    said: str
    weighed: str
    authors: Sequence[Author]
    claim: State | None
    longest: int = LONGEST
    minutes: int = MINUTES

    @property
    def author_ids(self) -> frozenset[int]:
        """The readers who are authors of the paper."""
        return frozenset(one.reader_id for one in self.authors)


def talk(site: Site, request: Request, paper: Paper) -> Talk:
    """Return what was said of a paper, as far as whoever asks may see it."""
    reader = site.known.reader(request)
    placed = site.community.comments.on(paper.id, reader)
    pages = max(1, -(-len(placed) // A_PAGE))
    page = min(_page(request), pages)
    brought, said = site.community.submissions.of(paper.id), request.query_params.get("submitted", "")
    lines, closes = _nested(site, request, placed[(page - 1) * A_PAGE : page * A_PAGE])
    weighed = site.community.voters.sentence(paper.id) if reader and reader.may("editor") else ""
    authors, claim = site.community.claims.authors(paper.id), site.community.claims.state(reader, paper.id)
    total = sum(1 for one in placed if one.said.state == "shown")
    return Talk(paper, total, lines, closes, page, pages, brought, said, weighed, authors, claim)


def write(site: Site, request: Request, form: Form) -> Response:
    """Write a comment, or show how it would look."""
    reader = site.known.require(request)
    answered = _answered(site, request, form)
    paper = _paper_of(site, answered) if answered else site.catalogue.get(form.get("paper", ""))
    if form.get("do") == "preview":
        return _again(site, request, form, paper, answered)
    try:
        said = site.community.comments.write(reader, paper.id, form.get("text", ""), answered.id if answered else None)
    except (Invalid, Conflict, TooMany) as error:
        return _again(site, request, form, paper, answered, error)
    return _to(site, request, said)


def edit(site: Site, request: Request, form: Form) -> Response:
    """Say a comment otherwise, or show how it would look."""
    reader = site.known.require(request)
    own = site.community.comments.get(_number(request.path_params["number"]), reader)
    paper, answered = _paper_of(site, own), _parent(site, own)
    if form.get("do") == "preview":
        return _again(site, request, form, paper, answered, edits=own)
    try:
        said = site.community.comments.edit(reader, own.id, form.get("text", ""))
    except (Invalid, Conflict) as error:
        return _again(site, request, form, paper, answered, error, edits=own)
    return _to(site, request, said)


def remove(site: Site, request: Request, form: Form) -> Response:
    """Take a comment back."""
    del form
    reader = site.known.require(request)
    gone = site.community.comments.remove(reader, _number(request.path_params["number"]))
    return RedirectResponse(f"{words.paper_path(_paper_of(site, gone))}#discussion", 303)


def find(site: Site, request: Request) -> Response:
    """Lead to where a comment stands now."""
    return _to(site, request, site.community.comments.get(_number(request.path_params["number"])))


def _nested(site: Site, request: Request, placed: Sequence[Placed[Comment]]) -> tuple[list[Line], int]:
    """Return the lines of a page, each with how many open comments end before it; and how many are open at its end."""
    reader, now = site.known.reader(request), site.clock.now()
    numbers = [one.said.id for one in placed]
    votes, voted = site.community.comment_votes.counts(numbers), site.community.comment_votes.mine(reader, numbers)
    lines: list[Line] = []
    opened: list[int] = []
    for one in placed:
        before = len(opened)
        while opened and opened[-1] >= one.depth:
            opened.pop()
        mine = one.said.is_by(reader)
        editable, number = mine and one.said.is_editable(now), one.said.id
        line = Line(one.said, one.answers, before - len(opened), mine, editable, votes.get(number, 0), number in voted)
        lines.append(line)
        opened.append(one.depth)
    return lines, len(opened)


def _again(
    site: Site,
    request: Request,
    form: Form,
    paper: Paper,
    answered: Comment | None,
    error: BroadsheetError | None = None,
    edits: Comment | None = None,
) -> Response:
    """Show the text as it would look, with the form to go on, and what was wrong with it."""
    text = form.get("text", "")
    return site.pages.show(
        request,
        "comment.html",
        status_of(error) if error else 200,
        paper=paper,
        answered=answered,
        edits=edits,
        text=text,
        shown=text if text.strip() and len(text) <= LONGEST else "",
        errors=error,
        longest=LONGEST,
        minutes=MINUTES,
    )


def _to(site: Site, request: Request, said: Comment) -> Response:
    paper = _paper_of(site, said)
    placed = site.community.comments.on(paper.id, site.known.reader(request))
    place = next((n for n, one in enumerate(placed) if one.said.id == said.id), None)
    if place is None:
        raise NotFound("This comment was removed.", value=said.id)
    page = place // A_PAGE + 1
    return RedirectResponse(f"{words.paper_path(paper)}{f'?talk={page}' if page > 1 else ''}#c{said.id}", 303)


def _paper_of(site: Site, said: Comment) -> Paper:
    return site.catalogue.get(f"paper:{said.paper_id}")


def _parent(site: Site, said: Comment) -> Comment | None:
    return site.community.comments.get(said.parent_id) if said.parent_id else None


def _answered(site: Site, request: Request, form: Form) -> Comment | None:
    given = form.get("answers", "")
    return site.community.comments.get(_number(given), site.known.reader(request)) if given else None


def _page(request: Request) -> int:
    given = request.query_params.get("talk", "1")
    return int(given) if given.isascii() and given.isdigit() and 0 < len(given) < 7 and int(given) else 1


def _number(given: str) -> int:
    """Return the number of a comment that a path or form gives; 0, which none has, for anything else."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0
