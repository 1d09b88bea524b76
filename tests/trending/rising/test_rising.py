from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest

from broadsheet.accounts.readers import Readers
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.encoders.encoder import Encoder
from broadsheet.encoders.loader import load_encoder
from broadsheet.errors import Forbidden
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import SignalLog
from broadsheet.trending.rising.rising import NEW_FOR, Rising
from broadsheet.trending.trending import Trending
from tests.conftest import ON_BOTH, ON_SQLITE
from tests.invented import record

pytestmark = ON_SQLITE

HOUR = timedelta(hours=1)
DAYS, A_DAY = 90, 12


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder("static")


@dataclass
class Instance:
    database: Database
    clock: FixedClock
    catalogue: Catalogue
    signals: SignalLog
    trending: Trending
    rising: Rising

    def today(self, read: bool) -> int:
        """Take in a new paper, of an author whose papers are read or of one whose are not; return its number."""
        n = 90_000 + int(self.clock.now().timestamp()) % 9_000 + read
        names = ("Ada Quill",) if read else ("Bruno Marsh",)
        (one,) = self.catalogue.add([record(n, authors=names, published=self.clock.now().date())]).paper_ids
        return one


@pytest.fixture
def instance(database: Database, clock: FixedClock, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Instance:
    """Ninety days of twelve papers, of which Ada Quill's is read."""
    monkeypatch.setattr("broadsheet.trending.rising.words.FEWEST_MARKED", 8)
    catalogue, signals, chance = Catalogue(database, clock), SignalLog(database, clock), Random(3)
    start = clock.now() - DAYS * timedelta(days=1)
    records = []
    for n in range(DAYS * A_DAY):
        seed, read = start + timedelta(days=n // A_DAY, minutes=n % A_DAY), n % A_DAY == 5
        votes = chance.randrange(30, 40) if read and chance.random() < 0.8 else chance.randrange(1, 32)
        upvotes = Signal("hf_upvotes", votes, seed + HOUR, seed)
        authors = ("Ada Quill",) if read else ("Bruno Marsh", f"Nobody {n}")
        records.append(record(n, authors=authors, published=seed.date(), signals=(upvotes,)))
    catalogue.add(records)
    trending = Trending(database, catalogue, signals, clock)
    return Instance(database, clock, catalogue, signals, trending, Rising(database, signals, clock, lambda: encoder))


def pages(one: Instance) -> list[tuple[int, float]]:
    one.trending.refresh()
    return [
        (place.paper.id, place.score)
        for window in ("day", "week", "month")
        for order in ("next", "past")
        for place in one.trending.page(window, order=order, limit=100).places
    ]


def test_it_is_off_until_somebody_switches_it_on(instance: Instance) -> None:
    read = instance.today(read=True)
    assert not instance.rising.switched().on
    assert instance.rising.tick() == ""
    assert instance.rising.newest() is None
    instance.rising.switch(None, on=True)
    assert (instance.rising.switched().on, instance.rising.switched().by) == (True, "the operator")
    assert instance.rising.tick() == "learnt anew which papers rise, 1 new papers marked rising"
    assert list(instance.rising.marks([read])) == [read]
    instance.rising.switch(None, on=False)
    assert instance.rising.marks([read]) == {}


@ON_BOTH
def test_new_papers_of_those_who_were_read_are_marked_until_somebody_votes(instance: Instance) -> None:
    read, unread = instance.today(read=True), instance.today(read=False)
    instance.rising.switch(None, on=True)
    instance.rising.tick()
    marks = instance.rising.marks([read, unread])
    assert list(marks) == [read]
    assert "Marked rising: an author of it had" in marks[read].reason
    instance.signals.record(read, [Signal("clicks", 40, instance.clock.now())])
    assert list(instance.rising.marks([read])) == [read]
    instance.signals.record(read, [Signal("votes", 1, instance.clock.now())])
    assert instance.rising.marks([read]) == {}
    assert instance.rising.tick() == ""


def test_a_mark_ends_when_a_paper_is_no_longer_new(instance: Instance) -> None:
    read = instance.today(read=True)
    instance.rising.switch(None, on=True)
    instance.rising.tick()
    instance.clock.sleep(NEW_FOR.total_seconds() - 1)
    instance.rising.tick()
    assert list(instance.rising.marks([read])) == [read]
    instance.clock.sleep(1)
    instance.rising.tick()
    assert instance.rising.marks([read]) == {}


def test_every_order_and_every_score_is_the_same_with_it_on_and_off(instance: Instance) -> None:
    read = instance.today(read=True)
    instance.clock.sleep(3_600)
    off = pages(instance)
    why = instance.trending.explain(f"paper:{read}").parts
    instance.rising.switch(None, on=True)
    instance.rising.tick()
    assert instance.rising.marks([read])
    assert pages(instance) == off
    assert read in dict(off)
    assert instance.trending.explain(f"paper:{read}").parts == why


def test_it_learns_anew_once_a_week(instance: Instance) -> None:
    instance.rising.switch(None, on=True)
    instance.rising.tick()
    first = instance.rising.newest()
    assert first is not None
    instance.clock.sleep(7 * 86_400 - 1)
    assert "learnt" not in instance.rising.tick()
    instance.clock.sleep(1)
    assert "learnt anew" in instance.rising.tick()
    second = instance.rising.newest()
    assert second is not None
    assert (second.at - first.at) == timedelta(days=7)


def test_another_encoder_has_it_learn_anew(instance: Instance, encoder: Encoder) -> None:
    instance.rising.switch(None, on=True)
    instance.rising.tick()

    class Other:
        name, fingerprint, dimension = "other", "0", encoder.dimension
        encode_papers, encode_queries = encoder.encode_papers, encoder.encode_queries

    other = Rising(instance.database, instance.signals, instance.clock, lambda: Other())
    assert "learnt anew" in other.tick()
    assert other.tick() == ""


def test_where_chances_did_not_hold_nothing_is_marked(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    read = instance.today(read=True)
    instance.rising.switch(None, on=True)
    instance.rising.tick()
    assert instance.rising.marks([read])
    monkeypatch.setattr("broadsheet.trending.rising.words.FEWEST_MARKED", 10_000)
    assert instance.rising.tick() == ""
    assert instance.rising.marks([read]) == {}


@pytest.fixture
def readers(database: Database, clock: FixedClock) -> Readers:
    return Readers(database, clock, bytes(32), {})


def test_only_admins_switch_it(instance: Instance, readers: Readers) -> None:
    reader = readers.add("ada@quill.example")
    with pytest.raises(Forbidden):
        instance.rising.switch(reader, on=True)
    assert not instance.rising.switched().on
