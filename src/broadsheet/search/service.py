"""Search as every door asks it: a question in, a page of papers with reasons, facets and highlights out.

The list is `listing`'s, its order `order`'s, the place in it `paging`'s, reasons are `why`'s; this joins them over
the index as it is now.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from broadsheet.clock import Clock
from broadsheet.errors import Invalid, Unavailable
from broadsheet.logs import get_logger
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Paper
from broadsheet.papers.titles import normalised
from broadsheet.search import listing, paging
from broadsheet.search.engine import Engine, Facets, Ids, Scores
from broadsheet.search.fusion import METHODS, Method, Ranking, Way, without_weights
from broadsheet.search.highlights import passage
from broadsheet.search.index import Index
from broadsheet.search.naming import author_meant
from broadsheet.search.news import NO_NEWS, News
from broadsheet.search.order import SORTS, Order, Sort, in_order
from broadsheet.search.paging import Cursor
from broadsheet.search.query import Filters, Query, parse, words_only
from broadsheet.search.question import Question
from broadsheet.search.results import Hit, SearchPage, Why
from broadsheet.search.similar import DIVERSITY, similar
from broadsheet.search.spelling import suggestion
from broadsheet.search.topics import Background, Topic, belonging, by_examples, by_meaning
from broadsheet.search.turns import Turns
from broadsheet.search.upgrade import UpgradeStatus
from broadsheet.search.vocabulary import Vocabulary
from broadsheet.search.weights import KnownWeights, shipped
from broadsheet.search.why import Reasons, Told
from broadsheet.search.words import Stems

_SILENT: Final = "The encoder does not answer now, so papers are compared by their words alone."
_NOTHING: Final = Facets([], [], [], [])
LONGEST_BEGINNING: Final = 200  # characters; a longer text is no title that is being typed


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question as it was understood, and how its answer is to be given."""

    query: Query
    sort: Sort
    way: Way
    limit: int
    offset: int
    start: Cursor
    beside: Executor | None = None

    @property
    def method(self) -> Method:
        """By what the question is ranked."""
        return self.way.method


