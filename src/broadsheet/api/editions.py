"""Editions over the API: the pages of days, weeks and months for everybody, and the desk for editors' programs.

What a page holds and who may change a draft, `editions` decides; reading bodies is `bodies`'. A draft is written whole,
under the revision that the program read: a write on an older one is a conflict and changes nothing.
"""

from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Query
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel, Field

from broadsheet.accounts.accounts import Accounts
from broadsheet.accounts.reader import Reader
from broadsheet.api.bearers import TOKEN, bearer
from broadsheet.api.bodies import reader_of, takes
from broadsheet.api.shapes import paper_json
from broadsheet.editions.desk import Desk
from broadsheet.editions.draft import MOST, Draft, Pick
from broadsheet.editions.edition import Correction, Edition, Head, Place
from broadsheet.editions.editions import Editions
from broadsheet.editions.spans import read, read_time
from broadsheet.papers.catalogue import Catalogue

LARGEST = 64 * 1024  # bytes: six blurbs in any script
Given = Annotated[HTTPAuthorizationCredentials | None, Depends(TOKEN)]


class _Pick(BaseModel):
    paper: str = Field(description="Any identifier of the paper")
    kicker: str = ""
    blurb: str = ""


class _Draft(BaseModel):
    revision: int = Field(ge=0, lt=2**31, description="Of the draft that this one was made from; 0 for the first")
    picks: list[_Pick] = Field([], max_length=2 * MOST, description="In order; the first is the lead")
    goes_out: str = Field("", description="Time of day in the instance's zone, written 07:00; empty: its own hour")
    approved: bool = False


class _Revision(BaseModel):
    revision: int = Field(ge=0, lt=2**31, description="Of the draft that is to be published")


class _Note(BaseModel):
    note: str = Field(description="What was wrong, and what is right")
    paper: str = Field("", description="Which paper it is about; empty: the page as a whole")


def add(api: FastAPI, accounts: Accounts, editions: Editions, desk: Desk, catalogue: Catalogue) -> None:
    """Put the paths about editions and the desk into the API."""

    def editor(given: HTTPAuthorizationCredentials | None, scope: Literal["read", "write"]) -> Reader:
        reader = bearer(accounts.tokens, given).require(scope)
        reader.require("editor")
        return reader

    @api.get("/editions", summary="The published editions, newest first")
    def listed(
        period: Literal["day", "week", "month"] = "day", limit: Annotated[int, Query(ge=1, le=400)] = 60
    ) -> dict[str, Any]:
        return {"editions": [head_json(head) for head in editions.dates(limit, period)]}

    @api.get("/editions/{name}", summary="The page of a day, a week or a month: 2026-01-15, 2026-W03, 2026-01")
    def page(name: str) -> dict[str, Any]:
        return edition_json(editions.at(read(name)))

    @api.get("/desk/{name}", summary="What editors have prepared for a page")
    def prepared(name: str, given: Given) -> dict[str, Any]:
        editor(given, "read")
        return draft_json(desk, catalogue, desk.draft(read(name)))

    @api.put("/desk/{name}", summary="Save a draft, made from the newest one", **takes(_Draft))
    def save(name: str, sent: Annotated[_Draft, Depends(reader_of(_Draft, LARGEST))], given: Given) -> dict[str, Any]:
        reader = editor(given, "write")
        picks = tuple(Pick(catalogue.get(one.paper).id, one.kicker, one.blurb) for one in sent.picks)
        draft = Draft(read(name), sent.revision, picks, read_time(sent.goes_out), sent.approved)
        return draft_json(desk, catalogue, desk.save(draft, by=reader.id))

    @api.post("/desk/{name}/publish", summary="Publish the page now", **takes(_Revision))
    def publish(name: str, sent: Annotated[_Revision, Depends(reader_of(_Revision))], given: Given) -> dict[str, Any]:
        reader = editor(given, "write")
        return edition_json(desk.publish(desk.at_revision(read(name), sent.revision), by=reader.id))

    @api.post("/desk/{name}/corrections", summary="Put a note beside a page that is out", **takes(_Note))
    def correct(name: str, sent: Annotated[_Note, Depends(reader_of(_Note))], given: Given) -> dict[str, Any]:
        reader = editor(given, "write")
        paper_id = catalogue.get(sent.paper).id if sent.paper else None
        return correction_json(desk.correct(read(name), sent.note, paper_id=paper_id, by=reader.id), {})


def head_json(head: Head) -> dict[str, Any]:
    """Return what a list says of an edition as JSON."""
    return {
        "name": head.span.name,
        "period": head.period,
        "number": head.number,
        "published_at": head.published_at.isoformat(),
        "new_papers": head.new_papers,
    }


def edition_json(edition: Edition) -> dict[str, Any]:
    """Return a page as JSON, every place with its reason and what adds up to its score."""
    keys = {place.paper.id: place.paper.key for _, places in edition.sections() for place in places}
    return {
        "name": edition.span.name,
        "period": edition.period,
        "number": edition.number,
        "published_at": edition.published_at.isoformat() if edition.published_at else None,
        "new_papers": edition.new_papers,
        "notice": edition.notice,
        "sections": {name: [place_json(place) for place in places] for name, places in edition.sections()},
        "corrections": [correction_json(one, keys) for one in edition.corrections],
    }


def place_json(place: Place) -> dict[str, Any]:
    """Return a place as JSON."""
    return {
        "place": place.place,
        "score": place.score,
        "reason": place.reason,
        "parts": [{"name": part.name, "value": part.value, "reason": part.reason} for part in place.parts],
        "chosen": place.chosen,
        "kicker": place.kicker,
        "blurb": place.blurb,
        "paper": paper_json(place.paper),
    }


def correction_json(one: Correction, keys: dict[int, str]) -> dict[str, Any]:
    """Return a correction as JSON; `keys` names papers."""
    paper = keys.get(one.paper_id, f"paper:{one.paper_id}") if one.paper_id is not None else None
    return {"made_at": one.made_at.isoformat(), "note": one.note, "paper": paper}


def draft_json(desk: Desk, catalogue: Catalogue, draft: Draft) -> dict[str, Any]:
    """Return a draft as JSON: what was chosen, and when the page goes out as it stands."""
    papers = {paper.id: paper for paper in catalogue.papers([pick.paper_id for pick in draft.picks])}
    return {
        "name": draft.span.name,
        "revision": draft.revision,
        "picks": [
            {"paper": papers[pick.paper_id].key, "title": papers[pick.paper_id].title}
            | {"kicker": pick.kicker, "blurb": pick.blurb}
            for pick in draft.picks
            if pick.paper_id in papers
        ],
        "goes_out": f"{draft.goes_out:%H:%M}" if draft.goes_out else "",
        "approved": draft.approved,
        "is_out": desk.is_out(draft.span),
        "due_at": desk.due(draft).isoformat(),
        "goes_out_at": desk.goes_out(draft).isoformat(),
        "saved_at": draft.saved_at.isoformat() if draft.saved_at else None,
        "saved_by": desk.saved_by(draft) or None,
    }
