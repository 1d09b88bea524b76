from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import Invalid
from broadsheet.papers.identifiers import Identifier
from broadsheet.sources import fields
from broadsheet.sources.connector import Rejected
from tests.invented import record

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(ANYTHING)
def test_any_value_can_be_asked_for_anything(value: object) -> None:
    assert isinstance(fields.mapping(value), dict)
    assert isinstance(fields.listing(value), list)
    assert isinstance(fields.text(value), str)
    assert all(isinstance(one, str) and one for one in fields.texts(value))
    counted = fields.count(value)
    assert counted is None or 0 <= counted < 10**9
    fields.moment(value)


def test_a_value_of_the_right_type_is_kept() -> None:
    assert fields.mapping({"a": 1}) == {"a": 1}
    assert fields.listing([1]) == [1]
    assert fields.text("  ebb ") == "ebb"
    assert fields.texts([" ebb ", 7, "", "flow"]) == ("ebb", "flow")
    assert fields.count(7) == 7
    assert [fields.count(odd) for odd in (True, -1, "12", 1e300)] == [None] * 4


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-31", (date(2026, 1, 31), "day")),
        ("2026/1/31", (date(2026, 1, 31), "day")),
        ("2026-01-31T23:00:00Z", (date(2026, 1, 31), "day")),
        ("2026-01", (date(2026, 1, 1), "month")),
        ("2026", (date(2026, 1, 1), "year")),
        ("January 2026", (date(2026, 1, 1), "month")),
        ("July–August 2024", (date(2024, 7, 1), "month")),
        ("Spring, 1998", (date(1998, 1, 1), "year")),
        ("2026-13-01", (None, "day")),
        ("20260131", (None, "day")),
        ("soon", (None, "day")),
        ("", (None, "day")),
    ],
)
def test_a_date_is_read_as_far_as_it_goes(written: str, read: tuple[date | None, str]) -> None:
    assert fields.day(written) == read


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_dates_and_identifiers(written: str) -> None:
    fields.day(written)
    fields.named("doi", written)
    fields.given_name_first(written)


def test_a_moment_is_counted_in_milliseconds() -> None:
    assert fields.moment(1768478400000) == datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
    assert [fields.moment(odd) for odd in (None, "1768478400000", 0, -5, 10**20, True)] == [None] * 6


def test_a_field_names_what_it_is_meant_to_name_or_nothing() -> None:
    assert fields.named("doi", "10.5555/Tide.1") == (Identifier("doi", "10.5555/tide.1"),)
    assert fields.named("doi", "doi:10.5555/tide.1") == (Identifier("doi", "10.5555/tide.1"),)
    assert fields.named("doi", "https://doi.org/10.48550/arXiv.2601.00001") == (Identifier("arxiv", "2601.00001"),)
    assert fields.named("arxiv", "2601.00001v2") == (Identifier("arxiv", "2601.00001"),)
    assert fields.named("arxiv", "https://doi.org/10.5555/tide.1") == ()
    assert fields.named("doi", "S0004-3702(26)00001-1") == ()
    assert fields.named("doi", "") == ()


def test_a_bad_entry_costs_itself_alone() -> None:
    def made(n: int) -> object:
        if n == 2:
            raise Invalid("It has no title.", field="title")
        return record(n)

    records, rejected = fields.sorted_out([("a", 1), ("", 2), ("c", 3)], made)  # type: ignore[arg-type]
    assert [one.key for one in records] == ["2601.00001", "2601.00003"]
    assert rejected == (Rejected("entry 2 of the page", "It has no title."),)


def test_a_fingerprint_is_of_what_was_said() -> None:
    first = fields.fingerprint("Ebb", ("Ada",), date(2026, 1, 31))
    assert first == fields.fingerprint("EBB", ("Ada",), date(2026, 5, 1))
    assert (
        len({first, fields.fingerprint("Ebb", (), date(2026, 1, 31)), fields.fingerprint("Ebb", ("Ada",), None)}) == 3
    )


@pytest.mark.parametrize(
    ("name", "turned"),
    [("Quill, Ada B.", "Ada B. Quill"), ("Ada Quill", "Ada Quill"), (" The Tide  Group ", "The Tide Group"), ("", "")],
)
def test_a_family_name_before_a_comma_goes_last(name: str, turned: str) -> None:
    assert fields.given_name_first(name) == turned
