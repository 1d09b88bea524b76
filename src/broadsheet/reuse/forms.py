"""The forms in which a reuse card leaves Broadsheet, alike at every door: JSON, JSON-LD, Turtle."""

import json
from datetime import datetime
from typing import Literal

from broadsheet.reuse.card import Card
from broadsheet.reuse.graph import graph
from broadsheet.reuse.plain import as_json
from broadsheet.reuse.rdf import json_ld, turtle

Form = Literal["json", "jsonld", "turtle"]
MEDIA: dict[Form, str] = {"json": "application/json", "jsonld": "application/ld+json", "turtle": "text/turtle"}


def written(card: Card, form: Form, page: str, now: datetime) -> str:
    """Return the card as text; `page` is the address of the paper's page, by which RDF names the paper."""
    if form == "json":
        return json.dumps(as_json(card), ensure_ascii=False, indent=1) + "\n"
    triples = graph(card, page, now)
    return turtle(triples) if form == "turtle" else json_ld(triples)
