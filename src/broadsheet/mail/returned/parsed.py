"""Parses a mail from anywhere, within limits, and gives its headers and parts as plain text.

What they mean is `reading`'s matter.
A stranger wrote it: it is cut after `LARGEST` bytes, no more than `MOST_PARTS` parts are looked at, and one that
Python's parser cannot bear is empty, not an error.
"""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from email.utils import getaddresses
from typing import TYPE_CHECKING

LARGEST = 256 * 1024  # bytes: a report with our own mail in it, images of others aside
MOST_PARTS = 40
MOST_HEADERS, LONGEST_HEADER = 20, 2_000  # of one name; characters of one
LONGEST_PART = 64 * 1024  # characters
if TYPE_CHECKING:
    Mail = Message[str, str]
else:
    Mail = Message  # which names no parameters at run time


def parse(raw: bytes) -> Mail:
    """Return the mail in the standard library's plain form, which raises for no header."""
    try:
        return message_from_bytes(raw[:LARGEST], policy=policy.compat32)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Message()


def parts(mail: Mail) -> Iterator[Mail]:
    """Yield the mail and the parts in it, from the outside in."""
    waiting = [mail]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        inner = part.get_payload()
        if isinstance(inner, list):
            waiting += [one for one in inner[:MOST_PARTS] if isinstance(one, Message)]


def header(mail: Mail, name: str) -> str:
    """Return the first header of a name on one line, empty where there is none."""
    return next(iter(headers(mail, name)), "")


def headers(mail: Mail, *names: str) -> list[str]:
    """Return the headers of these names, each on one line and cut: what looks for words in them takes its time."""
    found = [value for name in names for value in mail.get_all(name, [])[:MOST_HEADERS]]
    return [" ".join(str(value)[:LONGEST_HEADER].split()) for value in found]


def addresses(mail: Mail, *names: str) -> list[str]:
    """Return the addresses in these headers, as they are written."""
    try:
        return [address for _, address in getaddresses(headers(mail, *names)) if address]
    except (ValueError, RecursionError):
        return []


def text(part: Mail) -> str:
    """Return the text of one part, cut; empty for one that holds others."""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""
    if not isinstance(content, bytes):
        return ""
    charset = part.get_content_charset("utf-8")
    try:
        return content[:LONGEST_PART].decode(charset, "replace")
    except (LookupError, ValueError):
        return content[:LONGEST_PART].decode("utf-8", "replace")


def is_from_machine(mail: Mail) -> bool:
    """Whether a mail server wrote it: to nobody to be answered, or in a mail server's name."""
    path = header(mail, "Return-Path")
    writers = [address.partition("@")[0].lower() for address in addresses(mail, "From", "Sender")]
    return path == "<>" or any(name in ("mailer-daemon", "postmaster", "mail-daemon") for name in writers)
