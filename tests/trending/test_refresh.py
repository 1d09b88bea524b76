from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import trending_candidate, trending_reading, unweighed
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import SignalLog, stir
from broadsheet.trending import refresh, store
from broadsheet.trending.attention import known
from broadsheet.trending.explain import parts, total, votes
from broadsheet.trending.formula import HORIZONS, KINDS, PUBLISHED, Measure
from broadsheet.trending.trending import Trending
from tests.conftest import NOON, ON_BOTH, ON_SQLITE
from tests.invented import record

pytestmark = ON_SQLITE

HOUR = timedelta(hours=1)
TOPICS = ("", "cs", "cs.LG", "math.NT")
CATEGORIES = (("cs.CL", "cs.LG"), ("math.NT",), (), ("cs.LG",))


@dataclass
class Instance:
    database: Database
    clock: FixedClock
    catalogue: Catalogue
    signals: SignalLog
    trending: Trending

    def told(self, topics: Sequence[str] = ("",)) -> dict[str, object]:
        """All that a reader can be shown."""
        with self.database.read() as connection:
            ids = list(
                connection.scalars(select(trending_candidate.c.paper_id).order_by(trending_candidate.c.paper_id))
            )
        pages = {
            (window, order, topic): [one.paper.id for one in self.trending.page(window, topic, order, 50).places]
            for window in HORIZONS
            for order in ("next", "past")
            for topic in topics
        }
        why = {one: self.trending.explain(f"paper:{one}", window).parts for window in ("day", "month") for one in ids}
        return {"ids": ids, "pages": pages, "why": why, "totals": self.trending.totals()}


@pytest.fixture
def instance(database: Database, clock: FixedClock) -> Instance:
    catalogue, signals = Catalogue(database, clock), SignalLog(database, clock)
    return Instance(database, clock, catalogue, signals, Trending(database, catalogue, signals, clock))


def something_happens(one: Instance, random: Random) -> None:
    """Let a source tell of a paper, count votes, withdraw, join two papers; or readers do something here."""
    now, n = one.clock.now(), random.randrange(12)
    what = random.choice(("new", "upvotes", "points", "own", "own", "stars", "withdrawn", "joined", "late"))
    told = record(
        n, published=(now - random.choice((1, 3, 40)) * 24 * HOUR).date(), categories=random.choice(CATEGORIES)
    )
    if what == "joined":
        doi = (Identifier("doi", f"10.1000/{n}"), Identifier("doi", f"10.1000/{n + 1}"))
        told = record(n, source="crossref", identifiers=doi[: random.randint(1, 2)])
    elif what == "stars":
        told = replace(
            told, artefacts=(Artefact("code", "https://github.com/invented/tides", stars=random.randrange(99)),)
        )
    elif what == "withdrawn":
        told = replace(told, withdrawn=True)
    paper_id = one.catalogue.add([told]).paper_ids[0]
    began = now - random.randrange(60) * HOUR
    counted = {
        "upvotes": Signal("hf_upvotes", random.randrange(90), now, began),
        "points": Signal("hn_points", random.randrange(90), now),
        "own": Signal(random.choice(("votes", "clicks", "comments")), random.randrange(9), now, began),
        "late": Signal("hf_upvotes", random.randrange(90), now - random.choice((-2, 5)) * HOUR, began),
    }
    if what in counted:
        one.signals.record(paper_id, [counted[what]])


@pytest.mark.parametrize("seed", range(4))
def test_looking_at_what_is_new_gives_what_looking_at_all_gives(instance: Instance, seed: int) -> None:
    random = Random(seed)
    for step in range(14):
        for _ in range(random.randrange(6)):
            something_happens(instance, random)
        instance.clock.sleep(40 * 86_400 if step == 5 else random.choice((300, 3_600, 7 * 3_600)))
        instance.trending.refresh()
    little_by_little = instance.told(TOPICS)
    assert len(little_by_little["ids"]) > 4  # type: ignore[arg-type]
    instance.trending.refresh(anew=True)
    assert instance.told(TOPICS) == little_by_little


