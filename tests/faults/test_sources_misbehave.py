"""Every connector in every mode: resumed, nothing half-stored, nothing lost, and the status tells the truth."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from broadsheet.clock import Clock, FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import BroadsheetError
from broadsheet.jobs.leases import Leases
from broadsheet.outgoing import Outgoing
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.clean import CUT, LONGEST_ABSTRACT
from broadsheet.papers.paper import Paper
from broadsheet.sources.connector import Connector
from broadsheet.sources.harvest import Harvester
from broadsheet.sources.health import SourceHealth
from tests.sources.cases import CASES, PARTS
from tests.sources.contract import Case, Stock
from tests.sources.modes import CONNECTION, CONTENT, DOCUMENT, DRIP, IDS, LASTS, LATER, NOON, USED, Entry, Mode
from tests.sources.servers import Fault, Script, serving, status

MOST_REQUESTS = 60  # of one run over nine papers, whatever is answered
BY_NAME = {case.name: case for case in (*CASES, *PARTS)}
_REQUESTS: dict[str, int] = {}


@dataclass
class Desk:
    """An instance that harvests one source from one misbehaving server."""

    case: Case
    script: Script
    stock: Stock
    clock: Clock
    catalogue: Catalogue
    harvester: Harvester
    connector: Connector

    def run(self) -> str:
        """Harvest once; returns what went wrong, the empty text for nothing."""
        before = len(self.script.asked)
        try:
            self.harvester.harvest(self.connector.name)
        except BroadsheetError as error:
            return error.message
        finally:
            assert len(self.script.asked) - before <= MOST_REQUESTS
        return ""

    def status(self) -> SourceHealth:
        return self.harvester.status()[0]

    def kept(self) -> dict[str, Paper]:
        """Return the papers by the source's own key; every key once."""
        found = [
            (record.key, paper) for paper in self.catalogue.each() for record in self.catalogue.records_of(paper.id)
        ]
        assert len(dict(found)) == len(found)
        return dict(found)

    def is_whole(self, good: list[Entry], faithful: bool = True) -> None:
        """Everything is there, once, and as it was told."""
        kept = self.kept()
        assert set(kept) == {self.case.key_of(str(one.id)) for one in good}
        assert self.catalogue.count() == len(good)
        for one in good if faithful else ():
            self.is_as_told(kept[self.case.key_of(str(one.id))], one)

    def is_as_told(self, paper: Paper, one: Entry) -> None:
        reads = self.case.reads
        assert paper.title == one.title
        assert "abstract" not in reads or paper.abstract == one.abstract
        assert "authors" not in reads or paper.authors == one.authors
        assert "published" not in reads or paper.published == date.fromisoformat(str(one.published)[:10])


@pytest.fixture(scope="module", params=list(BY_NAME))
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Case, Script, Stock, str]]:
    case, script, stock = BY_NAME[request.param], Script(), Stock()
    with serving(case.app(script, stock)) as base:
        yield case, script, stock, base


def desk_of(served: tuple[Case, Script, Stock, str], database: Database, clock: Clock, **options: Any) -> Desk:
    case, script, stock, base = served
    script.reset()
    stock.entries = case.good()
    judge = options.pop("judge", lambda address: address == "127.0.0.1")
    outgoing = Outgoing(user_agent="Broadsheet/0", clock=clock, judge=judge, jitter=lambda: 0.5, **options)
    connector = case.connector(outgoing, clock, base)
    catalogue = Catalogue(database, clock)
    harvester = Harvester(database, catalogue, Leases(database, clock), clock, {connector.name: connector})
    return Desk(case, script, stock, clock, catalogue, harvester, connector)


@pytest.fixture
def desk(served: tuple[Case, Script, Stock, str], sqlite: Database, clock: FixedClock) -> Desk:
    return desk_of(served, sqlite, clock)


def requests_of_a_good_run(desk: Desk) -> int:
    """Return how many requests a run takes that meets no fault; found out once a case, and leaves nothing behind."""
    if desk.case.name not in _REQUESTS:
        _REQUESTS[desk.case.name] = sum(1 for _ in desk.connector.batches(None)) and len(desk.script.asked)
        desk.script.reset()
        assert isinstance(desk.clock, FixedClock)
        desk.clock.move_to(NOON)
    return _REQUESTS[desk.case.name]


