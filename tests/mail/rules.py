"""What receivers ask of a sender of digests, as one check that every mail must pass.

The rules are those of RFC 5322 and 2045 for form, 2369 and 2919 for lists, 3834 for automatic mail, 8058 for one click,
and what Gmail, Yahoo and Outlook publish for bulk senders.
"""

import re
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast
from urllib.parse import unquote, urlsplit

import dkim
from lxml import html

from broadsheet.mail.envelope import Returned
from broadsheet.mail.keys import DkimKey
from broadsheet.mail.letter import Kind, Letterhead
from tests.mail.html_lint import lint

LARGEST_PAGE = 100_000  # Gmail clips HTML that is longer than about 102 kB, and the link to unsubscribe with it
LARGEST = 200_000
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted", "Feedback-ID")
OF_LISTS = ("List-Id", "List-Help", "List-Archive", "List-Unsubscribe", "List-Unsubscribe-Post")


def look_over_mail(raw: bytes, kind: Kind, head: Letterhead, key: DkimKey, moment: datetime) -> EmailMessage:
    """Insist on every rule for the bytes of one signed mail, and return it parsed."""
    mail = cast("EmailMessage", message_from_bytes(raw, policy=policy.default))
    _form(raw, mail)
    _headers(mail, kind, head, moment)
    _signature(raw, mail, key)
    _parts(mail)
    if mail["List-Id"]:
        _list(raw, mail, head)
    else:
        assert not [name for name in mail if name.startswith("List-")]
    return mail


def _form(raw: bytes, mail: EmailMessage) -> None:
    assert len(raw) < LARGEST
    assert raw.isascii()
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", raw), "a line ends in other than CRLF"
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert not [part.defects for part in mail.walk() if part.defects]
    for name in mail:
        assert name.isascii()
        assert mail.get_all(name), name


def _headers(mail: EmailMessage, kind: Kind, head: Letterhead, moment: datetime) -> None:
    for name in ONCE:
        assert len(mail.get_all(name, [])) == 1, name
    for name in ("Precedence", "Bcc", "Return-Path", "Reply-To", "Sender"):
        assert mail[name] is None, name
    assert [one.addr_spec for one in mail["From"].addresses] == [head.sender]
    assert mail["From"].addresses[0].display_name == head.name
    assert len(mail["To"].addresses) == 1
    assert re.fullmatch(rf"<[0-9a-f]{{32}}@{re.escape(head.host)}>", mail["Message-ID"])
    assert mail["X-Broadsheet-Delivery"] == mail["Message-ID"][1:33]
    assert mail["Date"].datetime == moment.replace(microsecond=0)
    assert mail["Auto-Submitted"] == "auto-generated"
    campaign, sender = mail["Feedback-ID"].split(":")
    assert (campaign, 5 <= len(sender) <= 15) == (kind, True)
    assert 3 < len(mail["Subject"]) <= 150
    assert mail["Subject"] == mail["Subject"].strip()


def _signature(raw: bytes, mail: EmailMessage, key: DkimKey) -> None:
    assert dkim.verify(raw, dnsfunc=lambda *_, **__: key.record.encode())
    (signature,) = mail.get_all("DKIM-Signature")
    tags = dict(re.findall(r"(\w+)=([^;]*)", signature))
    assert tags["d"] == mail["From"].addresses[0].domain, "DMARC asks that they align"
    signed = re.split(r"\s*:\s*", tags["h"])
    assert {name.lower() for name in mail if name != "DKIM-Signature"} <= set(signed)
    assert signed.count("from") == 2


def _parts(mail: EmailMessage) -> None:
    assert mail.get_content_type() == "multipart/alternative"
    parts = list(mail.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    for part in parts:
        assert part.get_content_charset() == "utf-8"
        assert part["Content-Transfer-Encoding"] in ("quoted-printable", "base64")
        content = part.get_content()
        assert len(content) > 100
        assert "\ufffd" not in content
        assert "=?utf-8" not in content
        assert len(content.encode()) < LARGEST_PAGE
    found = lint(parts[1].get_content())
    assert not found, found
    page = html.document_fromstring(parts[1].get_content())
    assert not page.xpath("//script | //iframe | //form | //object | //link | //img[starts-with(@src, 'http')]")
    for link in page.xpath("//a/@href"):
        assert urlsplit(link).scheme in ("https", "http", "mailto"), link


def _list(raw: bytes, mail: EmailMessage, head: Letterhead) -> None:
    for name in OF_LISTS:
        assert len(mail.get_all(name, [])) == 1, name
    assert mail["List-Id"] == head.list_id
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for name in ("List-Help", "List-Archive"):
        (url,) = re.findall(rf"^{name}: <([^<>\s]+)>\r$".encode(), raw, re.MULTILINE)
        assert url.startswith(f"{head.site}/".encode()), name
    ways = re.fullmatch(r"<([^<>\s]+)>(?:, <mailto:([^<>\s?]+)\?subject=unsubscribe>)?", mail["List-Unsubscribe"])
    assert ways, mail["List-Unsubscribe"]
    end, by_mail = ways.groups()
    assert f"List-Unsubscribe: {mail['List-Unsubscribe']}\r\n".encode() in raw, "on one line, never encoded"
    assert end.startswith(f"{head.site}/")
    assert (by_mail is not None) == bool(head.returns and head.returns.is_read)
    if head.returns and by_mail:
        told = head.returns.read(unquote(by_mail))
        assert told == Returned("unsubscribe", mail["Message-ID"][1:33], holds=True)
    assert end.startswith("https://"), "one click needs https"
    recipient = mail["To"].addresses[0]
    assert recipient.username not in end
    text, page = (part.get_content() for part in mail.iter_parts())
    assert end in text.replace("\n", ""), "the link to unsubscribe must be seen"
    assert end in html.document_fromstring(page).xpath("//a/@href")
