"""How a value is kept where a column's own type will not do, the same in SQLite and PostgreSQL.

Moments are kept as whole microseconds' ISO text in UTC by `Moment`, so that both databases compare them alike.
"""

import threading
from datetime import UTC, datetime
from typing import Any

import zstandard
from sqlalchemy import LargeBinary, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as sortable ISO text in UTC; a naive one is a programming error."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write UTC, always with microseconds, so that text order is time order."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read an aware datetime."""
        return None if value is None else datetime.fromisoformat(value)


class _Zstandard(threading.local):
    """A compressor and its counterpart: to make them costs ten times what they do to a short text, and each serves one
    thread at a time.
    """

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=1)
        self.decompressor = zstandard.ZstdDecompressor()


_own = _Zstandard()


class Packed(TypeDecorator[str]):
    """A text that is kept compressed: what is read seldom and would double the size of the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Compress as one zstandard frame."""
        return None if value is None else packed(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Read the text again."""
        return None if value is None else unpacked(value)


def packed(text: str) -> bytes:
    """Return what `Packed` keeps of a text, for statements that go past SQLAlchemy."""
    return _own.compressor.compress(text.encode("utf-8", "surrogatepass"))


def unpacked(kept: bytes) -> str:
    """Return the text of what `Packed` keeps."""
    return _own.decompressor.decompress(bytes(kept)).decode("utf-8", "surrogatepass")
