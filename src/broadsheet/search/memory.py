"""A search engine without an index: every paper in a list, every answer by looking at all of them.

It is the oracle that the index on disk must agree with, and stands in while there is no index yet.
It shares the words and the encoder with the index, and nothing else.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.encoder import Encoder
from broadsheet.papers.paper import Paper, artefact_kinds
from broadsheet.search import words
from broadsheet.search.engine import MOST_ENDINGS, Facets, Found, Ids, Scores, found
from broadsheet.search.query import Filters, Query

# BM25 as Lucene and Tantivy have it (Robertson and Zaragoza, 2009, with idf = ln(1 + (N - n + 0.5) / (n + 0.5))).
K1, B = 1.2, 0.75
_WEIGHTS = {"body": 1.0, "title": 0.25, "author": 0.25}


class _Text:
    """One paper's words, by field and in order."""

    def __init__(self, paper: Paper) -> None:
        english, names = words.english(), words.names()
        title, abstract = (english.analyze(words.spaced(text)) for text in (paper.title, paper.abstract))
        self.author = [term for name in paper.authors for term in names.analyze(words.spaced(name))]
        self.title, self.body = title, title + abstract
        self.spelt = list(dict.fromkeys(names.analyze(words.spaced(paper.title))))
        self._lengths = {"spelt": len(names.analyze(words.spaced(paper.title)))}
        self.places = [words.terms_at(english, text) for text in (paper.title, paper.abstract)]

    def field(self, name: str) -> list[str]:
        """Return the terms of one field."""
        return {"title": self.title, "body": self.body, "author": self.author, "spelt": self.spelt}[name]

    def length(self, name: str) -> int:
        """Return how many terms one field has, repeated ones too."""
        return self._lengths.get(name, len(self.field(name)))

    def holds(self, phrase: Sequence[tuple[int, str]], *, title: bool = False) -> bool:
        """Say whether the terms occur at these distances from each other, in the title or, unless barred, elsewhere."""
        return any(
            all((start + at - phrase[0][0], term) in places for at, term in phrase)
            for places in map(set, self.places[:1] if title else self.places)
            for start, first in places
            if first == phrase[0][1]
        )


