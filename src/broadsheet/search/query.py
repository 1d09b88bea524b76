"""What a reader asked: the query language, parsed into words, phrases, exclusions and filters.

What a paper must hold to match is the engines' matter.
Malformed text is never an error: what cannot be understood is searched as words, and a note says so.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from typing import Final, get_args

from broadsheet.errors import Invalid
from broadsheet.papers import identifiers
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import ArtefactKind

LONGEST: Final = 10_000  # characters read of a query; far more than a pasted abstract
MOST_CONDITIONS: Final = 64
MOST_NAMED: Final = 50  # words among which identifiers are looked for
_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
# Other services' names for the same are understood as well: arXiv's, Semantic Scholar's, and those of our addresses.
_FIELDS: Final = {
    "author": ("author", "authors", "au"),
    "title": ("title", "ti", "intitle"),
    "text": ("abs", "abstract"),
    "cat": ("cat", "category"),
    "date": ("date", "year", "published"),
    "since": ("since",),
    "until": ("until",),
    "source": ("source",),
    "has": ("has",),
}
_FIELD_OF: Final = {spelt: name for name, spellings in _FIELDS.items() for spelt in spellings}
_TOKEN: Final = re.compile(rf'(-?)(?:({"|".join(_FIELD_OF)}):(?=\S))?(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_KNOWN: Final = "author, title, cat, date, source and has"
_NO_FIELD: Final = re.compile(r"-?([a-z]{2,12}):[^\W_][^:/]*")
_OPERATORS: Final = frozenset({"AND", "OR", "NOT", "ANDNOT"})
_YEARS: Final = re.compile(r"(\d{4})[-–](\d{4})", re.ASCII)
_DAY: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_Span = tuple[date, date]  # the first and the last day of a year, a month or a day
_SPACED_SCHEME: Final = re.compile(r"(arxiv|doi)(?:\s*:\s+|\s+)(?=\S+$)", re.IGNORECASE)
_Token = tuple[str, str, str, str]  # the sign, the field's name, what stood in quotes, and what stood without


@dataclass(frozen=True, slots=True)
class Filters:
    """What a paper must be: of any category and source; with all artefacts, authors and `titles`; within the dates.

    `titles` are words and phrases that its title holds; an author is one person who bears all words of a name. `since`
    and `until` are both inclusive; a paper without a date lies within no span.
    """

    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    artefacts: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: `words` in the order written, `phrases` that must occur, `excluded` words that must not.

    `identifier` is what the whole text names, `named` is what words in it do; `only_named` where nothing else is there.

    A paper must pass both `filters`, written in the text, and `given`, chosen beside it, and none of `without`.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    given: Filters = field(default_factory=Filters)
    without: tuple[Filters, ...] = ()
    identifier: Identifier | None = None
    named: tuple[Identifier, ...] = ()
    only_named: bool = False
    notes: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """The words and phrases alone: what is encoded, and what a title is compared with."""
        return " ".join((*self.words, *self.phrases, *self.filters.titles))

    @property
    def conditions(self) -> tuple[Filters, ...]:
        """Every set of filters that a paper must pass."""
        return tuple(filters for filters in (self.filters, self.given) if filters)

    @property
    def operators(self) -> bool:
        """Whether anything but words was written."""
        return bool(self.phrases or self.excluded or self.filters or self.without)


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
    for sign, name, phrase, word in _without_operators(_TOKEN.findall(cleaned), cleaned, notes):
        reading.take(bool(sign), name.lower(), phrase, word)
    query = reading.query()
    if not (query.words or query.operators):
        raise Invalid("The query holds no word to search for. Type a few words, a title or an identifier.", field="q")
    return query


def words_only(text: str) -> Query:
    """Return a query in which nothing is an operator: for whole sentences and titles from elsewhere."""
    return Query(words=tuple(_UNPRINTABLE.sub(" ", text)[:LONGEST].split()))


def _identifier(text: str) -> Identifier | None:
    joined = _SPACED_SCHEME.sub(r"\1:", text, count=1)
    return identifiers.find(joined) if joined and len(joined) < 300 and not re.search(r"\s", joined) else None


def _named(word: str) -> Identifier | None:
    """Return what a word among others names: the number of a pasted reference, or one of a list of numbers."""
    return identifiers.find(word.strip(",;.()[]")) if any(map(str.isdigit, word)) else None


def _without_operators(tokens: list[_Token], text: str, notes: list[str]) -> list[_Token]:
    """Return tokens that mean what AND, OR and NOT between them do; in a text of capitals alone these are words.

    NOT is a minus. What AND joins must be held, which is what quotes say. OR is how words are searched anyway.
    """
    used = {token[3] for token in tokens} & _OPERATORS
    if not used or text.isupper():
        return tokens
    mixed = {"AND", "OR"} <= used or any("(" in token[3] for token in tokens)
    if mixed and used != {"NOT"}:
        notes.append("Brackets, and AND beside OR, are not understood; papers that hold more of the words come first.")
    read: list[_Token] = []
    before = ""
    for at, (sign, name, phrase, word) in enumerate(tokens):
        if word in _OPERATORS:
            before = "NOT" if word == "ANDNOT" else word
            continue
        joined = before == "AND" or (at + 1 < len(tokens) and tokens[at + 1][3] == "AND")
        bare = word.strip("()")
        if before == "NOT":
            sign = "-"
        elif joined and not (mixed or sign or name or phrase):
            phrase, bare = bare, ""
        read.append((sign, name, phrase, bare))
        before = ""
    return read


class _Reading:
    """Gathers what the tokens say, one after the other."""

    def __init__(self, notes: list[str]) -> None:
        self._notes = notes
        self._words: list[str] = []
        self._phrases: list[str] = []
        self._excluded: list[str] = []
        self._listed: dict[str, list[str]] = {"cat": [], "source": [], "has": [], "author": [], "title": []}
        self._without: list[Filters] = []
        self._first: _Span | None = None
        self._last: _Span | None = None
        self._conditions = 0

    def take(self, negative: bool, name: str, phrase: str, word: str) -> None:
        """Take one token: a value with its field's name and sign, in quotes (`phrase`) or not (`word`)."""
        value = (phrase or word).strip()
        if name and value.strip('"'):
            self._field(negative, name, value.strip('"'))
        elif re.search(r"\w", value):
            if negative:
                self._excluded += [value] * self._room()
            elif phrase:
                self._phrases += [value] * self._room()
            else:
                self._words.extend(value.split())
            if (found := _NO_FIELD.fullmatch(word)) and not identifiers.find(word):
                self._notes.append(f"“{found[1]}:” is no field here, and is read as a word; there are {_KNOWN}.")

    def filters(self) -> Filters:
        """Return the filters that were gathered."""
        first, last = self._first, self._last
        if first and last and first[0] > last[1]:
            self._notes.append(f"No date lies from {first[0]} to {last[1]}; the two were exchanged.")
            first, last = last, first
        return Filters(
            categories=tuple(dict.fromkeys(self._listed["cat"])),
            sources=tuple(dict.fromkeys(self._listed["source"])),
            artefacts=tuple(dict.fromkeys(self._listed["has"])),
            authors=tuple(dict.fromkeys(self._listed["author"])),
            titles=tuple(dict.fromkeys(self._listed["title"])),
            since=first[0] if first else None,
            until=last[1] if last else None,
        )

    def query(self) -> Query:
        """Return what was gathered."""
        filters = self.filters()
        named = [_named(word) for word in self._words[:MOST_NAMED]]
        plain = len(named) == len(self._words) and not (self._phrases or self._excluded or filters or self._without)
        return Query(
            tuple(self._words),
            tuple(dict.fromkeys(self._phrases)),
            tuple(dict.fromkeys(self._excluded)),
            filters,
            named=tuple(dict.fromkeys(one for one in named if one)),
            only_named=plain and bool(named) and all(named),
            without=tuple(dict.fromkeys(self._without)),
            notes=tuple(dict.fromkeys(self._notes)),
        )

    def _room(self) -> bool:
        """Count one more condition and say whether there is room for it."""
        self._conditions += 1
        if self._conditions > MOST_CONDITIONS:
            self._notes.append(f"Only the first {MOST_CONDITIONS} conditions are used; the others are left out.")
        return self._conditions <= MOST_CONDITIONS

    def _field(self, negative: bool, name: str, value: str) -> None:
        own = _FIELD_OF[name]
        fault = self._none_of(own, value) if negative else self._one_of(own, value)
        if fault and negative:
            self._notes.append(f"“-{name}:{value[:60]}” {fault}; it is left out.")
        elif fault:
            self._notes.append(f"“{name}:{value[:60]}” {fault}; it is searched as words.")
            self._words.extend(word for word in value.split() if re.search(r"\w", word))

    def _none_of(self, name: str, value: str) -> str:
        """Take what a paper must not be; returns what is wrong with it, "" for nothing."""
        if name == "text":
            self._excluded += [value] * self._room()
            return ""
        unwanted = _Reading([])
        fault = unwanted._one_of(name, value)
        if filters := unwanted.filters():
            self._without += [filters] * self._room()
        return fault

    def _one_of(self, name: str, value: str) -> str:
        """Take what a paper must be; returns what is wrong with it, "" for nothing."""
        if name in {"date", "since", "until"}:
            read = self._date({"since": f"{value}..", "until": f"..{value}"}.get(name, value))
            return "" if read else "is no date like 2024, 2024-03.. or ..2020"
        if name == "has" and value.lower() not in get_args(ArtefactKind):
            return "is none of code, model, data, demo or project"
        if re.search(r"\w", value):
            place = self._phrases if name == "text" else self._listed[name]
            place += [value.lower() if name == "has" else value] * self._room()
        return ""

    def _date(self, value: str) -> bool:
        value = _YEARS.sub(r"\1..\2", value)
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
