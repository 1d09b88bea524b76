from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, NotFound, Unavailable
from broadsheet.jobs.leases import Leases
from broadsheet.outgoing import Unreachable
from broadsheet.papers.catalogue import Catalogue
from broadsheet.sources.connector import Batch, Connector, Cursor, Rejected, Unreadable
from broadsheet.sources.harvest import Harvester, HarvestProgress
from tests.invented import record

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
Step = Batch | Exception | Callable[[], None]


class Told:
    """A source that does what it is told, step by step, and remembers the cursors that it was given."""

    schedule = timedelta(hours=6)

    def __init__(self, *steps: Step, name: str = "arxiv", title: str = "arXiv") -> None:
        self.name = self.upstream = name
        self.title = title
        self.steps: Sequence[Step] = steps
        self.cursors: list[Cursor | None] = []

    def batches(self, cursor: Cursor | None) -> Iterator[Batch]:
        self.cursors.append(cursor)
        for step in self.steps:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, Batch):
                yield step
            else:
                step()


def batch(*numbers: int, cursor: str = "", rejected: int = 0, done: bool = False) -> Batch:
    bad = tuple(Rejected(f"bad-{n}", "It has no title.") for n in range(rejected))
    return Batch(tuple(record(n) for n in numbers), bad, {"at": cursor}, done=done)


GOOD = (batch(1, 2, cursor="a", rejected=1), batch(3, cursor="b", done=True))


def harvester(database: Database, clock: FixedClock, *connectors: Connector) -> Harvester:
    named = {connector.name: connector for connector in connectors}
    return Harvester(database, Catalogue(database, clock), Leases(database, clock), clock, named)


def test_a_harvest_keeps_its_records_and_reports(database: Database, clock: FixedClock) -> None:
    seen: list[HarvestProgress] = []
    report = harvester(database, clock, Told(*GOOD)).harvest("arxiv", seen.append)
    assert (report.added, report.changed, report.unchanged, report.rejected) == (3, 0, 0, 1)
    assert report.rejections == (Rejected("bad-0", "It has no title."),)
    assert report.sentence == "arXiv: 3 new, 0 changed, 0 unchanged, 1 rejected (first: bad-0: It has no title.)."
    assert [(progress.batches, progress.papers) for progress in seen] == [(1, 2), (2, 3)]
    assert Catalogue(database, clock).count() == 3


def test_the_next_harvest_goes_on_from_the_cursor(sqlite: Database, clock: FixedClock) -> None:
    source = Told(*GOOD)
    desk = harvester(sqlite, clock, source)
    desk.harvest("arxiv")
    report = desk.harvest("arxiv")
    assert source.cursors == [None, {"at": "b"}]
    assert (report.added, report.unchanged) == (0, 3)


def test_a_failure_keeps_what_came_before_it(sqlite: Database, clock: FixedClock) -> None:
    source = Told(GOOD[0], Unreachable("oaipmh.arxiv.org", "it is out of order (503)"))
    desk = harvester(sqlite, clock, source)
    with pytest.raises(Unavailable):
        desk.harvest("arxiv")
    source.steps = [GOOD[1]]
    desk.harvest("arxiv")
    assert source.cursors == [None, {"at": "a"}]
    assert Catalogue(sqlite, clock).count() == 3


def test_a_cursor_is_kept_only_after_its_records(sqlite: Database, clock: FixedClock) -> None:
    class Full(Catalogue):
        def add(self, records: object) -> object:  # type: ignore[override]
            raise Unavailable("The disk is full; free some space.")

    source = Told(*GOOD)
    desk = Harvester(sqlite, Full(sqlite, clock), Leases(sqlite, clock), clock, {"arxiv": source})
    with pytest.raises(Unavailable):
        desk.harvest("arxiv")
    harvester(sqlite, clock, source).harvest("arxiv")
    assert source.cursors == [None, None]


def test_an_unknown_source_is_named_with_the_known_ones(sqlite: Database, clock: FixedClock) -> None:
    with pytest.raises(NotFound, match="no source 'arxiw'; this instance has: arxiv"):
        harvester(sqlite, clock, Told()).harvest("arxiw")


def test_one_harvest_of_a_source_at_a_time(database: Database, clock: FixedClock) -> None:
    second = harvester(database, clock, Told(*GOOD))

    def meanwhile() -> None:
        with pytest.raises(Conflict):
            second.harvest("arxiv")
        assert second.status()[0].running
        assert second.status()[0].sentence == "arXiv is being harvested now: 2 new papers so far."

    report = harvester(database, clock, Told(GOOD[0], meanwhile, GOOD[1])).harvest("arxiv")
    assert report.added == 3
    assert not second.status()[0].running


