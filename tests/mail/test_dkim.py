import re
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

import dkim
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.mail.dkim import OVERSIGNED, Signer, relaxed_body
from broadsheet.mail.keys import DkimKeys
from broadsheet.mail.letter import Letter, Letterhead, compose

MOMENT = datetime(2026, 1, 15, 12, tzinfo=UTC)
HEAD = Letterhead.of("The Paper", "https://paper.example.org", contact="desk@paper.example.org")
BODIES = st.lists(st.sampled_from([b" ", b"\t", b"a", b"\r\n", b"=20", "ü".encode(), b"."])).map(
    lambda parts: b"".join(parts) + b"\r\n"
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> DkimKeys:
    made = DkimKeys(tmp_path_factory.mktemp("dkim"), "pen")
    made.make(ed25519=True)
    return made


def signed(keys: DkimKeys, text: str = "Hello  there \n\n\n", recipient: str = "bob@example.org") -> bytes:
    end = "https://paper.example.org/subscription/end?token=" + "abcdefghij" * 12
    letter = Letter(recipient, "Tide tables — and 9 more", text, "<p>Hello</p>", "<1@paper.example.org>", end)
    message = compose(letter, HEAD, MOMENT)
    return Signer(HEAD.domain, keys.current()).sign(message, MOMENT) + message


def resolver(keys: DkimKeys) -> Callable[..., bytes]:
    records = {f"{key.selector}._domainkey.paper.example.org.": key.record.encode() for key in keys.current()}

    def look_up(name: bytes, timeout: int = 5) -> bytes:
        return records[name.decode()]

    return look_up


def verified(mail: bytes, keys: DkimKeys) -> list[bool]:
    """Let dkimpy judge each signature of the mail."""
    return [_holds(mail, n, keys) for n in range(2)]


def _holds(mail: bytes, n: int, keys: DkimKeys) -> bool:
    try:
        return bool(dkim.DKIM(mail).verify(n, dnsfunc=resolver(keys)))
    except dkim.ValidationError:  # how it tells a body that was changed
        return False


def test_an_independent_verifier_accepts_both_signatures(keys: DkimKeys) -> None:
    mail = signed(keys)
    assert verified(mail, keys) == [True, True]
    assert mail.count(b"a=rsa-sha256") == mail.count(b"a=ed25519-sha256") == 1
    head = mail.partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n") if not line.startswith(b"List-")) <= 78


def test_a_recipient_beyond_ascii_is_signed_as_well(keys: DkimKeys) -> None:
    mail = signed(keys, recipient="bücher@example.org")
    assert "bücher@example.org".encode() in mail
    assert verified(mail, keys) == [True, True]


@pytest.mark.parametrize("name", ["From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe-Post", "List-Id"])
def test_a_changed_or_added_header_breaks_the_signature(keys: DkimKeys, name: str) -> None:
    mail = signed(keys)
    field = re.compile(rf"^{name}: ".encode(), re.MULTILINE)
    assert verified(field.sub(f"{name}: x".encode(), mail, count=1), keys) == [False, False]
    assert verified(f"{name}: <eve@example.org>\r\n".encode() + mail, keys) == [False, False]


@pytest.mark.parametrize("name", ["Cc", "Reply-To"])
def test_a_header_that_we_do_not_write_cannot_be_added(keys: DkimKeys, name: str) -> None:
    assert verified(f"{name}: eve@example.org\r\n".encode() + signed(keys), keys) == [False, False]


def test_a_changed_body_breaks_the_signature_and_changed_spaces_do_not(keys: DkimKeys) -> None:
    mail = signed(keys)
    assert verified(mail.replace(b"Hello", b"Hallo", 1), keys) == [False, False]
    assert verified(mail + b"\r\n\r\n", keys) == [True, True]
    assert verified(mail.replace(b"Subject: ", b"subject:   ", 1), keys) == [True, True]
    assert verified(b"Received: from relay by receiver; today\r\n" + mail, keys) == [True, True]


def test_every_header_of_a_mail_is_signed(keys: DkimKeys) -> None:
    mail = signed(keys)
    head = re.sub(rb"\r\n[ \t]+", b" ", mail.partition(b"\r\n\r\n")[0]).decode()
    (first, second) = re.findall(r" h=([^;]+);", head)
    assert first == second
    named = [name.strip() for name in first.split(":")]
    there = [line.partition(":")[0].lower() for line in head.split("\r\n") if not line.startswith("DKIM")]
    assert sorted(named) == sorted([*there, *OVERSIGNED])


def test_the_hash_of_the_body_is_that_of_the_standard(keys: DkimKeys) -> None:
    """Read `bh=` and make it anew from the sent bytes, line by line, as the standard words it."""
    head, _, body = signed(keys).partition(b"\r\n\r\n")
    lines = [re.sub(rb"[ \t]+$", b"", re.sub(rb"[ \t]+", b" ", line)) for line in body.split(b"\r\n")]
    plain = re.sub(rb"(\r\n)*\Z", b"\r\n", b"\r\n".join(lines), count=1)
    told = re.findall(rb"bh=([\w+/=]+);", head)
    assert [b64decode(one) for one in told] == [sha256(plain).digest()] * 2


@pytest.mark.parametrize(
    ("body", "relaxed"),
    [
        (b" C \r\nD \t E\r\n\r\n\r\n", b" C\r\nD E\r\n"),  # RFC 6376, 3.4.5
        (b"", b""),
        (b"\r\n\r\n", b""),
        (b"no end", b"no end\r\n"),
        (b" \t\r\n", b""),
    ],
)
def test_bodies_of_the_standard(body: bytes, relaxed: bytes) -> None:
    assert relaxed_body(body) == relaxed


@settings(max_examples=200)
@given(BODIES)
def test_dkimpy_agrees_on_every_body(body: bytes) -> None:
    assert relaxed_body(body) == dkim.canonicalization.Relaxed.canonicalize_body(body)
