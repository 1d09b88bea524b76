"""Repeated abstracts: found as papers come and change, told with a reason, and settled for good."""

import random

import pytest
from sqlalchemy import func, select

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import abstract_band
from broadsheet.errors import NotFound
from broadsheet.papers import duplicates
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.duplicates import Duplicates
from broadsheet.papers.merges import Merges
from broadsheet.papers.records import SourceRecord
from tests.conftest import NOON
from tests.invented import record

_WORDS = "salt loom moss bridge winter harbour bird shelf stone bark glass paper thread stove patience weight".split()


@pytest.fixture
def alike(database: Database, clock: FixedClock) -> Duplicates:
    return Duplicates(database, clock)


def _abstract(seed: int, words: int = 90) -> str:
    chance = random.Random(seed)
    return " ".join(f"{chance.choice(_WORDS)}{chance.randrange(30)}" for _ in range(words)) + "."


def _paper(n: int, seed: int | None = None, **changes: object) -> SourceRecord:
    told = {"title": f"Study {n} of {_WORDS[n % 16]}", "abstract": _abstract(n if seed is None else seed), **changes}
    return record(n, **told)


def _all(alike: Duplicates) -> tuple[int, int]:
    """Look at all that is due; return how many papers and new pairs."""
    papers = pairs = 0
    while (done := alike.step()) is not None:
        papers, pairs = papers + done[0], pairs + done[1]
    return papers, pairs


def test_a_copied_abstract_is_listed_with_who_wrote_it(stored: Catalogue, alike: Duplicates) -> None:
    one, other, _, again = stored.add(
        [_paper(1), _paper(2, seed=1, authors=("Xaver Copy",)), _paper(3), _paper(4, seed=1, authors=record(1).authors)]
    ).paper_ids
    assert _all(alike) == (4, 3)
    found = {(pair.one.id, pair.other.id): pair for pair in alike.pairs()}
    assert found[one, other].reason == "100% of the abstract in common, no author in common"
    assert found[one, again].reason == "100% of the abstract in common, 2 of 2 authors in common"
    assert found[one, other].found_at == NOON
    assert found[one, other].overlap == 1.0
    assert len(alike.pairs(limit=1)) == 1


def test_half_an_abstract_is_enough_and_a_third_is_not(stored: Catalogue, alike: Duplicates) -> None:
    text = _abstract(1, 120).split()
    half = " ".join(text[:90] + _abstract(7, 30).split())
    third = " ".join(text[:50] + _abstract(8, 70).split())
    stored.add([_paper(1, abstract=" ".join(text)), _paper(2, abstract=half), _paper(3, abstract=third)])
    assert _all(alike) == (3, 1)
    assert 0.5 <= alike.pairs()[0].overlap < 0.7


def test_what_is_told_once_is_not_told_again_and_new_papers_meet_old_ones(stored: Catalogue, alike: Duplicates) -> None:
    stored.add([_paper(1), _paper(2)])
    assert _all(alike) == (2, 0)
    assert alike.step() is None
    stored.add([_paper(3, seed=1)])
    assert _all(alike) == (1, 1)
    stored.add([_paper(3, seed=1, comments="Changed in something else.")])
    assert _all(alike) == (1, 0)
    assert len(alike.pairs()) == 1


def test_a_pair_goes_when_an_abstract_is_rewritten(stored: Catalogue, alike: Duplicates) -> None:
    stored.add([_paper(1), _paper(2, seed=1)])
    _all(alike)
    stored.add([_paper(2)])
    assert _all(alike) == (1, 0)
    assert alike.pairs() == []


def test_what_an_editor_settled_stays_settled(stored: Catalogue, alike: Duplicates) -> None:
    one, other = stored.add([_paper(1), _paper(2, seed=1)]).paper_ids
    _all(alike)
    alike.settle(other, one)
    stored.add([_paper(2, seed=1, comments="Changed.")])
    _all(alike)
    assert alike.pairs() == []
    assert [pair.settled_at for pair in alike.pairs(settled=True)] == [NOON]
    with pytest.raises(NotFound, match="not listed as alike"):
        alike.settle(one, 999)


def test_two_that_become_one_are_no_pair(
    stored: Catalogue, alike: Duplicates, database: Database, clock: FixedClock
) -> None:
    one, other, third = stored.add([_paper(1), _paper(2, seed=1), _paper(3, seed=1)]).paper_ids
    _all(alike)
    Merges(database, clock).join(one, other)
    _all(alike)
    assert [(pair.one.id, pair.other.id) for pair in alike.pairs()] == [(one, third)]


def test_short_texts_and_the_shelfs_sentences_say_nothing(stored: Catalogue, alike: Duplicates) -> None:
    short = "This paper has been withdrawn by its authors."
    stored.add([_paper(n, abstract=short) for n in (1, 2)] + [_paper(n, seed=9, summary=True) for n in (3, 4)])
    assert _all(alike) == (4, 0)


def test_a_phrase_of_a_whole_field_makes_no_crowd_of_pairs(
    stored: Catalogue, alike: Duplicates, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "_CROWD", 5)
    stored.add([_paper(n, seed=1) for n in range(8)])
    assert _all(alike) == (8, 0)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(abstract_band)).scalar_one() == 64


def test_slices_lose_no_pair(stored: Catalogue, alike: Duplicates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "SLICE", 2)
    stored.add([_paper(n, seed=n % 3) for n in range(7)])
    assert _all(alike) == (7, 5)
