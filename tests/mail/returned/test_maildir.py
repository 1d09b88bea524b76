from pathlib import Path

import pytest

from broadsheet.clock import FixedClock
from broadsheet.errors import Unavailable
from broadsheet.mail.returned.maildir import Maildir, Spool
from broadsheet.mail.returned.parsed import LARGEST


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("tmp", "new", "cur"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"


def put(folder: Path, name: str, content: bytes = b"a mail", box: str = "new") -> None:
    (folder / box / name).write_bytes(content)


def raws(inbox: Maildir, most: int = 10) -> list[bytes]:
    return [waiting.raw for waiting in inbox.waiting(most)]


def test_mails_are_read_in_order_until_they_are_done(folder: Path) -> None:
    put(folder, "2.b", b"second")
    put(folder, "1.a", b"first")
    put(folder, "0.c:2,", b"looked at, not seen", "cur")
    put(folder, "0.d:2,S", b"seen", "cur")
    put(folder, ".hidden", b"another program's", "new")
    inbox = Maildir(folder)
    assert raws(inbox) == raws(inbox) == [b"looked at, not seen", b"first", b"second"]
    assert raws(inbox, 1) == [b"looked at, not seen"]
    for waiting in inbox.waiting(2):
        waiting.done()
    assert raws(inbox) == [b"second"]
    assert sorted(path.name for path in (folder / "cur").iterdir()) == ["0.c:2,S", "0.d:2,S", "1.a:2,S"]


def test_a_long_mail_is_cut_and_one_that_goes_away_is_passed_over(folder: Path) -> None:
    put(folder, "1", b"x" * (LARGEST + 9))
    put(folder, "2")
    found = Maildir(folder).waiting(9)
    assert len(next(found).raw) == LARGEST
    (folder / "new" / "2").unlink()
    assert list(found) == []


def test_a_folder_that_is_no_maildir_is_told(tmp_path: Path) -> None:
    inbox = Maildir(tmp_path / "none")
    for use in (inbox.probe, lambda: list(inbox.waiting(1))):
        with pytest.raises(Unavailable, match="BROADSHEET_BOUNCE_MAILBOXES"):
            use()
    assert "none" in inbox.describe()


def test_a_mail_that_cannot_be_marked_is_told(folder: Path) -> None:
    put(folder, "1")
    (waiting,) = Maildir(folder).waiting(1)
    (folder / "new" / "1").rename(folder / "1")
    with pytest.raises(Unavailable, match="cannot be used"):
        waiting.done()


def test_our_own_is_made_filled_and_emptied(tmp_path: Path, clock: FixedClock) -> None:
    spool = Spool(tmp_path / "home" / "returned", clock)
    spool.probe()
    assert not spool.is_full(2)
    spool.keep(b"one")
    clock.sleep(1)
    spool.keep(b"two")
    assert spool.is_full(2)
    assert not spool.is_full(3)
    assert raws(spool) == [b"one", b"two"]
    for waiting in spool.waiting(9):
        waiting.done()
        waiting.done()
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == []
    assert (tmp_path / "home" / "returned").stat().st_mode & 0o777 == 0o700
