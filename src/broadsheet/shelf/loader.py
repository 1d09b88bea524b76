"""Reads the starter papers as source records and puts them into the catalogue.

Each carries a sentence of our own instead of an abstract and is marked `summary`, so any real source replaces it.
"""

import json
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier, parse
from broadsheet.papers.paper import Artefact, DatePrecision
from broadsheet.papers.records import SourceRecord

SHELF = "shelf"


@cache
def records() -> tuple[SourceRecord, ...]:
    """Return the shelf's records, in the shelf's order."""
    text = files(__package__).joinpath("papers.jsonl").read_text(encoding="utf-8")
    return tuple(_record(json.loads(line)) for line in text.splitlines())


def load(catalogue: Catalogue) -> int:
    """Put the shelf into `catalogue` and return how many papers were new; safe to repeat at every start."""
    return catalogue.add(records()).added


def _record(entry: dict[str, Any]) -> SourceRecord:
    published, precision = _date(entry["published"])
    artefacts = tuple(Artefact(kind=found["kind"], url=found["url"], found_in=SHELF) for found in entry["artefacts"])
    reusable = {artefact.url for artefact in artefacts}
    return SourceRecord(
        source=SHELF,
        key=entry["id"],
        title=entry["title"],
        abstract=entry["sentence"],
        authors=tuple(entry["authors"]),
        published=published,
        date_precision=precision,
        identifiers=_identifiers(entry, reusable),
        categories=tuple(entry["categories"]),
        links=tuple(url for url in entry["urls"] if url not in reusable),
        artefacts=artefacts,
        venue=entry.get("venue", ""),
        summary=True,
        payload=entry,
    )


def _identifiers(entry: dict[str, Any], reusable: set[str]) -> tuple[Identifier, ...]:
    # A DOI among the artefacts names a data set or a software release, not the paper.
    own = [url for url in entry["urls"] if url.startswith("https://doi.org/") and url not in reusable]
    return (parse(entry["id"]), *(parse(url) for url in own))


def _date(text: str) -> tuple[date, DatePrecision]:
    """Read a day, or a month as its first day, which is how every source tells a month."""
    year, month, *day = (int(part) for part in text.split("-"))
    return (date(year, month, day[0]), "day") if day else (date(year, month, 1), "month")
