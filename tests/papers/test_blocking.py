from datetime import date

from broadsheet.papers import blocking
from broadsheet.papers.records import SourceRecord
from tests.invented import record

LONG = " ".join(f"looms{n} remember salt{n % 7} of winter{n % 11}" for n in range(40))


def _meet(one: SourceRecord, other: SourceRecord) -> bool:
    return not set(blocking.keys_of(one)).isdisjoint(blocking.keys_of(other))


def test_keys_are_few_and_fit_a_signed_column() -> None:
    keys = blocking.keys_of(record(1, abstract=LONG))
    assert len(keys) == len(set(keys)) == 5
    assert all(0 <= key < 2**63 for key in keys)


def test_one_title_meets_whatever_else_differs() -> None:
    one = record(1, title="Glass looms in winter")
    assert _meet(one, record(2, title="Glass Looms in Winter!", authors=("Xin Wu",), published=date(1999, 1, 1)))
    assert _meet(one, record(2, title="Glass looms in winter", authors=()))
    assert not _meet(one, record(2, title="Glass looms in summer"))


def test_a_title_and_its_head_meet_if_the_first_author_is_the_same() -> None:
    one = record(1, title="Loomer: glass looms in winter")
    assert _meet(one, record(2, title="Loomer", authors=one.authors))
    assert not _meet(one, record(2, title="Loomer", authors=("Xin Wu",)))


def test_one_abstract_under_two_titles_meets_if_the_first_author_is_the_same() -> None:
    one = record(1, abstract=LONG)
    other = record(2, title="Quite another", abstract=LONG + " And more.", authors=one.authors)
    assert _meet(one, other)
    assert not _meet(one, record(2, title="Quite another", abstract=LONG, authors=("Xin Wu",)))


def test_what_names_nothing_has_no_key() -> None:
    assert blocking.keys_of(record(1, title="Moss", authors=(), abstract="")) == {}
    assert len(blocking.keys_of(record(1, title="Moss", abstract=LONG, summary=True))) == 1
