"""The JSON in which papers and search results leave Broadsheet, alike in the API and in the CLI's `--json`.

Only known facts appear: what nobody said is null or an empty list, never a guess.
"""

from typing import Any

from broadsheet.accounts.reader import Reader
from broadsheet.errors import (
    BroadsheetError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    SignInNeeded,
    TooMany,
    Unavailable,
)
from broadsheet.papers.paper import Paper
from broadsheet.search.results import Hit, SearchPage

_STATUS: tuple[tuple[type[BroadsheetError], int, str], ...] = (
    (NotFound, 404, "not_found"),
    (Invalid, 422, "invalid"),
    (Conflict, 409, "conflict"),
    (SignInNeeded, 401, "sign_in_needed"),
    (Forbidden, 403, "forbidden"),
    (TooMany, 429, "too_many"),
    (Unavailable, 503, "unavailable"),
)


def paper_json(paper: Paper) -> dict[str, Any]:
    """Return a paper as JSON; `abstract` is empty and `summary` filled where no abstract is known."""
    return {
        "id": paper.key,
        "title": paper.title,
        "abstract": "" if paper.summary else paper.abstract,
        "summary": paper.abstract if paper.summary else None,
        "authors": list(paper.authors),
        "published": paper.published.isoformat() if paper.published else None,
        "date_precision": paper.date_precision,
        "categories": list(paper.categories),
        "identifiers": {identifier.scheme: identifier.value for identifier in reversed(paper.identifiers)},
        "urls": list(paper.links),
        "artefacts": [
            {
                "kind": artefact.kind,
                "url": artefact.url,
                "licence": artefact.licence,
                "stars": artefact.stars,
                "official": artefact.official,
                "gone": artefact.gone,
            }
            for artefact in paper.artefacts
        ],
        "licence": paper.licence or None,
        "venue": paper.venue or None,
        "sources": list(paper.sources),
        "withdrawn": paper.withdrawn,
    }


def reader_json(reader: Reader) -> dict[str, Any]:
    """Return a reader as JSON, for the reader alone."""
    return {
        "number": reader.id,
        "name": reader.name or None,
        "address": reader.address or None,
        "role": reader.role,
        "created_at": reader.created_at.isoformat(),
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return one search result as JSON."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "paper": paper_json(hit.paper),
        "why": {
            "sentence": hit.why.sentence,
            "words": list(hit.why.words),
            "authors": list(hit.why.authors),
            "text": round(hit.why.text, 6),
            "meaning": round(hit.why.meaning, 6),
            "freshness": hit.why.freshness,
        },
        "passage": hit.paper.abstract[slice(*hit.passage)] if hit.passage and not hit.paper.summary else None,
    }


def search_json(text: str, page: SearchPage) -> dict[str, Any]:
    """Return a page of search results as JSON; `next` is the cursor of the page after it, null at the list's end."""
    said = page.suggestion
    return {
        "query": text,
        "took_ms": round(page.took_ms, 3),
        "total": page.total,
        "notes": list(page.notes),
        "suggestion": {"query": said.text, "words": dict(said.words)} if said else None,
        "author": {"query": page.author} if page.author else None,
        "results": [hit_json(hit) for hit in page.hits],
        "next": page.next,
        "facets": {
            name: [{"value": value, "papers": papers} for value, papers in getattr(page.facets, name)]
            for name in ("years", "categories", "sources", "artefacts")
        },
    }


def error_json(error: BroadsheetError) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the one JSON shape of an error."""
    status, code = next(((status, code) for kind, status, code in _STATUS if isinstance(error, kind)), (500, "error"))
    body: dict[str, Any] = {"code": code, "message": error.message}
    if isinstance(error, Invalid):
        body["field"] = error.field
    if isinstance(error, TooMany):
        body["retry_after"] = error.retry_after
    return status, {"error": body}
