"""`/api/v1`: papers and search for programs; input is checked here, the work is done by the same verbs as everywhere.

Errors have one shape, `{"error": {"code", "message", "field"?}}`, and bad input is never a 500.
The interactive pages of FastAPI stay off: they would load scripts from somebody else's host.
"""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import TypeAdapter
from sqlalchemy import text as sql
from starlette.exceptions import HTTPException
from starlette.routing import Match

from broadsheet.accounts.accounts import Accounts
from broadsheet.api import (
    editions,
    following,
    lists,
    moderating,
    operating,
    personal,
    reporting,
    searches,
    talk,
    trending,
)
from broadsheet.api.shapes import error_json, hit_json, paper_json, search_json
from broadsheet.api.stories import story_json
from broadsheet.clock import Clock
from broadsheet.community.community import Community
from broadsheet.database.engine import Database
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.editions.desk import Desk
from broadsheet.editions.editions import Editions
from broadsheet.errors import BroadsheetError, Invalid, SignInNeeded
from broadsheet.mail.office import Office
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.history import Histories
from broadsheet.papers.merges import Merges
from broadsheet.reuse.checks import Checks
from broadsheet.reuse.forms import MEDIA, Form, written
from broadsheet.search.order import Sort
from broadsheet.search.paging import DEEPEST
from broadsheet.search.query import Filters
from broadsheet.search.service import Search
from broadsheet.search.similar import DIVERSITY, MOST
from broadsheet.trending.trending import Trending

_JSON: Final = TypeAdapter(dict[str, Any])


@dataclass(frozen=True, slots=True)
class Service:
    """What the API needs."""

    version: str
    site: str
    clock: Clock
    database: Database
    catalogue: Catalogue
    merges: Merges
    histories: Histories
    search: Search
    trending: Trending
    checks: Checks
    accounts: Accounts
    subscriptions: Subscriptions
    community: Community
    editions: Editions
    desk: Desk
    office: Office


