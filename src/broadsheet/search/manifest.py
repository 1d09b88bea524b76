"""What an index on disk holds, in one small file replaced at once: which directory, which encoder, how many bytes.

The files themselves are `columns`' and `lexical`'s. The text half's commit carries the same `State`, and is the moment
at which both halves change together: the manifest follows it and may be one commit behind, never ahead.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FORMAT: Final = 4
NAME: Final = "manifest.json"


class Extent(BaseModel):
    """How long an append-only file is, and the CRC-32 of that length."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bytes: int = Field(default=0, ge=0)
    crc: int = Field(default=0, ge=0)


class State(BaseModel):
    """One commit: every change up to `change` is in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    commit: int = Field(ge=0)
    change: int = Field(ge=0)
    rows: int = Field(ge=0)
    files: dict[str, Extent]


class Manifest(BaseModel):
    """Where the index stands and what it was made with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    directory: str = Field(pattern=r"^g\d{6}$")
    encoder: str
    fingerprint: str
    dimension: int = Field(ge=1)
    state: State


def read(directory: Path, name: str = NAME) -> Manifest | None:
    """Return the manifest; None where there is none or none that can be read."""
    try:
        return Manifest.model_validate_json((directory / name).read_bytes())
    except (OSError, ValidationError, ValueError):
        return None


def stamp(directory: Path) -> tuple[int, int]:
    """Return what changes whenever the manifest is replaced; (0, 0) without one."""
    try:
        seen = (directory / NAME).stat()
    except OSError:
        return 0, 0
    return seen.st_ino, seen.st_mtime_ns


def write(directory: Path, manifest: BaseModel, name: str = NAME) -> None:
    """Replace the manifest: a reader, and whoever comes after a crash, sees the old or the new one whole."""
    fresh = directory / f"{name}.new"
    with fresh.open("wb") as out:
        out.write(manifest.model_dump_json(indent=1).encode())
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(directory / name)
    sync(directory)


def sync(directory: Path) -> None:
    """Make the names in a directory last."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
