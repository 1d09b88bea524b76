"""The part of the API that knows who asks: the reader of a token, and the reader's votes.

What a token and a vote are, `accounts` and `community` decide.
"""

from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.security import HTTPAuthorizationCredentials

from broadsheet.accounts.accounts import Accounts
from broadsheet.api.bearers import TOKEN, bearer
from broadsheet.api.shapes import reader_json
from broadsheet.community.votes import Standing, Votes
from broadsheet.papers.catalogue import Catalogue

Given = Annotated[HTTPAuthorizationCredentials | None, Depends(TOKEN)]


def add(api: FastAPI, accounts: Accounts, votes: Votes, catalogue: Catalogue) -> None:
    """Add the paths to `api`; they come before those that end in any key."""

    @api.get("/me", summary="The reader whose token this is, and what the token may do")
    def me(given: Given) -> dict[str, Any]:
        known = bearer(accounts.tokens, given)
        return {"reader": reader_json(known.reader), "scope": known.scope}

    @api.get("/me/export", summary="All that is kept of the reader whose token this is")
    def export(given: Given) -> dict[str, Any]:
        return accounts.readers.export(bearer(accounts.tokens, given).require("read").id)

    @api.get("/papers/{key:path}/vote", summary="A paper's votes; with a token, whether its reader's is among them")
    def standing(key: str, given: Given) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("read") if given else None
        return _told(votes.standing(catalogue.get(key).id, reader.id if reader else None), known=reader is not None)

    @api.put("/papers/{key:path}/vote", summary="Vote for a paper; a second time changes nothing")
    def cast(key: str, given: Given) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("write")
        return _told(votes.cast(reader.id, catalogue.get(key).id))

    @api.delete("/papers/{key:path}/vote", summary="Take the vote for a paper back")
    def withdraw(key: str, given: Given) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("write")
        return _told(votes.withdraw(reader.id, catalogue.get(key).id))


def _told(standing: Standing, *, known: bool = True) -> dict[str, Any]:
    return {"votes": standing.votes, "mine": standing.mine if known else None}
