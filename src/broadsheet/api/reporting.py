"""The part of the API by which readers report, mute, and say that they are authors of a paper.

What each is and how often one may, `community` decides; what editors do about it is `moderating`'s.
"""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Path
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel, ConfigDict, Field

from broadsheet.accounts.accounts import Accounts
from broadsheet.accounts.reader import Reader
from broadsheet.api.bearers import TOKEN, bearer
from broadsheet.api.bodies import reader_of, takes
from broadsheet.community.claims import Author
from broadsheet.community.community import Community
from broadsheet.community.moderation import REASONS, Subject
from broadsheet.errors import Invalid
from broadsheet.papers.catalogue import Catalogue

LARGEST_NUMBER = 2**53 - 1  # beyond it JSON's numbers are not exact
Number = Annotated[int, Path(ge=1, le=LARGEST_NUMBER)]
Given = Annotated[HTTPAuthorizationCredentials | None, Depends(TOKEN)]
_REASONS = "; ".join(f"{name}: {words}" for name, words in REASONS.items())


class _Report(BaseModel):
    """What is reported, and why; lengths are checked by the domain."""

    model_config = ConfigDict(extra="forbid")

    paper: str = Field("", description="Any identifier of the paper; empty where a comment is meant", max_length=500)
    comment: int | None = Field(None, description="The number of the comment", ge=1, le=LARGEST_NUMBER)
    reason: str = Field(description=_REASONS)
    note: str = Field("", description="What editors should know; 500 characters at most")


class _Claim(BaseModel):
    """What an editor should know of a claim."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field("", description="How an editor can tell; 500 characters at most")


_AReport = Annotated[_Report, Depends(reader_of(_Report))]
_AClaim = Annotated[_Claim, Depends(reader_of(_Claim))]


def add(api: FastAPI, accounts: Accounts, community: Community, catalogue: Catalogue) -> None:
    """Add the paths to `api`; they come before those that end in any key."""

    def writes(given: HTTPAuthorizationCredentials | None) -> Reader:
        return bearer(accounts.tokens, given).require("write")

    @api.post("/reports", summary="Ask editors to look at a comment or a paper", status_code=201, **takes(_Report))
    def report(sent: _AReport, given: Given) -> dict[str, Any]:
        reader = writes(given)
        if bool(sent.paper) == (sent.comment is not None):
            raise Invalid("Name either a paper or a comment.", field="paper")
        what = Subject(comment_id=sent.comment) if sent.comment else Subject(catalogue.get(sent.paper).id)
        return {"new": community.moderation.report(reader, what, sent.reason, sent.note)}

    _add_mutes(api, accounts, community)

    @api.get("/papers/{key:path}/authors", summary="Authors of a paper who are readers here, and how that is known")
    def authors(key: str) -> dict[str, Any]:
        return {"authors": [_author(one) for one in community.claims.authors(catalogue.get(key).id)]}

    @api.get("/papers/{key:path}/claim", summary="How one's own claim to a paper stands: waiting, verified, refused")
    def claimed(key: str, given: Given) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("read")
        return {"mine": community.claims.state(reader, catalogue.get(key).id)}

    @api.put("/papers/{key:path}/claim", summary="Say that one is an author of a paper", **takes(_Claim))
    def claim(key: str, sent: _AClaim, given: Given) -> dict[str, Any]:
        return {"mine": community.claims.claim(writes(given), catalogue.get(key).id, sent.note)}

    @api.delete("/papers/{key:path}/claim", summary="Take that back")
    def withdraw(key: str, given: Given) -> dict[str, Any]:
        community.claims.withdraw(writes(given), catalogue.get(key).id)
        return {"mine": None}


def _add_mutes(api: FastAPI, accounts: Accounts, community: Community) -> None:
    def told(reader: Reader) -> dict[str, Any]:
        return {
            "mutes": [
                {"number": one.reader_id, "name": one.shown, "muted_at": one.muted_at.isoformat()}
                for one in community.mutes.of(reader)
            ]
        }

    @api.get("/me/mutes", summary="Whom the reader of this token muted, the newest first")
    def muted(given: Given) -> dict[str, Any]:
        return told(bearer(accounts.tokens, given).require("read"))

    @api.put("/me/mutes/{number}", summary="See nothing more of what another reader writes")
    def mute(number: Number, given: Given) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("write")
        community.mutes.mute(reader, number)
        return told(reader)

    @api.delete("/me/mutes/{number}", summary="See a reader again")
    def unmute(number: Number, given: Given) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("write")
        community.mutes.unmute(reader, number)
        return told(reader)


def _author(one: Author) -> dict[str, Any]:
    return {"number": one.reader_id, "name": one.shown, "how": one.how}
