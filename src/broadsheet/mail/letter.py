"""Makes a mail out of a subject, a text and an HTML part, with the headers that receivers ask of automatic mail.

What the parts say is the caller's matter, carrying it `transport`'s.
Every text passes `line` on its way into a header: no control character, line break or bidi control reaches one.
"""

import re
import secrets
import unicodedata
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.policy import EmailPolicy
from email.utils import format_datetime
from enum import StrEnum
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

import idna

from broadsheet.errors import Invalid
from broadsheet.mail.envelope import ReturnPath

LONGEST_SUBJECT = 150
_BREAKING = frozenset({"Cc", "Zl", "Zp"})
_LINE = 76  # characters; what is longer is folded by the standard library
_NEWLINE = b"\r\n"
_TO_QUOTE = bytes(range(127, 256)) + b"="
_POLICIES = {utf8: EmailPolicy(linesep="\r\n", utf8=utf8) for utf8 in (False, True)}
_NOT_IN_URLS = re.compile(r"[^!-;=?-~]")
_ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_PLAIN_ADDRESS = re.compile(rf"{_ATOMS}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_SENDER_ID = "broadsheet"  # the last field of Feedback-ID: 5 to 15 characters that stay the same
_INVISIBLE = frozenset({"Cf", "Cs", "Co", "Cn"})


class Kind(StrEnum):
    """What a mail is for; receivers report complaints by it (`Feedback-ID`), and a test looks at every one."""

    DIGEST = "digest"
    CONFIRMATION = "confirmation"
    MANAGEMENT = "management"
    SIGN_IN = "sign-in"
    TRIAL = "trial"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: the paper's `name`, its `site` (base URL, no slash at the end) and the mailbox of its `sender`.

    Site and sender are in ASCII, an international domain in its encoded form: headers of lists can say no other.
    `contact` is the operator's mailbox or page, empty where none was told. Without `returns` what comes back comes to
    the sender, and nobody can tell to which mail.
    """

    name: str
    site: str
    sender: str
    contact: str = ""
    returns: ReturnPath | None = None

    @classmethod
    def of(
        cls, name: str, site: str, sender: str = "", contact: str = "", returns: ReturnPath | None = None
    ) -> "Letterhead":
        """Make a letterhead; an empty sender becomes broadsheet@ and the site's host. Raises `Invalid`."""
        site = _site(site.rstrip("/"))
        mailbox = sender or f"broadsheet@{_host(site)}"
        try:
            local, at, domain = mailbox.rpartition("@")
            plain = f"{local}{at}{_in_ascii(domain)}"
            Address(addr_spec=plain)
            plain.encode("ascii")
        except (HeaderParseError, ValueError) as error:
            raise Invalid(
                f"{mailbox!r} cannot be the sender of mails; set BROADSHEET_MAIL_FROM to a bare address "
                "such as paper@example.org.",
                field="mail_from",
                value=mailbox,
            ) from error
        return cls(line(name) or "Broadsheet", site, plain, _url(contact.strip()), returns)

    @property
    def host(self) -> str:
        """The sender's domain: what message ids end in."""
        return self.sender.rpartition("@")[2]

    @property
    def domain(self) -> str:
        """The sender's domain as DNS knows it: in lower case."""
        return self.host.lower()

    @property
    def envelope_domain(self) -> str:
        """The domain of envelope senders, for which receivers ask SPF."""
        return self.returns.domain if self.returns else self.domain

    def envelope_sender(self, message_id: str) -> str:
        """Return the address that a mail's bounce comes to."""
        return self.returns.sender(message_id) if self.returns else self.sender

    @property
    def owner(self) -> str:
        """The operator as a URL, empty where none was told."""
        if self.contact.startswith(("mailto:", "https://", "http://")):
            return self.contact
        return f"mailto:{self.contact}" if "@" in self.contact else ""

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
    kind: Kind = Kind.NOTICE


def new_message_id(letterhead: Letterhead) -> str:
    """Return a fresh Message-ID; its opaque left part also names the delivery in what comes back."""
    return f"<{secrets.token_hex(16)}@{letterhead.host}>"


def compose(letter: Letter, letterhead: Letterhead, moment: datetime) -> bytes:
    """Return the mail as it goes over the wire, CRLF at each line's end, 7-bit clean; `moment` becomes its Date.

    Only the headers of an address beyond ASCII are UTF-8 (RFC 6532). Raises `ValueError` for a recipient that is none.
    """
    utf8 = not letter.recipient.isascii()
    boundary = secrets.token_hex(12)
    headers = [_header(*header, utf8) for header in _headers(letter, letterhead, moment)]
    head = _NEWLINE.join([*headers, f'Content-Type: multipart/alternative; boundary="{boundary}"'.encode("ascii")])
    text, html = _part(letter.text, "plain"), _part(letter.html, "html")
    between = f"--{boundary}".encode("ascii")
    return _NEWLINE.join([head, b"", between, text, between, html, between + b"--", b""])


def _headers(letter: Letter, letterhead: Letterhead, moment: datetime) -> list[tuple[str, str]]:
    found = [
        ("From", _sender(letterhead)),
        ("To", _recipient(letter.recipient)),
        ("Subject", _subject(letter.subject)),
        ("Date", format_datetime(moment)),
        ("Message-ID", letter.message_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-Broadsheet-Delivery", letter.message_id.strip("<>").partition("@")[0]),
        ("Feedback-ID", f"{letter.kind}:{_SENDER_ID}"),
    ]
    if letter.unsubscribe:
        found += [("List-Id", letterhead.list_id), ("List-Help", f"<{_url(letterhead.site)}/about>")]
        found += [("List-Owner", f"<{letterhead.owner}>")] * bool(letterhead.owner)
        found += [
            ("List-Archive", f"<{_url(letterhead.site)}/edition/latest>"),
            ("List-Unsubscribe", ", ".join(f"<{way}>" for way in _ways_out(letter, letterhead))),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),  # RFC 8058
        ]
    return [*found, ("MIME-Version", "1.0")]


def _header(name: str, value: str, utf8: bool) -> bytes:
    """Return one header without its line end.

    One of a list stays on one line: the standard library turns a URL of more than 78 characters into encoded words,
    which no receiver unsubscribes by.
    """
    whole = f"{name}: {value}"
    plain = whole.isascii() and whole.isprintable()
    simple = len(whole) <= _LINE and "=?" not in whole
    return whole.encode("ascii") if plain and (simple or name.startswith("List-")) else _folded(name, value, utf8)


@lru_cache(maxsize=256)
def _folded(name: str, value: str, utf8: bool) -> bytes:
    """Encode and fold a header as RFC 2047 and 5322 ask; the many mails of one digest share their subject."""
    policy = _POLICIES[utf8]
    folded: str = policy.fold(*policy.header_store_parse(name, value))
    return folded.removesuffix("\r\n").encode()


@lru_cache(maxsize=8)
def _sender(letterhead: Letterhead) -> str:
    return str(Address(display_name=letterhead.name, addr_spec=letterhead.sender))


@lru_cache(maxsize=256)
def _subject(text: str) -> str:
    return line(text, LONGEST_SUBJECT)


def _recipient(mailbox: str) -> str:
    if _PLAIN_ADDRESS.fullmatch(mailbox):
        return mailbox
    local, _, domain = mailbox.rpartition("@")
    return str(Address(username=local, domain=domain))


def _part(text: str, subtype: str) -> bytes:
    """Return a part of a mail, its headers and its encoded content, without its line end."""
    content = _NEWLINE.join(text.encode().splitlines()) + _NEWLINE
    encoding = encoding_of(text)
    quoted = encoding == "quoted-printable"
    body = b2a_qp(content, istext=True) if quoted else encodebytes(content).replace(b"\n", _NEWLINE)
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode("ascii") + body.removesuffix(_NEWLINE)


def _ways_out(letter: Letter, letterhead: Letterhead) -> list[str]:
    """Return where a mail program unsubscribes: by one POST, or else by a mail."""
    mailbox = letterhead.returns.unsubscribe(letter.message_id) if letterhead.returns else ""
    by_mail = [f"mailto:{quote(mailbox, safe='@')}?subject=unsubscribe"] if mailbox else []
    return [_url(letter.unsubscribe), *by_mail]


def encoding_of(text: str) -> str:
    """Return the transfer encoding in which a part is smaller; both are ASCII on the wire.

    Quoted-printable makes three bytes of each beyond ASCII, base64 four of every three: Cyrillic doubles in the first.
    """
    content = text.encode()
    quoted = len(content) - len(content.translate(None, delete=_TO_QUOTE))
    return "quoted-printable" if 6 * quoted <= len(content) else "base64"


def line(text: str, longest: int = 200) -> str:
    """Return `text` as one printable line of at most `longest` characters, cut with a mark."""
    kinds = ((char, unicodedata.category(char)) for char in text)
    plain = "".join(" " if kind in _BREAKING else char for char, kind in kinds if kind not in _INVISIBLE)
    joined = " ".join(plain.split())
    return joined if len(joined) <= longest else joined[: longest - 1].rstrip() + "…"


def _url(text: str) -> str:
    """Return what may stand between angle brackets in a header: ASCII without spaces or brackets."""
    return _NOT_IN_URLS.sub("", text)


def _site(url: str) -> str:
    """Return a site's URL in ASCII; raises `Invalid` for a host that no DNS can hold."""
    if url.isascii():
        return url
    parts = urlsplit(url)
    try:
        host = _in_ascii(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise Invalid(
            f"{url!r} has no host that the DNS can hold; set BROADSHEET_PUBLIC_URL to the site's address.",
            field="public_url",
            value=url,
        ) from error
    return urlunsplit((parts.scheme, f"{host}{port}", quote(parts.path, safe="/%"), "", ""))


def _in_ascii(host: str) -> str:
    """Return a host as the DNS knows it, an international one encoded as browsers do (UTS 46)."""
    return host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")


def _host(site: str) -> str:
    host = urlsplit(site).hostname or "localhost"
    return "localhost" if ":" in host else host  # an IPv6 address can stand in no mailbox as it is
