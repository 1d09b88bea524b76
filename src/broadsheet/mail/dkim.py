"""Signs a mail in the name of its sender's domain (DKIM, RFC 6376): which headers, in what form, under which keys.

Where the keys lie is `keys`' matter, when a mail is signed `signed`'s.
All headers of a mail are signed as they stand, and those that a forger would add are signed once more than they stand
(RFC 6376, 8.15): whoever adds a second From breaks the signature.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

# What receivers act on or show. `List-Unsubscribe` is among them because one click must be signed (RFC 8058, 4).
OVERSIGNED = (
    "from",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
_CHANGED_ON_THE_WAY = frozenset({"return-path", "received", "bcc", "dkim-signature"})
_FIELD = re.compile(rb"\r\n(?![ \t])")
_FOLDED_SPACE = re.compile(rb"[ \t\r\n]+")
_NAME = "DKIM-Signature"
_FOLD_AT = 76
_CHUNK = 64  # characters of a signature between two places where its line may be folded


class SigningKey(Protocol):
    """A private key with the name under which its public half is found."""

    @property
    def selector(self) -> str:
        """The label before `._domainkey.` and the domain."""
        ...

    @property
    def algorithm(self) -> str:
        """The tag `a=`: rsa-sha256 or ed25519-sha256."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data`."""
        ...


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one `domain` (in ASCII) with every one of its `keys`; receivers take the signature that they know.

    `rewritten` names headers, in lower case, that whoever carries the mail writes anew: signing one would break all.
    """

    domain: str
    keys: Sequence[SigningKey]
    rewritten: frozenset[str] = frozenset()

    def sign(self, mail: bytes, moment: datetime) -> bytes:
        """Return a DKIM-Signature header for each key, to be put before the mail; nothing without keys.

        `mail` has CRLF line ends and is exactly what will be sent, without these headers.
        """
        if not self.keys:
            return b""
        head, _, body = mail.partition(b"\r\n\r\n")
        unsigned = _CHANGED_ON_THE_WAY | self.rewritten
        fields = [(name, value) for name, value in _fields(head) if name not in unsigned]
        # A verifier takes repeated fields from the bottom up (RFC 6376, 5.4.2).
        fields.reverse()
        names = [name for name, _ in fields] + [name for name in OVERSIGNED if name not in unsigned]
        signed = b"".join(f"{name}:".encode("ascii") + value + b"\r\n" for name, value in fields)
        digest = b64encode(sha256(relaxed_body(body)).digest()).decode("ascii")
        stamp = f"t={int(moment.timestamp())}; h={': '.join(names)}; bh={digest}; b="
        return b"".join(_folded(f"{_NAME}: {self._signature(key, signed, stamp)}") for key in self.keys)

    def _signature(self, key: SigningKey, signed: bytes, stamp: str) -> str:
        """Return the value for one key on one line, with spaces where it may be folded."""
        bare = f"v=1; a={key.algorithm}; c=relaxed/relaxed; d={self.domain}; s={key.selector}; {stamp}"
        made = b64encode(key.sign(signed + b"dkim-signature:" + bare.encode("ascii"))).decode("ascii")
        return bare + " ".join(made[start : start + _CHUNK] for start in range(0, len(made), _CHUNK))


def relaxed_body(body: bytes) -> bytes:
    """Return a body in the form `relaxed` (RFC 6376, 3.4.4): runs of spaces as one, nothing empty at an end."""
    # To look for what is to be changed takes a hundredth of the time that changing every line would.
    body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    if b" \r\n" in body or body.endswith(b" "):
        body = b"\r\n".join(line.removesuffix(b" ") for line in body.split(b"\r\n"))
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return body[:end] + b"\r\n" if end else b""


def _folded(header: str) -> bytes:
    """Fold a header at its spaces alone, which the signature allows for."""
    folded, length = "", 0
    for word in header.split(" "):
        fits = length + len(word) < _FOLD_AT
        folded += f" {word}" if fits and length else f"\r\n {word}" if length else word
        length = length + 1 + len(word) if fits else 1 + len(word)
    return folded.encode("ascii") + b"\r\n"


def _fields(head: bytes) -> list[tuple[str, bytes]]:
    """Return the headers in the form `relaxed` of RFC 6376, 3.4.2: name in lower case, value unfolded."""
    parts = (line.partition(b":") for line in _FIELD.split(head))
    return [
        (name.decode("ascii").strip().lower(), _FOLDED_SPACE.sub(b" ", value).strip(b" ")) for name, _, value in parts
    ]
