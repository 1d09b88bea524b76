from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from broadsheet.clock import FixedClock, SystemClock
from broadsheet.errors import Forbidden, Unavailable
from broadsheet.outgoing import Outgoing
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Version
from broadsheet.sources.arxiv.adapter import ArxivConnector, adapt
from broadsheet.sources.arxiv.parser import parse
from broadsheet.sources.connector import Batch, Cursor
from tests.sources.servers import (
    Fault,
    Script,
    arxiv_app,
    bytes_of_no_charset,
    drip,
    html,
    instead,
    latin1,
    oai_document,
    oai_error,
    oai_page,
    oai_record,
    oai_version,
    redirect,
    retry_date,
    serving,
    status,
    truncated,
)

PAGES = [[oai_record(n) for n in range(page * 10, page * 10 + 10)] for page in range(3)]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Script, str]]:
    script = Script()
    with serving(arxiv_app(script, PAGES)) as base:
        yield script, f"{base}/oai"


@pytest.fixture
def script(served: tuple[Script, str]) -> Script:
    served[0].reset()
    return served[0]


@pytest.fixture
def arxiv(served: tuple[Script, str], script: Script, clock: FixedClock) -> ArxivConnector:
    outgoing = Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True)
    return ArxivConnector(outgoing, clock, base_url=served[1])


def gather(arxiv: ArxivConnector, cursor: Cursor | None = None) -> list[Batch]:
    return list(arxiv.batches(cursor))


def keys(batches: list[Batch]) -> list[str]:
    return [record.key for batch in batches for record in batch.records]


ALL = [f"2601.{n:05d}" for n in range(30)]


def windows(script: Script) -> list[tuple[str, str]]:
    return [(asked["from"], asked.get("until", "")) for asked in script.asked if "from" in asked]


def test_weeks_without_a_network_are_made_up_for_week_by_week(arxiv: ArxivConnector, script: Script) -> None:
    batches = gather(arxiv, {"set": "cs", "from": "2025-12-20"})
    assert windows(script) == [
        ("2025-12-20", "2025-12-26"),
        ("2025-12-27", "2026-01-02"),
        ("2026-01-03", "2026-01-09"),
        ("2026-01-10", ""),
    ]
    assert [batch.cursor["from"] for batch in batches[2::3]] == ["2025-12-27", "2026-01-03", "2026-01-10", "2026-01-15"]
    assert [batch.done for batch in batches] == [False] * 11 + [True]


def test_a_catching_up_that_was_cut_off_goes_on_in_its_week(
    arxiv: ArxivConnector, script: Script, clock: FixedClock
) -> None:
    rounds = arxiv.batches({"set": "cs", "from": "2025-12-20"})
    cursor = [next(rounds) for _ in range(5)][-1].cursor
    script.reset()
    assert cursor["until"] == "2026-01-02"
    gather(arxiv, cursor)
    assert script.asked[0] == {"verb": "ListRecords", "resumptionToken": "after-2"}
    clock.move_to(datetime(2026, 1, 16, 0, 5, tzinfo=UTC))  # the token is dead, the weeks before are not asked again
    script.reset()
    gather(arxiv, cursor)
    assert windows(script)[0] == ("2025-12-27", "2026-01-02")


def test_a_range_is_listed_week_by_week_up_to_its_last_day(arxiv: ArxivConnector, script: Script) -> None:
    batches = list(arxiv.range_batches(date(2024, 2, 20), date(2024, 3, 1), None))
    assert windows(script) == [("2024-02-20", "2024-02-26"), ("2024-02-27", "2024-03-01")]
    assert [batch.done for batch in batches] == [False] * 5 + [True]
    script.reset()
    list(arxiv.range_batches(date(2024, 2, 20), date(2024, 3, 1), batches[2].cursor))
    assert windows(script) == [("2024-02-27", "2024-03-01")]


def test_a_range_begins_no_earlier_than_arxivs_datestamps(arxiv: ArxivConnector, script: Script) -> None:
    list(arxiv.range_batches(date(1991, 8, 14), date(2005, 9, 17), None))
    assert windows(script) == [("2005-09-16", "2005-09-17")]
    script.reset()
    list(arxiv.range_batches(date(1991, 8, 14), date(1992, 8, 14), None))
    assert windows(script) == [("2005-09-16", "2005-09-16")]


def test_a_fresh_instance_asks_for_the_last_three_days_of_its_set(arxiv: ArxivConnector, script: Script) -> None:
    batches = gather(arxiv)
    assert script.asked[0] == {
        "verb": "ListRecords",
        "metadataPrefix": "arXivRaw",
        "from": "2026-01-12",
        "set": "cs",
    }
    assert script.asked[1:] == [{"verb": "ListRecords", "resumptionToken": f"after-{n}"} for n in (1, 2)]
    assert keys(batches) == ALL
    assert [batch.done for batch in batches] == [False, False, True]
    assert batches[-1].cursor == {"set": "cs", "from": "2026-01-15"}


