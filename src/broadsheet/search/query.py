"""What a reader asked: the query language, parsed into words, phrases, exclusions and filters.

What a paper must hold to match is the engines' matter.
Malformed text is never an error: what cannot be understood is searched as words, and a note says so.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, get_args

from broadsheet.errors import Invalid
from broadsheet.papers import identifiers
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import ArtefactKind

LONGEST: Final = 10_000  # characters read of a query; far more than a pasted abstract
MOST_CONDITIONS: Final = 64
_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_TOKEN: Final = re.compile(r'(-?)(?:(author|cat|date|source|has):(?=\S))?(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_DAY: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_Span = tuple[date, date]  # the first and the last day of a year, a month or a day
_SPACED_SCHEME: Final = re.compile(r"(arxiv|doi)\s*:\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a paper must be: any of the categories, any of the sources, all artefacts, all authors, within the dates.

    `since` and `until` are both inclusive; a paper without a date lies within no span.
    """

    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    artefacts: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: `words` in the order written, `phrases` that must occur, `excluded` words that must not.

    A paper must pass both `filters`, written in the text, and `given`, chosen beside it.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    given: Filters = field(default_factory=Filters)
    identifier: Identifier | None = None
    notes: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """The words and phrases alone: what is encoded, and what a title is compared with."""
        return " ".join((*self.words, *self.phrases))

    @property
    def conditions(self) -> tuple[Filters, ...]:
        """Every set of filters that a paper must pass."""
        return tuple(filters for filters in (self.filters, self.given) if filters)


def parse(text: str) -> Query:
    """Parse a query in time linear in its length; raises `Invalid` (field `q`) when nothing in it can be searched."""
    cleaned = _UNPRINTABLE.sub(" ", text.encode("utf-8", "replace").decode()).translate(_QUOTES).strip()
    notes: list[str] = []
    if len(cleaned) > LONGEST:
        cleaned = cleaned[:LONGEST].rsplit(None, 1)[0]
        notes.append(f"The query is longer than {LONGEST:,} characters; only its beginning is searched.")
    identifier = _identifier(cleaned)
    if identifier:
        return Query(words=(cleaned,), identifier=identifier, notes=tuple(notes))
    reading = _Reading(notes)
    for sign, name, phrase, word in _TOKEN.findall(cleaned):
        reading.take(bool(sign), name.lower(), phrase, word)
    query = reading.query()
    if not (query.words or query.phrases or query.excluded or query.filters):
        raise Invalid("The query holds no word to search for. Type a few words, a title or an identifier.", field="q")
    return query


def words_only(text: str) -> Query:
    """Return a query in which nothing is an operator: for whole sentences and titles from elsewhere."""
    return Query(words=tuple(_UNPRINTABLE.sub(" ", text)[:LONGEST].split()))


def _identifier(text: str) -> Identifier | None:
    joined = _SPACED_SCHEME.sub(r"\1:", text, count=1)
    return identifiers.find(joined) if joined and len(joined) < 300 and not re.search(r"\s", joined) else None


class _Reading:
    """Gathers what the tokens say, one after the other."""

    def __init__(self, notes: list[str]) -> None:
        self._notes = notes
        self._words: list[str] = []
        self._phrases: list[str] = []
        self._excluded: list[str] = []
        self._listed: dict[str, list[str]] = {"cat": [], "source": [], "has": [], "author": []}
        self._first: _Span | None = None
        self._last: _Span | None = None
        self._conditions = 0

    def take(self, negative: bool, name: str, phrase: str, word: str) -> None:
        """Take one token: a value with its field's name and sign, in quotes (`phrase`) or not (`word`)."""
        value = (phrase or word).strip()
        if name and value.strip('"'):
            self._field(negative, name, value.strip('"'))
        elif negative and re.search(r"\w", value):
            self._condition(self._excluded, value)
        elif phrase and len(value.split()) > 1:
            self._condition(self._phrases, value)
        elif re.search(r"\w", value):
            self._words.extend(value.split())

    def query(self) -> Query:
        """Return what was gathered."""
        first, last = self._first, self._last
        if first and last and first[0] > last[1]:
            self._notes.append(f"No date lies from {first[0]} to {last[1]}; the two were exchanged.")
            first, last = last, first
        filters = Filters(
            categories=tuple(dict.fromkeys(self._listed["cat"])),
            sources=tuple(dict.fromkeys(self._listed["source"])),
            artefacts=tuple(dict.fromkeys(self._listed["has"])),
            authors=tuple(dict.fromkeys(self._listed["author"])),
            since=first[0] if first else None,
            until=last[1] if last else None,
        )
        return Query(
            tuple(self._words),
            tuple(self._phrases),
            tuple(self._excluded),
            filters,
            notes=tuple(dict.fromkeys(self._notes)),
        )

    def _condition(self, place: list[str], value: str) -> None:
        if self._conditions == MOST_CONDITIONS:
            self._notes.append(f"Only the first {MOST_CONDITIONS} conditions are used; the others are left out.")
        if self._conditions >= MOST_CONDITIONS:
            return
        self._conditions += 1
        place.append(value)

    def _field(self, negative: bool, name: str, value: str) -> None:
        readers: dict[str, Callable[[str], bool]] = {"date": self._date, "has": self._artefact}
        if negative:
            self._as_words(f"-{name}:{value}", value, "cannot be excluded")
        elif name in readers:
            if not readers[name](value):
                kinds = "code, model, data, demo or project"
                wanted = "is no date like 2024, 2024-03.. or ..2020" if name == "date" else f"is none of {kinds}"
                self._as_words(f"{name}:{value}", value, wanted)
        elif re.search(r"\w", value):
            self._condition(self._listed[name], value)

    def _as_words(self, written: str, value: str, fault: str) -> None:
        self._notes.append(f"“{written[:60]}” {fault}; it is searched as words.")
        self._words.extend(word for word in value.split() if re.search(r"\w", word))

    def _artefact(self, value: str) -> bool:
        known = value.lower() in get_args(ArtefactKind)
        if known:
            self._condition(self._listed["has"], value.lower())
        return known

    def _date(self, value: str) -> bool:
        first, dots, last = value.partition("..")
        start, end = _span(first), _span(last) if dots else _span(first)
        if (first and not start) or (last and not end) or not (start or end):
            return False
        self._first, self._last = start or self._first, end or self._last
        return True


def _span(text: str) -> _Span | None:
    """Return the span that a year, a month or a day names; None for anything else."""
    found = _DAY.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        return None
    if day:
        return first, first
    last_month = month or 12
    return first, _last_day(date(year, last_month, 1))


def _last_day(first: date) -> date:
    """Return the last day of the month that begins with `first`."""
    return first.replace(day=monthrange(first.year, first.month)[1])
