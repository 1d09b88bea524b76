from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from broadsheet.clock import FixedClock
from broadsheet.errors import Unavailable
from broadsheet.mail.letter import Letter, Letterhead, compose
from broadsheet.mail.transport import Outbox, Transport


def send(outbox: Transport, clock: FixedClock, subject: str) -> None:
    letter = Letter("bob@example.org", subject, "Text", "<p>Text</p>", "<1@x.example>")
    message = compose(letter, Letterhead.of("P", "https://x.example"), clock.now())
    outbox.send(message, sender="p@x.example", recipient="bob@example.org")


def test_mails_become_private_files_in_the_order_of_time(tmp_path: Path, clock: FixedClock) -> None:
    outbox = Outbox(tmp_path / "outbox", clock)
    for subject in ("first", "second", "third"):
        send(outbox, clock, subject)
        clock.sleep(timedelta(milliseconds=3).total_seconds())
    outbox.close()
    files = sorted((tmp_path / "outbox").iterdir())
    assert [message_from_bytes(file.read_bytes(), policy=policy.default)["Subject"] for file in files] == [
        "first",
        "second",
        "third",
    ]
    assert {file.suffix for file in files} == {".eml"}
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert (tmp_path / "outbox").stat().st_mode & 0o777 == 0o700


def test_two_mails_of_one_moment_are_two_files(tmp_path: Path, clock: FixedClock) -> None:
    outbox = Outbox(tmp_path, clock)
    send(outbox, clock, "one")
    send(outbox, clock, "two")
    assert len(list(tmp_path.glob("*.eml"))) == 2


def test_an_outbox_that_cannot_be_written_says_so(tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="cannot be written"):
        send(Outbox(tmp_path / "file" / "outbox", clock), clock, "lost")


def test_describe_says_where(tmp_path: Path, clock: FixedClock) -> None:
    assert f"{tmp_path} as .eml files" in Outbox(tmp_path, clock).describe()
