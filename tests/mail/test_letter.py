from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.errors import Invalid
from broadsheet.mail.envelope import ReturnPath
from broadsheet.mail.letter import LONGEST_SUBJECT, Letter, Letterhead, compose, line, new_message_id

MOMENT = datetime(2026, 1, 15, 12, 0, 5, tzinfo=UTC)
HEAD = Letterhead.of("The Paper", "https://paper.example.org")
END = "https://paper.example.org/subscription/end?token=" + "abcdefghij" * 12
# Whatever Unicode or a mail program may take for the end of a line, and what hides or reorders text.
NASTY = st.text(st.one_of(st.characters(), st.sampled_from('\r\n\x00\x0b\x0c\x1c\x85\u2028\u2029\u202e\u2066=?<>,"@')))


def parsed(letter: Letter, letterhead: Letterhead = HEAD) -> tuple[EmailMessage, bytes]:
    raw = compose(letter, letterhead, MOMENT)
    return cast("EmailMessage", message_from_bytes(raw, policy=policy.default)), raw


def letter(subject: str = "Subject", unsubscribe: str = END) -> Letter:
    return Letter("bob@example.org", subject, "Text\n", "<p>Text</p>", "<id1@paper.example.org>", unsubscribe)


def test_headers_of_a_digest() -> None:
    message, raw = parsed(letter("Tide tables, and 9 more — tableaux"))
    assert message["From"] == "The Paper <broadsheet@paper.example.org>"
    assert message["Subject"] == "Tide tables, and 9 more — tableaux"
    assert message["Date"].datetime == MOMENT
    assert message["Message-ID"] == "<id1@paper.example.org>"
    assert message["X-Broadsheet-Delivery"] == "id1"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Precedence"] is None
    assert message["List-Id"] == "<daily.paper.example.org>"
    assert message["List-Help"] == "<https://paper.example.org/about>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # On one line and in plain letters: an encoded word there would break the one click.
    assert f"List-Unsubscribe: <{END}>\r\n".encode() in raw
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("contact", "owner"),
    [
        ("desk@example.org", "<mailto:desk@example.org>"),
        ("mailto:desk@example.org", "<mailto:desk@example.org>"),
        ("https://example.org/desk", "<https://example.org/desk>"),
        ("", None),
        ("desk@example.org>\r\nBcc: eve@example.org", "<mailto:desk@example.orgBcc:eve@example.org>"),
    ],
)
def test_the_owner_of_the_list_is_the_operator(contact: str, owner: str | None) -> None:
    head = Letterhead.of("The Paper", "https://paper.example.org", contact=contact)
    message, _ = parsed(letter(), head)
    assert message["List-Owner"] == owner
    assert message["Bcc"] is None


def test_the_domain_of_a_sender_is_what_dns_knows() -> None:
    assert Letterhead.of("P", "https://Paper.Example.ORG").domain == "paper.example.org"
    assert Letterhead.of("P", "https://p.example.org", "desk@bücher.example").domain == "xn--bcher-kva.example"
    assert Letterhead.of("P", "https://straße.example").domain == "xn--strae-oqa.example"  # not strasse: as browsers do


def test_an_international_site_mails_links_that_machines_can_follow() -> None:
    head = Letterhead.of("P", "https://Bücher.example:8443/öl/")
    assert (head.site, head.sender) == (
        "https://xn--bcher-kva.example:8443/%C3%B6l",
        "broadsheet@xn--bcher-kva.example",
    )
    message, raw = parsed(letter(unsubscribe=f"{head.site}/subscription/end?token=x"), head)
    assert message["List-Id"] == "<daily.xn--bcher-kva.example>"
    assert message["List-Unsubscribe"] == "<https://xn--bcher-kva.example:8443/%C3%B6l/subscription/end?token=x>"
    assert raw.isascii()


def test_a_site_that_no_dns_can_hold_is_told_with_its_setting() -> None:
    with pytest.raises(Invalid, match="BROADSHEET_PUBLIC_URL"):
        Letterhead.of("P", f"https://{'ü' * 70}.example")


def test_a_mail_program_may_unsubscribe_by_mail_where_somebody_reads_it() -> None:
    path = ReturnPath.of("bounce@example.org", b"s" * 32, is_read=True)
    head = Letterhead.of("P", "https://paper.example.org", "desk@example.org", returns=path)
    sent = replace(letter(), message_id=new_message_id(head))
    message, raw = parsed(sent, head)
    by_mail = path.unsubscribe(sent.message_id).replace("+", "%2B")
    assert f"List-Unsubscribe: <{END}>, <mailto:{by_mail}?subject=unsubscribe>\r\n".encode() in raw
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert head.envelope_sender(sent.message_id) == path.sender(sent.message_id)
    unread = replace(head, returns=replace(path, is_read=False))
    assert parsed(sent, unread)[0]["List-Unsubscribe"] == f"<{END}>"


