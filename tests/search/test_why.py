from datetime import date
from pathlib import Path

import numpy as np
import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.papers.catalogue import Catalogue
from broadsheet.search.fusion import Method, Ranking
from broadsheet.search.query import parse
from broadsheet.search.why import Reasons, Told
from broadsheet.search.words import Stems
from tests.invented import record


@pytest.fixture
def catalogue(sqlite: Database, clock: FixedClock, tmp_path: Path) -> Catalogue:
    catalogue = Catalogue(sqlite, clock)
    catalogue.add([record(1, title="Salt maps", abstract="Of moss.", authors=("Ada Quill",)), record(2)])
    return catalogue


def told(catalogue: Catalogue, text: str, share: float, meaning: float, method: Method = "fused") -> str:
    found = catalogue.find(record(1).identifiers[0])
    assert found
    part = Ranking(np.array([found.id]), np.array([share], np.float32), np.array([meaning], np.float32))
    hits = Reasons(catalogue, Stems()).hits(part, 7, Told(parse(text), method))
    assert hits[0].rank == 7
    assert hits[0].score == pytest.approx(share + meaning)
    return hits[0].why.sentence


@pytest.mark.parametrize(
    ("text", "share", "meaning", "method", "sentence"),
    [
        ("maps of moss", 0.5, 0.25, "fused", "Holds “maps” and “moss” (0.50); its meaning adds 0.25."),
        ("quill", 0.5, 0.0, "bm25", "Holds “quill” (0.50)."),
        ("birds", 0.0, 0.25, "fused", "Holds none of the words; near in meaning (0.25)."),
        ("salt", 0.09, 0.08, "rrf", "Holds “salt”; its two ranks give 0.090 for words and 0.080 for meaning."),
        ("cat:cs", 0.0, 0.0, "fused", "Meets every condition."),
        ("author:quill", 0.0, 0.0, "fused", "By Ada Quill."),
        ("-author:moss", 0.0, 0.0, "fused", "Meets every condition."),
        ("to be", 0.0, 0.0, "fused", "You named it."),
    ],
)
def test_a_sentence_names_the_words_and_both_shares(
    catalogue: Catalogue, text: str, share: float, meaning: float, method: Method, sentence: str
) -> None:
    assert told(catalogue, text, share, meaning, method) == sentence


def test_of_many_words_the_first_six_are_named(catalogue: Catalogue) -> None:
    words = "one two three four five six seven eight"
    catalogue.add([record(1, title=words)])
    assert told(catalogue, words, 0.5, 0.0).startswith("Holds “one”, “two”, “three”, “four”, “five”, “six” and 2 more")


def test_a_paper_that_is_gone_is_left_out_and_the_places_stay(catalogue: Catalogue) -> None:
    found = catalogue.find(record(2).identifiers[0])
    assert found
    part = Ranking(np.array([999, found.id]), np.ones(2, np.float32), np.zeros(2, np.float32))
    hits = Reasons(catalogue, Stems()).hits(part, 1, Told(parse("tide"), "bm25"))
    assert [(hit.rank, hit.paper.id) for hit in hits] == [(2, found.id)]


def test_age_is_told_where_it_counts(catalogue: Catalogue) -> None:
    found = catalogue.find(record(2).identifiers[0])
    assert found
    assert found.published == date(2026, 1, 3)
    part = Ranking(np.array([found.id]), np.array([0.25], np.float32), np.array([0.1], np.float32))
    hit = Reasons(catalogue, Stems()).hits(part, 1, Told(parse("tide"), "fused", date(2027, 1, 3)))[0]
    assert hit.why.freshness == pytest.approx(0.5)
    assert hit.why.sentence.endswith("adds 0.10, of which its age has left 50%: half for every 365 days.")
    aged = Reasons(catalogue, Stems()).hits(part, 1, Told(parse("cat:cs"), "fused", date(2027, 1, 3)))[0]
    assert aged.why.freshness is None, "nothing is relevant, so nothing of it is left"


def test_the_authors_asked_for_are_named_before_those_who_bear_a_word(catalogue: Catalogue) -> None:
    authors = ("Bo Moss", "Quill, Zoë", "Zoe Tide", "Ada Moss", "Uma Salt", "Moss Oak")
    (number,) = catalogue.add([record(3, title="Salt", authors=authors)]).paper_ids
    part = Ranking(np.array([number]), np.array([0.5], np.float32), np.array([0.25], np.float32))

    def said(text: str) -> tuple[str, ...]:
        return Reasons(catalogue, Stems()).hits(part, 1, Told(parse(text), "fused"))[0].why.authors

    assert said('salt author:"Zoe Quill"') == ("Quill, Zoë", "Uma Salt")
    assert said("moss") == ("Bo Moss", "Ada Moss", "Moss Oak")
    assert said('author:"Zoe Tide" author:!! oak') == ("Zoe Tide", "Moss Oak")
    assert said("birds") == ()
