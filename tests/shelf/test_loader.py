import re
from dataclasses import replace
from datetime import date

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import parse
from broadsheet.shelf import SHELF, load, records

SIZE = 74


@pytest.fixture
def catalogue(sqlite: Database, clock: FixedClock) -> Catalogue:
    return Catalogue(sqlite, clock)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def test_the_shelf_holds_74_different_papers() -> None:
    shelf = records()
    assert len(shelf) == SIZE
    assert len({record.key for record in shelf}) == SIZE
    assert len({_words(record.title) for record in shelf}) == SIZE
    assert {record.source for record in shelf} == {SHELF}


def test_every_paper_is_named_dated_and_signed() -> None:
    for record in records():
        assert record.identifiers[0] == parse(record.key), record.key
        assert record.title.strip(), record.key
        assert record.authors, record.key
        assert record.published, record.key
        assert date(1990, 1, 1) < record.published < date(2027, 1, 1), record.key
        assert record.date_precision == "day" or record.published.day == 1, record.key
        assert all(url.startswith("https://") for url in record.links), record.key


def test_every_sentence_is_our_own_and_no_run_of_the_title() -> None:
    sentences = [record.abstract for record in records()]
    assert len(set(sentences)) == SIZE
    for record in records():
        assert record.summary, record.key
        assert record.abstract.endswith((".", "?")), record.key
        assert 60 < len(record.abstract) < 400, record.key
        assert _words(record.title) not in _words(record.abstract), record.key
        assert _words(record.abstract) not in _words(record.title), record.key


def test_what_can_be_reused_is_no_mere_link() -> None:
    shelf = records()
    for record in shelf:
        urls = [artefact.url for artefact in record.artefacts]
        assert len(set(urls)) == len(urls), record.key
        assert not set(urls) & set(record.links), record.key
    assert sum(any(artefact.kind == "code" for artefact in record.artefacts) for record in shelf) > SIZE / 2


def test_loading_twice_adds_nothing(catalogue: Catalogue) -> None:
    assert load(catalogue) == SIZE
    change = catalogue.last_change()
    assert load(catalogue) == 0
    assert catalogue.count() == SIZE
    assert catalogue.last_change() == change


def test_every_paper_is_found_under_its_name(catalogue: Catalogue) -> None:
    load(catalogue)
    for record in records():
        paper = catalogue.get(record.key)
        assert (paper.title, paper.abstract) == (record.title, record.abstract)
        assert paper.summary
        assert paper.sources == (SHELF,)


@pytest.mark.parametrize("shelf_first", [True, False])
def test_a_real_record_replaces_the_sentence(catalogue: Catalogue, *, shelf_first: bool) -> None:
    ours = next(record for record in records() if record.key.startswith("arxiv:"))
    real = replace(
        ours,
        source="arxiv",
        key=ours.identifiers[0].value,
        abstract="An invented text that stands for the abstract.",
        summary=False,
        artefacts=(),
        venue="",
    )
    if shelf_first:
        load(catalogue)
    catalogue.add([real])
    load(catalogue)
    paper = catalogue.get(ours.key)
    assert (paper.abstract, paper.summary) == (real.abstract, False)
    assert set(paper.sources) == {"arxiv", SHELF}
    assert {artefact.url for artefact in paper.artefacts} >= {artefact.url for artefact in ours.artefacts}
    assert catalogue.count() == SIZE
    assert load(catalogue) == 0
    assert catalogue.get(ours.key).abstract == real.abstract
