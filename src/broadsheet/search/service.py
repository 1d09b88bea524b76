"""Search as every door asks it: a question in, a page of papers with reasons, facets and highlights out.

Ranking is `fusion`'s, finding is the engine's, the order `order`'s, reasons are `why`'s; this joins them.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import numpy as np

from broadsheet.clock import Clock
from broadsheet.errors import Invalid
from broadsheet.papers.catalogue import Catalogue
from broadsheet.search.engine import Engine, Facets, Scores
from broadsheet.search.fusion import METHODS, Method, Ranking, rank
from broadsheet.search.index import Index
from broadsheet.search.order import SORTS, Order, Sort, in_order
from broadsheet.search.query import Filters, Query, parse, words_only
from broadsheet.search.results import Hit, SearchPage, Why
from broadsheet.search.why import Reasons
from broadsheet.search.words import Stems

# Below this cosine a paper that holds none of the words is no answer. Where no paper at all holds one, the words may be
# none (the encoder gives a vector to anything), so that meaning must say more: half of all chance letters stay below.
LEAST_COSINE: Final = 0.2
LEAST_COSINE_ALONE: Final = 0.5


class Search:
    """Answers questions from one index; safe to share between threads."""

    def __init__(self, index: Index, catalogue: Catalogue, clock: Clock, order: Order | None = None) -> None:
        """`order` gives papers their trending scores, for sorting by them."""
        self._index, self._catalogue, self._clock = index, catalogue, clock
        self._order = order
        self._stems = Stems()
        self._reasons = Reasons(catalogue, self._stems)
        # Both halves of a search are mostly outside Python's lock: side by side they take as long as the longer one.
        self._beside = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="search")

    def search(
        self,
        text: str,
        *,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        sort: Sort = "relevance",
        method: Method = "fused",
        limit: int = 20,
        offset: int = 0,
    ) -> SearchPage:
        """Answer a question; raises `Invalid` for one that holds nothing to search, `Unavailable` without an index."""
        _check(sort, method, limit, offset)
        began = self._clock.now()
        query = replace(parse(text), given=filters) if text.strip() or not filters else Query(given=filters)
        if query.identifier:
            page = self._identified(query)
        else:
            page = self._found(self._title(text, query), sort, method, slice(offset, offset + limit))
        return replace(page, took_ms=(self._clock.now() - began).total_seconds() * 1000)

    def similar(self, paper_id: int, limit: int = 8) -> list[Hit]:
        """Return the papers nearest in meaning to one, itself left out; none for a paper that is not indexed."""
        engine = self._index.engine()
        vector = engine.vector(paper_id)
        if vector is None or not vector.any():
            return []
        near = engine.by_meaning(Query(), vector, limit + 1)
        others = near.ids != paper_id
        ids, cosines = near.ids[others][:limit], near.scores[others][:limit]
        ranking = Ranking(ids, np.zeros_like(cosines), cosines)
        return self._reasons.hits(Query(), ranking, slice(0, limit), "dense")

    def _identified(self, query: Query) -> SearchPage:
        assert query.identifier  # noqa: S101 - the caller looked
        paper = self._catalogue.find(query.identifier)
        if paper is None:
            notes = (*query.notes, f"No paper here has the identifier {query.identifier}.")
            return SearchPage(query, 0.0, 0, [], Facets([], [], [], []), notes, None)
        hit = Hit(1, 1.0, paper, Why((), 1.0, 0.0, f"Its identifier is {query.identifier}."))
        facets = self._index.engine().facets(np.array([paper.id], np.int64))
        return SearchPage(query, 0.0, 1, [hit], facets, query.notes, paper)

    def _title(self, text: str, query: Query) -> Query:
        """Return a query without operators where the text, as it stands, is a title with quotes or signs in it."""
        if not (query.phrases or query.excluded or query.filters):
            return query
        engine, whole = self._index.engine(), words_only(text)
        if len(engine.by_title(query.plain)) or not len(engine.by_title(whole.plain)):
            return query
        return replace(whole, given=query.given)

    def _found(self, query: Query, sort: Sort, method: Method, part: slice) -> SearchPage:
        engine = self._index.engine()
        notes = query.notes
        if not len(engine):
            notes = (*notes, "No paper is indexed yet; papers can be found as soon as they are.")
        if query.plain:
            ranking, exact = self._ranked(engine, query, method)
            if exact is None and not any(map(self._stems.of, query.plain.split())):
                notes = (*notes, "Every word of the query is too common to be searched for; add one that says more.")
        else:
            ids = engine.by_date(query).ids
            nothing = np.zeros(len(ids), np.float32)
            ranking, exact = Ranking(ids, nothing, nothing), None
        ranking = in_order(engine, ranking, sort, self._order)
        hits = self._reasons.hits(query, ranking, part, method)
        paper = next((hit.paper for hit in hits if hit.paper.id == exact), None)
        if exact is not None and paper is None:
            paper = next(iter(self._catalogue.papers([exact])), None)
        return SearchPage(query, 0.0, len(ranking), hits, engine.facets(ranking.ids), notes, paper)

    def _ranked(self, engine: Engine, query: Query, method: Method) -> tuple[Ranking, int | None]:
        """Return the ranking, papers with exactly this title first, and the first of those."""
        vector = engine.query_vector(query.plain)
        ranking = _without_noise(rank(engine, query, vector, method, beside=self._beside), method)
        titled = engine.by_title(query.plain)
        if not len(titled):
            return ranking, None
        if not (query.conditions or query.excluded or query.phrases):
            ranking = _with(ranking, titled, engine.cosines(vector, titled))
        first = np.isin(ranking.ids, titled)
        if not first.any():
            return ranking, None
        ranking = ranking.taken(np.argsort(~first, kind="stable"))
        return ranking, int(ranking.ids[0])


def _check(sort: str, method: str, limit: int, offset: int) -> None:
    if sort not in SORTS:
        known = ", ".join(SORTS)
        raise Invalid(f"“{sort[:40]}” is no order; choose one of: {known}.", field="sort", value=sort)
    if method not in METHODS:
        known = ", ".join(METHODS)
        raise Invalid(f"“{method[:40]}” is no method; choose one of: {known}.", field="method", value=method)
    if limit < 1:
        raise Invalid(f"{limit} results cannot be shown; ask for 1 or more.", field="limit", value=limit)
    if offset < 0:
        raise Invalid(f"Results cannot begin at {offset}; begin at 0 or later.", field="offset", value=offset)


def _without_noise(ranking: Ranking, method: Method) -> Ranking:
    """Leave out papers that hold no word and lie no nearer than unrelated ones do."""
    if method != "fused":
        return ranking
    least = LEAST_COSINE if ranking.text.any() else LEAST_COSINE_ALONE
    return ranking.taken(np.flatnonzero((ranking.text > 0) | (ranking.meaning >= least)))


def _with(ranking: Ranking, titled: np.ndarray[tuple[int], np.dtype[np.int64]], cosines: Scores) -> Ranking:
    """Return the ranking with papers that it lacks at its end: a title may be made of nothing but stop words."""
    lacking = ~np.isin(titled, ranking.ids)
    none = np.zeros(int(lacking.sum()), np.float32)
    return Ranking(
        np.concatenate([ranking.ids, titled[lacking]]),
        np.concatenate([ranking.text, none]),
        np.concatenate([ranking.meaning, cosines[lacking]]),
    )