def test_sources_of_one_upstream_take_turns(sqlite: Database, clock: FixedClock) -> None:
    sister = Told(*GOOD, name="arxiv-rss", title="arXiv RSS")
    sister.upstream = "arxiv"
    second = harvester(sqlite, clock, sister, Told(*GOOD, name="hf", title="Hugging Face"))

    def meanwhile() -> None:
        with pytest.raises(Conflict, match="arXiv RSS is being asked by another process already"):
            second.harvest("arxiv-rss")
        assert not second.status()[0].running
        assert [report.source for report in second.harvest_due()] == ["hf"]  # the other is left for the next tick

    harvester(sqlite, clock, Told(GOOD[0], meanwhile, GOOD[1])).harvest("arxiv")
    assert [report.source for report in second.harvest_due()] == ["arxiv-rss"]


def test_a_run_whose_lease_was_taken_stops_and_leaves_the_row_alone(sqlite: Database, clock: FixedClock) -> None:
    other = harvester(sqlite, clock, Told(*GOOD))

    def asleep() -> None:
        clock.sleep(3600)
        other.harvest("arxiv")
        Leases(sqlite, clock).take("harvest:arxiv", timedelta(hours=1))

    with pytest.raises(Conflict):
        harvester(sqlite, clock, Told(GOOD[0], asleep, batch(9, cursor="z"))).harvest("arxiv")
    assert other.status()[0].error == ""


def test_a_broken_adapter_is_noted_and_raised(sqlite: Database, clock: FixedClock) -> None:
    desk = harvester(sqlite, clock, Told(GOOD[0], ZeroDivisionError("a bug")))
    with pytest.raises(ZeroDivisionError):
        desk.harvest("arxiv")
    health = desk.status()[0]
    assert not health.running
    assert health.sentence == "Harvesting arXiv broke: ZeroDivisionError; next try 12:15 UTC."


def test_status_before_the_first_harvest(sqlite: Database, clock: FixedClock) -> None:
    (health,) = harvester(sqlite, clock, Told()).status()
    assert (health.name, health.title, health.papers, health.running) == ("arxiv", "arXiv", 0, False)
    assert health.sentence == "arXiv has not been harvested yet; next try at once."


def test_status_after_a_good_harvest(database: Database, clock: FixedClock) -> None:
    desk = harvester(database, clock, Told(*GOOD))
    desk.harvest("arxiv")
    (health,) = desk.status()
    assert (health.succeeded_at, health.next_due_at, health.papers) == (NOON, NOON + timedelta(hours=6), 3)
    assert health.sentence == "arXiv was harvested at 12:00 UTC: 3 new, 0 changed, 1 rejected; next 18:00 UTC."
    assert "at 13:00 CET" in health.words(ZoneInfo("Europe/Vienna"))


def test_status_without_a_network_says_what_could_not_be_reached(sqlite: Database, clock: FixedClock) -> None:
    gone = Unreachable("huggingface.co", "no network, or the name huggingface.co is not resolved")
    desk = harvester(sqlite, clock, Told(gone, name="hf", title="Hugging Face"))
    with pytest.raises(Unreachable):
        desk.harvest("hf")
    assert desk.status()[0].sentence == (
        "Hugging Face could not be reached: no network, or the name huggingface.co is not resolved; next try 12:15 UTC."
    )


def test_status_after_an_unreadable_answer_tells_of_the_last_good_one(sqlite: Database, clock: FixedClock) -> None:
    source = Told(*GOOD)
    desk = harvester(sqlite, clock, source)
    desk.harvest("arxiv")
    clock.sleep(86_400)
    source.steps = [Unreadable("arXiv", "it is a web page")]
    with pytest.raises(Unreadable):
        desk.harvest("arxiv")
    assert desk.status()[0].sentence == (
        "arXiv gave an answer that cannot be used: it is a web page; next try 12:15 UTC. "
        "Last good harvest: on 2026-01-15 at 12:00 UTC."
    )


