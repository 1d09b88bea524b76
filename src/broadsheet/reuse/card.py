"""The reuse card: what somebody who wants to use a paper's code, weights or data asks, answered from what is known.

Which questions those are, people who reuse models were asked: provenance, licence, size and needs, reproducibility,
how alive (arXiv 2303.02552, 2401.13177, 2303.08934). What is not known is said to be so and never guessed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from broadsheet.papers.artefacts import name_of
from broadsheet.papers.paper import Artefact, ArtefactKind, Paper
from broadsheet.reuse import licences
from broadsheet.reuse.facts import Facts
from broadsheet.reuse.licences import Licence
from broadsheet.reuse.store import Check

Found = Literal["alive", "dead", "unsure", "unchecked"]
# Hosts whose repositories Software Heritage archives.
_ARCHIVED_HOSTS = ("https://github.com/", "https://gitlab.com/", "https://bitbucket.org/", "https://codeberg.org/")
NAMES: dict[ArtefactKind, str] = {
    "code": "code",
    "model": "weights",
    "data": "data",
    "demo": "demo",
    "project": "project page",
}
_UNOFFICIAL = re.compile(r"\bunofficial|\bnon-official|third[- ]party (?:re-?)?implementation", re.IGNORECASE)
_ORDER: tuple[ArtefactKind, ...] = ("code", "model", "data", "demo", "project")


@dataclass(frozen=True, slots=True)
class Alternative:
    """Where to look instead of what is gone: `what` in words, and an address for the reader to follow."""

    what: str
    url: str


@dataclass(frozen=True, slots=True)
class Item:
    """One artefact with all that is known of it; `state` is "unchecked" where nobody has asked yet."""

    artefact: Artefact
    kind: ArtefactKind
    state: Found
    said: str
    licence: Licence | None
    facts: Facts = field(default_factory=Facts)
    seen_alive_at: datetime | None = None
    dead_since: datetime | None = None
    moved_to: str = ""
    alternatives: tuple[Alternative, ...] = ()

    @property
    def url(self) -> str:
        """Where it stands now."""
        return self.moved_to or self.artefact.url


@dataclass(frozen=True, slots=True)
class Card:
    """A paper's reuse card; `items` are in the order in which a reader wants them, what is gone last of its kind."""

    paper: Paper
    licence: Licence | None
    items: tuple[Item, ...]

    def of(self, kind: ArtefactKind) -> tuple[Item, ...]:
        """Return the items of a kind that are not known to be gone and not known to be another's."""
        return tuple(
            one for one in self.items if one.kind == kind and one.state != "dead" and one.artefact.official is not False
        )

    @property
    def parts(self) -> tuple[tuple[str, bool | None], ...]:
        """What it takes to do the work again, and whether it is there: None where nobody knows."""
        environments = [one.facts.environment for one in (*self.of("code"), *self.of("model"))]
        known = [one for one in environments if one is not None]
        environment = any(known) if known and (any(known) or len(known) == len(environments)) else None
        return (
            ("code", True if self.of("code") else None),
            ("weights", True if self.of("model") else None),
            ("data", True if self.of("data") else None),
            ("environment", environment),
        )


def card(paper: Paper, checks: Mapping[str, Check]) -> Card:
    """Return the card of a paper; `checks` are those of its artefacts' addresses."""
    found = [one for one in paper.artefacts if one.url.startswith(("https://", "http://"))]
    items = _once([_item(artefact, checks.get(artefact.url)) for artefact in found])
    items.sort(key=lambda one: (_ORDER.index(one.kind), one.state == "dead", one.artefact.official is False))
    told = tuple(_with_alternatives(one, items) if one.state == "dead" else one for one in items)
    return Card(paper, licences.read(paper.licence), told)


def _item(artefact: Artefact, check: Check | None) -> Item:
    licence = licences.read(artefact.licence)
    if check is None:
        seen: Found = "alive" if artefact.seen_alive_at else "unchecked"
        facts = Facts(stars=artefact.stars)
        return Item(artefact, artefact.kind, seen, "Not checked here yet.", licence, facts, artefact.seen_alive_at)
    # Zenodo knows whether it keeps software; that a link from a list leads to data was only likely.
    kind = check.facts.kind if check.facts.kind and artefact.found_in == "link" else artefact.kind
    if artefact.official is not False and _UNOFFICIAL.search(f"{artefact.url} {check.facts.description}"):
        artefact = replace(artefact, official=False, reason="It calls itself unofficial.")
    return Item(
        artefact,
        kind,
        check.state,
        check.said,
        licence,
        check.facts,
        check.seen_alive_at or artefact.seen_alive_at,
        check.dead_since,
        check.moved_to,
    )


def _once(items: Sequence[Item]) -> list[Item]:
    """Leave out what moved to where another item stands."""
    there = {name_of(one.artefact.url) for one in items}
    return [one for one in items if not one.moved_to or name_of(one.moved_to) not in there]


def _with_alternatives(gone: Item, items: Sequence[Item]) -> Item:
    others = [
        Alternative(f"Other {NAMES[gone.kind]} of this paper", one.url)
        for one in items
        if one.kind == gone.kind and one.state != "dead" and one is not gone
    ]
    url = gone.artefact.url
    if url.startswith(_ARCHIVED_HOSTS):
        origin = quote(url, safe="")
        address = f"https://archive.softwareheritage.org/browse/origin/directory/?origin_url={origin}"
        others.append(Alternative("What Software Heritage may have kept of it", address))
    others.append(Alternative("What the Wayback Machine may have kept of it", f"https://web.archive.org/web/{url}"))
    return replace(gone, alternatives=tuple(others))
