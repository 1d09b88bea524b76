import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from broadsheet.clock import FixedClock, SystemClock
from broadsheet.database.engine import Database
from broadsheet.errors import Unavailable
from broadsheet.jobs.leases import Leases
from broadsheet.outgoing import Outgoing
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import SignalLog
from broadsheet.sources.connector import Batch, Cursor
from broadsheet.sources.harvest import Harvester
from broadsheet.sources.hf.adapter import HfConnector, adapt
from broadsheet.sources.hf.wire import BrokenPaper, DailyPaper
from tests.sources.servers import (
    Fault,
    Script,
    daily_paper,
    drip,
    empty,
    hf_app,
    html,
    instead,
    serving,
    status,
    truncated,
)

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
WEEK = [f"2026-01-{day:02d}" for day in range(15, 8, -1)]
DAYS: dict[str, list[Any]] = {
    "2026-01-15": [daily_paper(n) for n in range(3)],
    "2026-01-14": [daily_paper(n) for n in range(10, 12)],
    "2026-01-12": [daily_paper(n) for n in range(100, 330)],
    "2026-01-01": [daily_paper(999)],
}


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Script, str]]:
    script = Script()
    with serving(hf_app(script, DAYS)) as base:
        yield script, base


@pytest.fixture
def script(served: tuple[Script, str]) -> Script:
    served[0].reset()
    return served[0]


@pytest.fixture
def hf(served: tuple[Script, str], script: Script, clock: FixedClock) -> HfConnector:
    outgoing = Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True)
    return HfConnector(outgoing, clock, base_url=served[1], pages=0)


def gather(hf: HfConnector, cursor: Cursor | None = None) -> list[Batch]:
    return list(hf.batches(cursor))


def keys(batches: list[Batch]) -> set[str]:
    return {record.key for batch in batches for record in batch.records}


IN_WEEK = {f"2601.{n:05d}" for n in (0, 1, 2, 10, 11, *range(100, 330))}


def days_asked(script: Script) -> list[str]:
    return list(dict.fromkeys(asked["date"] for asked in script.asked))


def test_a_fresh_instance_reads_the_past_week_day_by_day(hf: HfConnector, script: Script) -> None:
    batches = gather(hf)
    assert keys(batches) == IN_WEEK
    assert days_asked(script) == WEEK
    assert [asked["p"] for asked in script.asked if asked["date"] == "2026-01-12"] == ["0", "1", "2"]
    assert batches[-1].done
    assert batches[-1].cursor == {"swept": "2026-01-15"}


def test_the_same_day_again_reads_the_newest_days(hf: HfConnector, script: Script) -> None:
    gather(hf, {"swept": "2026-01-15"})
    assert days_asked(script) == WEEK[:3]


def test_a_new_day_reads_the_week_again_as_votes_count_on(hf: HfConnector, script: Script) -> None:
    gather(hf, {"swept": "2026-01-14"})
    assert days_asked(script) == WEEK


@pytest.mark.parametrize(("swept", "first"), [("2026-01-01", "2026-01-01"), ("2024-01-01", "2025-12-16")])
def test_a_long_silence_is_made_up_for_within_bounds(hf: HfConnector, script: Script, swept: str, first: str) -> None:
    gather(hf, {"swept": swept})
    assert days_asked(script)[-1] == first


def test_a_round_that_was_cut_off_goes_on_at_its_day(hf: HfConnector, script: Script) -> None:
    seen = []
    for batch in hf.batches(None):
        seen.append(batch)
        if len(keys(seen)) > 100:  # within the third day that has papers
            break
    script.reset()
    rest = gather(hf, seen[-1].cursor)
    assert days_asked(script) == WEEK[3:]
    assert keys([*seen, *rest]) == IN_WEEK
    assert rest[-1].cursor == {"swept": "2026-01-15"}


def test_yesterdays_rest_is_part_of_todays_round(hf: HfConnector, script: Script, clock: FixedClock) -> None:
    cursor = next(hf.batches(None)).cursor
    clock.move_to(NOON + timedelta(days=1))
    script.reset()
    gather(hf, cursor)
    assert days_asked(script) == ["2026-01-16", *WEEK[:6]]


