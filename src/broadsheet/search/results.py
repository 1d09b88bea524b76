"""What a search answers: papers with their reasons, and a page of them with counts, notes and time taken.

Finding and telling are `service`'s and `why`'s matter; the doors show these and know nothing of how they came about.
"""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.papers.paper import Paper
from broadsheet.search.engine import Facets
from broadsheet.search.highlights import Span
from broadsheet.search.query import Query


@dataclass(frozen=True, slots=True)
class Why:
    """Why a paper is there: the reader's words that it holds, and what words and meaning gave; they add up to score."""

    words: tuple[str, ...]
    text: float
    meaning: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One result; marks are character spans in the paper's title and abstract."""

    rank: int
    score: float
    paper: Paper
    why: Why
    title_marks: tuple[Span, ...] = ()
    abstract_marks: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of results. `total` counts the ranked candidates (at most 1,000), or all papers where only filters ask.

    Facets count over the same papers. `exact` is the paper whose identifier or title was typed.
    """

    query: Query
    took_ms: float
    total: int
    hits: list[Hit]
    facets: Facets
    notes: tuple[str, ...]
    exact: Paper | None
