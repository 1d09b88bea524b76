import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from broadsheet.accounts import audit
from broadsheet.accounts.api_tokens import ApiTokens
from broadsheet.accounts.readers import Readers
from broadsheet.database.schema import api_token, reader, session, sign_in
from broadsheet.errors import Conflict, Invalid, NotFound
from tests.accounts.conftest import ADA, Office
from tests.digests.newsroom import SECRET


def test_a_reader_is_added_once(office: Office) -> None:
    made = office.readers.add(ADA, "admin", "Ada")
    assert (made.role, made.name, made.signed_in_at) == ("admin", "Ada", None)
    with pytest.raises(Conflict, match="has an account already"):
        office.readers.add(ADA.lower())
    assert office.readers.named(ADA.upper()) == made == office.readers.get(made.id)


def test_who_is_not_there_is_told(office: Office) -> None:
    for ask in (lambda: office.readers.get(99), lambda: office.readers.set_role("x@example.org", "admin")):
        with pytest.raises(NotFound, match="readers list"):
            ask()
    with pytest.raises(Invalid):
        office.readers.add("nobody")


def test_roles_are_given_by_the_operator_and_each_change_is_written_down(office: Office) -> None:
    ada, bea = office.readers.add(ADA), office.readers.add("bea@example.org", "editor")
    office.clock.move_to(office.clock.now() + timedelta(hours=1))
    assert office.readers.set_role(ADA, "admin").role == "admin"
    office.readers.set_role(ADA, "admin")  # which changes nothing
    office.readers.set_role(ADA, "reader")
    told = audit.newest(office.database, 9)
    assert [f"{one.who} {one.words}" for one in told] == [
        f"The operator changed the role of reader {ada.id}: admin to reader",
        f"The operator changed the role of reader {ada.id}: reader to admin",
        f"The operator changed the role of reader {bea.id}: editor, with the account",
    ]
    assert [told[0].at - told[2].at, told[0].at] == [timedelta(hours=1), office.clock.now()]
    office.readers.delete(ada.id)
    assert audit.newest(office.database, 9) == told


def test_a_name_is_changed_and_taken_back(office: Office) -> None:
    made = office.readers.add(ADA)
    assert office.readers.rename(made.id, " Ada  Q ").shown == "Ada Q"
    assert office.readers.rename(made.id, "").shown == f"Reader {made.id}"


def test_the_one_reader_of_a_single_user_instance_is_made_once_and_not_listed(office: Office) -> None:
    alone = office.readers.alone()
    assert (alone, alone.role, alone.address) == (office.readers.alone(), "admin", "")
    assert office.readers.all() == []


def test_an_export_tells_all_and_no_secret(office: Office) -> None:
    ada = office.signed_in()
    token = office.sessions.begin(ada.id)
    secret = ApiTokens(office.database, office.clock).make(ada.id, "reading list", "read").secret
    told = Readers(office.database, office.clock, SECRET, {"votes": lambda reader_id: [{"of": reader_id}]}).export(
        ada.id
    )
    text = json.dumps(told)
    assert (told["reader"]["address"], told["votes"]) == ("Ada.Quill@example.org", [{"of": ada.id}])
    assert (len(told["sessions"]), told["tokens"][0]["name"]) == (1, "reading list")
    assert token not in text
    assert secret not in text
    assert "hash" not in text


def test_deleting_leaves_nothing_and_nobody_takes_the_number(office: Office) -> None:
    ada = office.signed_in()
    office.sessions.begin(ada.id)
    ApiTokens(office.database, office.clock).make(ada.id, "list", "read")
    office.letter()
    office.readers.delete(ada.id)
    with office.database.read() as connection:
        for table in (reader, session, api_token, sign_in):
            assert connection.scalar(select(func.count()).select_from(table)) == 0, table.name
    with pytest.raises(NotFound):
        office.readers.delete(ada.id)
    assert office.readers.add(ADA).id > ada.id
