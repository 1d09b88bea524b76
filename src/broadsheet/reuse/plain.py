"""The reuse card as JSON for programs; every field is always there, and null is what is not known."""

from typing import Any

from broadsheet.reuse.card import Card, Item
from broadsheet.reuse.licences import Licence
from broadsheet.reuse.questions import replies


def as_json(card: Card) -> dict[str, Any]:
    """Return the card; moments are ISO in UTC, sizes in bytes."""
    return {
        "paper": card.paper.key,
        "title": card.paper.title,
        "licence": _licence(card.licence),
        "artefacts": [_item(one) for one in card.items],
        "reproducible": dict(card.parts),
        "questions": [{"question": one.question, "answer": one.answer, "known": one.known} for one in replies(card)],
    }


def _item(item: Item) -> dict[str, Any]:
    facts = item.facts
    return {
        "kind": item.kind,
        "url": item.artefact.url,
        "moved_to": item.moved_to or None,
        "official": item.artefact.official,
        "why": item.artefact.reason or None,
        "state": item.state,
        "said": item.said,
        "seen_alive_at": item.seen_alive_at.isoformat() if item.seen_alive_at else None,
        "dead_since": item.dead_since.isoformat() if item.dead_since else None,
        "licence": _licence(item.licence),
        "stars": facts.stars,
        "likes": facts.likes,
        "downloads": facts.downloads,
        "archived": facts.archived,
        "changed_at": facts.pushed_at.isoformat() if facts.pushed_at else None,
        "size": facts.size,
        "parameters": facts.parameters,
        "framework": facts.framework,
        "language": facts.language,
        "task": facts.task,
        "base_models": list(facts.base_models) or None,
        "trained_on": list(facts.trained_on) or None,
        "gated": facts.gated,
        "fork_of": facts.fork_of,
        "doi": facts.doi,
        "version": facts.version,
        "environment": None if facts.environment is None else list(facts.environment),
        "alternatives": [{"what": one.what, "url": one.url} for one in item.alternatives],
    }


def _licence(licence: Licence | None) -> dict[str, Any] | None:
    if licence is None:
        return None
    return {
        "name": licence.name,
        "url": licence.url or None,
        "allows": licence.words or None,
        "open": licence.open,
    }