def test_requests_keep_three_seconds_apart(arxiv: ArxivConnector, clock: FixedClock) -> None:
    gather(arxiv)
    # Two pauses between three requests, and one after the last for whoever comes next from another process.
    assert clock.now() == datetime(2026, 1, 15, 12, 0, 9, tzinfo=UTC)


def test_the_next_round_goes_on_from_the_day_of_the_last_good_answer(arxiv: ArxivConnector, script: Script) -> None:
    gather(arxiv, {"set": "cs", "from": "2026-01-09"})
    assert script.asked[0]["from"] == "2026-01-09"


def test_another_set_begins_anew(arxiv: ArxivConnector, script: Script) -> None:
    gather(arxiv, {"set": "math", "from": "2020-01-09", "token": "after-2", "issued": "2026-01-15", "round": "x"})
    assert script.asked[0]["from"] == "2026-01-12"


def test_a_round_that_was_cut_off_goes_on_at_its_token(arxiv: ArxivConnector, script: Script) -> None:
    first = next(arxiv.batches(None))
    script.reset()
    rest = gather(arxiv, first.cursor)
    assert script.asked[0] == {"verb": "ListRecords", "resumptionToken": "after-1"}
    assert keys([first, *rest]) == ALL
    assert rest[-1].cursor == {"set": "cs", "from": "2026-01-15"}


def test_a_token_of_another_form_is_not_tried(arxiv: ArxivConnector, script: Script) -> None:
    cursor = {**next(arxiv.batches(None)).cursor, "form": "arXiv"}
    script.reset()
    assert keys(gather(arxiv, cursor)) == ALL
    assert "resumptionToken" not in script.asked[0]


def test_yesterdays_token_is_not_tried(arxiv: ArxivConnector, script: Script, clock: FixedClock) -> None:
    cursor = next(arxiv.batches(None)).cursor
    script.reset()
    clock.move_to(datetime(2026, 1, 16, 0, 5, tzinfo=UTC))
    assert keys(gather(arxiv, cursor)) == ALL
    assert script.asked[0]["from"] == "2026-01-12"


def test_an_expired_token_starts_the_round_again(arxiv: ArxivConnector, script: Script) -> None:
    script.faults = [None, oai_error("badResumptionToken")]
    assert keys(gather(arxiv)) == ALL[:10] + ALL
    script.faults = [None, oai_error("badResumptionToken"), None, oai_error("badResumptionToken")]
    with pytest.raises(Unavailable, match="badResumptionToken"):
        gather(arxiv)


def test_a_repeated_token_ends_the_round_with_a_word(arxiv: ArxivConnector, script: Script) -> None:
    script.faults = [None, instead(oai_page(PAGES[1], "after-1").decode())]
    rounds = arxiv.batches(None)
    batches = [next(rounds), next(rounds)]
    with pytest.raises(Unavailable, match="a resumption token twice"):
        next(rounds)
    assert keys(batches) == ALL[:20]
    assert batches[-1].cursor == {"set": "cs", "from": "2026-01-12"}  # the next try does not go into the same circle


def test_nothing_new_is_a_good_answer(arxiv: ArxivConnector, script: Script) -> None:
    script.faults = [oai_error("noRecordsMatch")]
    (batch,) = gather(arxiv)
    assert (batch.records, batch.done, batch.cursor) == ((), True, {"set": "cs", "from": "2026-01-15"})


def test_an_empty_page_in_the_middle_is_passed(arxiv: ArxivConnector, script: Script) -> None:
    script.faults = [None, instead(oai_page([], "after-2").decode())]
    assert keys(gather(arxiv)) == ALL[:10] + ALL[20:]


@pytest.mark.parametrize("code", ["badArgument", "noSetHierarchy", "cannotDisseminateFormat"])
def test_a_refusal_names_the_setting(arxiv: ArxivConnector, script: Script, code: str) -> None:
    script.faults = [oai_error(code)]
    with pytest.raises(Unavailable, match=f"{code}: told by the server.*BROADSHEET_ARXIV_SET"):
        gather(arxiv)


@pytest.mark.parametrize(
    "faults",
    [
        [status(503, retry_after="20")],
        [retry_date(20, datetime(2026, 1, 15, 12, 0, tzinfo=UTC))],
        [status(429)],
        [status(500)] * 3,
        [truncated],
        [html],
        [None, truncated],
        [None, html, None, status(503, retry_after="1")],
        [latin1],
        [bytes_of_no_charset],
    ],
)
def test_passing_faults_cost_time_only(arxiv: ArxivConnector, script: Script, faults: list[Fault | None]) -> None:
    script.faults = list(faults)
    assert keys(gather(arxiv)) == ALL


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ([truncated] * 2, "its XML breaks off"),
        ([html] * 2, "it is a web page"),
        ([status(404)], "it answered 404"),
        ([status(503)] * 5, r"out of order \(503\)"),
    ],
)
def test_lasting_faults_are_told(arxiv: ArxivConnector, script: Script, faults: list[Fault | None], words: str) -> None:
    script.faults = list(faults)
    with pytest.raises(Unavailable, match=words):
        gather(arxiv)