def test_without_an_address_for_bounces_they_come_to_the_sender() -> None:
    assert HEAD.envelope_sender(new_message_id(HEAD)) == HEAD.sender
    assert HEAD.envelope_domain == HEAD.domain


def test_a_mail_outside_the_list_has_no_list_headers() -> None:
    message, _ = parsed(letter(unsubscribe=""))
    assert not [name for name in message if name.startswith("List-")]


@settings(max_examples=150)
@given(subject=NASTY, name=NASTY)
def test_no_text_can_add_a_header_or_break_one(subject: str, name: str) -> None:
    message, raw = parsed(letter(subject), Letterhead.of(name, "https://paper.example.org"))
    plain, _ = parsed(letter("x"))
    assert message.keys() == plain.keys()
    assert all(len(part) <= 998 for part in raw.split(b"\r\n"))
    assert raw.isascii()
    assert not message.defects
    assert len(message["From"].addresses) == 1
    assert message["From"].addresses[0].addr_spec == "broadsheet@paper.example.org"
    assert message["To"] == "bob@example.org"


@settings(max_examples=100)
@given(NASTY)
def test_a_subject_arrives_as_its_printable_line(subject: str) -> None:
    message, _ = parsed(letter(subject))
    assert line(str(message["Subject"])) == line(subject, LONGEST_SUBJECT)


@settings(max_examples=100)
@given(NASTY)
def test_no_url_can_leave_its_brackets(url: str) -> None:
    _, raw = parsed(letter(unsubscribe=f"https://x/{url}"))
    (found,) = [part for part in raw.split(b"\r\n") if part.startswith(b"List-Unsubscribe:")]
    assert found.count(b"<") == found.count(b">") == 1
    assert found.endswith(b">")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Tide tables — tableaux\n" * 9, "quoted-printable"),
        ("измерение приливов\n" * 9, "base64"),
        ("", "quoted-printable"),
    ],
)
def test_a_part_takes_the_encoding_in_which_it_is_smaller(text: str, encoding: str) -> None:
    message, raw = parsed(Letter("bob@example.org", "s", text, f"<p>{text}</p>", "<1@x>"))
    (first, second) = message.iter_parts()
    assert {first["Content-Transfer-Encoding"], second["Content-Transfer-Encoding"]} == {encoding}
    assert first.get_content().split() == text.split()
    assert raw.isascii()


def test_a_recipient_with_a_line_break_is_refused() -> None:
    with pytest.raises(ValueError, match="CR or LF"):
        compose(Letter("bob@example.org\r\nBcc: eve@example.org", "s", "t", "h", "<1@x>"), HEAD, MOMENT)


def test_line_cuts_with_a_mark_and_keeps_scripts() -> None:
    assert line("a\r\nb\tc\u202ed") == "a b cd"
    assert line("Über 東京 ∑") == "Über 東京 ∑"
    assert line("x" * 300, 10) == "x" * 9 + "…"


def test_message_ids_are_opaque_and_differ() -> None:
    first, second = new_message_id(HEAD), new_message_id(HEAD)
    assert first != second
    assert first.endswith("@paper.example.org>")


@pytest.mark.parametrize(
    ("site", "sender", "mailbox", "list_id"),
    [
        ("http://127.0.0.1:8080", "", "broadsheet@127.0.0.1", "<daily.127.0.0.1>"),
        ("http://[::1]:8080", "", "broadsheet@localhost", "<daily.localhost>"),
        ("https://p.example.org/", "desk@example.net", "desk@example.net", "<daily.p.example.org>"),
    ],
)
def test_who_a_mail_comes_from(site: str, sender: str, mailbox: str, list_id: str) -> None:
    letterhead = Letterhead.of("P", site, sender)
    assert (letterhead.sender, letterhead.list_id) == (mailbox, list_id)


@pytest.mark.parametrize(
    "sender", ["Paper <a@b>", "a@b@c", "nobody", "a@b\r\nBcc: c@d", "@", "bücher@example.org", f"a@{'ü' * 70}.org"]
)
def test_a_bad_sender_is_told_with_its_setting(sender: str) -> None:
    with pytest.raises(Invalid, match="BROADSHEET_MAIL_FROM"):
        Letterhead.of("P", "https://p.example.org", sender)
