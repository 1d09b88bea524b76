"""The text half of the index: Tantivy, asked by BM25 over title, abstract and authors' names, and by exact terms.

Which paper a row is, is known to `columns`. No text of a reader ever reaches Tantivy's query parser: queries are built
term by term.
"""

from __future__ import annotations

import json
import math
import mmap
import struct
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
import tantivy
from numpy.typing import NDArray
from pydantic import ValidationError
from tantivy import FieldType, Occur

from broadsheet.papers.paper import Paper, artefact_kinds
from broadsheet.search import words
from broadsheet.search.engine import MOST_ENDINGS, Scores
from broadsheet.search.manifest import State
from broadsheet.search.query import Filters, Query
from broadsheet.search.verified import Verified

# Title and abstract as one text, a title's words counting a little more: of the shares 0, 0.15, 0.25, 0.4, 0.6 and 1,
# 0.15 and 0.25 tie on the development sets that have titles (mean nDCG@10 51.7; 0 has 51.4, 1 has 49.1).
WEIGHTS: Final = (("body", 1.0), ("title", 0.25))
AUTHOR_WEIGHT: Final = 0.25
MOST_TERMS: Final = 48
# Stop words are not indexed but keep their places: so many that no phrase reaches from a title into its abstract.
_APART: Final = "the " * 32
MOST_OF_A_NAME: Final = 8  # words of a name that are looked up
MOST_TITLED: Final = 20  # papers of one title; "Editorial" has hundreds, and nobody means them all
_HEAP: Final = 128_000_000
_LONGEST_REASON: Final = 160
_MAGIC: Final = 1337  # ends every file of Tantivy
_CHUNK: Final = 1 << 24
Term = tuple[str, float]