def test_a_redirect_to_a_private_address_is_refused(
    served: tuple[Script, str], script: Script, clock: FixedClock
) -> None:
    outgoing = Outgoing(user_agent="Broadsheet/0", clock=clock, judge=lambda address: address == "127.0.0.1")
    script.faults = [redirect("http://127.0.0.2/oai")]
    with pytest.raises(Forbidden, match="private network"):
        gather(ArxivConnector(outgoing, clock, base_url=served[1]))


def test_a_page_that_never_ends_is_given_up(served: tuple[Script, str], script: Script) -> None:
    clock = SystemClock()
    outgoing = Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True, patience=0.0)
    script.faults = [drip(0.02)]
    with pytest.raises(Unavailable, match="too long"):
        gather(ArxivConnector(outgoing, clock, base_url=served[1], interval=0.0, timeout=0.3))


def adapted(inner: str) -> Batch:
    records, rejected = adapt(parse(oai_document(f"<ListRecords>{inner}</ListRecords>")))
    return Batch(records, rejected, {})


def test_a_record_becomes_a_source_record() -> None:
    (record,) = adapted(oai_record(7, **{"journal-ref": "J. Tides 7 (2026)"})).records
    assert (record.source, record.key) == ("arxiv", "2601.00007")
    assert record.identifiers == (Identifier("arxiv", "2601.00007"), Identifier("doi", "10.5555/tide.7"))
    assert record.authors == ("Ada Quíll", "Bruno Marsh Jr")
    assert record.published == date(2026, 1, 12)
    assert record.categories == ("cs.IR", "cs.LG")
    assert record.links == ("https://arxiv.org/abs/2601.00007",)
    assert (record.venue, record.comments, record.withdrawn) == ("J. Tides 7 (2026)", "12 pages in Tromsø", False)
    assert str(record.payload).startswith("<record")


def test_old_ids_are_ids() -> None:
    (record,) = adapted(oai_record(1, id="hep-th/9901001")).records
    assert record.identifiers[0] == Identifier("arxiv", "hep-th/9901001")


@pytest.mark.parametrize(
    "comments",
    ["This paper has been withdrawn by the author due to an error", "Withdrawn due to a gap in Lemma 2"],
)
def test_a_withdrawn_paper_is_marked(comments: str) -> None:
    assert adapted(oai_record(1, comments=comments)).records[0].withdrawn
    assert not adapted(oai_record(1, comments="We study withdrawn money")).records[0].withdrawn


TEN_YEARS = oai_version(1, "Fri, 15 Jan 2016 23:59:59 GMT") + oai_version(10, "Mon, 12 Jan 2026 01:00:00 +0200")


def test_every_version_is_told_with_its_day_and_the_first_dates_the_paper() -> None:
    (record,) = adapted(oai_record(1, versions=oai_version(2, "no date") + TEN_YEARS)).records
    own = Identifier("arxiv", "2601.00001")
    assert record.versions == (
        Version(own, 1, date(2016, 1, 15)),
        Version(own, 2, None),
        Version(own, 10, date(2026, 1, 11)),
    )
    assert record.published == date(2016, 1, 15)


def test_a_version_without_a_paper_is_a_withdrawal_until_the_next() -> None:
    gone = oai_version(1) + oai_version(2, source_type="I")
    assert adapted(oai_record(1, versions=gone)).records[0].withdrawn
    assert not adapted(oai_record(1, versions=gone + oai_version(3, source_type="1B"))).records[0].withdrawn


def test_accents_are_letters_and_formulas_stay() -> None:
    fields = {"title": r"G{\"o}del's $\vec{\'e}$ at ~5\%", "abstract": r"Erd\H{o}s -- and na\"{\i}ve"}
    (record,) = adapted(oai_record(1, **fields)).records
    assert record.title == r"Gödel's $\vec{\'e}$ at ~5\%"
    assert record.abstract == "Erdős -- and naïve"


def test_bad_records_are_rejected_with_a_reason_and_the_rest_comes_in() -> None:
    deleted = '<record><header status="deleted"><identifier>oai:arXiv.org:2601.9</identifier></header></record>'
    batch = adapted(
        oai_record(1)
        + oai_record(2, title="")
        + oai_record(3, versions=oai_version(1, "yesterday"))
        + oai_record(4, id="no such id")
        + "<record/>"
        + deleted
        + oai_record(5, doi="nonsense", authors="", abstract="", comments="", categories="")
    )
    assert [record.key for record in batch.records] == ["2601.00001", "2601.00005"]
    assert [rejected.key for rejected in batch.rejected] == [
        *("2601.00002", "2601.00003", "no such id", "record 5 of the page", "oai:arXiv.org:2601.9"),
    ]
    assert "no title" in batch.rejected[0].reason
    assert "'yesterday'" in batch.rejected[1].reason
    assert "deleted" in batch.rejected[4].reason
