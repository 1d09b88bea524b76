from dataclasses import replace
from datetime import date

import pytest

from broadsheet.sources.arxiv.listing import Place, day_of

TODAY = date(2026, 1, 15)
MIDDLE = Place("2026-01-08", "2026-01-14", "after-3", "2026-01-15", "2026-01-15")


def test_a_place_is_kept_and_read_again() -> None:
    for place in (MIDDLE, Place("2026-01-08"), Place("2026-01-08", "2026-01-14"), replace(MIDDLE, until="")):
        assert Place.of(place.kept(), TODAY) == place
        assert all(place.kept().values()), "nothing empty is kept"


@pytest.mark.parametrize("changed", [{"issued": "2026-01-14"}, {"form": "arXiv"}, {"form": None}, {"token": ""}])
def test_a_token_that_cannot_be_good_begins_its_window_anew(changed: dict[str, str]) -> None:
    assert Place.of({**MIDDLE.kept(), **changed}, TODAY) == Place("2026-01-08", "2026-01-14")


def test_a_cursor_of_the_first_edition_is_a_place() -> None:
    assert Place.of({"set": "cs", "from": "2026-01-08"}, TODAY) == Place("2026-01-08")


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-01-15T12:00:00Z", "2026-01-15"), ("2026-01-15", "2026-01-15"), ("soon", ""), ("", "")],
)
def test_a_day_is_read_off_a_moment(moment: str, day: str) -> None:
    assert day_of(moment) == day
