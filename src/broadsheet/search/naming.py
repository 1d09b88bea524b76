"""Whether a question may be somebody's name: the question that asks for that author's papers.

Only an offer is made; what was typed is searched as words all the same, in which a name weighs little.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from broadsheet.search.engine import Engine
from broadsheet.search.query import Filters, Query

MOST_WORDS: Final = 5  # of one name
MOST_AUTHORS: Final = 3
# A single word is as good as a name where one in so many papers that hold it has it among its authors.
NAMED_IN: Final = 10
_LOOKED_AT: Final = 500
_YEAR: Final = re.compile(r"\s*(?:\b(?:in|from|of)\s+)?\(?\b((?:19|20)\d\d)\)?$", re.ASCII)
_BY: Final = re.compile(r"(?:[a-z]+\s+){0,3}by\s+", re.IGNORECASE)
_AND_OTHERS: Final = re.compile(r"\s+et\.?\s+al\b\.?", re.IGNORECASE)
_THEIRS: Final = re.compile(r"\s+(?:papers?|publications|articles)$", re.IGNORECASE)
_AND: Final = re.compile(r"\s+(?:and|&)\s+", re.IGNORECASE)
_NAME: Final = re.compile(r"[^\W\d_]+(?:[-.,'’\s]+[^\W\d_]+)*[.]?")


def author_meant(engine: Engine, query: Query, text: str) -> str | None:
    """Return the question for papers by the author whom `text` may name, as "papers by Hinton 2015" does; or None."""
    said = " ".join(text.split())
    if query.operators or query.named or len(said) > 200:
        return None
    year = _YEAR.search(said)
    said = said[: year.start()] if year else said
    bare = _THEIRS.sub("", _AND_OTHERS.sub("", said))
    by = _BY.match(bare)
    told = by is not None or _AND_OTHERS.search(said) is not None
    names = tuple(_AND.split(bare[by.end() :] if by else bare))
    if len(names) > MOST_AUTHORS or not all(map(_is_name, names)):
        return None
    within = Filters(authors=names)
    papers = _count(engine, within)
    lone = len(names) == 1 and " " not in names[0]
    if not papers or (lone and not told and papers * NAMED_IN < engine.held(names[0])):
        return None
    asked = " ".join(f'author:"{name}"' if " " in name else f"author:{name}" for name in names)
    if year and _count(
        engine, Filters(authors=names, since=date(int(year[1]), 1, 1), until=date(int(year[1]), 12, 31))
    ):
        asked = f"{asked} date:{year[1]}"
    return asked


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and len(text.split()) <= MOST_WORDS


def _count(engine: Engine, filters: Filters) -> int:
    words = tuple(word for name in filters.authors for word in name.split())
    return len(engine.by_words(Query(words=words, filters=filters), _LOOKED_AT))
