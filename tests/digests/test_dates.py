from datetime import date

import pytest

from broadsheet.digests.dates import LOCALES, checked, language, long_date
from broadsheet.errors import Invalid

DAY = date(2026, 1, 15)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "Thursday 15 January 2026"),
        ("en_US", "Thursday, January 15, 2026"),
        ("de", "Donnerstag, 15. Januar 2026"),
        ("fr", "jeudi 15 janvier 2026"),
        ("pl", "czwartek, 15 stycznia 2026"),  # the month in the genitive
        ("ja", "2026年1月15日木曜日"),
    ],
)
def test_a_day_is_written_out_as_its_language_does(locale: str, said: str) -> None:
    assert long_date(DAY, locale) == said


def test_every_language_that_is_offered_can_be_written() -> None:
    told = {locale: long_date(DAY, locale) for locale in LOCALES}
    assert all("2026" in words for words in told.values())
    assert len(set(told.values())) >= len(LOCALES) - 1
    assert language("pt_BR") == "pt-BR"


@pytest.mark.parametrize("locale", ["", "xx", "EN", None, 7, "de/../../etc"])
def test_another_language_is_refused(locale: object) -> None:
    with pytest.raises(Invalid, match="no language for dates"):
        checked(locale)
