"""Makes the envelope sender of each mail, and reads it again when something comes back to it (VERP).

What comes back is `returned`'s matter, which mail an id names its sender's.
An address holds the id of one mail and a code that only this instance can make: whoever forges one is told from whoever
had the mail before any table is asked. It tells nobody's address, and holds whatever case a server writes it in.
"""

import hashlib
import hmac
import re
from base64 import b32decode, b32encode
from dataclasses import dataclass, field
from typing import Literal

from broadsheet.errors import Invalid

Purpose = Literal["bounce", "unsubscribe"]
LONGEST_LOCAL = 64  # octets before the @ (RFC 5321, 4.5.3.1.1)
MARK = "*"
_CODE = 10  # bytes: one forged address in 2^80 holds
_ID, _LETTERS = 16, 43  # bytes of a mail's id; letters of a token: its purpose, 26 for the id, 16 for the code
_PURPOSES: dict[str, Purpose] = {"b": "bounce", "u": "unsubscribe"}
_TOKEN = re.compile(r"[bu][a-z2-7]{42}")
_MAILBOX = re.compile(r"[A-Za-z0-9._=+*-]{1,64}@([A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")
_MESSAGE_ID = re.compile(r"<([0-9a-f]{32})@[^<>\s]*>")


@dataclass(frozen=True, slots=True)
class Returned:
    """What an address of ours says: of which mail it is and what for; only where it `holds` did we make it."""

    purpose: Purpose
    mail_id: str
    holds: bool


@dataclass(frozen=True, slots=True)
class ReturnPath:
    """The addresses of one instance that mails come back to; the token stands between `before` and `after`.

    `domain` is in lower case. Where nobody reads them (`is_read`), no reader is told to write to one.
    """

    before: str
    after: str
    domain: str
    secret: bytes = field(repr=False)
    is_read: bool = False

    @classmethod
    def of(cls, address: str, secret: bytes, *, is_read: bool) -> "ReturnPath":
        """Read bounce@example.org, to which a token is added after a plus, or a form with its place: bounce-*@….

        Raises `Invalid` (field `bounce_address`).
        """
        local, _, domain = address.strip().rpartition("@")
        if local and MARK not in local:
            local = f"{local}+{MARK}"
        before, _, after = local.partition(MARK)
        fits = len(before) + len(after) + _LETTERS <= LONGEST_LOCAL
        if not (_MAILBOX.fullmatch(f"{local}@{domain}") and local.count(MARK) == 1 and fits):
            room = LONGEST_LOCAL - _LETTERS - 1
            raise Invalid(
                f"{address!r:.80} cannot be the address that bounces come to: write one such as bounce@example.org, "
                f"with {room} letters at most before the @, or bounce-*@example.org to say where its token goes.",
                field="bounce_address",
                value=address,
            )
        return cls(before.lower(), after.lower(), domain.lower(), secret, is_read)

    @property
    def mailbox(self) -> str:
        """The address without a token: where complaints of providers go."""
        local = f"{self.before}{self.after}".strip("+-=.") or "bounce"
        return f"{local}@{self.domain}"

    def sender(self, message_id: str) -> str:
        """Return the envelope sender of the mail with a Message-ID; the bare mailbox for one that is none of ours."""
        return self._address("b", message_id)

    def unsubscribe(self, message_id: str) -> str:
        """Return the address to write to for no more mails, empty where nobody would read it."""
        return self._address("u", message_id) if self.is_read else ""

    def read(self, address: str) -> Returned | None:
        """Return what an address says; None for one that is not of our form."""
        local, _, domain = address.strip().strip("<>").lower().rpartition("@")
        if domain != self.domain or not local.startswith(self.before) or not local.endswith(self.after):
            return None
        token = local[len(self.before) : len(local) - len(self.after)]
        if not _TOKEN.fullmatch(token):
            return None
        mail_id = b32decode(token[1:27].upper() + "=" * 6).hex()
        return Returned(_PURPOSES[token[0]], mail_id, hmac.compare_digest(token, self._token(token[0], mail_id)))

    def _address(self, letter: str, message_id: str) -> str:
        ours = _MESSAGE_ID.fullmatch(message_id)
        return f"{self.before}{self._token(letter, ours[1])}{self.after}@{self.domain}" if ours else self.mailbox

    def _token(self, letter: str, mail_id: str) -> str:
        told = bytes.fromhex(mail_id)
        code = hmac.new(self.secret, b"return path\0" + letter.encode() + told, hashlib.sha256).digest()[:_CODE]
        return letter + _letters(told) + _letters(code)


def _letters(content: bytes) -> str:
    return b32encode(content).decode("ascii").rstrip("=").lower()