class Search:
    """Answers questions from one index; safe to share between threads."""

    def __init__(
        self,
        index: Index,
        catalogue: Catalogue,
        clock: Clock,
        order: Order | None = None,
        weights: KnownWeights | None = None,
    ) -> None:
        """`order` gives papers their trending scores, for sorting by them; `weights` (the package's) are fusion's."""
        self._weights = weights or shipped()
        self._index, self._catalogue, self._clock = index, catalogue, clock
        self._order = order
        self._stems = Stems()
        self._vocabulary = Vocabulary()
        self._log = get_logger("search")
        self._reasons = Reasons(catalogue, self._stems)
        self._at_large: tuple[tuple[str, int, int], Background] | None = None
        cores = os.cpu_count() or 1
        # Both halves of a search are mostly outside Python's lock: side by side they take as long as the longer one.
        # While others search, handing a half over only costs; and more searches at once than cores wait for each other.
        self._beside = ThreadPoolExecutor(cores, thread_name_prefix="search")
        self._turns = Turns(cores)

    def search(
        self,
        text: str,
        *,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        sort: Sort = "relevance",
        method: Method = "fused",
        limit: int = 20,
        offset: int = 0,
        cursor: str | None = None,
        refine: bool = False,
    ) -> SearchPage:
        """Answer a question; raises `Invalid` for one that holds nothing to search, `Unavailable` without an index.

        A page begins behind `cursor`, the `next` of the page before it, and `offset` results farther on. `refine` has
        the best of a fused ranking ordered again by what they have in common: for broad topics.
        """
        _check(sort, method, limit, offset)
        began = self._clock.now()
        query = _understood(text, filters)
        if query.identifier or query.only_named:
            page = self._identified(query)
        else:
            engine = self._index.engine()
            way = self._way(engine, method, refine)
            question = paging.question_of(text.strip(), filters, sort, method, refine)
            start = paging.read(cursor, question, engine.newest) if cursor else Cursor(question, engine.newest)
            query = _title(engine, text, query)
            with self._turns.taken() as alone:
                beside = self._beside if alone else None
                asked = _Asked(query, sort, way, limit, offset, start, beside)
                page = self._meant(engine, asked, text)
        return replace(page, took_ms=(self._clock.now() - began).total_seconds() * 1000)

    def stamp(self) -> tuple[int, int]:
        """Return what changes whenever answers may: with every commit of the index."""
        return self._index.stamp()

    def upgrading(self) -> UpgradeStatus | None:
        """Say how far a change to another encoder is, None if there is none; searching goes on through it."""
        return self._index.upgrading()

    def similar(self, paper_id: int, limit: int = 8, diversity: float = DIVERSITY) -> list[Hit]:
        """Return papers near in meaning to one, itself left out; none for a paper that is not indexed.

        The more `diversity` (0 to 1), the less alike they are among themselves. Raises `Invalid` for either number out
        of range, `Unavailable` without an index.
        """
        ids, cosines, above = similar(self._index.engine(), paper_id, limit, diversity)
        return self._reasons.near(ids, cosines, above)

    def news(self, question: Question, among: Ids) -> News:
        """Return which of these papers answer a question, in the order of those who follow it, with their reasons.

        They are answers if they are among those that `search` would find for it now. A question that names one paper
        has no news. Raises `Invalid` for one that holds nothing to search, `Unavailable` without an index.
        """
        query = _understood(question.text, question.filters)
        if query.identifier or query.only_named:
            return NO_NEWS
        engine, today = self._index.engine(), self._clock.now().date()
        query, sort = _title(engine, question.text, query), question.followed().sort
        asked = _Asked(query, sort, self._way(engine, "fused", refine=False), 1, 0, Cursor(b"", engine.newest))
        vector, _ = self._meaning(engine, query.plain, asked.method)
        ranking = in_order(engine, self._listed(engine, asked, vector)[0], sort, today, self._order)
        told = Told(query, asked.method, today if sort == "recent" else None)
        return News.of(ranking, among, lambda part: self._reasons.hits(part, 1, told))

    def of_topic(self, words: str, examples: Sequence[int], among: Ids) -> News:
        """Return which of these papers belong to a topic told by words or by examples (papers), nearest first.

        The examples themselves never do. Where the encoder does not answer, a topic by words has no news now. Raises
        `Unavailable` without an index.
        """
        engine, known = self._index.engine(), np.array(sorted(examples), np.int64)
        topic = self._topic(engine, words, examples)
        ranking = belonging(engine, topic, among[~np.isin(among, known)])
        return News(ranking, lambda part: self._reasons.of_topic(engine, part, words, known, topic))

    def suggest(self, text: str, limit: int = 8) -> list[Paper]:
        """Return papers whose titles hold what was typed so far, those that begin with it first; or the one it names.

        Never raises `Invalid`: what is being typed is often not yet a question. Raises `Unavailable` without an index.
        """
        typed = text[:LONGEST_BEGINNING]
        named = parse(typed).identifier if any(map(str.isalnum, typed)) else None
        if named:
            paper = self._catalogue.find(named)
            return [paper] if paper else []
        found = self._index.engine().by_beginning(typed, 3 * limit)
        papers = self._catalogue.papers([int(one) for one in found.ids])
        places = {paper_id: place for place, paper_id in enumerate(found.ids.tolist())}
        begun = normalised(typed)
        papers.sort(key=lambda paper: (not normalised(paper.title).startswith(begun), places[paper.id]))
        return papers[:limit]

    def _topic(self, engine: Engine, words: str, examples: Sequence[int]) -> Topic | None:
        background = self._background(engine)
        if examples:
            return by_examples(engine, background, examples, self._texts)
        return by_meaning(engine, background, [self._meaning(engine, words, "fused")[0]] if words else [])

    def _texts(self, ids: Sequence[int]) -> list[str]:
        return [f"{paper.title}\n{paper.abstract}" for paper in self._catalogue.papers(ids)]

    def _background(self, engine: Engine) -> Background:
        """Return how papers at large lie; it is looked at again whenever papers came in."""
        seen = (engine.encoder.fingerprint, engine.newest, len(engine))
        known = self._at_large  # read once: another thread may replace it between two looks
        if known is None or known[0] != seen:
            known = self._at_large = (seen, Background.of(engine))
        return known[1]

    def _way(self, engine: Engine, method: Method, refine: bool) -> Way:
        weights = self._weights.of(engine.encoder.fingerprint)
        return Way(without_weights(method, weights), weights, refine)

    def _identified(self, query: Query) -> SearchPage:
        """Return the papers that a text of identifiers alone names, in their order, and say which are not here."""
        asked = (query.identifier,) if query.identifier else query.named
        found = [(one, self._catalogue.find(one)) for one in asked]
        here = list({paper.id: (one, paper) for one, paper in found if paper}.values())
        lacking = [f"No paper here has the identifier {one}." for one, paper in found if paper is None]
        hits = [
            Hit(rank, 1.0, paper, Why((), 1.0, 0.0, f"Its identifier is {one}."), passage=passage(paper.abstract, ()))
            for rank, (one, paper) in enumerate(here, 1)
        ]
        ids = np.array([paper.id for _, paper in here], np.int64)
        facets = self._index.engine().facets(ids) if here else _NOTHING
        exact = here[0][1] if query.identifier and here else None
        return SearchPage(query, 0.0, len(hits), hits, facets, (*query.notes, *lacking), exact)

    def _meant(self, engine: Engine, asked: _Asked, text: str) -> SearchPage:
        """Return the page, with what else may have been meant where a list begins without the very title asked."""
        told = (engine, asked.query, text, self._vocabulary)
        first = not asked.start.shown
        waiting = asked.beside.submit(suggestion, *told) if asked.beside and first else None
        page = self._found(engine, asked)
        if not first or page.exact:
            return page
        better = waiting.result() if waiting else suggestion(*told)
        return replace(page, suggestion=better, author=author_meant(engine, asked.query, text))

    def _found(self, engine: Engine, asked: _Asked) -> SearchPage:
        query, today = asked.query, self._clock.now().date()
        vector, silence = self._meaning(engine, query.plain, asked.method)
        ranking, exact = self._listed(engine, asked, vector)
        listed = asked.start.known(in_order(engine, ranking, asked.sort, today, self._order))
        whole = self._whole(engine, asked, vector, listed)
        left = asked.start.rest(whole)
        before = asked.start.after(left.part(0, asked.offset).ids.tolist())
        left = left.part(asked.offset)
        part = left.part(0, asked.limit)
        told = Told(query, asked.method, today if asked.sort == "recent" else None)
        hits = self._reasons.hits(part, before.shown + 1, told)
        after = before.after(part.ids.tolist())
        more = len(left) > len(part) > 0 and after.shown < paging.DEEPEST
        notes = self._notes(engine, asked, exact) + silence + _how_deep(asked, len(listed), after.shown, len(whole))
        return SearchPage(
            query,
            0.0,
            len(listed),
            hits,
            engine.facets(listed.ids),
            notes,
            self._paper(exact, hits),
            after.token() if more else None,
        )

    def _meaning(self, engine: Engine, plain: str, method: Method) -> tuple[Scores, tuple[str, ...]]:
        """Return the vector of the words; where the encoder does not answer, zeros and a note: words alone will do."""
        if not plain:
            return np.zeros(0, np.float32), ()
        try:
            return engine.query_vector(plain), ()
        except Unavailable as error:
            if method == "dense":
                raise
            self._log.warning("search.encoder_silent", cause=error.message)
            return engine.no_vector(), (_SILENT,)

    def _listed(self, engine: Engine, asked: _Asked, vector: Scores) -> tuple[Ranking, int | None]:
        if not asked.query.plain:
            return listing.by_date(engine, asked.query), None
        named = (self._catalogue.find(one) for one in asked.query.named)
        first = np.array([paper.id for paper in named if paper], np.int64)
        return listing.ranked(engine, asked.query, vector, asked.way, asked.beside, first)

    def _whole(self, engine: Engine, asked: _Asked, vector: Scores, listed: Ranking) -> Ranking:
        """Return the list as far down as this page needs it."""
        wanted = min(asked.start.shown + asked.offset + asked.limit + 1, paging.DEEPEST)
        if asked.sort != "relevance" or wanted <= len(listed) or not asked.query.plain:
            return listed
        if not listing.goes_on(listed, asked.method):
            return listed
        come_in = min(engine.newest - asked.start.newest, paging.DEEPEST)
        depth = wanted + come_in
        return asked.start.known(listing.deeper(engine, asked.query, vector, asked.way, listed, depth))

    def _notes(self, engine: Engine, asked: _Asked, exact: int | None) -> tuple[str, ...]:
        query, notes = asked.query, asked.query.notes
        if not len(engine):
            notes = (*notes, "No paper is indexed yet; papers can be found as soon as they are.")
        if query.plain and exact is None and not any(map(self._stems.of, query.plain.split())):
            notes = (*notes, "Every word of the query is too common to be searched for; add one that says more.")
        return notes

    def _paper(self, exact: int | None, hits: list[Hit]) -> Paper | None:
        if exact is None:
            return None
        shown = next((hit.paper for hit in hits if hit.paper.id == exact), None)
        return shown or next(iter(self._catalogue.papers([exact])), None)


