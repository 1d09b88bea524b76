"""A rendered page before it is any browser's own: its bytes with gaps for the token of its forms, packed once.

Which page is kept how long, `kept` says.
A gap parts the packed stream: the token goes in unpacked, and nothing before it is compared with what follows. So one
packed page serves every browser, and the length of an answer tells nothing of the token (the attack called BREACH).
"""

import hashlib
import secrets
import struct
import zlib
from functools import cached_property

from broadsheet.web.placed import Placed

_LENGTH = 64  # of a form's token, in hexadecimal digits
# Stands for the token while a page is rendered; nobody can guess it, so no text of anybody's can hold it.
GAP = secrets.token_hex(_LENGTH // 2)
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # of a gzip stream without name and time (RFC 1952)
_LEVEL = 6


class Sheet:
    """One page; `digest` is of what it says, whoever looks at it, `placed` what is shown in its places.

    `papers` are the numbers of those whose votes and talk are on it; None where that is not known.
    """

    def __init__(self, body: bytes, placed: Placed | None = None, papers: frozenset[int] | None = None) -> None:
        self.placed = placed
        self.papers = papers
        self._parts = body.split(GAP.encode())
        self.digest = hashlib.sha256(body.replace(GAP.encode(), b"")).hexdigest()[:24]

    @property
    def size(self) -> int:
        """About how many bytes it takes to keep it."""
        return sum(map(len, self._parts)) + sum(map(len, self._packed))

    def plain(self, token: str) -> bytes:
        """Return the page for the browser whose forms carry `token`."""
        return token.encode().join(self._parts)

    def packed(self, token: str) -> bytes:
        """Return the same as a gzip stream."""
        between = token.encode()
        length = len(between)
        stored = struct.pack("<BHH", 0, length, length ^ 0xFFFF) + between  # a block that is not packed (RFC 1951)
        plain = self.plain(token)
        foot = struct.pack("<II", zlib.crc32(plain), len(plain) & 0xFFFFFFFF)
        return _HEAD + stored.join(self._packed) + foot

    @cached_property
    def _packed(self) -> list[bytes]:
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        *firsts, last = self._parts
        packed = [packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH) for part in firsts]
        return [*packed, packer.compress(last) + packer.flush(zlib.Z_FINISH)]