def create(service: Service) -> FastAPI:
    """Return the API as an ASGI application, to be mounted at `/api/v1`."""
    api = _bare(service.version)
    operating.add(api, service.accounts, service.office)
    personal.add(api, service.accounts, service.community.votes, service.catalogue)
    trending.add(api, service.trending, service.community.votes)
    talk.add(api, service.accounts, service.community, service.catalogue)
    reporting.add(api, service.accounts, service.community, service.catalogue)
    moderating.add(api, service.accounts, service.community, service.database)
    lists.add(api, service.accounts, service.community.lists, service.catalogue)
    editions.add(api, service.accounts, service.editions, service.desk, service.catalogue)

    @api.get("/papers", summary="The newest papers, or those named by id")
    def papers(
        id: Annotated[list[str] | None, Query(max_length=100)] = None,  # noqa: A002 - the parameter's public name
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> dict[str, Any]:
        found = [service.catalogue.get(key) for key in id] if id else service.catalogue.newest(limit)
        counts = service.community.votes.counts([paper.id for paper in found])
        told = [paper_json(paper) | {"votes": counts.get(paper.id, 0)} for paper in found]
        return {"total": service.catalogue.count(), "papers": told}

    @api.get("/papers/{key:path}/similar", summary="Papers near in meaning to one, the nearest first")
    def near(
        key: str,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 8,
        diversity: Annotated[
            float, Query(ge=0, le=1, description="0: the nearest, however alike; 1: as unlike each other as may be")
        ] = DIVERSITY,
    ) -> dict[str, Any]:
        hits = service.search.similar(service.catalogue.get(key).id, limit, diversity)
        return {"results": [hit_json(hit) for hit in hits]}

    @api.get(
        "/papers/{key:path}/reuse",
        summary="What of a paper can be used again, and how",
        response_class=Response,
        responses={200: {"content": {media: {} for media in MEDIA.values()}, "description": "The card"}},
    )
    def reuse(
        key: str, form: Annotated[Form, Query(description="JSON, or RDF: schema.org, CodeMeta, FAIR4ML")] = "json"
    ) -> Response:
        found = service.catalogue.get(key)
        page = f"{service.site}/paper/{quote(found.key, safe=':/')}"
        text = written(service.checks.card(found), form, page, service.clock.now())
        return Response(text, media_type=MEDIA[form])

    _add_history(api, service)

    @api.get("/papers/{key:path}", summary="One paper, by any of its identifiers")
    def paper(key: str) -> dict[str, Any]:
        found = service.catalogue.get(key)
        return paper_json(found) | {"votes": service.community.votes.standing(found.id).votes}

    @api.get("/search", summary="Search by meaning and words", response_model=dict[str, Any])
    def search(
        request: Request,
        q: Annotated[str, Query(description="Words, a phrase in quotes, title:, author:, cat:, date:, has:, -word")],
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        offset: Annotated[int, Query(ge=0, le=DEEPEST)] = 0,
        cursor: Annotated[str | None, Query(description="`next` of the page before, to go on behind it")] = None,
        sort: Sort = "relevance",
        cat: Annotated[list[str] | None, Query()] = None,
        source: Annotated[list[str] | None, Query()] = None,
        has: Annotated[list[Literal["code", "model", "data", "demo", "project"]] | None, Query()] = None,
        since: date | None = None,
        until: date | None = None,
        refine: Annotated[bool, Query(description="Order the best again by what they share: for broad topics")] = False,
    ) -> Response:
        filters = Filters(
            categories=tuple(cat or ()),
            sources=tuple(source or ()),
            artefacts=tuple(has or ()),
            since=since,
            until=until,
        )
        page = service.search.search(
            q, filters=filters, sort=sort, limit=limit, offset=offset, cursor=cursor, refine=refine
        )
        told = search_json(q, page)
        told["notes"] += [
            f"“{name:.40}” is no parameter of this search, and was left out." for name in _unknown(request)
        ]
        counts = service.community.votes.counts([hit.paper.id for hit in page.hits])
        for hit, row in zip(page.hits, told["results"], strict=True):
            row["paper"]["votes"] = counts.get(hit.paper.id, 0)
        return _written(told)

    @api.get("/suggest", summary="Titles that hold what was typed so far")
    def suggest(
        q: Annotated[str, Query(description="What was typed; the last word may be unfinished")],
        limit: Annotated[int, Query(ge=1, le=20)] = 8,
    ) -> dict[str, Any]:
        papers = service.search.suggest(q, limit)
        return {"query": q, "suggestions": [{"id": paper.key, "title": paper.title} for paper in papers]}

    searches.add(api, service.subscriptions)
    following.add(api, service.subscriptions)
    return api


def _add_history(api: FastAPI, service: Service) -> None:
    @api.get("/papers/{key:path}/history", summary="Why a paper's records are one, and what changed of it")
    def history(
        key: str, since: Annotated[datetime | None, Query(description="Only what changed after this moment")] = None
    ) -> dict[str, Any]:
        found = service.catalogue.get(key)
        if since is not None and since.tzinfo is None:
            since = since.replace(tzinfo=UTC)
        return story_json(found, service.merges.explain(found.id), service.histories.of(found.id), since)


def _bare(version: str) -> FastAPI:
    """Return the API without paths: what it says of itself, and its one shape of errors."""
    api = FastAPI(
        title="Broadsheet",
        version=version,
        summary="Papers and search by meaning",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    api.add_exception_handler(BroadsheetError, _told)
    api.add_exception_handler(RequestValidationError, _refused)
    api.add_exception_handler(404, _nowhere)
    api.add_exception_handler(405, _otherwise)
    api.add_exception_handler(413, _said)
    api.add_exception_handler(415, _said)
    return api


def _written(told: dict[str, Any]) -> Response:
    """Return what was told as an answer: FastAPI would check all of it once more, and have another thread write it."""
    return Response(_JSON.dump_json(told), media_type="application/json")


def health(service: Service) -> dict[str, str]:
    """Say that the process lives; asks nobody else."""
    return {"status": "ok", "version": service.version}


def readiness(service: Service) -> dict[str, Any]:
    """Say whether searches can be answered now; raises `Unavailable` when the database is away."""
    with service.database.read() as connection:
        connection.execute(sql("SELECT 1"))
    return {"status": "ready", "papers": service.catalogue.count(), "last_change": service.catalogue.last_change()}


def _told(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, BroadsheetError)  # noqa: S101 - registered for nothing else
    status, body = error_json(error)
    headers: dict[str, str] = {}
    if "retry_after" in body["error"]:
        headers["Retry-After"] = str(math.ceil(body["error"]["retry_after"]))
    if isinstance(error, SignInNeeded):
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, status, headers)


def _unknown(request: Request) -> list[str]:
    """Return the parameters that a route does not read: a filter under another name must not be lost unsaid."""
    known = {one.alias for one in request.scope["route"].dependant.query_params}
    return list(dict.fromkeys(name for name in request.query_params if name not in known))[:5]


def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    first = error.errors()[0]
    # Of a repeated parameter the place is a number at the end; it is known by its name.
    field = next((part for part in reversed(first["loc"]) if isinstance(part, str)), "request")
    status, body = error_json(Invalid(f"{field}: {first['msg']}.", field=field))
    return JSONResponse(body, status)


def _nowhere(request: Request, _error: Exception) -> JSONResponse:
    message = f"Nothing is at {request.url.path}. See /api/v1/openapi.json for what there is."
    return JSONResponse({"error": {"code": "not_found", "message": message}}, 404)


def _otherwise(request: Request, _error: Exception) -> JSONResponse:
    """Say with which methods a path is asked: Starlette names those of the first route alone."""
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    allowed = sorted({method for route in routes for method in getattr(route, "methods", None) or ()})
    message = f"{request.url.path} is asked with {' or '.join(allowed)}, not {request.method:.20}."
    error = {"error": {"code": "method_not_allowed", "message": message}}
    return JSONResponse(error, 405, {"Allow": ", ".join(allowed)})


def _said(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    return JSONResponse({"error": {"code": "bad_body", "message": error.detail}}, error.status_code)
