"""Invented days whose papers do well by their authors, for the tests of the rising mark."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from broadsheet.database.engine import Database
from broadsheet.encoders.encoder import Encoder
from broadsheet.trending.rising import features, store, words
from broadsheet.trending.rising.learning import Fit, learned, vectors_of
from broadsheet.trending.rising.store import Mark, Switch
from broadsheet.trending.rising.table import Row, outcomes

FIRST = date(2025, 1, 6)  # a Monday
A_DAY = 12  # papers
READ, UNREAD = "quill ada", "marsh bruno"  # whose papers are read, and whose are not


def row(n: int, day: date, votes: float = 0.0, **overrides: Any) -> Row:
    """Return the n-th row, one that became known in the morning of its day."""
    told: dict[str, Any] = {
        "seed": datetime.combine(day, time(n % 12), UTC),
        "title": f"On counting moss colonies, part {n}",
        "abstract": "We count moss and find that patience decides.",
        "authors": (UNREAD, f"nobody {n}"),
        "categories": ("cs.IR",),
        "source": "arxiv",
    }
    return Row(n, **(told | {"day": day, "votes": votes} | overrides))


def rows(days: int = 150, luck: int = 7) -> list[Row]:
    """Return twelve papers a day; one, Ada Quill's, gets the most votes three times of four, all others by lot."""
    chance, found = Random(luck), []
    for n in range(days * A_DAY):
        day = FIRST + timedelta(days=n // A_DAY)
        read = n % A_DAY == 5
        votes = chance.randrange(20, 40) if read and chance.random() < 0.75 else chance.randrange(1, 24)
        authors = (READ, f"nobody {n}") if read else (UNREAD, f"nobody {n}")
        found.append(row(n, day, votes, authors=authors))
    return found


def mark(fit: Fit, known: list[Row], asked: Row, encoder: Encoder) -> Mark:
    """Return the mark of a row by a fit that was learnt from those known."""
    assert fit.model is not None
    assert fit.trial is not None
    columns = fit.model.columns(outcomes(known), [asked], vectors_of([asked], encoder))
    ((_, history),) = features.walk(outcomes(known), [asked])
    return words.mark(fit.model, fit.trial.marked, asked, history, columns[0])


def rise(database: Database, encoder: Encoder, now: datetime, paper_ids: list[int], days: int = 300) -> Fit:
    """Switch the mark on, keep a fit of invented days, and mark papers by it; return the fit."""
    known, fit = _learnt(encoder, now, days)
    marks = {}
    if fit.model:
        asked = (row(one, FIRST + timedelta(days=days + 9), authors=(READ, "somebody new")) for one in paper_ids)
        marks = {one.paper_id: mark(fit, known, one, encoder) for one in asked}
    with database.write() as connection:
        store.keep_switch(connection, Switch(True, now, "Ada Quill"))
        store.keep_fit(connection, fit)
        store.keep_marks(connection, marks)
    return fit


@cache
def _learnt(encoder: Encoder, now: datetime, days: int) -> tuple[list[Row], Fit]:
    """Return the same invented days and what is learnt from them, which is the same for all tests."""
    known = rows(days)
    return known, learned(known, encoder, now)
