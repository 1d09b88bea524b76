"""Source records as JSON text and back: the form in which `store` keeps them, and what tells whether one has changed.

Signals are no part of it: they are observations with a time of their own and would make every record look changed.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, Version
from broadsheet.papers.records import SourceRecord

# Made once: json.dumps would make a new one for each record.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dumps(record: SourceRecord) -> str:
    """Return everything of `record` but its payload and signals as JSON."""
    told: dict[str, Any] = {
        "source": record.source,
        "key": record.key,
        "title": record.title,
        "abstract": record.abstract,
        "authors": record.authors,
        "published": record.published.isoformat() if record.published else None,
        "date_precision": record.date_precision,
        "identifiers": [(identifier.scheme, identifier.value) for identifier in record.identifiers],
        "categories": record.categories,
        "links": record.links,
        "artefacts": [_artefact(artefact) for artefact in record.artefacts],
        "versions": [
            (v.identifier.scheme, v.identifier.value, v.number, v.published.isoformat() if v.published else None)
            for v in record.versions
        ],
        "venue": record.venue,
        "comments": record.comments,
        "withdrawn": record.withdrawn,
        "summary": record.summary,
    }
    if record.licence:  # left out where unknown, so that records from before it was kept look unchanged
        told["licence"] = record.licence
    return _encode(told)


def loads(text: str) -> SourceRecord:
    """Read what `dumps` wrote; the payload stays where it is."""
    told = json.loads(text)
    return SourceRecord(
        source=told["source"],
        key=told["key"],
        title=told["title"],
        abstract=told["abstract"],
        authors=tuple(told["authors"]),
        published=_date(told["published"]),
        date_precision=told["date_precision"],
        identifiers=tuple(Identifier(scheme, value) for scheme, value in told["identifiers"]),
        categories=tuple(told["categories"]),
        links=tuple(told["links"]),
        artefacts=tuple(
            Artefact(kind, url, licence, stars, datetime.fromisoformat(seen) if seen else None, found_in)
            for kind, url, licence, stars, seen, found_in in told["artefacts"]
        ),
        versions=tuple(
            Version(Identifier(scheme, value), number, _date(published))
            for scheme, value, number, published in told["versions"]
        ),
        venue=told["venue"],
        comments=told["comments"],
        withdrawn=told["withdrawn"],
        summary=told["summary"],
        licence=told.get("licence", ""),
    )


def digest(text: str) -> str:
    """Return what tells one text of `dumps` from another."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def payload_text(payload: Mapping[str, Any] | str) -> str:
    """Return a source's own words as text: as they came, or as JSON."""
    return payload if isinstance(payload, str) else json.dumps(dict(payload), ensure_ascii=False, default=str)


def _artefact(artefact: Artefact) -> tuple[str, str, str | None, int | None, str | None, str]:
    seen = artefact.seen_alive_at.isoformat() if artefact.seen_alive_at else None
    return artefact.kind, artefact.url, artefact.licence, artefact.stars, seen, artefact.found_in


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
