from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.encoders.loader import load_encoder
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import SignalLog
from broadsheet.trending.explain import Part
from broadsheet.trending.rising import store
from broadsheet.trending.rising.features import table
from broadsheet.trending.rising.learning import learned
from broadsheet.trending.rising.store import Mark, Switch
from broadsheet.trending.rising.table import Row, outcomes
from tests.conftest import NOON
from tests.invented import record
from tests.trending.rising.made import rows as invented

A_DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def catalogue(database: Database, clock: FixedClock) -> Catalogue:
    return Catalogue(database, clock)


@pytest.fixture
def signals(database: Database, clock: FixedClock) -> SignalLog:
    return SignalLog(database, clock)


def loaded(database: Database, signals: SignalLog, now: datetime) -> list[Row]:
    with database.read() as connection:
        facts = store.facts(connection, now)
        return store.rows(connection, facts, signals.of([one.paper_id for one in facts], now))


def test_a_row_is_the_paper_as_it_was_when_it_became_known(
    database: Database, catalogue: Catalogue, signals: SignalLog, clock: FixedClock
) -> None:
    abstract = "Moss, counted. Our code is available at https://github.com/quill/moss."
    first = record(1, published=date(2026, 1, 15), abstract=abstract, authors=("Quill, Ada", "Bruno Marsh"))
    catalogue.add([first])
    (before,) = loaded(database, signals, NOON)
    clock.sleep(86_400)
    later = Artefact("weights", "https://huggingface.co/quill/moss")
    catalogue.add([record(1, title="Other", abstract="Other words.", authors=("Goro Hale",), artefacts=(later,))])
    doi = (*first.identifiers, Identifier("doi", "10.1000/1"))
    catalogue.add([record(1, source="crossref", key="10.1000/1", identifiers=doi, categories=("math.NT",))])
    (after,) = loaded(database, signals, clock.now())
    assert before == after
    assert (after.seed, after.day, after.votes) == (NOON, NOON.date(), 0)
    assert (after.title, after.abstract, after.source) == (first.title, abstract, "arxiv")
    assert after.authors == ("ada quill", "bruno marsh")
    assert (after.categories, after.kinds) == (first.categories, {"code"})


def test_a_paper_is_known_since_votes_for_it_could_begin_and_has_those_of_a_week(
    database: Database, catalogue: Catalogue, signals: SignalLog, clock: FixedClock
) -> None:
    (one,) = catalogue.add([record(1, published=date(2026, 1, 15))]).paper_ids
    began = NOON - 5 * HOUR
    signals.record(
        one,
        [
            Signal("hf_upvotes", 31, NOON, began),
            Signal("hf_upvotes", 62, began + 7 * A_DAY, began),
            Signal("hf_upvotes", 93, began + 7 * A_DAY + HOUR, began),
            Signal("hn_points", 157, NOON + HOUR),
            Signal("picks", 1, NOON),
            Signal("clicks", 500, NOON),
            Signal("github_stars", 500, NOON),
        ],
    )
    clock.sleep(20 * 86_400)
    (row,) = loaded(database, signals, clock.now())
    assert (row.seed, row.votes) == (began, 62 + 31)
    assert store.voted([Signal("votes", 1, NOON)])
    assert not store.voted([Signal("clicks", 9, NOON), Signal("hf_upvotes", 0, NOON), Signal("picks", 1, NOON)])


def test_old_withdrawn_and_shelf_papers_are_no_rows(
    database: Database, catalogue: Catalogue, signals: SignalLog, clock: FixedClock
) -> None:
    old = record(1, published=date(2020, 1, 15))
    catalogue.add([old, record(2, withdrawn=True), record(3, source="shelf"), record(4)])
    clock.sleep(401 * 86_400)
    catalogue.add([record(5, published=clock.now().date()), record(6, published=date(2020, 1, 15))])
    found = {row.paper_id: row for row in loaded(database, signals, clock.now())}
    assert [catalogue.get("arxiv:2601.00005").id, catalogue.get("arxiv:2601.00006").id] == list(found)
    # One that was out for long when it came is known since its date, and so is no news.
    assert found[catalogue.get("arxiv:2601.00006").id].seed == datetime(2020, 1, 15, 12, tzinfo=UTC)


