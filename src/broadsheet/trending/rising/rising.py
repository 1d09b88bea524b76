"""The rising mark of an instance: learnt from its own papers, off until somebody switches it on, outside every score.

What is marked stands beside the new papers of a front page as long as nobody voted for them. Nothing here changes an
order: neither `trending` nor `editions` ask for a mark.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from broadsheet.accounts.reader import Reader
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.encoders.encoder import Encoder
from broadsheet.papers.signals import SignalLog
from broadsheet.trending.rising import features, store, words
from broadsheet.trending.rising.learning import Fit, learned, vectors_of
from broadsheet.trending.rising.store import Mark, Switch
from broadsheet.trending.rising.table import Row, outcomes, settled

NEW_FOR = timedelta(hours=48)  # a paper is marked no longer than that: by then it is no news
FITS_FOR = timedelta(days=7)
OPERATOR = "the operator"


class Rising:
    """Fits, marks and switches; `encoder` is asked for only where something is fitted or marked."""

    def __init__(self, database: Database, signals: SignalLog, clock: Clock, encoder: Callable[[], Encoder]) -> None:
        self._database = database
        self._signals = signals
        self._clock = clock
        self._encoder = encoder

    def switched(self) -> Switch:
        """Return whether new papers are marked."""
        with self._database.read() as connection:
            return store.switch(connection)

    def switch(self, by: Reader | None, *, on: bool) -> None:
        """Have new papers marked from the next tick on, or no longer; None is the operator. Raises `Forbidden`."""
        if by is not None:
            by.require("admin")
        with self._database.write() as connection:
            store.keep_switch(connection, Switch(on, self._clock.now(), by.shown if by else OPERATOR))

    def newest(self) -> Fit | None:
        """Return the newest fit, None before the first."""
        with self._database.read() as connection:
            return store.fit(connection)

    def fit(self) -> Fit:
        """Learn anew from what this database holds, and keep what was learnt in the place of the fit before."""
        now = self._clock.now()
        made = learned(self._rows(now), self._encoder(), now)
        with self._database.write() as connection:
            store.keep_fit(connection, made)
        return made

    def tick(self) -> str:
        """Where it is switched on: learn anew once a week, and mark what is new; return what was done."""
        if not self.switched().on:
            return ""
        said = []
        newest = self.newest()
        if newest is None or self._is_old(newest):
            newest = self.fit()
            said.append("learnt anew which papers rise")
        if marked := self._mark(newest):
            said.append(f"{marked} new papers marked rising")
        return ", ".join(said)

    def marks(self, paper_ids: Sequence[int]) -> dict[int, Mark]:
        """Return the marks of those papers that have one now: none where it is off, or where votes have come."""
        with self._database.read() as connection:
            held = store.marks(connection) if store.switch(connection).on else {}
        asked = [paper_id for paper_id in paper_ids if paper_id in held]
        signals = self._signals.of(asked) if asked else {}
        return {one: held[one] for one in asked if not store.voted(signals.get(one, ()))}

    def _is_old(self, fit: Fit) -> bool:
        strange = fit.model is not None and fit.model.encoder != self._encoder().fingerprint
        return strange or self._clock.now() - fit.at >= FITS_FOR

    def _rows(self, now: datetime) -> list[Row]:
        with self._database.read() as connection:
            facts = store.facts(connection, now)
            signals = self._signals.of([one.paper_id for one in facts])
            return store.rows(connection, facts, signals)

    def _mark(self, fit: Fit) -> int:
        """Mark the new papers by a fit that may mark, and forget the marks of those that are no longer new."""
        now, found = self._clock.now(), {}
        if not words.refusal(fit):
            found = marked(fit, self._rows(now), now, self._encoder())
        with self._database.write() as connection:
            fresh = found.keys() - store.marks(connection).keys()
            store.keep_marks(connection, found)
        return len(fresh)


def marked(fit: Fit, rows: Iterable[Row], now: datetime, encoder: Encoder) -> dict[int, Mark]:
    """Return the marks of the papers that are new and without votes now, by a fit that has a model and a trial."""
    held = list(rows)
    model, trial = fit.model, fit.trial
    asked = [row for row in held if now - NEW_FOR < row.seed <= now and not row.votes]
    if model is None or trial is None or not asked:
        return {}
    known = [one for one in outcomes(held) if settled(one.row.day) <= now]
    columns = model.columns(known, asked, vectors_of(asked, encoder))
    above = model.chances(columns) >= model.bar
    return {
        asked[n].paper_id: words.mark(model, trial.marked, asked[n], history, columns[n])
        for n, history in features.walk(known, asked)
        if above[n]
    }