def test_a_server_that_names_a_time_is_left_alone_until_then(sqlite: Database, clock: FixedClock) -> None:
    busy = Unreachable("oaipmh.arxiv.org", "it is out of order (503)", until=NOON + timedelta(hours=2))
    source = Told(busy)
    desk = harvester(sqlite, clock, source)
    with pytest.raises(Unreachable):
        desk.harvest("arxiv")
    clock.sleep(3600)
    assert desk.harvest_due() == []
    clock.sleep(3600)
    desk.harvest_due()
    assert len(source.cursors) == 2


def test_what_is_due_is_harvested_and_one_failure_stops_no_other(sqlite: Database, clock: FixedClock) -> None:
    bad = Told(Unreachable("huggingface.co", "no network"), name="hf", title="Hugging Face")
    desk = harvester(sqlite, clock, bad, Told(*GOOD))
    failed, good = desk.harvest_due()
    assert failed.sentence == "Hugging Face could not be reached: no network."
    assert (good.source, good.added, good.error) == ("arxiv", 3, "")
    assert desk.harvest_due() == []
    clock.sleep(15 * 60)
    assert [report.source for report in desk.harvest_due()] == ["hf"]
    clock.sleep(6 * 3600)
    assert [report.source for report in desk.harvest_due()] == ["hf", "arxiv"]


def test_a_killed_run_is_not_shown_as_running_for_ever(sqlite: Database, clock: FixedClock) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    desk = harvester(sqlite, clock, Told(GOOD[0], kill))
    with pytest.raises(Killed):
        desk.harvest("arxiv")
    (health,) = desk.status()
    assert not health.running
    assert health.sentence == "arXiv was cut off in its first harvest; next try at once."


def test_a_later_run_that_was_killed_does_not_claim_the_last_good_one(sqlite: Database, clock: FixedClock) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    source = Told(*GOOD)
    desk = harvester(sqlite, clock, source)
    desk.harvest("arxiv")
    clock.sleep(6 * 3600)
    source.steps = [batch(4, 5, cursor="c"), kill]
    with pytest.raises(Killed):
        desk.harvest("arxiv")
    (health,) = desk.status()
    assert health.is_late
    assert health.sentence == (
        "arXiv was cut off in its newest harvest, after 2 new papers; next try at once. "
        "Last good harvest: at 12:00 UTC."
    )


def test_the_first_round_is_done_when_every_source_was_tried(sqlite: Database, clock: FixedClock) -> None:
    bad = Told(Unreachable("huggingface.co", "no network"), name="hf", title="Hugging Face")
    desk = harvester(sqlite, clock, bad, Told(*GOOD))
    assert not desk.first_round_done()
    with pytest.raises(Unreachable):
        desk.harvest("hf")
    assert not desk.first_round_done()
    desk.harvest("arxiv")
    assert desk.first_round_done()
    assert harvester(sqlite, clock).first_round_done()


class Calm(Told):
    """A source that says why it brings nothing."""

    def __init__(self, news: str, name: str = "arxiv") -> None:
        super().__init__(*GOOD, name=name)
        self.told = news

    def news(self, now: object, harvested_at: object, news_at: object, cursor: object) -> str:
        return self.told


def test_a_source_that_cannot_be_reached_is_a_reason_where_none_knows_a_better_one(
    sqlite: Database, clock: FixedClock
) -> None:
    down = [Told(Unreachable(f"{name}.example", "no network"), name=name, title=name.upper()) for name in ("hf", "s2")]
    desk = harvester(sqlite, clock, Told(*GOOD), *down)
    with pytest.raises(Unreachable):
        desk.harvest("hf")
    one = desk.silence()
    assert one.startswith("HF could not be reached")
    assert one.endswith(".")
    with pytest.raises(Unreachable):
        desk.harvest("s2")
    assert desk.silence() == one.removesuffix(".") + "; nor did 1 other source answer."
    assert harvester(sqlite, clock, Calm("No new papers: a holiday."), *down).silence() == "No new papers: a holiday."


def test_the_first_that_knows_says_why_nothing_is_new(sqlite: Database, clock: FixedClock) -> None:
    feeds, holiday = Calm("Announced on Thursday: 7 new.", name="arxiv-rss"), Calm("No new papers: a holiday.")
    assert harvester(sqlite, clock, Told(*GOOD, name="hf"), feeds, holiday).silence() == "No new papers: a holiday."
    assert harvester(sqlite, clock, Told(*GOOD, name="hf"), feeds).silence() == ""
    fault = Calm("That is a fault: something should have come.", name="feeds")
    assert harvester(sqlite, clock, fault, holiday).silence() == fault.told
