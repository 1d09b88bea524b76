from broadsheet.clock import FixedClock
from tests.accounts.conftest import ADA, Office


def test_a_session_knows_its_reader_as_they_are_now(office: Office) -> None:
    token = office.sessions.begin(office.readers.add(ADA).id)
    office.readers.set_role(ADA, "editor")
    found = office.sessions.reader(token)
    assert found
    assert found.role == "editor"


def test_a_token_that_the_browser_brought_is_never_taken_over(office: Office) -> None:
    ada, eve = office.readers.add(ADA), office.readers.add("eve@example.org")
    planted = office.sessions.begin(eve.id)
    token = office.sessions.begin(ada.id, before=planted)
    assert token != planted
    assert office.sessions.reader(planted) is None
    assert office.sessions.reader(token) == ada


def test_a_session_ends_after_thirty_days(office: Office, clock: FixedClock) -> None:
    token = office.sessions.begin(office.readers.add(ADA).id)
    clock.sleep(30 * 86_400 - 1)
    assert office.sessions.reader(token)
    clock.sleep(1)
    assert office.sessions.reader(token) is None
    assert office.sessions.forget_old() == 1


def test_signing_out_here_leaves_other_browsers_alone(office: Office, clock: FixedClock) -> None:
    ada = office.readers.add(ADA)
    here = office.sessions.begin(ada.id)
    clock.sleep(60)
    there = office.sessions.begin(ada.id)
    assert [one.here for one in office.sessions.of(ada.id, here)] == [False, True]
    office.sessions.end(here)
    office.sessions.end(here)
    assert office.sessions.reader(here) is None
    assert office.sessions.reader(there)


def test_signing_out_everywhere_ends_ones_own_and_nobody_elses(office: Office) -> None:
    ada, bee = office.readers.add(ADA), office.readers.add("bee@example.org")
    mine = [office.sessions.begin(ada.id) for _ in range(3)]
    other = office.sessions.begin(bee.id)
    assert office.sessions.end_all(ada.id) == 3
    assert [office.sessions.reader(token) for token in mine] == [None] * 3
    assert office.sessions.reader(other) == bee


def test_no_made_up_token_is_anybodys(office: Office) -> None:
    office.sessions.begin(office.readers.add(ADA).id)
    for token in ("", "x", "\ud800", "a" * 100_000):
        assert office.sessions.reader(token) is None
