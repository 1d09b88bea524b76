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


class Packed(TypeDecorator[str]):
    """A text that is kept compressed: what is read seldom and would double the size of the database."""

    impl = LargeBinary
    cache_ok = True
    # A compressor costs ten times what it does on a short text, and serves one thread at a time.
    _own = threading.local()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Compress as one zstandard frame."""
        return None if value is None else self._compressor().compress(value.encode("utf-8", "surrogatepass"))

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Read the text again."""
        return None if value is None else zstandard.decompress(bytes(value)).decode("utf-8", "surrogatepass")

    def _compressor(self) -> zstandard.ZstdCompressor:
        found: zstandard.ZstdCompressor | None = getattr(self._own, "compressor", None)
        if found is None:
            found = self._own.compressor = zstandard.ZstdCompressor(level=1)
        return found