class MemoryEngine:
    """Papers in memory, searched one by one."""

    def __init__(self, papers: Sequence[Paper], encoder: Encoder) -> None:
        self._papers = {paper.id: paper for paper in papers}
        self._texts = {paper.id: _Text(paper) for paper in papers}
        encoded = encoder.encode_papers([(paper.title, paper.abstract) for paper in papers])
        self.encoder = encoder
        self._vectors = dict(zip((paper.id for paper in papers), encoded, strict=True))
        self._english, self._names = words.english(), words.names()

    def __len__(self) -> int:
        return len(self._papers)

    def no_vector(self) -> Scores:
        """Return zeros in place of `query_vector`; asks no encoder anything."""
        return np.zeros(self.encoder.dimension, np.float32)

    def query_vector(self, text: str) -> Scores:
        """Return the unit vector of a text; zeros if it has no known term."""
        vector: Scores = self.encoder.encode_queries([text])[0]
        return vector

    @property
    def newest(self) -> int:
        """The highest id of a paper held, 0 without any."""
        return max(self._papers, default=0)

    def by_words(self, query: Query, limit: int) -> Found:
        """Return the papers that hold a word of the query and meet its conditions, by BM25."""
        terms = Counter(self._english.analyze(words.spaced(query.plain)))
        scores: dict[int, float] = {}
        names = words.name_terms(self._names, self._english, query.plain)
        for name, weight in _WEIGHTS.items():
            for paper_id, score in self._bm25(name, names if name == "author" else terms).items():
                scores[paper_id] = scores.get(paper_id, 0.0) + weight * score
        kept = [paper_id for paper_id in scores if self._passes(paper_id, query)]
        return found(np.array(kept, np.int64), np.array([scores[one] for one in kept], np.float32), limit)

    def by_meaning(self, query: Query, vector: Scores, limit: int) -> Found:
        """Return the papers nearest to `vector` that meet the query's conditions, by cosine."""
        kept = np.array([paper_id for paper_id in self._papers if self._passes(paper_id, query)], np.int64)
        return found(kept, self.cosines(vector, kept), limit)

    def meeting(self, query: Query, ids: Ids) -> NDArray[np.bool_]:
        """Return which of these papers are held and meet the query's conditions."""
        held = (int(paper_id) in self._papers and self._passes(int(paper_id), query) for paper_id in ids)
        return np.fromiter(held, np.bool_, len(ids))

    def by_date(self, query: Query) -> Found:
        """Return every paper that meets the query's conditions, newest first."""
        kept = np.array([paper_id for paper_id in self._papers if self._passes(paper_id, query)], np.int64)
        return Found(kept[np.lexsort((kept, -self.days(kept)))], np.zeros(len(kept), np.float32))

    def by_title(self, title: str) -> Ids:
        """Return the papers whose title this is, whatever its case and punctuation."""
        key = words.title_key(title)
        same = (paper.id for paper in self._papers.values() if key and words.title_key(paper.title) == key)
        return np.array(sorted(same), np.int64)

    def by_beginning(self, text: str, limit: int) -> Found:
        """Return the papers whose title holds every word of `text`, the last maybe unfinished, by BM25."""
        whole, last = words.unfinished(self._names, text)
        groups = [{term} for term in whole]
        if last:
            groups.append({term for term, _ in self.spelt(last, MOST_ENDINGS)})
        scores = self._bm25("spelt", Counter(term for group in groups for term in group))
        kept = [one for one in scores if all(group & set(self._texts[one].spelt) for group in groups)]
        return found(np.array(kept, np.int64), np.array([scores[one] for one in kept], np.float32), limit)

    def held(self, word: str) -> int:
        """Return how many papers hold a word in any form; -1 for a stop word."""
        stems = set(self._english.analyze(words.spaced(word)))
        names = set(self._names.analyze(words.spaced(word)))
        if not stems:
            return -1
        in_text = min(sum(stem in text.body for text in self._texts.values()) for stem in stems)
        return max(in_text, min(sum(name in text.author for text in self._texts.values()) for name in names))

    def spelt(self, beginning: str, limit: int | None = None) -> list[tuple[str, int]]:
        """Return the folded words of titles that begin so, with their number of papers, the commonest first."""
        counts = Counter(term for text in self._texts.values() for term in set(text.spelt))
        begun = ((term, count) for term, count in counts.items() if term.startswith(beginning))
        return sorted(begun, key=lambda item: (-item[1], item[0]))[:limit]

    def frequencies(self, stems: Sequence[str]) -> NDArray[np.int64]:
        """Return how many papers hold each stem in title or abstract."""
        return np.array([sum(stem in text.body for text in self._texts.values()) for stem in stems], np.int64)

    def of_words(self, weights: Mapping[str, float], ids: Ids) -> Scores:
        """Return each paper's sum of `weight * BM25` over these stems in title and abstract; 0 if it is not held."""
        scores = self._bm25("body", weights)
        return np.array([scores.get(int(paper_id), 0.0) for paper_id in ids], np.float32)

    def cosines(self, vector: Scores, ids: Ids) -> Scores:
        """Return the cosine between `vector` and each paper; 0 for a paper that is not held."""
        return _cosines(self._vectors, vector, ids)

    def vector(self, paper_id: int) -> Scores | None:
        """Return a paper's unit vector; None if it is not held."""
        return self._vectors.get(paper_id)

    def days(self, ids: Ids) -> NDArray[np.int32]:
        """Return the ordinal day on which each paper was published; 0 where unknown."""
        papers = (self._papers.get(int(paper_id)) for paper_id in ids)
        return np.array([one.published.toordinal() if one and one.published else 0 for one in papers], np.int32)

    def facets(self, ids: Ids) -> Facets:
        """Count years, categories, sources and artefacts over these papers; one that is not held counts nowhere."""
        papers = [self._papers[int(paper_id)] for paper_id in ids if int(paper_id) in self._papers]
        years = Counter(str(paper.published.year) for paper in papers if paper.published)
        return Facets(
            sorted(years.items(), reverse=True),
            _counted(paper.categories for paper in papers),
            _counted(paper.sources for paper in papers),
            _counted(artefact_kinds(paper.artefacts) for paper in papers),
        )

    def _passes(self, paper_id: int, query: Query) -> bool:
        text = self._texts[paper_id]
        return (
            all(self._is(self._papers[paper_id], text, filters) for filters in query.conditions)
            and all(text.holds(phrase) for phrase in self._phrases(query.phrases))
            and not any(text.holds(phrase) for phrase in self._phrases(query.excluded))
            and not any(self._is(self._papers[paper_id], text, filters) for filters in self._asking(query.without))
        )

    def _is(self, paper: Paper, text: _Text, filters: Filters) -> bool:
        wider = {part for one in paper.categories for part in _wider(words.label(one))}
        wanted = [(filters.categories, wider), (filters.sources, {words.label(one) for one in paper.sources})]
        if any(values and not held & {words.label(value) for value in values} for values, held in wanted):
            return False
        if not {words.label(value) for value in filters.artefacts} <= set(artefact_kinds(paper.artefacts)):
            return False
        if not all(self._bears(paper, name) for name in filters.authors):
            return False
        if not all(text.holds(phrase, title=True) for phrase in self._phrases(filters.titles)):
            return False
        if not (filters.since or filters.until):
            return True
        day = paper.published
        return bool(day and (filters.since or day) <= day <= (filters.until or day))

    def _bears(self, paper: Paper, name: str) -> bool:
        wanted = set(self._names.analyze(words.spaced(name)))
        if len(wanted) < 2:
            return wanted <= {term for one in paper.authors for term in self._names.analyze(words.spaced(one))}
        return any(wanted <= set(words.name_words(self._names, one)) for one in paper.authors)

    def _asking(self, without: Sequence[Filters]) -> list[Filters]:
        """Return those that ask for anything: a name or title without a word in it excludes nothing."""
        names = [[one for one in own.authors if self._names.analyze(words.spaced(one))] for own in without]
        titles = [[one for one in own.titles if self._english.analyze(words.spaced(one))] for own in without]
        kept = zip(without, names, titles, strict=True)
        return [told for own, who, what in kept if (told := replace(own, authors=tuple(who), titles=tuple(what)))]

    def _phrases(self, texts: Sequence[str]) -> list[list[tuple[int, str]]]:
        return [terms for text in texts if (terms := words.terms_at(self._english, text))]

    def _bm25(self, name: str, terms: Mapping[str, float]) -> dict[int, float]:
        texts = {paper_id: text.field(name) for paper_id, text in self._texts.items()}
        # The index keeps a note of its own state among its documents, and its statistics count it as a paper.
        total = len(texts) + 1
        lengths = {paper_id: text.length(name) for paper_id, text in self._texts.items()}
        mean = sum(lengths.values()) / total
        scores: dict[int, float] = {}
        for term, weight in terms.items():
            holding = {paper_id: count for paper_id, text in texts.items() if (count := text.count(term))}
            idf = math.log(1 + (total - len(holding) + 0.5) / (len(holding) + 0.5))
            for paper_id, count in holding.items():
                length = K1 * (1 - B + B * lengths[paper_id] / mean)
                scores[paper_id] = scores.get(paper_id, 0.0) + weight * idf * count * (1 + K1) / (count + length)
        return scores


