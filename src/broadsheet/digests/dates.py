"""Dates in the reader's language: which languages there are, and a day written out in one.

All else in a mail is English, whatever the language of its dates. The words come from the Unicode CLDR by Babel,
which is imported for the first date that is not English.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from broadsheet.errors import Invalid

ENGLISH: Final = "en"
LOCALES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ENGLISH: "English",
        "en_US": "English (United States)",
        "cs": "Čeština",
        "da": "Dansk",
        "de": "Deutsch",
        "es": "Español",
        "fr": "Français",
        "it": "Italiano",
        "ja": "日本語",
        "ko": "한국어",
        "nl": "Nederlands",
        "nb": "Norsk bokmål",
        "pl": "Polski",
        "pt_BR": "Português (Brasil)",
        "pt_PT": "Português (Portugal)",
        "fi": "Suomi",
        "sv": "Svenska",
        "tr": "Türkçe",
        "uk": "Українська",
        "zh": "中文",
    }
)


def checked(locale: object) -> str:
    """Return a locale that there is; raises `Invalid` (field `locale`)."""
    if not isinstance(locale, str) or locale not in LOCALES:
        known = ", ".join(LOCALES)
        raise Invalid(
            f"{str(locale)[:40]!r} is no language for dates; there are {known}.", field="locale", value=locale
        )
    return locale


def long_date(day: date, locale: str = ENGLISH) -> str:
    """Return a date such as Wednesday 5 February 2025."""
    if locale == ENGLISH:
        return f"{day:%A} {day.day} {day:%B %Y}"
    from babel.dates import format_date

    return format_date(day, "full", locale)


def language(locale: str) -> str:
    """Return the locale as HTML names a language, such as pt-BR."""
    return locale.replace("_", "-")