class TextReader:
    """One commit of the text half."""

    def __init__(self, directory: Path) -> None:
        """Open the newest commit; raises `OSError` when it cannot be read."""
        try:
            index = _open(directory)
            self._searcher, self._schema = index.searcher(), index.schema
            self.state = self._read_state()
        except (ValueError, ValidationError) as error:
            raise OSError(f"the text index cannot be opened: {_reason(error)}") from error
        self._english, self._names = words.english(), words.names()

    def search(self, query: Query, limit: int) -> tuple[NDArray[np.int64], Scores]:
        """Return rows and BM25 scores of the best papers that hold a word or phrase and meet the conditions."""
        if any(self._borne_by_nobody(name) for filters in query.conditions for name in filters.authors):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        weighted = [
            (field, term, weight * count) for term, count in self._informative(query) for field, weight in WEIGHTS
        ]
        names = words.name_terms(self._names, self._english, query.plain)
        weighted += [("author", term, AUTHOR_WEIGHT * count) for term, count in names.most_common(MOST_TERMS)]
        scored = [
            (Occur.Should, tantivy.Query.boost_query(self._term(field, term, "freq"), weight))
            for field, term, weight in weighted
        ]
        if not scored:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        words_of_it = tantivy.Query.boolean_query(scored)
        conditions = self._conditions(query)
        if not conditions:  # alone, Tantivy may pass over what cannot reach the best
            return self._rows(words_of_it, limit)
        return self._rows(tantivy.Query.boolean_query([(Occur.Must, words_of_it), *conditions]), limit)

    def holding(self, query: Query) -> tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]]:
        """Return the rows that hold each phrase, author or title asked for, and those that hold each excluded word."""
        wanted = [*map(self._phrase, query.phrases), *(one for own in query.conditions for one in self._told_in(own))]
        unwanted = [self._phrase(word) for word in query.excluded]
        return [self._all(one) for one in wanted if one], [self._all(one) for one in unwanted if one]

    def titled(self, title: str) -> NDArray[np.int64]:
        """Return the rows of the papers with this title."""
        key = words.title_key(title)
        if not key:
            return np.zeros(0, np.int64)
        return self._rows(tantivy.Query.const_score_query(self._term("title_key", key), 0.0), MOST_TITLED)[0]

    def beginning(self, text: str, limit: int) -> tuple[NDArray[np.int64], Scores]:
        """Return rows and BM25 scores of the titles that hold each word of `text`, the last one maybe unfinished."""
        whole, last = words.unfinished(self._names, text)
        groups = [[term] for term in whole[:MOST_TERMS]]
        if last:
            groups.append([term for term, _ in self.spelt(last, MOST_ENDINGS)])
        if not groups or not all(groups):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        wanted = [_any([self._term("spelt", term) for term in group]) for group in groups]
        return self._rows(tantivy.Query.boolean_query([(Occur.Must, one) for one in wanted]), limit)

    def held(self, word: str) -> int:
        """Return how many papers hold a word in any form; -1 for a stop word."""
        stems, names = self._english.analyze(words.spaced(word)), self._names.analyze(words.spaced(word))
        if not stems:
            return -1
        in_text = min(self._searcher.doc_freq("body", stem) for stem in stems)
        return max(in_text, min(self._searcher.doc_freq("author", name) for name in names))

    def spelt(self, beginning: str, limit: int | None = None) -> list[tuple[str, int]]:
        """Return the words of titles that begin so, with their number of papers, the commonest first."""
        return self._searcher.terms_with_prefix("spelt", beginning, limit=limit)

    def frequencies(self, stems: Sequence[str]) -> NDArray[np.int64]:
        """Return how many papers hold each stem in title or abstract."""
        return np.array([self._searcher.doc_freq("body", stem) for stem in stems], np.int64)

    def weighed(self, weights: Mapping[str, float], rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], Scores]:
        """Return those of `rows` that are held, in any order, with the sum of `weight * BM25` over these stems."""
        if not weights or not len(rows):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        among = tantivy.Query.term_set_query(self._schema, "row", rows.tolist())
        scored = [tantivy.Query.boost_query(self._term("body", stem, "freq"), one) for stem, one in weights.items()]
        clauses = [(Occur.Must, tantivy.Query.const_score_query(among, 0.0)), (Occur.Should, _any(scored))]
        return self._rows(tantivy.Query.boolean_query(clauses), len(rows))

    def rows(self) -> NDArray[np.int64]:
        """Return the row of every paper held: for checking against the columns."""
        return self._all(tantivy.Query.range_query(self._schema, "row", FieldType.Integer, 0, None))

    def _informative(self, query: Query) -> list[Term]:
        """Return the terms that tell most, each with how often the query says it."""
        counts = Counter(self._english.analyze(words.spaced(query.plain)))
        if len(counts) <= MOST_TERMS:
            return [(term, float(count)) for term, count in counts.items()]
        total = self._searcher.num_docs

        def telling(item: tuple[str, int]) -> float:
            held = self._searcher.doc_freq("body", item[0])
            return -item[1] * math.log(1 + (total - held + 0.5) / (held + 0.5))

        return [(term, float(count)) for term, count in sorted(counts.items(), key=telling)[:MOST_TERMS]]

    def _conditions(self, query: Query) -> list[tuple[Occur, tantivy.Query]]:
        wanted = [phrase for phrase in map(self._phrase, query.phrases) if phrase]
        wanted += [one for filters in query.conditions for one in self._parts(filters)]
        unwanted = [self._phrase(word) for word in query.excluded]
        unwanted += [_all_of(parts) for filters in query.without if (parts := self._parts(filters))]
        clauses = [(Occur.Must, tantivy.Query.const_score_query(one, 0.0)) for one in wanted]
        return clauses + [(Occur.MustNot, one) for one in unwanted if one]

    def _parts(self, filters: Filters) -> list[tantivy.Query]:
        """Return what a paper that passes the filters meets, all of it."""
        kinds = (("category", filters.categories), ("source", filters.sources))
        parts = [_any([self._term(field, words.label(one)) for one in values]) for field, values in kinds if values]
        parts += [self._term("artefact", words.label(value)) for value in filters.artefacts]
        parts += self._told_in(filters)
        return parts + ([self._span(filters)] if filters.since or filters.until else [])

    def _told_in(self, filters: Filters) -> list[tantivy.Query]:
        """Return what the filters ask of authors and titles, which are the text half's alone."""
        told = [*map(self._author, filters.authors), *(self._phrase(one, "title") for one in filters.titles)]
        return [one for one in told if one]

    def _span(self, filters: Filters) -> tantivy.Query:
        first = filters.since.toordinal() if filters.since else 1
        last = filters.until.toordinal() if filters.until else None
        return tantivy.Query.range_query(self._schema, "day", FieldType.Integer, first, last)

    def _phrase(self, text: str, field: str = "body") -> tantivy.Query | None:
        terms = words.terms_at(self._english, text)
        if len(terms) < 2:
            return self._term(field, terms[0][1], "freq") if terms else None
        first = terms[0][0]
        return tantivy.Query.phrase_query(self._schema, field, [(at - first, term) for at, term in terms])

    def _author(self, name: str) -> tantivy.Query | None:
        """Return what holds all words and initials of a name within one author's, in whatever order.

        Tantivy misses some orders of four words or more, so of these any three must stand together.
        """
        terms = self._name_terms(name)
        if len(terms) < 2:
            return self._term("author", terms[0]) if terms else None
        together = combinations(terms, min(len(terms), 3))
        return _all_of(
            [tantivy.Query.phrase_query(self._schema, "named", list(some), words.NAME_REACH) for some in together]
        )

    def _borne_by_nobody(self, name: str) -> bool:
        """Say whether a word of a name is in no author's: whether words are a name is asked of every question."""
        terms = self._name_terms(name)
        field = "author" if len(terms) < 2 else "named"
        return any(not self._searcher.doc_freq(field, term) for term in terms)

    def _name_terms(self, name: str) -> list[str]:
        return list(dict.fromkeys(self._names.analyze(words.spaced(name))))[:MOST_OF_A_NAME]

    def _term(self, field: str, value: str, option: str = "basic") -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value, option)

    def _all(self, query: tantivy.Query) -> NDArray[np.int64]:
        return self._rows(tantivy.Query.const_score_query(query, 0.0), max(self._searcher.num_docs, 1))[0]

    def _rows(self, query: tantivy.Query, limit: int) -> tuple[NDArray[np.int64], Scores]:
        hits = self._searcher.search(query, limit=limit, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return np.array(rows, np.int64), np.array([score for score, _ in hits], np.float32)

    def _read_state(self) -> State:
        hits = self._searcher.search(self._term("kind", "state"), limit=2).hits
        if len(hits) != 1:
            raise ValueError("it does not say how far it reaches")
        return State.model_validate_json(str(self._searcher.doc(hits[0][1]).get_first("state")))


class TextWriter:
    """Adds and removes papers; nothing is seen before `commit`."""

    def __init__(self, directory: Path, *, fresh: bool = False) -> None:
        """Open for writing; raises `OSError` when the index cannot be opened or another process writes to it."""
        try:
            directory.mkdir(parents=True, exist_ok=True)
            index = tantivy.Index(_schema(), path=str(directory), reuse=False) if fresh else _open(directory)
            _register(index)
            self._writer, self._names = index.writer(_HEAP, 1), words.names()
            # What a killed writer left bears the very names that this one will want to give.
            self._writer.garbage_collect_files()
        except ValueError as error:
            raise OSError(f"the text index cannot be written: {_reason(error)}") from error

    def put(self, row: int, paper: Paper, *, fresh: bool = False) -> None:
        """Add a paper under its row, in place of whatever is held of it; nothing is, if it is `fresh`."""
        if not fresh:  # each removal is looked up in every segment at the next commit
            self.remove(paper.id)
        title, abstract = words.spaced(paper.title), words.spaced(paper.abstract)
        self._writer.add_document(
            tantivy.Document(
                paper=paper.id,
                row=row,
                title=title,
                spelt=title,
                body=[title, _APART + abstract],
                author=[words.spaced(name) for name in paper.authors],
                named=words.borne(self._names, paper.authors),
                title_key=words.title_key(paper.title),
                category=list({term for category in paper.categories for term in prefixes(words.label(category))}),
                source=[words.label(source) for source in paper.sources],
                artefact=list(artefact_kinds(paper.artefacts)),
                day=paper.published.toordinal() if paper.published else 0,
            )
        )

    def remove(self, paper_id: int) -> None:
        """Drop whatever is held of a paper."""
        self._writer.delete_documents_by_term("paper", paper_id)

    def commit(self, state: State) -> None:
        """Make everything since the last commit last, together with `state`; raises `OSError` if that fails."""
        try:
            self._writer.delete_documents_by_term("kind", "state")
            self._writer.add_document(tantivy.Document(kind="state", state=state.model_dump_json(), row=-1))
            self._writer.commit()
        except ValueError as error:
            raise OSError(f"the text index cannot be committed: {_reason(error)}") from error

    def close(self) -> None:
        """Let merges of small segments end; what was not committed is gone."""
        self._writer.wait_merging_threads()


@lru_cache(maxsize=20_000)
def prefixes(category: str) -> tuple[str, ...]:
    """Return a category and the wider ones that its dots name: `cs.IR` and `cs`."""
    parts = category.split(".")
    return tuple(".".join(parts[:count]) for count in range(1, len(parts) + 1))


def marks(directory: Path) -> dict[Path, int]:
    """Return the files of the newest commit, which never change; raises `OSError` when it cannot be read."""
    found: dict[Path, int] = {}
    try:
        for segment in json.loads((directory / "meta.json").read_bytes())["segments"]:
            endings = ["fieldnorm", "fast", "store", "term", "idx", "pos"]
            if segment.get("deletes"):
                endings.append(f"{segment['deletes']['opstamp']}.del")
            name = segment["segment_id"].replace("-", "")
            found |= {directory / f"{name}.{ending}": 0 for ending in endings}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OSError("meta.json cannot be read") from error
    return found


def fault(directory: Path, verified: Verified | None = None) -> str | None:
    """Return what is wrong with the files of the newest commit, in words; None if each matches its checksum.

    Files that `verified` vouches for are not read.
    """
    try:
        files = marks(directory)
    except OSError as error:
        return str(error)
    for path in files:
        if not (verified and verified.vouches(path)) and not _sound(path):
            return f"{path.name} is missing or does not match its checksum"
    return None


def _reason(error: Exception) -> str:
    """Return the beginning of what Tantivy says: it may quote a whole file."""
    said = " ".join(str(error).split())
    return said if len(said) <= _LONGEST_REASON else said[:_LONGEST_REASON] + "…"


def _sound(path: Path) -> bool:
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            length, magic = struct.unpack("<II", whole[-8:])
            footer = json.loads(whole[-8 - length : -8])
            left, crc = len(whole) - 8 - length, 0
            while left > 0 and (piece := whole.read(min(left, _CHUNK))):
                left, crc = left - len(piece), zlib.crc32(piece, crc)
            return bool(magic == _MAGIC and left == 0 and crc == footer["crc"])
    except (OSError, ValueError, struct.error, KeyError, TypeError):
        return False


def _open(directory: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(directory))
    _register(index)
    return index


def _register(index: tantivy.Index) -> None:
    index.register_tokenizer("english", words.english())
    index.register_tokenizer("names", words.names())


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("paper", indexed=True)
    builder.add_integer_field("row", indexed=True, fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_text_field("title", tokenizer_name="english", index_option="position")
    builder.add_text_field("spelt", tokenizer_name="names", index_option="basic")
    builder.add_text_field("body", tokenizer_name="english", index_option="position")
    builder.add_text_field("author", tokenizer_name="names", index_option="freq")
    builder.add_text_field("named", tokenizer_name="names", index_option="position")
    for name in ("title_key", "category", "source", "artefact", "kind"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _any(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Should, query) for query in queries])


def _all_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Must, query) for query in queries])