class MemoryGallery:
    """Some papers' vectors of another encoder, in memory: the oracle of a gallery that fills."""

    def __init__(self, papers: Sequence[Paper], encoder: Encoder) -> None:
        self._encoder = encoder
        encoded = encoder.encode_papers([(paper.title, paper.abstract) for paper in papers])
        self._vectors = dict(zip((paper.id for paper in papers), encoded, strict=True))
        self.ids: Ids = np.array(list(self._vectors), np.int64)

    def query_vector(self, text: str) -> Scores:
        """Return the unit vector of a text; zeros if it has no known term."""
        vector: Scores = self._encoder.encode_queries([text])[0]
        return vector

    def nearest(self, vector: Scores, limit: int, mask: NDArray[np.bool_]) -> Found:
        """Return the `limit` papers nearest to `vector` among those of `ids` that the mask lets pass."""
        ids = self.ids[mask]
        return found(ids, self.cosines(vector, ids), limit)

    def holds(self, ids: Ids) -> NDArray[np.bool_]:
        """Return which papers have a vector here."""
        return np.isin(ids, self.ids)

    def cosines(self, vector: Scores, ids: Ids) -> Scores:
        """Return the cosine between `vector` and each paper; 0 for a paper that has no vector here."""
        return _cosines(self._vectors, vector, ids)

    def vector(self, paper_id: int) -> Scores | None:
        """Return a paper's unit vector; None if it has none here."""
        return self._vectors.get(paper_id)


def _cosines(vectors: Mapping[int, Scores], vector: Scores, ids: Ids) -> Scores:
    held = (vectors.get(int(paper_id)) for paper_id in ids)
    return np.array([0.0 if one is None else float(one @ vector) for one in held], np.float32)


def _wider(category: str) -> list[str]:
    parts = category.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]


def _counted(values: Iterable[Sequence[str]]) -> list[tuple[str, int]]:
    counts = Counter(" ".join(value.split()) for one in values for value in dict.fromkeys(one))
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