def _understood(text: str, filters: Filters) -> Query:
    return replace(parse(text), given=filters) if text.strip() or not filters else Query(given=filters)


def _title(engine: Engine, text: str, query: Query) -> Query:
    """Return a query without operators where the text, as it stands, is a title with quotes or signs in it."""
    if not query.operators:
        return query
    whole = words_only(text)
    if len(engine.by_title(query.plain)) or not len(engine.by_title(whole.plain)):
        return query
    return replace(whole, given=query.given)


def _how_deep(asked: _Asked, ranked: int, shown: int, listed: int) -> tuple[str, ...]:
    """Say where a page has left what was ranked by words and meaning both, and where a list is as long as it gets."""
    notes = []
    if ranked < shown and asked.method != "dense" and asked.query.plain:
        notes.append(f"From result {ranked + 1:,} on, papers are compared by their words alone.")
    if shown >= paging.DEEPEST < listed:
        notes.append(f"A list ends at its {paging.DEEPEST:,}th result; narrow the question to see others.")
    return tuple(notes)


def _check(sort: str, method: str, limit: int, offset: int) -> None:
    if sort not in SORTS:
        known = ", ".join(SORTS)
        raise Invalid(f"“{sort[:40]}” is no order; choose one of: {known}.", field="sort", value=sort)
    if method not in METHODS:
        known = ", ".join(METHODS)
        raise Invalid(f"“{method[:40]}” is no method; choose one of: {known}.", field="method", value=method)
    if limit < 1:
        raise Invalid(f"{limit} results cannot be shown; ask for 1 or more.", field="limit", value=limit)
    if not 0 <= offset <= paging.DEEPEST:
        message = f"Results cannot begin at {offset}; begin at 0 to {paging.DEEPEST:,}."
        raise Invalid(message, field="offset", value=offset)
