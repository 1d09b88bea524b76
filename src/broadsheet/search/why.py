"""Why a paper is among the results: its words marked, its shares told, in a sentence whose numbers add up to its score.

The shares come from `fusion`, the order from `order`; nothing is ranked here.
"""

from __future__ import annotations

from collections.abc import Sequence

from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Paper
from broadsheet.search.fusion import Method, Ranking
from broadsheet.search.highlights import Highlighter
from broadsheet.search.query import Query
from broadsheet.search.results import Hit, Why
from broadsheet.search.words import Stems


class Reasons:
    """Turns ranked ids into results, with the papers as the catalogue has them now."""

    def __init__(self, catalogue: Catalogue, stems: Stems) -> None:
        self._catalogue, self._stems = catalogue, stems

    def hits(self, query: Query, ranking: Ranking, part: slice, method: Method) -> list[Hit]:
        """Return the results of one part of a ranking; a paper that departed since it was indexed is left out."""
        ids = [int(one) for one in ranking.ids[part]]
        papers = {paper.id: paper for paper in self._catalogue.papers(ids)}
        shares = zip(ids, ranking.text[part].tolist(), ranking.meaning[part].tolist(), strict=True)
        highlighter = Highlighter(query.plain.split(), self._stems)
        return [
            _hit(rank, papers[paper_id], text, meaning, highlighter, method)
            for rank, (paper_id, text, meaning) in enumerate(shares, part.start + 1)
            if paper_id in papers
        ]


def _hit(place: int, paper: Paper, text: float, meaning: float, highlighter: Highlighter, method: Method) -> Hit:
    title_marks, in_title = highlighter.spans(paper.title)
    abstract_marks, in_abstract = highlighter.spans(paper.abstract)
    _, in_names = highlighter.spans(" ".join(paper.authors))
    held = highlighter.said(in_title | in_abstract | in_names)
    why = Why(held, text, meaning, _sentence(held, text, meaning, method))
    return Hit(place, text + meaning, paper, why, title_marks, abstract_marks)


def _sentence(held: Sequence[str], text: float, meaning: float, method: Method) -> str:
    words = f"Holds {_listed(held)}" if held else "Holds none of the words"
    if method == "rrf":
        return f"{words}; its two ranks give {text:.3f} for words and {meaning:.3f} for meaning."
    if text and meaning:
        return f"{words} ({text:.2f}); its meaning adds {meaning:.2f}."
    if meaning:
        return f"{words}; near in meaning ({meaning:.2f})."
    return f"{words} ({text:.2f})." if text else "Meets every condition."


def _listed(values: Sequence[str]) -> str:
    shown = [f"“{value}”" for value in values[:6]]
    if len(values) > len(shown):
        return ", ".join(shown) + f" and {len(values) - len(shown)} more"
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]
