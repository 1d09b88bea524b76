from broadsheet.accounts.returning import ReturnedLetters
from broadsheet.accounts.sign_ins import SignIns
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.mail.addresses import read
from tests.digests.newsroom import HEAD, RETURNS, SECRET, Tray

ADA = "ada@reader.example"


def test_a_letter_is_known_by_its_id_until_it_is_forgotten(database: Database, clock: FixedClock) -> None:
    tray, owner = Tray(), ReturnedLetters(HEAD)
    desk = SignIns(database, clock, SECRET, tray, HEAD, open_to_all=True)
    desk.ask(ADA, "192.0.2.7")
    desk.send_waiting()
    told = RETURNS.read(tray.senders[0])
    assert told is not None
    with database.write() as connection:
        found = owner.find(connection, told.mail_id)
        assert found is not None
        assert (found.address_key, found.domain) == (read(ADA, SECRET).key, "reader.example")
        assert "ada" not in repr(found)
        assert owner.find(connection, "0" * 32) is None
        owner.bounced(connection, told.mail_id, "550 5.1.1", clock.now())
        owner.leave(connection, told.mail_id, clock.now())
        assert owner.find(connection, told.mail_id) == found
    clock.sleep(2 * 86_400)
    desk.forget_old()
    with database.read() as connection:
        assert owner.find(connection, told.mail_id) is None
