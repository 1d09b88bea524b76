"""What one tick of trending does: looks at the papers of which something is new, and orders every page anew.

A look makes of a paper's signals what `store` keeps; that happens to papers with new signals, to those that changed,
and to those that readers here were busy with a while ago, because that while ends. Pages are ordered from what is
kept. Any number of processes may do this at once: who was overtaken reads again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from broadsheet.database.engine import Database
from broadsheet.papers.signals import SignalLog
from broadsheet.trending import store
from broadsheet.trending.board import Board
from broadsheet.trending.candidates import PUBLISHED_BEFORE, Candidate, candidate
from broadsheet.trending.formula import HORIZONS, KINDS, Kind, Measure, Weights
from broadsheet.trending.ranking import Field, Ints, ranked
from broadsheet.trending.readings import HOUR
from broadsheet.trending.store import Page

HORIZONS_BACK = 2  # a candidate began at most so many horizons ago; older ones have lost to age
PLACES, TOPIC_PLACES = 200, 100  # of a page that are kept
TOPICS = 1_000  # pages by topic at most, those with the most candidates
LONGEST_TOPIC = 64
TRUST_HOURS = 48.0  # what voters do elsewhere tells of their votes here, as long as those are of the day's page
LOOK = 5_000  # papers that are looked at in one transaction: more would let whoever votes meanwhile wait
_TRIES = 5
FOREVER = datetime.max.replace(tzinfo=UTC)

Trust = Callable[[Sequence[int]], Mapping[int, float]]


class Refresh:
    """Brings what is kept, and the pages, up to a moment."""

    def __init__(self, database: Database, signals: SignalLog, trust: Trust) -> None:
        self._database = database
        self._signals = signals
        self._trust = trust

    def run(self, now: datetime, weights: Weights) -> int:
        """Look at what is new, order the pages, and return how many papers are candidates."""
        self._begin(now)
        busy = True  # readers' own papers are looked at once a tick, however many looks the rest takes
        while self._look(now, busy=busy):
            busy = False
        for _ in range(_TRIES):
            with self._database.read() as connection:
                number = store.started_round(connection)
                board = store.load(connection)
            totals = board.totals(now.timestamp())
            pages = dict(ordered(board, totals, weights, now))
            with self._database.write() as connection:
                if store.claim(connection, number):
                    store.publish(connection, now, totals, weights, pages)
                    return len(board)
        return len(board)  # others refreshed it meanwhile

    def anew(self) -> None:
        """Have the next run look at every paper that can be a candidate."""
        with self._database.write() as connection:
            store.forget(connection)

    def _begin(self, now: datetime) -> None:
        with self._database.read() as connection:
            if store.begun(connection, KINDS):
                return
        since = _oldest(now)
        with self._database.write() as connection:
            if not store.begun(connection, KINDS):
                store.begin(connection, KINDS, since, (since - PUBLISHED_BEFORE).date())

    def _look(self, now: datetime, *, busy: bool) -> bool:
        """Look at some papers, and say whether there may be more."""
        since, moment = _oldest(now), now.timestamp()
        with self._database.read() as connection:
            number = store.started_round(connection)
            marks = store.marked(connection, LOOK)
            heard = store.changed(connection, since, LOOK)
            spans = {name: moment - _busy_for(kind) * 3600 for name, kind in KINDS.items() if kind.own}
            ids = sorted({*marks, *heard.papers, *(store.grown_since(connection, spans) if busy else ())})
            facts = store.facts(connection, ids)
        signals = self._signals.of([one.paper_id for one in facts], FOREVER)
        later = {paper_id for paper_id, seen in signals.items() if seen[-1].observed_at > now}
        trust = self._trust(
            [paper_id for paper_id, seen in signals.items() if any(one.kind == "votes" for one in seen)]
        )
        found = (candidate(one, signals.get(one.paper_id, ()), now, trust.get(one.paper_id, 1.0)) for one in facts)
        candidates: list[Candidate] = [one for one in found if one.joined >= since.timestamp()]
        with self._database.write() as connection:
            if not store.claim(connection, number):
                return True
            store.keep(connection, ids, candidates)
            # What was observed in the future, by a clock that goes wrong, is looked at again when it has come.
            store.unmark(connection, {one: times for one, times in marks.items() if one not in later})
            store.heard_until(connection, heard.until)
            store.forget_before(connection, since.timestamp())
        return len(marks) - len(later) >= LOOK or not heard.all


def ordered(
    board: Board, totals: Mapping[str, float], weights: Weights, now: datetime
) -> Iterator[tuple[tuple[str, bool, str], Page]]:
    """Yield every page by its window, whether it asks for the past, and its topic; the empty topic is all papers."""
    moment = now.timestamp()
    topics = sorted(
        (code for code in board.topics if len(code) <= LONGEST_TOPIC), key=lambda code: -len(board.topics[code])
    )
    for window, hours in HORIZONS.items():
        for past in (False, True):
            field = board.field(Measure(totals, hours, weights, past), moment)
            back = hours if past else HORIZONS_BACK * hours
            fit = board.since(moment - back * 3600)
            yield (window, past, ""), _page(field, fit, PLACES)
            within = np.zeros(len(board), dtype=bool)
            within[fit] = True
            for topic in topics[:TOPICS]:
                rows = board.topics[topic]
                rows = rows[within[rows]]
                if len(rows):
                    yield (window, past, topic), _page(field, rows, TOPIC_PLACES)


def _page(field: Field, rows: Ints, places: int) -> Page:
    first = ranked(field, rows)[:places]
    return Page(tuple(int(one) for one in field.ids[first]), len(rows))


def _busy_for(kind: Kind) -> float:
    """For how many hours after it grew an own count moves: its pace ends, and voters are trusted otherwise."""
    return max(kind.span, TRUST_HOURS) if kind.name == "votes" else kind.span


def _oldest(now: datetime) -> datetime:
    return now - HORIZONS_BACK * max(HORIZONS.values()) * HOUR
