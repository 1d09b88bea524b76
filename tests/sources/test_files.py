import gzip
import json
import lzma
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Invalid, NotFound
from broadsheet.papers.catalogue import Catalogue
from broadsheet.sources import files
from broadsheet.sources.files import ImportProgress, import_files


@pytest.fixture
def shelf(sqlite: Database, clock: FixedClock) -> Catalogue:
    return Catalogue(sqlite, clock)


def line(n: int, **changes: Any) -> bytes:
    paper = {
        "id": f"arxiv:2601.{n:05d}",
        "title": f"On sorting quiet engines, part {n}",
        "abstract": f"We sort {n} engines.",
        "authors": ["Ada Quill"],
        "published": "2026-01-08",
        "source": "arxiv",
        **changes,
    }
    return json.dumps(paper).encode() + b"\n"


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "papers.jsonl": bytes,
    "papers.jsonl.xz": lzma.compress,
    "papers.jsonl.gz": gzip.compress,
    "papers.jsonl.zst": zstandard.compress,
    "papers.txt": bytes,
    "papers": lzma.compress,
}


@pytest.mark.parametrize("name", PACKERS)
def test_every_packing_is_read_whatever_the_name(name: str, tmp_path: Path, shelf: Catalogue) -> None:
    (tmp_path / name).write_bytes(PACKERS[name](b"".join(map(line, range(5)))))
    report = import_files([tmp_path / name], shelf)
    assert (report.read, report.added, report.rejected) == (5, 5, [])
    assert shelf.get("arxiv:2601.00003").title == "On sorting quiet engines, part 3"


def test_good_lines_come_in_and_bad_ones_are_named(tmp_path: Path, shelf: Catalogue) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(
        b"\xef\xbb\xbf" + line(1) + b"\n" + b"{broken\n" + line(2) + line(3, title=7) + b'{"id": "caf\xe9"}\n' + line(4)
    )
    report = import_files([path], shelf)
    assert (report.read, report.added) == (6, 3)
    assert [(bad.file, bad.line) for bad in report.rejected] == [(path, 3), (path, 5), (path, 6)]
    assert "no JSON" in report.rejected[0].reason
    assert "“title” is a number" in report.rejected[1].reason
    assert "UTF-8" in report.rejected[2].reason
    assert shelf.count() == 3


def test_an_import_may_be_repeated(tmp_path: Path, shelf: Catalogue) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_bytes(b"".join(map(line, range(5))))
    import_files([path], shelf)
    before = shelf.last_change()
    again = import_files([path, path], shelf)
    assert (again.read, again.added, again.changed, again.unchanged) == (10, 0, 0, 10)
    assert shelf.last_change() == before


