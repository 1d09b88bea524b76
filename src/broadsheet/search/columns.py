"""The append-only files of an index: one row per indexed version of a paper, told apart by width alone.

What the numbers mean for ranking is `dense`'s and `labels`' matter.
A row is never changed: a newer row of the same paper replaces it, and a row with a negative id says that it departed.
"""

from __future__ import annotations

import mmap
import os
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.manifest import Extent
from broadsheet.search.verified import Verified

HEAD: Final = np.dtype([("id", "<i8"), ("day", "<i4"), ("scale", "<f4")])
PAIR: Final = np.dtype([("row", "<u4"), ("label", "<u4")])
FILES: Final = ("heads", "codes", "vectors", "pairs", "labels")
_CHUNK: Final = 1 << 24


class Appender:
    """Appends to the files of one directory; what it appended counts only once `extents` are committed."""

    def __init__(self, directory: Path, extents: Mapping[str, Extent], names: Sequence[str] = FILES) -> None:
        """Open the files and cut off whatever a killed writer left beyond `extents`."""
        directory.mkdir(parents=True, exist_ok=True)
        self._extents = {name: extents.get(name, Extent()) for name in names}
        self._files = {name: (directory / name).open("ab") for name in names}
        for name, file in self._files.items():
            file.truncate(self._extents[name].bytes)

    def append(self, name: str, data: bytes) -> None:
        """Append `data` to one file."""
        self._files[name].write(data)
        old = self._extents[name]
        self._extents[name] = Extent(bytes=old.bytes + len(data), crc=zlib.crc32(data, old.crc))

    def sync(self) -> dict[str, Extent]:
        """Make what was appended last, and return how far each file reaches."""
        for file in self._files.values():
            file.flush()
            os.fdatasync(file.fileno())
        return dict(self._extents)

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()


def mapped(directory: Path, name: str, extent: Extent, dtype: Any) -> NDArray[Any]:
    """Map one file's committed length into memory as an array; raises `OSError` if the file is missing or shorter."""
    if not extent.bytes:
        return np.zeros(0, dtype)
    with (directory / name).open("rb") as file:
        if os.fstat(file.fileno()).st_size < extent.bytes:
            raise OSError(f"{name} is shorter than its manifest says")
        whole = mmap.mmap(file.fileno(), extent.bytes, access=mmap.ACCESS_READ)
    return np.frombuffer(whole, dtype)


def marks(directory: Path, extents: Mapping[str, Extent]) -> dict[Path, int]:
    """Return the files, each with the checksum that it should have."""
    return {directory / name: extents[name].crc for name in FILES if name in extents}


def fault(
    directory: Path, extents: Mapping[str, Extent], names: Sequence[str] = FILES, verified: Verified | None = None
) -> str | None:
    """Return what is wrong with the files, in words; None if all they should hold is there, to the bit.

    Files that `verified` vouches for are not read.
    """
    for name in names:
        extent = extents.get(name)
        if extent is None:
            return f"{name} is not in the manifest"
        if verified and verified.vouches(directory / name, extent.crc):
            continue
        left, crc = extent.bytes, 0
        try:
            with (directory / name).open("rb") as file:
                while left and (chunk := file.read(min(left, _CHUNK))):
                    left, crc = left - len(chunk), zlib.crc32(chunk, crc)
        except OSError:
            return f"{name} cannot be read"
        if left:
            return f"{name} is {left:,} bytes short"
        if crc != extent.crc:
            return f"{name} does not match its checksum"
    return None
