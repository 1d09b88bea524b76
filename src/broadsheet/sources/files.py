"""Reads files of papers: JSONL, BibTeX, RIS and CSL-JSON, plain or compressed; the good entries come in, each bad one
is reported.

What an entry means is `jsonl`'s, `bibtex`'s, `ris`' and `csl`'s matter, what is the same paper the catalogue's.
Each batch is one transaction and adding it again changes nothing: an import that was killed is simply run again.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from broadsheet.errors import Invalid, NotFound, Unavailable
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.records import SourceRecord
from broadsheet.sources import compressed, jsonl

BATCH = 1000
MAX_WHOLE = 64 << 20  # all but JSONL is read as a whole; libraries of a lifetime have a few megabytes


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """One line or entry that could not be used, and why; `line` counts from 1."""

    file: Path
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is: `papers` so far, and how much of the current file is read, in packed bytes."""

    file: Path
    papers: int
    bytes_read: int
    bytes_total: int


@dataclass(slots=True)
class ImportReport:
    """What an import brought; `read` counts entries, good and bad."""

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: list[RejectedLine] = field(default_factory=list)


_OF_CSL = frozenset({"author", "issued", "container-title", "DOI", "items"})
Entry = tuple[int, SourceRecord | Invalid]
Reader = Callable[[BinaryIO], Iterator[Entry]]


def import_files(
    paths: Sequence[Path | str],
    catalogue: Catalogue,
    progress: Callable[[ImportProgress], None] | None = None,
) -> ImportReport:
    """Bring the papers of `paths` into `catalogue`.

    Raises `NotFound` or `Invalid` before anything is read if a path is no file of a known form, `Unavailable` if one
    cannot be opened.
    """
    files = [Path(path) for path in paths]
    for file in files:
        with _opened(file) as raw:
            _form(file, raw)
    report = ImportReport()
    for file in files:
        with _opened(file) as raw:
            _import(file, raw, catalogue, report, progress)
    return report


def entries(file: Path) -> Iterator[Entry]:
    """Yield the entries of `file`, each with its first line; raises as `import_files` does."""
    with _opened(file) as raw:
        yield from _form(file, raw)(raw)


def _import(
    file: Path,
    raw: BinaryIO,
    catalogue: Catalogue,
    report: ImportReport,
    progress: Callable[[ImportProgress], None] | None,
) -> None:
    size = os.fstat(raw.fileno()).st_size
    found = _form(file, raw)(raw)
    while batch := list(islice(found, BATCH)):
        report.rejected.extend(RejectedLine(file, line, bad.message) for line, bad in batch if isinstance(bad, Invalid))
        report.read += len(batch)
        records = [good for _, good in batch if isinstance(good, SourceRecord)]
        if records:
            intake = catalogue.add(records)
            report.added += intake.added
            report.changed += intake.changed
            report.unchanged += intake.unchanged
            report.merged += intake.merged
        if progress:
            progress(ImportProgress(file, report.read - len(report.rejected), raw.tell(), size))


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if not file.exists():
        raise NotFound(f"There is no file {file}.", value=str(file))
    if not file.is_file():
        raise Invalid(f"{file} is no file; name the files in it.", field="file", value=str(file))
    try:
        raw = file.open("rb")
    except OSError as error:
        raise Unavailable(f"{file} cannot be opened: {error.strerror}.", value=str(file)) from error
    with raw:
        yield raw


def _form(file: Path, raw: BinaryIO) -> Reader:
    """Tell by its name, and else by its beginning, what a file holds; raises `Invalid` for what cannot be read."""
    try:
        start = compressed.peek(raw)
    except compressed.Damaged as error:
        raise Invalid(f"{file}: {error}", field="file", value=str(file)) from error
    suffixes = {suffix.lower() for suffix in file.suffixes}
    if suffixes & {".bib", ".bibtex"}:
        return _bibtex
    if ".ris" in suffixes or start.startswith((b"TY  -", b"TY -")):
        return _ris
    if suffixes & {".jsonl", ".ndjson"}:
        return _jsonl
    if start.startswith(b"[") or (start.startswith(b"{") and not _is_jsonl(raw)):
        return _csl
    if start.startswith(b"{"):
        return _jsonl
    if start.startswith((b"@", b"%")):
        return _bibtex
    raise Invalid(
        f"{file} cannot be imported: its content is none of JSONL, BibTeX, RIS and CSL-JSON.",
        field="file",
        value=str(file),
    )


def _is_jsonl(raw: BinaryIO) -> bool:
    """Say whether the first line is an object of our own form, or meant to be; CSL-JSON has other fields, or lines."""
    try:
        first = next((line for _, line in compressed.lines(raw) if line is None or line.strip()), b"") or b"}"
    except compressed.Damaged:
        return True
    finally:
        raw.seek(0)
    try:
        fields = json.loads(first.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return first.rstrip().endswith(b"}")
    return "authors" in fields or fields.keys().isdisjoint(_OF_CSL)


def _jsonl(raw: BinaryIO) -> Iterator[Entry]:
    line = 0
    try:
        for line, text in compressed.lines(raw):
            if text is None:
                yield line, Invalid(f"It is longer than {compressed.MAX_LINE >> 20} MiB, no paper.", field="line")
            elif stripped := (text.removeprefix(b"\xef\xbb\xbf") if line == 1 else text).strip():
                try:
                    yield line, jsonl.record_of(stripped)
                except Invalid as error:
                    yield line, error
    except compressed.Damaged as error:
        yield line + 1, Invalid(str(error), field="file")


def _bibtex(raw: BinaryIO) -> Iterator[Entry]:
    from broadsheet.sources import bibtex  # the parser takes a tenth of a second to load

    yield from _whole(raw, bibtex.records)


def _ris(raw: BinaryIO) -> Iterator[Entry]:
    from broadsheet.sources import ris

    yield from _whole(raw, ris.records)


def _csl(raw: BinaryIO) -> Iterator[Entry]:
    from broadsheet.sources import csl

    yield from _whole(raw, csl.records)


def _whole(raw: BinaryIO, read: Callable[[str], Iterator[Entry]]) -> Iterator[Entry]:
    """Read a file whose entries are no lines; what breaks off or is too large is told at the line reached."""
    text, size = bytearray(), 0
    try:
        for chunk in compressed.chunks(raw):
            text += chunk
            size += len(chunk)
            if size > MAX_WHOLE:
                raise compressed.Damaged(f"More than {MAX_WHOLE >> 20} MiB are only read as JSONL; split the file.")
    except compressed.Damaged as error:
        yield text.count(b"\n") + 1, Invalid(str(error), field="file")
        return
    yield from read(_decoded(bytes(text)))


def _decoded(text: bytes) -> str:
    """Read UTF-8, or else what old files were written in."""
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace")
