import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import Invalid
from broadsheet.mail.envelope import Returned, ReturnPath

SECRET = b"s" * 32
ID = "0123456789abcdef0123456789abcdef"
MESSAGE = f"<{ID}@example.org>"
PATH = ReturnPath.of("bounce@example.org", SECRET, is_read=True)


def test_an_address_is_read_again_whatever_a_server_did_to_its_case() -> None:
    sender = PATH.sender(MESSAGE)
    assert re.fullmatch(r"bounce\+b[a-z2-7]{42}@example\.org", sender)
    for written in (sender, sender.upper(), f"<{sender}>", f" {sender} "):
        assert PATH.read(written) == Returned("bounce", ID, holds=True)
    assert PATH.read(PATH.unsubscribe(MESSAGE)) == Returned("unsubscribe", ID, holds=True)


def test_a_local_part_fits_even_at_its_longest() -> None:
    path = ReturnPath.of(f"{'b' * 20}@example.org", SECRET, is_read=True)
    assert len(path.sender(MESSAGE).partition("@")[0]) == 64
    with pytest.raises(Invalid, match="20 letters"):
        ReturnPath.of(f"{'b' * 21}@example.org", SECRET, is_read=True)


@pytest.mark.parametrize(
    ("address", "before", "after", "mailbox"),
    [
        ("bounce-*@example.org", "bounce-", "@example.org", "bounce@example.org"),
        ("*@b.Example.org", "", "@b.example.org", "bounce@b.example.org"),
        ("b*.in@example.org", "b", ".in@example.org", "b.in@example.org"),
    ],
)
def test_a_mark_says_where_the_token_goes(address: str, before: str, after: str, mailbox: str) -> None:
    path = ReturnPath.of(address, SECRET, is_read=False)
    sender = path.sender(MESSAGE)
    assert sender.startswith(before)
    assert sender.endswith(after)
    assert path.mailbox == mailbox
    assert path.read(sender) == Returned("bounce", ID, holds=True)


@given(st.integers(0, 42), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_no_other_letter_anywhere_holds(place: int, letter: str) -> None:
    sender = PATH.sender(MESSAGE)
    forged = f"bounce+{sender[7 : 7 + place]}{letter}{sender[8 + place :]}"
    found = PATH.read(forged)
    if forged == sender:
        assert found == Returned("bounce", ID, holds=True)
    else:
        assert found is None or not found.holds


def test_a_token_is_for_one_purpose_and_one_instance() -> None:
    sender = PATH.sender(MESSAGE)
    other = ReturnPath.of("bounce@example.org", b"t" * 32, is_read=True)
    for forged, by in ((sender.replace("+b", "+u"), PATH), (sender, other)):
        found = by.read(forged)
        assert found is not None
        assert not found.holds


@pytest.mark.parametrize(
    "address",
    ["", "bounce@example.org", "bounce+x@example.org", "desk@example.org", "bounce+" + "b" * 43 + "@example.net"],
)
def test_other_addresses_say_nothing(address: str) -> None:
    assert PATH.read(address) is None


def test_nobody_is_told_to_write_where_nobody_reads() -> None:
    assert ReturnPath.of("bounce@example.org", SECRET, is_read=False).unsubscribe(MESSAGE) == ""


def test_a_message_id_that_is_none_of_ours_makes_no_token() -> None:
    assert PATH.sender("<id1@example.org>") == "bounce@example.org"


@pytest.mark.parametrize(
    "address", ["", "bounce", "a@b@c", "Paper <b@example.org>", "b**@example.org", "ü@example.org"]
)
def test_a_bad_address_is_told_with_its_setting(address: str) -> None:
    with pytest.raises(Invalid) as told:
        ReturnPath.of(address, SECRET, is_read=True)
    assert told.value.field == "bounce_address"


def test_the_secret_is_not_printed() -> None:
    assert "ssss" not in repr(PATH)