def test_a_range_is_read_day_by_day_and_goes_on_where_it_was_cut_off(hf: HfConnector, script: Script) -> None:
    since, until = date(2026, 1, 11), date(2026, 1, 14)
    batches = list(hf.range_batches(since, until, None))
    assert days_asked(script) == ["2026-01-11", "2026-01-12", "2026-01-13", "2026-01-14"]
    assert keys(batches) == IN_WEEK - {"2601.00000", "2601.00001", "2601.00002"}
    assert [batch.done for batch in batches] == [False] * (len(batches) - 1) + [True]
    cut = next(batch.cursor for batch in batches if batch.records)
    script.reset()
    list(hf.range_batches(since, until, cut))
    assert days_asked(script) == ["2026-01-12", "2026-01-13", "2026-01-14"]


def test_a_range_begins_no_earlier_than_the_lists(hf: HfConnector, script: Script) -> None:
    list(hf.range_batches(date(2020, 1, 1), date(2023, 5, 5), None))
    assert days_asked(script) == ["2023-05-04", "2023-05-05"]
    (last,) = hf.range_batches(date(2020, 1, 1), date(2020, 1, 2), None)
    assert last.done


def test_a_day_that_has_not_begun_there_is_empty(hf: HfConnector, script: Script) -> None:
    script.faults = [status(400)]
    assert keys(gather(hf)) == IN_WEEK - {"2601.00000", "2601.00001", "2601.00002"}
    script.faults = [None, status(400)]
    with pytest.raises(Unavailable, match="it answered 400 for 2026-01-14"):
        gather(hf)


def test_a_server_that_gives_less_than_was_asked_for_loses_nothing(clock: FixedClock) -> None:
    script = Script()
    with serving(hf_app(script, DAYS, most=20)) as base:
        outgoing = Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True)
        assert keys(gather(HfConnector(outgoing, clock, base_url=base, pages=0))) == IN_WEEK


def test_a_server_that_does_not_count_pages_is_no_endless_loop(clock: FixedClock) -> None:
    script = Script()
    full = [daily_paper(n) for n in range(100)]
    app = hf_app(script, {"2026-01-15": full})
    same = instead(json.dumps(full), "application/json")
    with serving(app) as base:
        script.faults = [same] * 5
        outgoing = Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True)
        first_day = HfConnector(outgoing, clock, base_url=base).batches({"swept": "2026-01-15"})
        assert len(next(first_day).records) == 100
        assert next(first_day).records == ()
    assert len(script.asked) == 2


@pytest.mark.parametrize(
    "faults", [[status(503, retry_after="5")], [status(429)], [status(500)] * 3, [truncated], [html], [empty]]
)
def test_passing_faults_cost_time_only(hf: HfConnector, script: Script, faults: list[Fault | None]) -> None:
    script.faults = list(faults)
    assert keys(gather(hf)) == IN_WEEK


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ([truncated] * 2, "it is broken JSON"),
        ([html] * 2, "it is a web page"),
        ([status(403)], "it answered 403"),
        ([status(429)] * 5, r"less often \(429\)"),
    ],
)
def test_lasting_faults_are_told(hf: HfConnector, script: Script, faults: list[Fault | None], words: str) -> None:
    script.faults = list(faults)
    with pytest.raises(Unavailable, match=words):
        gather(hf)


def test_an_answer_that_never_ends_is_given_up(served: tuple[Script, str], script: Script) -> None:
    clock = SystemClock()
    outgoing = Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True, patience=0.0)
    script.faults = [lambda *_: drip(0.02)(b" " * 1000, "application/json")] * 9
    with pytest.raises(Unavailable, match="too long"):
        gather(HfConnector(outgoing, clock, base_url=served[1], timeout=0.3))


