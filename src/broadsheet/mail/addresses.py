"""What a mail address is: its form for sending, and the key under which the instance knows it.

Whether it may be written to is `suppression`'s matter.
The key is a hash under the instance's secret: a copied table of keys tells nobody's address.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

from email_validator import EmailNotValidError, validate_email

from broadsheet.errors import Invalid

LONGEST = 254  # RFC 5321, 4.5.3.1.3: a path of 256 octets less its angle brackets


@dataclass(frozen=True, slots=True)
class Address:
    """`mailbox` is what the envelope says (its domain in ASCII), `key` what stores compare; neither is ever printed."""

    mailbox: str = field(repr=False)
    key: str = field(repr=False)


def read(text: str, secret: bytes) -> Address:
    """Read an address as typed, without asking any DNS; raises `Invalid` (field `address`) that does not repeat it."""
    if len(text) > 2 * LONGEST:
        raise Invalid(f"That is too long for a mail address; {LONGEST} characters are the most.", field="address")
    try:
        found = validate_email(text.strip(), check_deliverability=False, strict=True)
    except EmailNotValidError as error:
        raise Invalid(f"That is no mail address: {_reason(error)}", field="address") from error
    local = found.ascii_local_part or found.local_part
    normal = f"{found.local_part}@{found.domain}".lower()
    return Address(f"{local}@{found.ascii_domain}", key_of(normal, secret))


def key_of(normal: str, secret: bytes) -> str:
    """Return the key of a normalised address: HMAC-SHA256 in hexadecimal, 64 digits."""
    return hmac.new(secret, b"mail address\0" + normal.encode(), hashlib.sha256).hexdigest()


def _reason(error: EmailNotValidError) -> str:
    text = str(error)
    return text if text.endswith(".") else f"{text}."