def test_the_columns_say_what_the_parts_add_up_to(instance: Instance) -> None:
    random = Random(7)
    for _ in range(80):
        something_happens(instance, random)
        instance.clock.sleep(1_800)
    instance.trending.refresh()
    now, totals = instance.clock.now(), instance.trending.totals()
    with instance.database.read() as connection:
        board = store.load(connection)
        kept = store.kept(connection, [int(one) for one in board.ids])
    assert totals["votes"] > 0
    for past in (False, True):
        weights = replace(PUBLISHED, kinds={**PUBLISHED.kinds, "hn_points": 0})
        measure = Measure(totals, 48, weights, past)
        field = board.field(measure, now.timestamp())
        for paper_id, score, units in zip(field.ids, field.scores, field.votes, strict=True):
            found = parts(known(kept[int(paper_id)], now), measure)
            assert score == pytest.approx(total(found))
            assert units == pytest.approx(votes(found))


def test_papers_with_nothing_new_are_not_looked_at_again(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    instance.catalogue.add([record(n, signals=(Signal("hf_upvotes", n, NOON, NOON - HOUR),)) for n in range(9)])
    instance.trending.refresh()
    looked_at: list[int] = []
    facts = store.facts
    monkeypatch.setattr(store, "facts", lambda connection, ids: looked_at.extend(ids) or facts(connection, ids))
    instance.clock.sleep(300)
    assert instance.trending.refresh() == 9
    assert looked_at == []
    third = instance.catalogue.get("arxiv:2601.00003").id
    instance.signals.record(third, [Signal("hf_upvotes", 80, instance.clock.now(), NOON - HOUR)])
    instance.trending.refresh()
    assert looked_at == [third]
    assert instance.trending.top()[0].paper.id == third


@ON_BOTH
def test_a_backlog_is_looked_at_in_parts(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "LOOK", 4)
    instance.catalogue.add([record(n, signals=(Signal("hf_upvotes", n, NOON, NOON - HOUR),)) for n in range(9)])
    assert instance.trending.refresh() == 9
    instance.catalogue.add([record(n, signals=(Signal("hf_upvotes", n, NOON, NOON - HOUR),)) for n in range(9, 19)])
    assert instance.trending.refresh() == 19
    with instance.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(unweighed)) == 0