def test_the_whole_way_from_the_wire_to_the_catalogue(hf: HfConnector, sqlite: Database, clock: FixedClock) -> None:
    catalogue = Catalogue(sqlite, clock)
    harvester = Harvester(sqlite, catalogue, Leases(sqlite, clock), clock, {"hf": hf})
    assert harvester.harvest("hf").added == len(IN_WEEK)
    clock.sleep(3600)
    again = harvester.harvest("hf")
    assert (again.added, again.changed) == (0, 0)
    paper = catalogue.get("2601.00011")
    assert paper.sources == ("hf",)
    assert ("code", "https://github.com/moss/fold-11", 110) in {(a.kind, a.url, a.stars) for a in paper.artefacts}
    seen = SignalLog(sqlite, clock).of([paper.id])[paper.id]
    upvotes = [signal for signal in seen if signal.kind == "hf_upvotes"]
    assert [signal.value for signal in upvotes] == [11, 11]
    assert upvotes[0].began_at == datetime(2026, 1, 14, 8, 30, tzinfo=UTC)


def record_of(**fields: Any) -> Any:
    told = {"id": "2601.00007", "raw": {"paper": {}}, "title": "Folding moss", **fields}
    records, rejected = adapt([DailyPaper(**told)], "2026-01-15", NOON)
    assert not rejected
    return records[0]


def test_an_entry_becomes_a_source_record() -> None:
    record = record_of(
        summary="We fold.",
        authors=("Ada Quill",),
        published_at="2026-01-13T00:00:00.000Z",
        submitted_on_daily_at="2026-01-14T08:30:00.000Z",
        upvotes=24,
        comments=2,
        github_repo="https://github.com/moss/fold",
        github_stars=70,
        project_page="https://moss.example/",
    )
    posted = datetime(2026, 1, 14, 8, 30, tzinfo=UTC)
    assert (record.source, record.key, record.published) == ("hf", "2601.00007", date(2026, 1, 13))
    assert record.identifiers == (Identifier("arxiv", "2601.00007"),)
    assert record.signals == (
        Signal("hf_upvotes", 24, NOON, posted),
        Signal("hf_comments", 2, NOON, posted),
        Signal("github_stars", 70, NOON),
    )
    assert record.artefacts == (
        Artefact("code", "https://github.com/moss/fold", stars=70, found_in="hf"),
        Artefact("project", "https://moss.example/", found_in="hf"),
    )
    assert record.links[0] == "https://huggingface.co/papers/2601.00007"
    assert record.payload == {"paper": {}}


def test_an_entry_with_nothing_but_id_and_title_is_a_record() -> None:
    record = record_of()
    assert (record.signals, record.artefacts, record.published, record.abstract) == ((), (), None, "")


def test_no_votes_yet_is_a_count_too() -> None:
    assert [signal.value for signal in record_of(upvotes=0).signals] == [0]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "github.com/x", "https://", "http://[", "https://a/" + "x" * 3000]
)
def test_links_that_are_none_are_not_kept(url: str) -> None:
    record = record_of(github_repo=url, project_page=url, github_stars=1)
    assert record.artefacts == ()
    assert url not in record.links


def test_dates_that_are_none_are_unknown() -> None:
    record = record_of(published_at="soon", submitted_on_daily_at="never", upvotes=1)
    assert record.published is None
    assert record.signals[0].began_at is None


def test_a_withdrawn_paper_is_marked() -> None:
    assert record_of(withdrawn_at="2026-01-14T00:00:00Z").withdrawn


def test_bad_entries_are_rejected_with_a_reason_and_the_rest_comes_in() -> None:
    page = [
        BrokenPaper(1, "it has no paper id"),
        DailyPaper("not an id", {}, title="T"),
        DailyPaper("2601.00001", {}),
        DailyPaper("2601.00002", {}, title="T"),
    ]
    records, rejected = adapt(page, "2026-01-15", NOON)
    assert [record.key for record in records] == ["2601.00002"]
    assert [bad.key for bad in rejected] == ["2026-01-15, entry 1", "not an id", "2601.00001"]
    assert "no title" in rejected[2].reason
