from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.mail.suppression import Suppressions, suppress


def test_an_address_is_suppressed_until_it_is_lifted(database: Database, clock: FixedClock) -> None:
    listed = Suppressions(database, clock)
    assert listed.find("k1") is None
    listed.add("k1", "bounced")
    listed.add("k1", "complained")
    found = listed.find("k1")
    assert found is not None
    assert (found.reason, found.since) == ("bounced", clock.now())
    assert listed.lift("k1")
    assert not listed.lift("k1")
    assert listed.find("k1") is None


def test_a_rolled_back_transaction_suppresses_nobody(database: Database, clock: FixedClock) -> None:
    with database.read() as connection:
        suppress(connection, "k1", "operator", clock.now())
    assert Suppressions(database, clock).find("k1") is None