def test_batches_and_progress(tmp_path: Path, shelf: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BATCH", 4)
    path = tmp_path / "papers.jsonl"
    path.write_bytes(b"".join(map(line, range(10))) + b"{\n")
    seen: list[ImportProgress] = []
    report = import_files([path], shelf, seen.append)
    assert [progress.papers for progress in seen] == [4, 8, 10]
    assert seen[-1].bytes_read == seen[-1].bytes_total == path.stat().st_size
    assert (report.read, report.added, len(report.rejected)) == (11, 10, 1)


def test_a_file_that_breaks_off_brings_what_it_has(tmp_path: Path, shelf: Catalogue) -> None:
    chance = random.Random(5)
    lines = [line(n, abstract=chance.randbytes(400).hex()) for n in range(3000)]
    packed = gzip.compress(b"".join(lines))
    path = tmp_path / "papers.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    report = import_files([path], shelf)
    assert 1000 < report.added < 2000
    assert len(report.rejected) == 1
    assert "breaks off" in report.rejected[0].reason
    assert report.rejected[0].line == report.added + 1


def test_bibtex_comes_in_too(tmp_path: Path, shelf: Catalogue) -> None:
    path = tmp_path / "library.bib"
    path.write_bytes(
        "@article{a,\n title = {Ebb},\n author = {Quíll, Ada},\n doi = {10.5555/ebb}}\n\n@misc{b, year = 1}\n".encode()
    )
    report = import_files([path], shelf)
    assert (report.read, report.added) == (2, 1)
    assert [(bad.line, bad.file) for bad in report.rejected] == [(6, path)]
    assert shelf.get("doi:10.5555/ebb").authors == ("Ada Quíll",)


def test_old_bibtex_is_read_in_its_own_charset(tmp_path: Path, shelf: Catalogue) -> None:
    path = tmp_path / "library.bib.xz"
    path.write_bytes(lzma.compress("@misc{a, title = {Café}, doi = {10.5555/cafe}}".encode("cp1252")))
    import_files([path], shelf)
    assert shelf.get("doi:10.5555/cafe").title == "Café"


CSL = {"id": "ebb", "type": "article", "title": "Ebb", "author": [{"family": "Quill"}], "DOI": "10.5555/ebb"}
RIS = b"TY  - JOUR\nTI  - Ebb\nAU  - Quill\nDO  - 10.5555/ebb\nER  - \n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("library.ris", RIS),
        ("library.txt", RIS),
        ("library.ris.gz", gzip.compress(b"\xef\xbb\xbf" + RIS, mtime=0)),
        ("library.json", json.dumps([CSL], indent=2).encode()),
        ("library.json", json.dumps(CSL).encode()),
        ("library.json", json.dumps(CSL, indent=2).encode()),
        ("library", json.dumps({"items": [CSL]}).encode()),
        ("library.json.xz", lzma.compress(json.dumps([CSL]).encode())),
        ("library.json", line(1, id="doi:10.5555/ebb", title="Ebb", authors=["Quill"])),
    ],
)
def test_ris_and_csl_json_come_in_too(name: str, content: bytes, tmp_path: Path, shelf: Catalogue) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    report = import_files([path], shelf)
    assert (report.read, report.added, report.rejected) == (1, 1, [])
    found = shelf.get("doi:10.5555/ebb")
    assert (found.title, found.authors) == ("Ebb", ("Quill",))


def test_a_file_without_end_is_only_read_as_lines(
    tmp_path: Path, shelf: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_WHOLE", 1 << 20)
    path = tmp_path / "library.ris"
    path.write_bytes(RIS * 30_000)
    (bad,) = import_files([path], shelf).rejected
    assert "More than 1 MiB are only read as JSONL; split the file" in bad.reason


@pytest.mark.parametrize("name", ["empty.jsonl", "empty.bib", "empty.ris"])
def test_an_empty_file_is_no_error(name: str, tmp_path: Path, shelf: Catalogue) -> None:
    (tmp_path / name).write_bytes(b"")
    assert import_files([tmp_path / name], shelf).read == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04", "none of JSONL, BibTeX, RIS and CSL-JSON"),
        (b"title,authors\n", "none of JSONL, BibTeX, RIS and CSL-JSON"),
        (b"", "none of JSONL, BibTeX, RIS and CSL-JSON"),
        (b"\xfd7zXZ\x00rubbish", "damaged"),
    ],
)
def test_what_is_neither_is_refused_before_anything_is_read(
    content: bytes, words: str, tmp_path: Path, shelf: Catalogue
) -> None:
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.dat"
    good.write_bytes(line(1))
    bad.write_bytes(content)
    with pytest.raises(Invalid, match=words):
        import_files([good, bad], shelf)
    assert shelf.count() == 0


def test_a_path_that_is_no_file_is_refused(tmp_path: Path, shelf: Catalogue) -> None:
    with pytest.raises(NotFound, match=r"There is no file .*missing\.jsonl"):
        import_files([tmp_path / "missing.jsonl"], shelf)
    with pytest.raises(Invalid, match="name the files in it"):
        import_files([tmp_path], shelf)


def test_hostile_text_is_stored_or_rejected_and_breaks_nothing(tmp_path: Path, shelf: Catalogue) -> None:
    broken = {"authors": ["\ud83d"], "urls": ["https://\ud800.example/"], "venue": "\x00", "categories": ["\ud800"]}
    path = tmp_path / "hostile.jsonl"
    path.write_bytes(
        line(1, title="\x00Null \x1b[31m and \u202emirrored", abstract="<script>alert(1)</script>" * 10)
        + line(2, title="Half a pair \ud800", **broken)
        + line(3, abstract="x" * 100_000)
        + line(4, abstract="y" * 5_000_000)
        + line(5, id="a\x00b")
    )
    report = import_files([path], shelf)
    assert report.read == 5
    assert [bad.line for bad in report.rejected] == [4, 5]
    assert "longer than 4 MiB" in report.rejected[0].reason
    assert shelf.count() == 3
