"""Readers' lists for programs: a token's reader makes, fills, orders and deletes them; public ones anybody reads.

What a list is and who may do what, `community` decides.
"""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel, ConfigDict, Field

from broadsheet.accounts.accounts import Accounts
from broadsheet.api.bearers import TOKEN, bearer
from broadsheet.api.bodies import reader_of, takes
from broadsheet.community.lists import Access, Lists, ReadingList
from broadsheet.papers.catalogue import Catalogue

Given = Annotated[HTTPAuthorizationCredentials | None, Depends(TOKEN)]


class _Told(BaseModel):
    """What a list is called and who sees it; lengths are checked by the domain."""

    model_config = ConfigDict(extra="forbid")

    name: str
    about: str = ""
    access: Access = "private"


class _Note(BaseModel):
    """What stands beside a paper, and where the paper stands, from 1."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = None
    place: int | None = Field(None, ge=1, le=1_000_000)


_AList = Annotated[_Told, Depends(reader_of(_Told))]
_ANote = Annotated[_Note, Depends(reader_of(_Note))]


def add(api: FastAPI, accounts: Accounts, lists: Lists, catalogue: Catalogue) -> None:
    """Add the paths to `api`."""

    def told(one: ReadingList) -> dict[str, Any]:
        return _head(one) | {
            "papers": [
                {"id": it.paper.key, "title": it.paper.title, "note": it.note, "added_at": it.added_at.isoformat()}
                for it in lists.papers(one)
            ]
        }

    @api.get("/lists", summary="The lists of the reader whose token this is, the last changed first")
    def own(given: Given) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("read")
        return {"lists": [_head(one) for one in lists.of(reader.id)]}

    @api.post("/lists", status_code=201, summary="Make a list", **takes(_Told))
    def make(given: Given, body: _AList) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("write")
        return told(lists.make(reader.id, body.name, body.about, body.access))

    @api.get("/lists/{key}", summary="A list with its papers in order; a private one for its owner alone")
    def one(key: str, given: Given) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("read") if given else None
        return told(lists.get(key, reader.id if reader else None))

    @api.put(
        "/lists/{key}",
        summary="Change a list; made private, it gets a new key",
        **takes(_Told),
    )
    def change(key: str, given: Given, body: _AList) -> dict[str, Any]:
        reader = bearer(accounts.tokens, given).require("write")
        return told(lists.change(reader.id, key, body.name, body.about, body.access))

    @api.delete("/lists/{key}", summary="Delete a list")
    def delete(key: str, given: Given) -> dict[str, Any]:
        lists.delete(bearer(accounts.tokens, given).require("write").id, key)
        return {"deleted": key}

    @api.put(
        "/lists/{key}/papers",
        summary="Put a paper into a list, with a note, at a place",
        **takes(_Note),
    )
    def put(key: str, given: Given, id: Annotated[str, Query()], body: _ANote) -> dict[str, Any]:  # noqa: A002 - public
        reader = bearer(accounts.tokens, given).require("write")
        paper = catalogue.get(id)
        is_new = lists.add(reader.id, key, paper.id, body.note or "")
        if body.note is not None and not is_new:
            lists.annotate(reader.id, key, paper.id, body.note)
        if body.place is not None:
            lists.move(reader.id, key, paper.id, body.place)
        return told(lists.get(key, reader.id))

    @api.delete("/lists/{key}/papers", summary="Take a paper out of a list")
    def remove(key: str, given: Given, id: Annotated[str, Query()]) -> dict[str, Any]:  # noqa: A002 - public
        reader = bearer(accounts.tokens, given).require("write")
        lists.remove(reader.id, key, catalogue.get(id).id)
        return told(lists.get(key, reader.id))


def _head(one: ReadingList) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "about": one.about,
        "access": one.access,
        "made_at": one.made_at.isoformat(),
        "changed_at": one.changed_at.isoformat(),
        "size": one.size,
    }
