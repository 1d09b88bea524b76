from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Invalid, NotFound
from broadsheet.mail import tally
from broadsheet.mail.limits import Limits
from broadsheet.mail.office import Office, of_complaints, of_gone
from broadsheet.mail.suppression import Suppressions
from broadsheet.mail.suppression_file import lines_of
from broadsheet.mail.tally import Event, Rates

ADA = "ada@reader.example"


@pytest.fixture
def office(database: Database, clock: FixedClock) -> Office:
    return Office(database, clock, b"s" * 32, Limits(database, clock), Suppressions(database, clock))


def count(office: Office, event: Event, domain: str, number: int, days_ago: int = 0) -> None:
    with office.database.write() as connection:
        tally.count(connection, event, domain, office.clock.now() - timedelta(days=days_ago), number)


def test_an_overview_tells_days_receivers_and_limits(office: Office) -> None:
    count(office, Event.ACCEPTED, "large.example", 990)
    count(office, Event.ACCEPTED, "large.example", 10, days_ago=10)
    count(office, Event.ACCEPTED, "quill.example", 4)
    count(office, Event.COMPLAINED, "", 5)
    count(office, Event.ACCEPTED, "old.example", 9, days_ago=28)
    office.limits.watch()
    seen = office.overview()
    assert [(one.domain, one.rates.accepted) for one in seen.receivers] == [("large.example", 1000), ("", 4)]
    assert (seen.total, seen.week) == (Rates(accepted=1004, complained=5), Rates(accepted=994, complained=5))
    assert len(seen.days) == 2
    assert seen.pause is not None
    assert seen.suppressed == {}


def test_a_domain_of_one_reader_is_not_told_apart(office: Office) -> None:
    count(office, Event.ACCEPTED, "ada-quill.example", 4)
    assert [one.domain for one in office.overview().receivers] == [""]


def test_shares_stand_to_what_receivers_want() -> None:
    assert [of_complaints(Rates(accepted=1000, complained=n)) for n in (1, 2, 4)] == ["fine", "near", "passed"]
    assert [of_gone(Rates(accepted=100 - n, refused=n, gone=n)) for n in (5, 6, 11)] == ["fine", "near", "passed"]


def test_an_operator_suppresses_and_lifts_with_a_name_to_it(office: Office) -> None:
    assert office.suppress(ADA, "Reader 7")
    assert not office.suppress(f" {ADA.upper()} ", "Reader 7")
    entry, _ = office.find(ADA)
    assert entry is not None
    assert entry.reason == "operator"
    office.clock.sleep(1)
    office.lift(ADA, "Reader 8")
    entry, decisions = office.find(ADA)
    assert entry is None
    assert [(one.event, one.by) for one in decisions] == [("lifted", "Reader 8"), ("added", "Reader 7")]
    with pytest.raises(NotFound, match="not on the list"):
        office.lift(ADA, "Reader 8")
    for verb in (office.suppress, office.lift):
        with pytest.raises(Invalid):
            verb("nobody", "Reader 8")


def test_a_file_is_taken_in_whole_but_for_its_bad_lines(office: Office) -> None:
    office.suppress(ADA, "Reader 7")
    lines = ["address,reason", ADA + ",bounced", *(f"r{n}@reader.example,complained" for n in range(700)), "nobody,x"]
    done = office.take(lines_of("\n".join(lines)), "Reader 7")
    assert (done.added, done.known, done.bad_in_all) == (700, 1, 1)
    assert [line.number for line in done.bad] == [703]
    assert "1 lines cannot be read" in done.sentence
    assert office.suppressions.counts() == {"operator": 1, "complained": 700}
    assert len(list(office.suppressions.all())) == 701
    with pytest.raises(Invalid):
        office.take(lines_of("who\nada\n"), "Reader 7")
