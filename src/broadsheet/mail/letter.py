"""Makes a mail out of a subject, a text and an HTML part, with the headers that receivers ask of automatic mail.

What the parts say is the caller's matter, carrying it `transport`'s.
Every text passes `line` on its way into a header: no control character, line break or bidi control reaches one.
"""

import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any
from urllib.parse import urlsplit

from broadsheet.errors import Invalid

LONGEST_SUBJECT = 150
_BREAKING = frozenset({"Cc", "Zl", "Zp"})
_INVISIBLE = frozenset({"Cf", "Cs", "Co", "Cn"})


class MailPolicy(EmailPolicy):
    """SMTP's line ends; headers that hold a URL stay on one line.

    The standard policy turns a URL of more than 78 characters into encoded words, which no receiver unsubscribes by.
    """

    def fold(self, name: str, value: Any) -> str:
        """Fold a header into lines of text."""
        if name.lower().startswith("list-"):
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Fold a header into lines of bytes."""
        if name.lower().startswith("list-"):
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


POLICY = MailPolicy(linesep="\r\n")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: the paper's `name`, its `site` (base URL, no slash at the end) and the mailbox of its `sender`."""

    name: str
    site: str
    sender: str

    @classmethod
    def of(cls, name: str, site: str, sender: str = "") -> "Letterhead":
        """Make a letterhead; an empty sender becomes broadsheet@ and the site's host. Raises `Invalid`."""
        mailbox = sender or f"broadsheet@{_host(site)}"
        try:
            Address(addr_spec=mailbox)
        except (HeaderParseError, ValueError) as error:
            raise Invalid(
                f"{mailbox!r} cannot be the sender of mails; set BROADSHEET_MAIL_FROM to a bare address "
                "such as paper@example.org.",
                field="mail_from",
                value=mailbox,
            ) from error
        return cls(line(name) or "Broadsheet", site.rstrip("/"), mailbox)

    @property
    def host(self) -> str:
        """The sender's domain: what message ids end in."""
        return self.sender.rpartition("@")[2]

    @property
    def list_id(self) -> str:
        """The stable name of the list (RFC 2919)."""
        return f"<daily.{_host(self.site)}>"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one reader; `unsubscribe` is the URL that ends the subscription, empty outside the list."""

    recipient: str = field(repr=False)
    subject: str
    text: str
    html: str
    message_id: str
    unsubscribe: str = field(default="", repr=False)


def new_message_id(letterhead: Letterhead) -> str:
    """Return a fresh Message-ID; its opaque left part also names the delivery in what comes back."""
    return f"<{secrets.token_hex(16)}@{letterhead.host}>"


def compose(letter: Letter, letterhead: Letterhead, moment: datetime) -> EmailMessage:
    """Return the mail, 7-bit clean; `moment` becomes its Date."""
    message = EmailMessage(policy=POLICY if letter.recipient.isascii() else POLICY.clone(utf8=True))
    message["From"] = Address(display_name=letterhead.name, addr_spec=letterhead.sender)
    local, _, domain = letter.recipient.rpartition("@")
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = line(letter.subject, LONGEST_SUBJECT)
    message["Date"] = moment
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Broadsheet-Delivery"] = letter.message_id.strip("<>").partition("@")[0]
    if letter.unsubscribe:
        message["List-Id"] = letterhead.list_id
        message["List-Help"] = f"<{_url(letterhead.site)}/about>"
        message["List-Archive"] = f"<{_url(letterhead.site)}/edition/latest>"
        message["List-Unsubscribe"] = f"<{_url(letter.unsubscribe)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def line(text: str, longest: int = 200) -> str:
    """Return `text` as one printable line of at most `longest` characters, cut with a mark."""
    kinds = ((char, unicodedata.category(char)) for char in text)
    plain = "".join(" " if kind in _BREAKING else char for char, kind in kinds if kind not in _INVISIBLE)
    joined = " ".join(plain.split())
    return joined if len(joined) <= longest else joined[: longest - 1].rstrip() + "…"


def _url(text: str) -> str:
    """Return what may stand between angle brackets in a header: ASCII without spaces or brackets."""
    return "".join(char for char in text if "!" <= char <= "~" and char not in "<>")


def _host(site: str) -> str:
    host = urlsplit(site).hostname or "localhost"
    return "localhost" if ":" in host else host  # an IPv6 address can stand in no mailbox as it is
