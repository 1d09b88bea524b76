"""Which conditions a question's text holds, and what it would be without each of them.

What the conditions mean is `search.query`'s matter; whether dropping one helps, the search page finds out.
A question is written back in its own language, so that the reader sees and can change what a link asks.
"""

from collections.abc import Iterator
from dataclasses import replace

from broadsheet.search.query import Filters, Query

_LISTED = (
    ("categories", "cat"),
    ("sources", "source"),
    ("artefacts", "has"),
    ("authors", "author"),
    ("titles", "title"),
)


def loosened(query: Query) -> Iterator[tuple[str, str]]:
    """Yield each condition that could go, as "without …", with the text of the question that lacks it."""
    for condition in _filter_words(query.filters):
        yield f"without {condition}", written(replace(query, filters=_dropped(query.filters, condition)))
    for excluded in query.excluded:
        rest = tuple(other for other in query.excluded if other != excluded)
        yield f"with “{excluded}” allowed", written(replace(query, excluded=rest))
    for said, text in _allowing(query):
        yield f"with {said} allowed", text
    if query.phrases:
        loose = tuple(word for phrase in query.phrases for word in phrase.split())
        yield "without the quotation marks", written(replace(query, words=(*query.words, *loose), phrases=()))


def fewer(query: Query) -> Iterator[tuple[str, str]]:
    """Yield what is left where dropping one condition is not enough: the bare words, then each condition alone."""
    if query.plain and query.operators:
        yield "without any condition", query.plain
    for condition in (*map(_quoted, query.phrases), *_filter_words(query.filters)):
        yield f"only {condition}", condition


def typed(query: Query) -> Iterator[tuple[str, str]]:
    """Yield each condition as it was typed, with the text of the question that lacks it; a phrase leaves its words."""
    for condition in _filter_words(query.filters):
        yield condition, written(replace(query, filters=_dropped(query.filters, condition)))
    for phrase in query.phrases:
        rest = tuple(other for other in query.phrases if other != phrase)
        yield _quoted(phrase), written(replace(query, words=(*query.words, *phrase.split()), phrases=rest))
    for excluded in query.excluded:
        rest = tuple(other for other in query.excluded if other != excluded)
        yield f"-{excluded}", written(replace(query, excluded=rest))
    for said, text in _allowing(query):
        yield f"-{said}", text


def written(query: Query) -> str:
    """Write a question in the language in which it was asked."""
    parts = [*query.words, *(_quoted(phrase) for phrase in query.phrases), *_filter_words(query.filters)]
    parts += [f"-{_quoted(word) if ' ' in word else word}" for word in query.excluded]
    return " ".join([*parts, *(f"-{one}" for filters in query.without for one in _filter_words(filters))])


def _allowing(query: Query) -> Iterator[tuple[str, str]]:
    """Yield each thing that a paper must not be, as it was typed, with the text of the question that allows it."""
    for filters in query.without:
        rest = tuple(other for other in query.without if other != filters)
        yield " ".join(_filter_words(filters)), written(replace(query, without=rest))


def _filter_words(filters: Filters) -> list[str]:
    found = [
        f"{name}:{_quoted(value) if ' ' in value else value}"
        for field, name in _LISTED
        for value in getattr(filters, field)
    ]
    if filters.since or filters.until:
        found.append(f"date:{filters.since or ''}..{filters.until or ''}")
    return found


def _dropped(filters: Filters, condition: str) -> Filters:
    name, _, value = condition.partition(":")
    if name == "date":
        return replace(filters, since=None, until=None)
    field = next(field for field, short in _LISTED if short == name)
    kept = tuple(other for other in getattr(filters, field) if other != value.strip('"'))
    return replace(filters, **{field: kept})  # type: ignore[arg-type]


def _quoted(text: str) -> str:
    return f'"{text}"'
