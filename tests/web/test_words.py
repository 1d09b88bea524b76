from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from broadsheet.papers.identifiers import Identifier
from broadsheet.web import words
from tests.invented import paper


def test_dates_are_told_no_more_exactly_than_known() -> None:
    day = date(2025, 2, 5)
    assert [words.day(day, precision) for precision in ("day", "month", "year")] == ["5 Feb 2025", "Feb 2025", "2025"]
    assert [words.machine_day(day, p) for p in ("day", "month", "year")] == ["2025-02-05", "2025-02", "2025"]
    assert words.short_day(day) == "Wed 5"


def test_moments_are_told_in_the_instances_zone() -> None:
    now, vienna = datetime(2026, 1, 15, 12, tzinfo=UTC), ZoneInfo("Europe/Vienna")
    assert words.moment(datetime(2026, 1, 15, 6, tzinfo=UTC), now, vienna) == "today 07:00"
    assert words.moment(datetime(2026, 1, 14, 23, 30, tzinfo=UTC), now, vienna) == "today 00:30"
    assert words.moment(datetime(2026, 1, 14, 6, tzinfo=UTC), now, vienna) == "14 Jan 2026 07:00"


@pytest.mark.parametrize(
    ("number", "said"), [(0, "no papers"), (1, "1 paper"), (2, "2 papers"), (1190, "1,190 papers")]
)
def test_counts_carry_their_unit(number: int, said: str) -> None:
    assert words.count(number, "paper") == said


@pytest.mark.parametrize(
    ("authors", "said"),
    [
        ([], ""),
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A and 2 others"),
    ],
)
def test_authors_are_named_or_counted(authors: list[str], said: str) -> None:
    assert words.names(authors, 1) == said


def test_a_single_author_is_never_counted() -> None:
    assert words.names(["A", "B", "C"], 2) == "A, B and C"
    assert words.names(["A", "B", "C", "D"], 2) == "A, B and 2 others"


def test_paths_are_quoted() -> None:
    odd = paper(1, identifiers=(Identifier("doi", "10.1000/a<b> c#d?e%f"),))
    assert words.paper_path(odd) == "/paper/doi:10.1000/a%3Cb%3E%20c%23d%3Fe%25f"
    assert words.paper_path(paper(1)) == "/paper/arxiv:2601.00001"


def test_only_web_addresses_are_linked() -> None:
    assert words.is_web_address("https://a.example")
    assert not words.is_web_address("javascript:alert(1)")
    assert not words.is_web_address("data:text/html,x")


def test_identifiers_and_numbers() -> None:
    assert words.identifier(Identifier("arxiv", "2501.09522")) == "arXiv 2501.09522"
    assert words.number(-0.6) == "−0.60"