@ON_BOTH
def test_what_was_observed_during_a_look_is_looked_at_in_the_next(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    (paper_id,) = instance.catalogue.add([record(1, signals=(Signal("hf_upvotes", 3, NOON, NOON - HOUR),))]).paper_ids
    facts = store.facts

    def meanwhile(*asked: object) -> object:
        instance.signals.record(paper_id, [Signal("hf_upvotes", 50, NOON + HOUR / 2, NOON - HOUR)])
        return facts(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "facts", meanwhile)
    instance.clock.sleep(3_600)
    instance.trending.refresh()
    monkeypatch.setattr(store, "facts", facts)
    instance.trending.refresh()
    assert "50 upvotes" in instance.trending.top()[0].reason


@ON_BOTH
@pytest.mark.parametrize("cut_off", ["keep", "unmark", "publish"])
def test_a_tick_that_is_cut_off_is_made_good_by_the_next(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, cut_off: str
) -> None:
    instance.catalogue.add([record(n, signals=(Signal("hf_upvotes", n, NOON, NOON - HOUR),)) for n in range(5)])
    instance.trending.refresh()
    before = instance.told()
    third = instance.catalogue.get("arxiv:2601.00003").id
    instance.clock.sleep(300)
    instance.signals.record(third, [Signal("hf_upvotes", 80, instance.clock.now(), NOON - HOUR)])
    with monkeypatch.context() as cut:
        cut.setattr(store, cut_off, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            instance.trending.refresh()
    assert instance.told()["pages"] == before["pages"]
    instance.trending.refresh()
    little_by_little = instance.told()
    assert instance.trending.top()[0].paper.id == third
    instance.trending.refresh(anew=True)
    assert instance.told() == little_by_little


def test_an_observation_of_the_future_counts_when_it_has_come(instance: Instance) -> None:
    early = Signal("hf_upvotes", 50, NOON + 3 * HOUR, NOON - HOUR)
    instance.catalogue.add([record(1, signals=(Signal("hf_upvotes", 3, NOON, NOON - HOUR), early))])
    instance.trending.refresh()
    assert "3 upvotes" in instance.trending.top()[0].reason
    instance.clock.sleep(4 * 3_600)
    instance.trending.refresh()
    assert "50 upvotes" in instance.trending.top()[0].reason


@ON_BOTH
def test_old_papers_are_kept_no_longer_than_a_page_can_show_them(instance: Instance) -> None:
    instance.catalogue.add([record(1, signals=(Signal("hf_upvotes", 3, NOON, NOON - HOUR),))])
    instance.trending.refresh()
    instance.clock.sleep(61 * 86_400)
    assert instance.trending.refresh() == 0
    with instance.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(trending_reading)) == 0


def test_voters_who_vote_together_count_for_what_they_are_trusted(instance: Instance, clock: FixedClock) -> None:
    ids = instance.catalogue.add(
        [record(n, signals=(Signal("votes", 40, NOON, NOON - HOUR),)) for n in (1, 2)]
    ).paper_ids
    share = {ids[0]: 0.1}
    doubting = Trending(instance.database, instance.catalogue, instance.signals, clock, trust=lambda _ids: share)
    doubting.refresh()
    assert [one.paper.id for one in doubting.top()] == [ids[1], ids[0]]
    share.clear()
    with instance.database.write() as connection:
        stir(connection, ids)
    doubting.refresh()
    assert len({one.score for one in doubting.top()}) == 1


def test_what_voters_do_elsewhere_later_lowers_their_votes_here(instance: Instance, clock: FixedClock) -> None:
    ids = instance.catalogue.add([record(1, signals=(Signal("votes", 40, NOON, NOON - HOUR),)), record(2)]).paper_ids
    share = dict.fromkeys(ids, 1.0)
    doubting = Trending(instance.database, instance.catalogue, instance.signals, clock, trust=lambda _ids: share)
    doubting.refresh()
    share[ids[0]] = 0.1
    clock.sleep(30 * 3_600)
    doubting.refresh()
    assert doubting.top()[0].reason.startswith("4 votes here")


@ON_BOTH
def test_an_edition_of_a_week_tells_how_it_went(instance: Instance) -> None:
    old = Signal("hf_upvotes", 200, NOON, NOON - 6 * 24 * HOUR)
    new = Signal("hf_upvotes", 30, NOON, NOON - 5 * HOUR)
    instance.catalogue.add([record(1, signals=(old,)), record(2, signals=(new,))])
    instance.trending.refresh()
    assert [one.paper.key[-1] for one in instance.trending.for_edition("week", 2)] == ["1", "2"]
    assert [one.paper.key[-1] for one in instance.trending.top("week")] == ["2", "1"]
    assert [one.paper.key[-1] for one in instance.trending.for_edition("day", 9)] == ["2", "1"]


@ON_BOTH
def test_other_kinds_of_votes_have_every_paper_looked_at_anew(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance.catalogue.add([record(1, signals=(Signal("of_a_plugin", 30, NOON, NOON - HOUR),))])
    instance.trending.refresh()
    more = {**KINDS, "of_a_plugin": replace(KINDS["hf_upvotes"], name="of_a_plugin", where="on a plugin")}
    for module in ("refresh", "candidates", "attention", "board", "explain", "trending"):
        monkeypatch.setattr(f"broadsheet.trending.{module}.KINDS", more)
    weights = replace(PUBLISHED, kinds={name: kind.weight for name, kind in more.items()})
    refresh.Refresh(instance.database, instance.signals, lambda _ids: {}).run(instance.clock.now(), weights)
    with instance.database.read() as connection:
        assert connection.scalars(select(trending_reading.c.kind)).all() == ["of_a_plugin"]
