from pathlib import Path

import pytest

from broadsheet.clock import FixedClock
from broadsheet.errors import Invalid
from broadsheet.mail.envelope import ReturnPath
from broadsheet.mail.returned.places import places_of

PATH = ReturnPath.of("bounce@tide.example.org", b"s" * 32, is_read=True)


def test_each_kind_of_place(tmp_path: Path, clock: FixedClock) -> None:
    urls = ["maildir:/var/mail/b%20x", "imaps://u:secret@mail.example.org/Back", "lmtp://127.0.0.1:8024"]
    made = places_of([*urls, "smtp://127.0.0.1:8025"], PATH, tmp_path / "returned", clock)
    assert [inbox.describe() for inbox in made.inboxes] == [
        "the Maildir /var/mail/b x",
        "the folder Back at mail.example.org:993",
        f"the Maildir {tmp_path / 'returned'}",
    ]
    assert len(made.listeners) == 2
    assert list(tmp_path.iterdir()) == []


def test_without_any_there_is_nothing(tmp_path: Path, clock: FixedClock) -> None:
    made = places_of([], None, tmp_path, clock)
    assert (made.inboxes, made.listeners) == ((), ())


@pytest.mark.parametrize("url", ["pop3://u:p@h", "maildir:var/mail", "/var/mail/b", "maildir://host", ""])
def test_what_is_no_place_is_refused_at_the_start(url: str, tmp_path: Path, clock: FixedClock) -> None:
    with pytest.raises(Invalid, match="BROADSHEET_BOUNCE_MAILBOXES"):
        places_of([url], PATH, tmp_path, clock)


def test_places_without_an_address_are_refused(tmp_path: Path, clock: FixedClock) -> None:
    with pytest.raises(Invalid, match="BROADSHEET_BOUNCE_ADDRESS"):
        places_of(["maildir:/var/mail/b"], None, tmp_path, clock)
