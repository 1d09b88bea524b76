"""Against a real IMAP server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from broadsheet.errors import Invalid, Unavailable
from broadsheet.mail.returned.imap import Folder, ImapInbox, _quoted
from tests.doors.instance import PATIENCE
from tests.mail.returned.imap_server import ImapServer, imap_server


@pytest.fixture(scope="module")
def plain() -> Iterator[ImapServer]:
    with imap_server() as server:
        yield server


def inbox(url: str) -> ImapInbox:
    return ImapInbox(Folder.from_url(url), timeout=PATIENCE)


def subjects(found: ImapInbox, most: int = 10) -> list[bytes]:
    return [waiting.raw.partition(b"\r\n")[0] for waiting in found.waiting(most)]


def test_mails_stay_unseen_until_they_are_done(plain: ImapServer) -> None:
    plain.put(*[b"Subject: %d\r\n\r\nwords\r\n" % n for n in range(3)], folder="Back")
    ours = inbox(plain.url(rest="/Back"))
    assert subjects(ours) == [b"Subject: 0", b"Subject: 1", b"Subject: 2"]
    assert plain.flags("Back") == [False, False, False]
    for waiting in ours.waiting(2):
        waiting.done()
    assert plain.flags("Back") == [True, True, False]
    assert subjects(ours) == [b"Subject: 2"]


def test_done_mails_are_moved_where_that_is_wanted(plain: ImapServer) -> None:
    plain.put(b"Subject: a\r\n\r\n", folder="In")
    plain.put(folder='"Done &- gone"')
    ours = inbox(plain.url(rest="/In?move=Done%20%26%20gone"))
    for waiting in ours.waiting(9):
        waiting.done()
    assert subjects(ours) == []
    assert plain.flags('"Done &- gone"') == [True]
    assert plain.flags("In") == []


def test_a_run_that_is_cut_off_leaves_the_rest_unseen(plain: ImapServer) -> None:
    plain.put(*[b"Subject: a\r\n\r\n"] * 3, folder="Cut")
    ours = inbox(plain.url(rest="/Cut"))
    for waiting in ours.waiting(9):
        waiting.done()
        break
    assert plain.flags("Cut") == [True, False, False]


@pytest.mark.parametrize(
    ("scheme", "rest", "said"),
    [("imap", "/Nowhere", "no such folder"), ("imaps", "/INBOX", "cannot be read")],
)
def test_what_keeps_it_from_being_read_is_told(plain: ImapServer, scheme: str, rest: str, said: str) -> None:
    ours = inbox(plain.url(scheme, rest))
    for use in (ours.probe, lambda: list(ours.waiting(1))):
        with pytest.raises(Unavailable, match=said) as told:
            use()
        assert "pass" not in told.value.message
        assert "BROADSHEET_BOUNCE_MAILBOXES" in told.value.message


def test_a_wrong_password_and_a_server_that_is_not_there(plain: ImapServer) -> None:
    with pytest.raises(Unavailable, match="cannot be read"):
        inbox(f"imap://bounce:wrong@127.0.0.1:{plain.port}").probe()
    with pytest.raises(Unavailable, match="cannot be read"):
        inbox("imaps://bounce:x@127.0.0.1:9").probe()


def test_tls_is_used_where_it_is_offered_and_its_certificate_must_hold(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    made = authority.issue_cert("127.0.0.1")
    made.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    made.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    with imap_server(tmp_path / "cert.pem", tmp_path / "key.pem") as server:
        inbox(server.url(rest=f"/INBOX?ca={tmp_path / 'ca.pem'}")).probe()
        with pytest.raises(Unavailable, match="certificate does not hold"):
            inbox(server.url()).probe()


@pytest.mark.parametrize(
    "url", ["imaps://host/INBOX", "imaps://u@host", "imaps://u:p@host:x", "imaps://u:secret@host?ports=9", "imaps:///x"]
)
def test_a_bad_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(Invalid) as told:
        Folder.from_url(url)
    assert told.value.field == "bounce_mailboxes"
    assert "secret" not in told.value.message


def test_names_of_folders_are_written_as_imap_wants_them() -> None:
    folder = Folder.from_url("imaps://u:p@h/Zur%C3%BCck%2FAlt?move=A")
    assert (folder.name, folder.port, folder.tls_now) == ("Zurück/Alt", 993, True)
    assert _quoted("Zurück & Alt") == '"Zur&APw-ck &- Alt"'
    assert _quoted('a"b') == r'"a\"b"'
    assert "p" not in repr(folder).replace("port", "").replace("Folder", "")
