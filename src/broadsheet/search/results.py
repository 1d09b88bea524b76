"""What a search answers: papers with their reasons, and a page of them with counts, notes and the way on.

Finding and telling are `service`'s and `why`'s matter; the doors show these and know nothing of how they came about.
"""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.papers.paper import Paper
from broadsheet.search.engine import Facets
from broadsheet.search.highlights import Span
from broadsheet.search.query import Query
from broadsheet.search.spelling import Suggestion


@dataclass(frozen=True, slots=True)
class Why:
    """Why a paper is there: the reader's words that it holds, and what words and meaning gave; they add up to score.

    `authors` are those of its authors who were asked for or bear a word of the question, the first few.
    Where age counts, `freshness` (at most 1) is what is left of both shares, which are given as they are left.
    """

    words: tuple[str, ...]
    text: float
    meaning: float
    sentence: str
    freshness: float | None = None
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One result; marks are spans of characters in title and abstract, `passage` is the abstract's telling part."""

    rank: int
    score: float
    paper: Paper
    why: Why
    title_marks: tuple[Span, ...] = ()
    abstract_marks: tuple[Span, ...] = ()
    passage: Span | None = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of results. `total` counts the ranked candidates (at most 1,000), or all papers where only filters ask.

    Facets count over the same papers. `exact` is the paper whose identifier or title was typed. `next` is the cursor
    of the page after this one; None where the list ends, or is as long as a list may be. `author` is the question for
    an author's papers where the text may be a name.
    """

    query: Query
    took_ms: float
    total: int
    hits: list[Hit]
    facets: Facets
    notes: tuple[str, ...]
    exact: Paper | None
    next: str | None = None
    suggestion: Suggestion | None = None
    author: str | None = None
