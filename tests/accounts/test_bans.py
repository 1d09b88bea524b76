import pytest

from broadsheet.accounts import audit
from broadsheet.accounts.api_tokens import ApiTokens
from broadsheet.accounts.bans import Bans
from broadsheet.accounts.readers import Readers
from broadsheet.accounts.sessions import Sessions
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, Forbidden, NotFound


def test_a_ban_ends_everything_at_once_and_is_written_down(database: Database, clock: FixedClock) -> None:
    readers, sessions, tokens = (
        Readers(database, clock, bytes(32)),
        Sessions(database, clock),
        ApiTokens(database, clock),
    )
    bans = Bans(database, clock)
    root, ada = readers.add("root@quill.example", "admin"), readers.add("ada@quill.example")
    session, secret = sessions.begin(ada.id), tokens.make(ada.id, "list", "write").secret
    bans.ban(root, ada.id, "Spam, again.")
    bans.ban(root, ada.id, "Twice is once.")
    assert sessions.reader(session) is None
    assert tokens.bearer(secret) is None
    late = sessions.begin(ada.id)  # by a sign-in that was on its way
    assert sessions.reader(late) is None
    assert [(one.reader_id, one.shown, one.reason) for one in bans.all()] == [
        (ada.id, f"Reader {ada.id}", "Spam, again.")
    ]
    bans.lift(root, ada.id)
    assert sessions.reader(late) is not None
    assert bans.all() == []
    with pytest.raises(NotFound):
        bans.lift(root, ada.id)
    told = [(one.who, one.action, one.subject_id, one.reason) for one in audit.newest(database, 2)]
    assert told == [(f"Reader {root.id}", "unban", ada.id, ""), (f"Reader {root.id}", "ban", ada.id, "Spam, again.")]


def test_only_an_admin_bars_and_none_is_barred(database: Database, clock: FixedClock) -> None:
    readers, bans = Readers(database, clock, bytes(32)), Bans(database, clock)
    root, editor = readers.add("root@quill.example", "admin"), readers.add("ed@quill.example", "editor")
    ada = readers.add("ada@quill.example")
    for actor in (editor, ada):
        with pytest.raises(Forbidden):
            bans.ban(actor, ada.id, "")
        with pytest.raises(Forbidden):
            bans.lift(actor, ada.id)
    with pytest.raises(Conflict, match="admin cannot be barred"):
        bans.ban(root, root.id, "")
    with pytest.raises(NotFound):
        bans.ban(root, 999, "")
    readers.set_role("root@quill.example", "reader")
    with pytest.raises(Forbidden, match="lost the role"):
        bans.ban(root, ada.id, "")  # as it was when the page was loaded
    assert {one.action for one in audit.newest(database, 9)} == {"role"}


def test_a_ban_outlives_the_account(database: Database, clock: FixedClock) -> None:
    readers, bans, sessions = Readers(database, clock, bytes(32)), Bans(database, clock), Sessions(database, clock)
    root, ada = readers.add("root@quill.example", "admin"), readers.add("ada@quill.example")
    bans.ban(root, ada.id, "")
    readers.delete(ada.id)
    again = readers.add("ada@quill.example")
    assert sessions.reader(sessions.begin(again.id)) is None
    assert [one.reader_id for one in bans.all()] == [ada.id]
