"""Invented papers for tests: deterministic, plausible, nobody's text."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Paper
from broadsheet.papers.records import SourceRecord

_THINGS = (
    "tide tables",
    "moss colonies",
    "clockwork birds",
    "paper bridges",
    "quiet engines",
    "salt maps",
    "glass looms",
)
_DEEDS = ("counting", "folding", "repairing", "listening to", "sorting", "teaching", "weighing")
_NAMES = ("Ada Quill", "Bruno Marsh", "Chiara Vale", "Deniz Oak", "Emeka Stone", "Freya Lind", "Goro Hale")


def record(n: int, **overrides: Any) -> SourceRecord:
    """Return the n-th invented record, as arXiv might have announced it."""
    thing, deed = _THINGS[n % 7], _DEEDS[(n // 7) % 7]
    base = SourceRecord(
        source="arxiv",
        key=f"2601.{n:05d}",
        title=f"On {deed} {thing}, part {n}",
        abstract=f"We study {deed} {thing} with {n} instruments and find that patience decides the outcome.",
        authors=(_NAMES[n % 7], _NAMES[(n + 3) % 7]),
        published=date(2026, 1, 1) + timedelta(days=n % 14),
        identifiers=(Identifier("arxiv", f"2601.{n:05d}"),),
        categories=("cs.IR",) if n % 2 else ("cs.CV", "cs.LG"),
        links=(f"https://arxiv.org/abs/2601.{n:05d}",),
        payload={"id": f"2601.{n:05d}"},
    )
    return replace(base, **overrides)


def paper(n: int, **overrides: Any) -> Paper:
    """Return the n-th invented paper, as the catalogue might give it."""
    said = record(n)
    seen = datetime(2026, 1, 15, 6, tzinfo=UTC)
    base = Paper(
        id=n,
        title=said.title,
        abstract=said.abstract,
        authors=said.authors,
        published=said.published,
        date_precision="day",
        categories=said.categories,
        sources=("arxiv",),
        identifiers=said.identifiers,
        artefacts=(),
        links=said.links,
        versions=(),
        venue="",
        comments="",
        withdrawn=False,
        summary=False,
        first_seen_at=seen,
        updated_at=seen,
        change=n,
    )
    return replace(base, **overrides)
