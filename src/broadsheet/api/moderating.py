"""The part of the API by which editors settle what was reported and claimed, and admins bar readers.

What each deed does, whether its doer may at that moment, and the record of it are `community`'s and `accounts`'.
A paper goes by its number here: one that is hidden has no other name.
"""

from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Query
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel, ConfigDict, Field

from broadsheet.accounts import audit
from broadsheet.accounts.accounts import Accounts
from broadsheet.accounts.reader import Reader
from broadsheet.api.bearers import TOKEN, bearer
from broadsheet.api.bodies import reader_of, takes
from broadsheet.api.reporting import LARGEST_NUMBER, Number
from broadsheet.api.talk import comment_json
from broadsheet.community.community import Community
from broadsheet.community.moderation import Case, Subject
from broadsheet.database.engine import Database
from broadsheet.errors import Invalid

Given = Annotated[HTTPAuthorizationCredentials | None, Depends(TOKEN)]
_Why = Annotated[str, Field(description="For the record of deeds", max_length=audit.LONGEST_REASON)]


class _Deed(BaseModel):
    """What is done to a comment or a paper."""

    model_config = ConfigDict(extra="forbid")

    do: Literal["hide", "restore", "dismiss"] = Field(description="`dismiss` lets it stand and closes its reports")
    comment: int | None = Field(None, description="The number of the comment", ge=1, le=LARGEST_NUMBER)
    paper: int | None = Field(None, description="The number of the paper", ge=1, le=LARGEST_NUMBER)
    why: _Why = ""


class _Settled(BaseModel):
    """How a claim is settled."""

    model_config = ConfigDict(extra="forbid")

    reader: int = Field(ge=1, le=LARGEST_NUMBER)
    paper: int = Field(ge=1, le=LARGEST_NUMBER)
    verified: bool


class _Bar(BaseModel):
    """Why a reader is barred."""

    model_config = ConfigDict(extra="forbid")

    why: _Why = ""
    hide_all: bool = Field(False, description="Hide all that the reader wrote, too")


_ADeed = Annotated[_Deed, Depends(reader_of(_Deed))]
_ASettled = Annotated[_Settled, Depends(reader_of(_Settled))]
_ABar = Annotated[_Bar, Depends(reader_of(_Bar))]


def add(api: FastAPI, accounts: Accounts, community: Community, database: Database) -> None:
    """Add the paths to `api`."""
    moderation = community.moderation

    def editor(given: HTTPAuthorizationCredentials | None, scope: Literal["read", "write"]) -> Reader:
        reader = bearer(accounts.tokens, given).require(scope)
        reader.require("editor")
        return reader

    def waiting(reader: Reader) -> dict[str, Any]:
        hidden = moderation.hidden(reader)
        return {
            "cases": [_case(one) for one in moderation.queue(reader)],
            "claims": [
                {
                    "reader": {"number": one.reader_id, "name": one.shown},
                    "paper": {"number": one.paper.id, "id": one.paper.key, "title": one.paper.title},
                    "note": one.note,
                }
                for one in community.claims.waiting(reader)
            ],
            "hidden": {
                "comments": [{"number": number, "text": text} for number, text in hidden.comments],
                "papers": [{"number": number, "title": title} for number, title in hidden.papers],
            },
        }

    @api.get("/moderation", summary="What is reported, claimed and hidden; needs an editor's token, as all below")
    def queue(given: Given) -> dict[str, Any]:
        return waiting(editor(given, "read"))

    @api.post("/moderation", summary="Hide a comment or a paper, restore it, or let it stand", **takes(_Deed))
    def settle(sent: _ADeed, given: Given) -> dict[str, Any]:
        reader = editor(given, "write")
        if (sent.comment is None) == (sent.paper is None):
            raise Invalid("Name either a comment or a paper, by its number.", field="comment")
        what = Subject(comment_id=sent.comment) if sent.comment else Subject(sent.paper or 0)
        {"hide": moderation.hide, "restore": moderation.restore, "dismiss": moderation.dismiss}[sent.do](
            reader, what, sent.why
        )
        return waiting(reader)

    @api.post("/moderation/claims", summary="Confirm or refuse that a reader is an author", **takes(_Settled))
    def settle_claim(sent: _ASettled, given: Given) -> dict[str, Any]:
        reader = editor(given, "write")
        community.claims.settle(reader, sent.reader, sent.paper, verified=sent.verified)
        return waiting(reader)

    @api.get("/moderation/log", summary="What was done by authority, the newest first: who, when, what, why")
    def log(given: Given, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> dict[str, Any]:
        editor(given, "read")
        return {"entries": [_entry(one) for one in audit.newest(database, limit)]}

    _add_bans(api, accounts, community)


def _add_bans(api: FastAPI, accounts: Accounts, community: Community) -> None:
    def admin(given: HTTPAuthorizationCredentials | None, scope: Literal["read", "write"]) -> Reader:
        reader = bearer(accounts.tokens, given).require(scope)
        reader.require("admin")
        return reader

    def told() -> dict[str, Any]:
        return {
            "bans": [
                {
                    "number": one.reader_id,
                    "name": one.shown,
                    "banned_at": one.banned_at.isoformat(),
                    "reason": one.reason,
                }
                for one in accounts.bans.all()
            ]
        }

    @api.get("/moderation/bans", summary="Who is barred; needs an admin's token, as all below")
    def barred(given: Given) -> dict[str, Any]:
        admin(given, "read")
        return told()

    @api.put("/moderation/bans/{number}", summary="Bar a reader", **takes(_Bar))
    def bar(number: Number, sent: _ABar, given: Given) -> dict[str, Any]:
        community.moderation.ban(admin(given, "write"), number, sent.why, hide_all=sent.hide_all)
        return told()

    @api.delete("/moderation/bans/{number}", summary="Let a reader in again")
    def lift(number: Number, given: Given) -> dict[str, Any]:
        accounts.bans.lift(admin(given, "write"), number)
        return told()


def _case(one: Case) -> dict[str, Any]:
    return {
        "comment": comment_json(one.comment) if one.comment else None,
        "paper": {"number": one.paper.id, "id": one.paper.key, "title": one.paper.title} if one.paper else None,
        "reports": [
            {"reason": said.reason, "note": said.note, "reported_at": said.reported_at.isoformat()}
            for said in one.reports
        ],
    }


def _entry(one: audit.Entry) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "who": one.who or None,
        "action": one.action,
        "subject": one.subject,
        "number": one.subject_id or None,
        "reason": one.reason,
    }
