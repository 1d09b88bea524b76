"""Why a paper is among the results: its words marked, its shares told, in a sentence whose numbers add up to its score.

The shares come from `fusion`, the order from `order`; nothing is ranked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Paper
from broadsheet.search import words
from broadsheet.search.engine import Engine, Ids, Scores
from broadsheet.search.fusion import Method, Ranking
from broadsheet.search.highlights import Highlighter, passage
from broadsheet.search.order import HALF_LIFE_DAYS, freshness
from broadsheet.search.query import Query
from broadsheet.search.results import Hit, Why
from broadsheet.search.topic_words import shared
from broadsheet.search.topics import Topic, nearest
from broadsheet.search.words import Stems

LONGEST_SAID = 60  # characters of a title or of a topic's words within a reason
MOST_AUTHORS = 3  # named in a reason


@dataclass(frozen=True, slots=True)
class Told:
    """What the reasons of one page speak of: the question, how it was ranked, and the day from which age counts."""

    query: Query
    method: Method
    aged_on: date | None = None

    @property
    def authors(self) -> tuple[str, ...]:
        """The authors asked for."""
        return tuple(name for filters in self.query.conditions for name in filters.authors)


class Reasons:
    """Turns ranked ids into results, with the papers as the catalogue has them now."""

    def __init__(self, catalogue: Catalogue, stems: Stems) -> None:
        self._catalogue, self._stems, self._names = catalogue, stems, words.names()

    def hits(self, part: Ranking, first: int, told: Told) -> list[Hit]:
        """Return the results of one page, counted from `first`; a paper that departed since is left out."""
        papers = self._papers(part.ids)
        highlighter = Highlighter(told.query.plain.split(), self._stems)
        asked = [name for one in told.authors if (name := self._name(one))]
        return [
            _hit(rank, papers[paper_id], (text, meaning), highlighter, told, self._bearing(papers[paper_id], asked))
            for rank, (paper_id, text, meaning) in enumerate(_shares(part), first)
            if paper_id in papers
        ]

    def near(self, ids: Ids, cosines: Scores, above: Scores) -> list[Hit]:
        """Return papers like another one; `above` is how close each lies to those before it."""
        papers = self._papers(ids)
        return [
            Hit(rank, cosine, papers[paper_id], Why((), 0.0, cosine, _nearness(cosine, closest)))
            for rank, (paper_id, cosine, closest) in enumerate(
                zip(ids.tolist(), cosines.tolist(), above.tolist(), strict=True), 1
            )
            if paper_id in papers
        ]

    def of_topic(self, engine: Engine, part: Ranking, words: str, examples: Ids, topic: Topic | None) -> list[Hit]:
        """Return papers of a topic told by `words` or by `examples`, each with the example to which it lies nearest."""
        papers, titles = self._papers(part.ids), {key: one.title for key, one in self._papers(examples).items()}
        own = {stem: topic.stems[stem] for stem in topic.own} if topic else {}
        hits = []
        for rank, (paper_id, text, cosine) in enumerate(_shares(part), 1):
            if paper_id not in papers:
                continue
            paper = papers[paper_id]
            held = shared(f"{paper.title} {paper.abstract}", own, self._stems) if own else ()
            said = _near_words(words, cosine)
            if len(examples):
                said = _near_examples(titles.get(nearest(engine, paper_id, examples) or 0, ""), held, text, cosine)
            hits.append(Hit(rank, text + cosine, paper, Why(held, text, cosine, said)))
        return hits

    def _bearing(self, paper: Paper, asked: Sequence[frozenset[str]]) -> list[str]:
        """Return the authors who bear one of the names asked for."""
        if not asked:
            return []
        known = ((name, frozenset(words.name_words(self._names, name))) for name in paper.authors)
        return [name for name, said in known if any(one <= said for one in asked)]

    def _name(self, name: str) -> frozenset[str]:
        return frozenset(self._names.analyze(words.spaced(name)))

    def _papers(self, ids: Ids) -> dict[int, Paper]:
        return {paper.id: paper for paper in self._catalogue.papers([int(one) for one in ids])}


def _hit(
    place: int, paper: Paper, shares: tuple[float, float], highlighter: Highlighter, told: Told, asked: list[str]
) -> Hit:
    text, meaning = shares
    title_marks, in_title = highlighter.spans(paper.title)
    abstract_marks, in_abstract = highlighter.spans(paper.abstract)
    _, in_names = highlighter.spans(" ".join(paper.authors))
    held = highlighter.said(in_title | in_abstract | in_names)
    named = [name for name in paper.authors if highlighter.spans(name)[0]] if in_names else []
    authors = tuple(dict.fromkeys([*asked, *named]))[:MOST_AUTHORS]
    left = _left(paper, told.aged_on) if told.aged_on and told.query.plain else None
    sentence = _sentence(held, text, meaning, told.method) if told.query.plain else _met(asked)
    if left is not None:
        sentence = f"{sentence[:-1]}, of which its age has left {left:.0%}: half for every {HALF_LIFE_DAYS} days."
    why = Why(held, text, meaning, sentence, left, authors)
    telling = passage(paper.abstract, abstract_marks)
    return Hit(place, text + meaning, paper, why, title_marks, abstract_marks, telling)


def _met(authors: Sequence[str]) -> str:
    """Return the reason of a paper that was asked for by conditions alone."""
    return f"By {_joined(authors[:MOST_AUTHORS])}." if authors else "Meets every condition."


def _shares(part: Ranking) -> Iterator[tuple[int, float, float]]:
    return zip(part.ids.tolist(), part.text.tolist(), part.meaning.tolist(), strict=True)


def _near_words(words: str, cosine: float) -> str:
    return f"Near “{_short(words)}” in meaning ({cosine:.2f})."


def _near_examples(nearest_title: str, held: Sequence[str], text: float, cosine: float) -> str:
    said = f"Near your examples in meaning ({cosine:.2f})"
    if held:
        said += f" and words ({text:.2f}; {_listed(held)})"
    return f"{said}, most of all “{_short(nearest_title)}”." if nearest_title else f"{said}."


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SAID else text[: LONGEST_SAID - 1].rsplit(" ", 1)[0] + "…"


def _left(paper: Paper, today: date) -> float:
    day = paper.published.toordinal() if paper.published else 0
    return float(freshness(np.array([day], np.int32), today)[0])


def _nearness(cosine: float, closest: float) -> str:
    if closest <= 0:
        return f"Near in meaning ({cosine:.2f})."
    return f"Near in meaning ({cosine:.2f}); at most {closest:.2f} near to those above it."


def _sentence(held: Sequence[str], text: float, meaning: float, method: Method) -> str:
    holds = f"Holds {_listed(held)}" if held else "Holds none of the words"
    if method == "rrf":
        return f"{holds}; its two ranks give {text:.3f} for words and {meaning:.3f} for meaning."
    if text and meaning:
        return f"{holds} ({text:.2f}); its meaning adds {meaning:.2f}."
    if meaning:
        return f"{holds}; near in meaning ({meaning:.2f})."
    return f"{holds} ({text:.2f})." if text else "You named it."


def _listed(values: Sequence[str]) -> str:
    shown = [f"“{value}”" for value in values[:6]]
    return _joined([*shown, f"{len(values) - len(shown)} more"] if len(values) > len(shown) else shown)


def _joined(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else ", ".join(values[:-1]) + " and " + values[-1]
