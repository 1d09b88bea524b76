"""The part of the API that submits papers, and reads and writes comments on them, in Markdown as it was typed.

What either is, `community` decides; how a comment looks is the reader's program's matter.
"""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel, Field

from broadsheet.accounts.accounts import Accounts
from broadsheet.accounts.reader import Reader
from broadsheet.api.bearers import TOKEN, bearer
from broadsheet.api.bodies import reader_of, takes
from broadsheet.api.shapes import paper_json
from broadsheet.community.comments import Comment
from broadsheet.community.community import Community
from broadsheet.papers.catalogue import Catalogue

Given = Annotated[HTTPAuthorizationCredentials | None, Depends(TOKEN)]
LARGEST = 128 * 1024  # bytes: the longest text, with each character escaped


class _Text(BaseModel):
    text: str = Field(description="Markdown, with TeX between dollars; 10,000 characters at most")


class _Paper(BaseModel):
    paper: str = Field(description="An identifier, the address of the paper's page, or its whole title", max_length=500)


class _Comment(_Text):
    answers: int | None = Field(None, description="The number of the comment that this one answers", ge=1, lt=2**53)


_AText = Annotated[_Text, Depends(reader_of(_Text, LARGEST))]
_APaper = Annotated[_Paper, Depends(reader_of(_Paper))]
_AComment = Annotated[_Comment, Depends(reader_of(_Comment, LARGEST))]


def add(api: FastAPI, accounts: Accounts, community: Community, catalogue: Catalogue) -> None:
    """Add the paths to `api`; they come before those that end in any key."""
    comments = community.comments

    def asks(given: HTTPAuthorizationCredentials | None) -> Reader | None:
        return bearer(accounts.tokens, given).require("read") if given else None

    def counted(said: Comment) -> dict[str, Any]:
        return comment_json(said, community.comment_votes.counts([said.id]).get(said.id, 0))

    @api.get("/papers/{key:path}/comments", summary="The talk on a paper, each reply below what it answers")
    def talk(
        key: str,
        given: Given,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ) -> dict[str, Any]:
        placed = comments.on(catalogue.get(key).id, asks(given))
        some = placed[offset : offset + limit]
        votes = community.comment_votes.counts([one.said.id for one in some])
        told = [comment_json(one.said, votes.get(one.said.id, 0)) | {"depth": one.depth} for one in some]
        return {"total": len(placed), "comments": told}

    @api.post("/papers/{key:path}/comments", summary="Comment on a paper", status_code=201, **takes(_Comment))
    def write(key: str, said: _AComment, given: Given) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("write")
        return comment_json(comments.write(reader, catalogue.get(key).id, said.text, said.answers))

    @api.get("/comments/{number}", summary="One comment")
    def comment(number: int, given: Given) -> dict[str, Any]:
        return counted(comments.get(_number(number), asks(given)))

    @api.put("/comments/{number}", summary="Say one's comment otherwise, within half an hour", **takes(_Text))
    def edit(number: int, said: _AText, given: Given) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("write")
        return counted(comments.edit(reader, _number(number), said.text))

    @api.delete("/comments/{number}", summary="Take one's comment back; replies to it stay")
    def remove(number: int, given: Given) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("write")
        return comment_json(comments.remove(reader, _number(number)))

    _add_votes(api, accounts, community)

    @api.post("/submissions", summary="Submit a paper; one that is here already is led to", **takes(_Paper))
    def submit(named: _APaper, given: Given) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("write")
        done = community.submissions.submit(reader, named.paper)
        candidates = [
            {"id": one.name, "title": one.title, "authors": list(one.authors), "published": one.published}
            for one in done.candidates
        ]
        return {"paper": paper_json(done.paper) if done.paper else None, "new": done.is_new, "candidates": candidates}


def _add_votes(api: FastAPI, accounts: Accounts, community: Community) -> None:
    votes = community.comment_votes

    @api.put("/comments/{number}/vote", summary="Vote for another's comment; a second time changes nothing")
    def cast(number: int, given: Given) -> dict[str, Any]:
        told = votes.cast(bearer(accounts.tokens, given).require("write"), _number(number))
        return {"votes": told.votes, "mine": told.mine}

    @api.delete("/comments/{number}/vote", summary="Take the vote for a comment back")
    def withdraw(number: int, given: Given) -> dict[str, Any]:
        told = votes.withdraw(bearer(accounts.tokens, given).require("write"), _number(number))
        return {"votes": told.votes, "mine": told.mine}


def comment_json(comment: Comment, votes: int = 0) -> dict[str, Any]:
    """Return a comment for programs; what was removed or hidden has no text, no writer and no votes."""
    writer = comment.writer
    return {
        "number": comment.id,
        "answers": comment.parent_id,
        "state": comment.state,
        "by": {"number": writer.id, "name": writer.shown, "role": writer.role} if writer else None,
        "text": comment.text,
        "votes": votes if writer else 0,
        "written_at": comment.written_at.isoformat(),
        "edited_at": comment.edited_at.isoformat() if comment.edited_at else None,
    }


def _number(number: int) -> int:
    """Return the number of a comment, or 0, which none has, for one that no database holds."""
    return number if 0 < number < 2**53 else 0