def lead_in(desk: Desk) -> list[Fault | None]:
    """Return the good answers before the faults: one, where a run asks more than once."""
    return [None] if requests_of_a_good_run(desk) > 1 else []


def tells_of(health: SourceHealth, words: str, connector: Connector) -> None:
    """The status names the source, what happened, and when it is tried again, in a reader's words."""
    assert words in health.sentence
    assert connector.title in health.sentence
    assert re.search(r"next try (at once|\d\d:\d\d UTC|on \d{4}-\d\d-\d\d at \d\d:\d\d UTC)", health.sentence)
    assert not re.search(r"Error\b|Exception|Traceback|0x|None|<|\bbytes\(", health.sentence)
    assert not health.running
    assert health.failed_at is not None


@pytest.mark.parametrize("mode", [*CONNECTION, *DOCUMENT], ids=lambda mode: mode.name)
def test_whatever_the_server_does_nothing_is_lost(desk: Desk, mode: Mode) -> None:
    if mode.xml_only and not desk.case.xml:
        mode = replace(mode, told=USED)  # JSON has no entities: the same bytes are no JSON
    if mode.name.startswith("redirect") and desk.case.posts:
        mode = replace(mode, told=USED + "it answered 302")
    desk.script.faults = [*lead_in(desk), *mode.faults]
    said = desk.run()
    health = desk.status()
    good = desk.case.good()
    if said:
        assert mode.told, f"this should have cost time only: {said}"
        tells_of(health, mode.told, desk.connector)
        whole = {desk.case.key_of(str(one.id)): one for one in good}
        for key, paper in desk.kept().items():
            desk.is_as_told(paper, whole[key])
    else:
        assert not mode.told, "the status has to tell of this"
        assert health.error == ""
        assert not desk.script.faults or len(mode.faults) == LASTS
    desk.script.faults = []
    move_on(desk, health)
    assert desk.run() == ""
    desk.is_whole(good)
    assert f"{desk.connector.title} was harvested " in desk.status().sentence


def move_on(desk: Desk, health: SourceHealth) -> None:
    assert health.next_due_at is not None
    assert isinstance(desk.clock, FixedClock)
    assert health.next_due_at >= desk.clock.now()
    desk.clock.move_to(health.next_due_at)


def test_an_hours_pause_that_is_asked_for_is_kept(desk: Desk) -> None:
    desk.script.faults = [*lead_in(desk), status(429, retry_after="3600")]
    assert desk.run()
    due = desk.status().next_due_at
    assert due is not None
    assert due >= NOON + timedelta(hours=1)
    asked = len(desk.script.asked)
    assert desk.harvester.harvest_due() == []
    assert len(desk.script.asked) == asked


