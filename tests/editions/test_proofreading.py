from datetime import date

import pytest

from broadsheet.editions.draft import Draft, Pick
from broadsheet.editions.edition import Edition, Place
from broadsheet.editions.proofreading import remarks
from broadsheet.editions.spans import Span
from broadsheet.papers.paper import Artefact, Paper
from tests.invented import paper

DAY = date(2026, 1, 15)
CODE = Artefact("code", "https://github.com/quill/tides")


def page(*papers: Paper, chosen: bool = True) -> Edition:
    places = [Place(max(n, 1), one, None, "why", chosen=chosen) for n, one in enumerate(papers)]
    lead, picks = (places[0], places[1:]) if places else (None, [])
    return Edition(None, "day", DAY, 1, None, 9, lead=lead, picks=picks)


def draft(*picks: Pick) -> Draft:
    return Draft(Span("day", DAY), 1, picks)


def test_a_page_that_fills_itself_says_so() -> None:
    assert remarks(page(paper(1), chosen=False), draft(), {}) == [
        "Nothing is picked: the page fills itself, and trending gives the lead."
    ]


def test_a_page_without_faults_is_told_so() -> None:
    picks = (Pick(1, "", "One."), Pick(2, "", "Two."))
    assert remarks(page(paper(1), paper(2)), draft(*picks), {2: (date(2025, 12, 1), "lead")}) == [
        "Every pick has a blurb, and none was on the page in the last 30 days."
    ]


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ({1: (date(2026, 1, 3), "lead")}, "The lead led on 3 Jan already."),
        ({2: (date(2026, 1, 14), "picks")}, "Pick 1 was picked on 14 Jan already."),
    ],
)
def test_a_paper_that_was_on_top_of_late_is_told(history: dict[int, tuple[date, str]], said: str) -> None:
    assert remarks(page(paper(1), paper(2)), draft(Pick(1, "", "x"), Pick(2, "", "x")), history) == [said]


def test_missing_words_licences_and_papers_are_told() -> None:
    told = remarks(page(paper(1, artefacts=(CODE,)), paper(2)), draft(Pick(1), Pick(2, "", "x"), Pick(3)), {})
    assert told == [
        "1 of the picks was withdrawn or gone, and left out.",
        "The lead has no blurb; its abstract is shown instead.",
        "The lead: no licence is known of its code.",
    ]


def test_a_page_of_one_category_is_told() -> None:
    papers = [paper(n, categories=("cs.LG",)) for n in (1, 2, 3)]
    told = remarks(page(*papers), draft(*(Pick(n, "", "x") for n in (1, 2, 3))), {})
    assert told == ["All 3 come from cs.LG."]
    papers[2] = paper(3, categories=("cs.CV",))
    assert "All 3" not in remarks(page(*papers), draft(*(Pick(n, "", "x") for n in (1, 2, 3))), {})[0]
