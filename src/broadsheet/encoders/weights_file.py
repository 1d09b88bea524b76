"""The static table on disk: a magic line, a JSON header, words, pairs, scales and int8 rows, under one checksum.

A file is refused unless its length and checksum are those its header states; nothing is read on trust.
"""

from __future__ import annotations

import hashlib
import json
import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from broadsheet.encoders.terms import Terms
from broadsheet.errors import Unavailable

_MAGIC: Final = b"broadsheet static table 1\n"
_LONGEST_HEADER: Final = 4_096
_ALIGNED: Final = 64


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    dimension: int = Field(ge=8, le=4_096)
    word_bytes: int = Field(ge=0)
    words: int = Field(ge=0)
    pairs: int = Field(ge=0)
    spare: int = Field(ge=0)
    sha256: str

    @property
    def lengths(self) -> tuple[int, int, int, int]:
        """Bytes of words, pairs, scales and rows."""
        rows = self.words + self.spare + self.pairs
        return self.word_bytes, self.pairs * 8, rows * 4, rows * self.dimension


@dataclass(frozen=True)
class StaticTable:
    """A vocabulary with its quantised vectors: row r is `scales[r] * rows[r]`."""

    name: str
    terms: Terms
    scales: NDArray[np.float32]
    rows: NDArray[np.int8]
    fingerprint: str = ""


def write_table(table: StaticTable, path: Path) -> None:
    """Write a table so that `read_table` gives it back; a reader never sees half of it."""
    words = "\n".join(table.terms.words).encode()
    pairs = np.ascontiguousarray(table.terms.pairs, "<i4")
    parts = [words, pairs.tobytes(), table.scales.astype("<f4").tobytes(), np.ascontiguousarray(table.rows).tobytes()]
    payload = b"".join(part + bytes(-len(part) % _ALIGNED) for part in parts)
    header = _Header(
        name=table.name,
        dimension=table.rows.shape[1],
        word_bytes=len(words),
        words=len(table.terms.words),
        pairs=len(pairs),
        spare=table.terms.spare,
        sha256="",
    )
    header = header.model_copy(update={"sha256": _digest(header, payload)})
    first = _MAGIC + header.model_dump_json().encode() + b"\n"
    part_written = path.with_name(path.name + ".part")
    part_written.write_bytes(first + b" " * (-len(first) % _ALIGNED) + payload)
    part_written.replace(path)


def read_table(path: Path) -> StaticTable:
    """Map a table into memory, its rows shared between processes; raise `Unavailable` for a missing or damaged file."""
    try:
        with path.open("rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        raise _unusable(path, "cannot be read") from error
    head = bytes(whole[:_LONGEST_HEADER])
    if not head.startswith(_MAGIC):
        raise _unusable(path, "is not a static table")
    try:
        line = head[len(_MAGIC) : head.index(b"\n", len(_MAGIC))]
        header = _Header.model_validate(json.loads(line))
    except (ValueError, ValidationError) as error:
        raise _unusable(path, "has a damaged header") from error
    at = len(_MAGIC) + len(line) + 1
    at += -at % _ALIGNED
    spans = []
    for length in header.lengths:
        spans.append(whole[at : at + length])
        at += length + -length % _ALIGNED
    if len(whole) != at:
        raise _unusable(path, f"is {len(whole):,} bytes long instead of {at:,}")
    start = at - sum(length + -length % _ALIGNED for length in header.lengths)
    if _digest(header, whole[start:]) != header.sha256:
        raise _unusable(path, "does not match its checksum")
    return _table_of(path, header, spans)


def _table_of(path: Path, header: _Header, spans: list[memoryview]) -> StaticTable:
    words = bytes(spans[0]).decode("utf-8", "replace").split("\n") if header.words else []
    pairs = np.frombuffer(spans[1], "<i4").reshape(-1, 2)
    scales, rows = np.frombuffer(spans[2], "<f4"), np.frombuffer(spans[3], np.int8).reshape(-1, header.dimension)
    if len(words) != header.words:
        raise _unusable(path, f"holds {len(words):,} words instead of {header.words:,}")
    terms = Terms(words, pairs.astype(np.int32, copy=False), header.spare)
    return StaticTable(header.name, terms, scales.astype(np.float32, copy=False), rows, header.sha256[:12])


def _digest(header: _Header, payload: bytes | memoryview) -> str:
    """Checksum of everything that the file says, the checksum itself left blank."""
    digest = hashlib.sha256(header.model_copy(update={"sha256": ""}).model_dump_json().encode())
    digest.update(payload)
    return digest.hexdigest()


def _unusable(path: Path, fault: str) -> Unavailable:
    return Unavailable(
        f"The encoder's weights {path.name} {fault}. Reinstall Broadsheet, or restore the file from its release.",
        value=str(path),
    )
