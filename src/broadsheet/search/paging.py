"""Paging by cursor: where a reader stands in a list of results, so that the next page neither repeats nor loses one.

A cursor names its question, the newest paper that was there when the list began, and what was shown of it. It holds
nothing secret and is checked, not trusted: a forged one can only skip results for whoever forged it.
"""

from __future__ import annotations

import hashlib
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from broadsheet.errors import Invalid
from broadsheet.search.fusion import Ranking

DEEPEST: Final = 10_000  # results that one list goes; whoever needs more narrows the question or exports the papers
# So many are remembered one by one, about two letters of the cursor each: whatever their scores do between two pages,
# none comes again and none is passed over. Farther down a list goes on behind the last paper shown.
REMEMBERED: Final = 1_000
LONGEST_TOKEN: Final = 8_000
_VERSION: Final = b"\x01"
_DIGEST: Final = 9  # bytes


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: `shown` results stand before it, `last` is the nearest, `seen` all of the remembered ones."""

    question: bytes
    newest: int
    shown: int = 0
    last: int = 0
    seen: tuple[int, ...] = ()

    def token(self) -> str:
        """Return the cursor as a word that can stand in an address."""
        seen = sorted(self.seen)
        steps = [after - before for before, after in zip([0, *seen], seen, strict=False)]
        numbers = b"".join(map(_number, [self.newest, self.shown, self.last, *steps]))
        body = _VERSION + self.question + numbers
        return urlsafe_b64encode(body + zlib.crc32(body).to_bytes(4)).rstrip(b"=").decode()

    def after(self, ids: Iterable[int]) -> Cursor:
        """Return the cursor behind these papers too."""
        more = list(ids)
        shown = self.shown + len(more)
        seen = (*self.seen, *more) if shown <= REMEMBERED else ()
        return Cursor(self.question, self.newest, shown, more[-1] if more else self.last, seen)

    def known(self, listed: Ranking) -> Ranking:
        """Return a list without the papers that came in after this one began."""
        return listed.taken(np.flatnonzero(listed.ids <= self.newest))

    def rest(self, listed: Ranking) -> Ranking:
        """Return what of a list comes after this place."""
        if not self.shown:
            return listed
        if self.seen:
            return listed.taken(np.flatnonzero(~np.isin(listed.ids, np.array(self.seen, np.int64))))
        place = np.flatnonzero(listed.ids == self.last)
        return listed.taken(np.arange(int(place[0]) + 1 if len(place) else self.shown, len(listed)))


def question_of(*parts: object) -> bytes:
    """Return the digest of all that decides which results there are and in which order."""
    said = "\x00".join(map(repr, parts))
    return hashlib.blake2b(said.encode("utf-8", "backslashreplace"), digest_size=_DIGEST).digest()


def read(token: str, question: bytes, newest: int) -> Cursor:
    """Read a cursor for this question on an index that reaches to paper `newest`; raises `Invalid` (field `cursor`)."""
    try:
        cursor = _decoded(token)
    except ValueError:
        raise Invalid(
            f"“{token[:24]}” is no cursor. Pass on `next` of the page before unchanged, or none to begin anew.",
            field="cursor",
            value=token[:80],
        ) from None
    if cursor.question != question:
        message = "This cursor belongs to another question or order. Ask without one to begin anew."
        raise Invalid(message, field="cursor", value=token[:80])
    if cursor.newest > newest:
        message = "This cursor has expired: the papers were restored from an older state. Ask without one."
        raise Invalid(message, field="cursor", value=token[:80])
    return cursor


def _decoded(token: str) -> Cursor:
    """Take a token apart; raises `ValueError` unless `Cursor.token` made it."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise ValueError("too long")
    whole = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    body, crc = whole[:-4], whole[-4:]
    if body[:1] != _VERSION or zlib.crc32(body).to_bytes(4) != crc:
        raise ValueError("damaged")
    numbers = list(_numbers(body[1 + _DIGEST :]))
    if len(numbers) < 3 or max(numbers) >= 1 << 62:
        raise ValueError("short")
    newest, shown, last, *steps = numbers
    seen = tuple(np.cumsum(steps, dtype=np.int64).tolist())
    if not 0 < shown <= DEEPEST or len(seen) != (shown if shown <= REMEMBERED else 0):
        raise ValueError("contradictory")
    return Cursor(body[1 : 1 + _DIGEST], newest, shown, last, seen)


def _number(value: int) -> bytes:
    """Write a number in as few bytes as it needs, seven bits each, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _numbers(data: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0
    if shift:
        raise ValueError("short")