def test_what_is_observed_at_or_after_a_moment_changes_no_column_of_it(
    database: Database, catalogue: Catalogue, signals: SignalLog, clock: FixedClock
) -> None:
    def came(first: int) -> None:
        ids = catalogue.add([record(n, published=clock.now().date()) for n in range(first, first + 12)]).paper_ids
        for n, one in enumerate(ids):
            signals.record(one, [Signal("hf_upvotes", n * n, clock.now() + HOUR, clock.now())])

    came(100)
    clock.sleep(9 * 86_400)
    came(200)
    moment = clock.now()
    (asked,) = catalogue.add([record(3, published=moment.date())]).paper_ids

    def columns() -> list[float]:
        told = loaded(database, signals, clock.now())
        (one,) = (row for row in told if row.paper_id == asked)
        return list(table(outcomes(told), [one])[0])

    clock.sleep(3_600)
    before = columns()
    assert before[0] > 0
    came(300)
    for n in (100, 105, 200, 205):
        began = NOON if n < 200 else moment
        signals.record(catalogue.get(f"arxiv:2601.{n:05d}").id, [Signal("hf_upvotes", 9_000, clock.now(), began)])
    signals.record(asked, [Signal("hf_upvotes", 70, clock.now(), moment)])
    catalogue.add([record(101, title="Other words", abstract="https://github.com/a/b", authors=("Goro Hale",))])
    clock.sleep(30 * 86_400)
    assert columns() == before


def test_a_fit_its_marks_and_the_switch_come_back_as_they_were_kept(database: Database) -> None:
    made = learned(invented(150), load_encoder("static"), NOON)
    too_little = learned(invented(10), load_encoder("static"), NOON)
    marks = {7: Mark(0.31, (Part("usual", -3.5, "so"), Part("authors", 2.34, "thus")), "Marked rising: thus.")}
    with database.write() as connection:
        assert (store.fit(connection), store.marks(connection)) == (None, {})
        assert store.switch(connection) == Switch()
        store.keep_switch(connection, Switch(True, NOON, "Ada"))
        store.keep_fit(connection, made)
        store.keep_marks(connection, marks)
    with database.read() as connection:
        found = store.fit(connection)
        assert store.marks(connection) == marks
        assert store.switch(connection) == Switch(True, NOON, "Ada")
    assert found is not None
    assert found.model is not None
    assert made.model is not None
    assert (found.at, found.spans, found.trial) == (made.at, made.spans, made.trial)
    columns = np.random.default_rng(1).normal(size=(4, len(made.model.linear.weights)))
    assert np.array_equal(found.model.chances(columns), made.model.chances(columns))
    assert (found.model.bar, found.model.encoder) == (made.model.bar, made.model.encoder)
    with database.write() as connection:
        store.keep_fit(connection, too_little)
        assert store.fit(connection) == too_little
        assert store.marks(connection) == {}


def test_the_same_marks_again_change_no_page(database: Database) -> None:
    marks = {7: Mark(0.31, (), "Marked rising.")}
    seen = []
    for kept in (marks, marks, {}, {}):
        with database.write() as connection:
            store.keep_marks(connection, kept)
        seen.append(database.seen())
    assert seen[0] == seen[1] != seen[2] == seen[3]


def test_a_fit_of_other_columns_is_none(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    made = learned(invented(150), load_encoder("static"), NOON)
    with monkeypatch.context() as older, database.write() as connection:
        older.setattr(store, "_COLUMNS", store._COLUMNS[:-1])
        store.keep_fit(connection, made)
    with database.read() as connection:
        assert store.fit(connection) is None
