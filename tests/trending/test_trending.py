import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import trending_candidate
from broadsheet.errors import Invalid, NotFound
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Artefact
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.papers.signals import SignalLog
from broadsheet.trending.explain import total
from broadsheet.trending.trending import Trending
from tests.conftest import NOON
from tests.invented import record

HOUR = timedelta(hours=1)


@dataclass
class Instance:
    database: Database
    clock: FixedClock
    catalogue: Catalogue
    signals: SignalLog
    trending: Trending

    def add(self, *records: SourceRecord) -> list[int]:
        return list(self.catalogue.add(records).paper_ids)

    def top(self, horizon: str = "day") -> list[str]:
        return [one.paper.key for one in self.trending.top(horizon, 50)]


@pytest.fixture
def instance(database: Database, clock: FixedClock) -> Instance:
    catalogue, signals = Catalogue(database, clock), SignalLog(database, clock)
    return Instance(database, clock, catalogue, signals, Trending(database, catalogue, signals, clock))


def upvotes(count: float, age: float, now: datetime = NOON) -> tuple[Signal, ...]:
    return (Signal("hf_upvotes", count, now, now - age * HOUR),)


def key(n: int) -> str:
    return f"arxiv:2601.{n:05d}"


def test_an_empty_instance_has_an_empty_page(instance: Instance) -> None:
    assert instance.trending.top() == []
    assert instance.trending.refreshed_at() is None
    assert instance.trending.refresh() == 0
    assert instance.trending.top() == []
    assert instance.trending.refreshed_at() == NOON


def test_the_page_ranks_by_score_and_every_place_adds_up(instance: Instance) -> None:
    code = Artefact("code", "https://github.com/invented/tides", stars=120)
    instance.add(
        record(1, signals=upvotes(24, 7), artefacts=(code,)),
        record(2, signals=upvotes(90, 20)),
        record(3, signals=upvotes(3, 20)),
        record(4, published=date(2026, 1, 14)),
    )
    assert instance.trending.refresh() == 4
    page = instance.trending.top()
    assert [one.paper.key for one in page] == [key(1), key(2), key(4), key(3)]
    by_key = {one.paper.key: one for one in page}
    for one in page:
        assert total(one.parts) == pytest.approx(one.score)
        assert round(sum(part.value for part in one.shown), 2) == round(one.score, 2)
    assert by_key[key(1)].reason == (
        "24 upvotes on Hugging Face; 9 are usual at 7 hours. Code with 120 stars; 8 are usual."
    )
    assert [part.name for part in by_key[key(4)].parts] == ["freshness"]


def test_papers_without_votes_stand_behind_those_with_votes_and_the_newest_first(instance: Instance) -> None:
    instance.add(record(1, signals=upvotes(20, 10)), record(2, signals=upvotes(15, 10)))
    instance.clock.sleep(3600)
    instance.add(record(13, published=date(2026, 1, 14)))
    instance.trending.refresh()
    assert instance.top() == [key(1), key(2), key(13)]


def test_votes_taken_back_do_not_lower_a_paper(instance: Instance) -> None:
    instance.add(record(1, signals=upvotes(24, 7)))
    instance.clock.sleep(3600)
    later = instance.clock.now()
    instance.add(record(1, signals=(Signal("hf_upvotes", 2, later, NOON - 7 * HOUR),)))
    instance.trending.refresh()
    assert "24 upvotes" in instance.trending.top()[0].reason


def test_papers_of_long_ago_are_no_candidates_but_can_be_explained(instance: Instance) -> None:
    instance.add(record(1, published=date(2019, 4, 22)))
    assert instance.trending.refresh() == 0
    why = instance.trending.explain(key(1))
    assert why.score < -9
    assert why.reason == (
        "No votes known. 7 years old: a paper of this age still gets less than 1 % of the attention of a new one."
    )
    assert total(why.parts) == pytest.approx(why.score)


def test_an_explanation_is_of_the_stored_score_until_the_next_refresh(instance: Instance) -> None:
    instance.add(record(1, signals=upvotes(24, 7)))
    instance.trending.refresh()
    (first,) = instance.trending.top()
    instance.clock.sleep(7200)
    why = instance.trending.explain(key(1))
    assert (why.score, why.computed_at, why.horizon) == (first.score, NOON, "day")
    instance.trending.refresh()
    assert instance.trending.explain(key(1)).score < first.score
    assert instance.trending.explain(key(1), "month").score > instance.trending.explain(key(1), "day").score


def test_what_is_unknown_is_refused_in_words(instance: Instance) -> None:
    with pytest.raises(Invalid, match="use day, week or month"):
        instance.trending.top("decade")
    with pytest.raises(Invalid, match="use day, week or month"):
        instance.trending.explain(key(1), "decade")
    with pytest.raises(NotFound):
        instance.trending.explain(key(1))


def test_scores_are_those_of_the_day_for_candidates_only(instance: Instance) -> None:
    new, old = instance.add(record(1, signals=upvotes(24, 7)), record(2, published=date(2019, 4, 22)))
    instance.trending.refresh()
    assert instance.trending.scores([new, old, 10**6]) == {new: instance.trending.top()[0].score}
    assert instance.trending.scores([]) == {}


def test_papers_drop_off_the_day_but_stay_on_the_month(instance: Instance) -> None:
    instance.add(record(1, signals=upvotes(24, 7)))
    instance.clock.sleep(5 * 86400)
    instance.trending.refresh()
    assert instance.top("day") == []
    assert instance.top("week") == instance.top("month") == [key(1)]


def test_withdrawn_papers_are_not_shown(instance: Instance) -> None:
    instance.add(record(1, signals=upvotes(24, 7), withdrawn=True))
    assert instance.trending.refresh() == 0


def test_the_usual_total_follows_what_is_counted_here(instance: Instance) -> None:
    assert instance.trending.totals()["hf_upvotes"] == 31
    instance.add(*(record(n, signals=upvotes(2, 54)) for n in range(200)))
    instance.trending.refresh()
    # 200 papers with 2 votes at three quarters of their way, and the shipped 31 for fifty.
    assert instance.trending.totals()["hf_upvotes"] == pytest.approx((50 * 31 + 400) / (50 + 150))
    assert instance.trending.totals()["hn_points"] == 157


def test_young_papers_do_not_tell_what_is_usual(instance: Instance) -> None:
    instance.add(*(record(n, signals=upvotes(0, 11)) for n in range(200)))
    instance.trending.refresh()
    assert instance.trending.totals()["hf_upvotes"] == 31


def test_two_processes_may_refresh_at_once(instance: Instance) -> None:
    instance.add(*(record(n, signals=upvotes(n, 10)) for n in range(30)))
    start, failures = threading.Barrier(4), []

    def refresh() -> None:
        own = Trending(instance.database, instance.catalogue, instance.signals, instance.clock)
        start.wait()
        try:
            own.refresh()
        except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
            failures.append(error)

    threads = [threading.Thread(target=refresh) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with instance.database.read() as connection:
        assert len(connection.execute(select(trending_candidate.c.paper_id)).all()) == 30
    assert len(instance.top()) == 30