class Hasty:
    """A clock that runs two hundred times as fast, so that a slow server is slow within a test."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._slept = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=(time.monotonic() - self._started) * 200 + self._slept)

    def sleep(self, seconds: float) -> None:
        self._slept += seconds


def test_an_answer_that_drips_is_given_up_and_fetched_later(
    served: tuple[Case, Script, Stock, str], sqlite: Database, clock: FixedClock
) -> None:
    slow = desk_of(served, sqlite, Hasty(), patience=0.0)
    slow.script.faults = list(DRIP.faults)
    assert slow.run()
    tells_of(slow.status(), DRIP.told, slow.connector)
    desk = desk_of(served, sqlite, clock)
    clock.move_to(NOON + LATER)
    assert desk.run() == ""
    desk.is_whole(desk.case.good())


def test_a_run_goes_on_where_it_was_cut_off(desk: Desk) -> None:
    needed = requests_of_a_good_run(desk)
    desk.script.faults = [*[None] * (needed - 1), status(403)]
    assert desk.run()
    kept = len(desk.kept())
    before = len(desk.script.asked)
    assert kept or needed == 1
    assert desk.run() == ""
    assert len(desk.script.asked) - before <= max(1, needed - 1), "it began anew"
    desk.is_whole(desk.case.good())


def test_every_batch_leaves_a_place_to_go_on_from(desk: Desk) -> None:
    """A run that is killed after its second batch, again and again, still comes to an end, and nothing is missing."""
    cursor = None
    for _ in range(MOST_REQUESTS):
        with closing(desk.connector.batches(cursor)) as batches:
            some = list(islice(batches, 2))
        for batch in some:
            desk.catalogue.add(batch.records)
        cursor = json.loads(json.dumps(some[-1].cursor))
        if some[-1].done:
            break
    assert some[-1].done
    desk.is_whole(desk.case.good())


def test_a_cursor_that_has_died_begins_the_round_anew(desk: Desk) -> None:
    if desk.case.expired is None:
        assert requests_of_a_good_run(desk) >= 1
        return
    desk.script.faults = [None, desk.case.expired]
    assert desk.run() == ""
    desk.is_whole(desk.case.good())
    desk.script.faults = [None, *[desk.case.expired] * LASTS]
    assert desk.run()
    assert desk.status().error


def test_the_same_page_for_ever_is_no_endless_round(desk: Desk) -> None:
    lead = lead_in(desk)
    first: list[bytes] = []

    def again(body: bytes, media_type: str) -> Any:
        first.append(body)
        return replying(first[0], media_type)

    desk.script.faults = [*([again] if lead else []), *[again] * MOST_REQUESTS]
    desk.run()
    assert desk.status().error == "" or desk.connector.title in desk.status().error
    desk.script.faults = []
    assert isinstance(desk.clock, FixedClock)
    desk.clock.move_to(NOON + LATER)
    assert desk.run() == ""
    desk.is_whole(desk.case.good())


def replying(body: bytes, media_type: str) -> Any:
    from starlette.responses import Response

    return Response(body, media_type=media_type)


def test_nothing_new_is_no_fault(desk: Desk) -> None:
    desk.stock.entries = []
    assert desk.run() == ""
    assert desk.kept() == {}
    assert "0 new" in desk.status().sentence


@pytest.mark.parametrize("name", CONTENT)
def test_an_odd_list_costs_at_most_what_is_odd(desk: Desk, name: str) -> None:
    good = desk.case.good()
    desk.stock.entries = CONTENT[name](good)
    assert desk.run() == ""
    health, kept = desk.status(), desk.kept()
    same = [one for one in good if one in desk.stock.entries]
    for one in same:
        desk.is_as_told(kept[desk.case.key_of(str(one.id))], one)
    odd = len(good) - len(same)
    lost = len(good) - len(kept)
    assert lost in (0, odd)
    assert health.rejected == lost, "what is left out is counted"
    longest = max((len(paper.abstract) for paper in kept.values()), default=0)
    assert longest <= LONGEST_ABSTRACT
    if name == "10 MB abstract" and "abstract" in desk.case.reads:
        assert any(paper.abstract.endswith(CUT) for paper in kept.values())


@pytest.mark.parametrize("odd", IDS, ids=repr)
def test_an_id_of_another_shape_spoils_no_other(desk: Desk, odd: str | None) -> None:
    good = desk.case.good()
    desk.stock.entries = [*good[:4], replace(good[4], id=odd, title="On an odd number"), *good[5:]]
    assert desk.run() == ""
    kept = desk.kept()
    for one in good[:4] + good[5:]:
        desk.is_as_told(kept[desk.case.key_of(str(one.id))], one)
    assert len(kept) + desk.status().rejected == len(good)
    assert all(key and key.isprintable() for key in kept)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-01-14T23:30:00-05:00", date(2026, 1, 15)),
        ("2026-01-14T00:30:00+09:00", date(2026, 1, 13)),
        ("2026-01-14T23:59:59Z", date(2026, 1, 14)),
        ("2026-01-14T12:00:00", date(2026, 1, 14)),
    ],
)
def test_a_moment_is_of_the_day_that_it_is_in_utc(desk: Desk, written: str, day: date) -> None:
    good = desk.case.good()
    moment = datetime.fromisoformat(written)
    wire = (
        written if desk.case.moments else moment.astimezone(UTC).date().isoformat() if moment.tzinfo else written[:10]
    )
    desk.stock.entries = [replace(good[0], published=wire)]
    assert desk.run() == ""
    (paper,) = desk.kept().values()
    assert "published" not in desk.case.reads or paper.published == day
