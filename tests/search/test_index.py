import json
import os
import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, Unavailable
from broadsheet.jobs.leases import Leases
from broadsheet.search import columns
from broadsheet.search import index as module
from broadsheet.search.index import Index
from broadsheet.search.query import parse
from tests.invented import paper
from tests.search.collection import BagEncoder, Log, opened, put_instead

Open = Callable[..., Index]


@pytest.fixture
def log() -> Log:
    return Log([paper(n) for n in range(1, 41)])


@pytest.fixture
def again(tmp_path: Path, log: Log, sqlite: Database, clock: FixedClock) -> Open:
    """Opens the same index once more, as another process would."""

    def open_it(encoder: BagEncoder | None = None) -> Index:
        return opened(tmp_path, log, sqlite, clock, encoder)

    return open_it


def generation(directory: Path) -> Path:
    (found,) = (directory / "index").glob("g*")
    return found


def found(index: Index, text: str) -> list[int]:
    return sorted(index.engine().by_words(parse(text), 100).ids.tolist())


def test_a_fresh_index_is_empty_and_says_what_waits(again: Open) -> None:
    index = again()
    assert len(index.engine()) == 0
    assert index.status().behind == 40
    assert "40 changes wait" in index.status().sentence
    assert index.check() == [
        "The index holds changes up to 0 of 40.",
        "The index is empty; the database has 40 papers.",
    ]


def test_catching_up_indexes_everything_once(again: Open) -> None:
    index = again()
    assert index.catch_up() == 40
    assert index.catch_up() == 0
    assert index.check() == []
    status = index.status()
    assert (status.papers, status.behind, status.fault) == (40, 0, None)
    assert "up to date" in status.sentence
    assert again().check() == []


def test_progress_is_told_in_changes(again: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 15)
    seen: list[tuple[int, int]] = []
    again().catch_up(lambda done, total: seen.append((done, total)))
    assert seen == [(15, 40), (30, 40), (40, 40)]


def test_a_reader_sees_what_another_process_indexed(again: Open, log: Log) -> None:
    reader, writer = again(), again()
    assert len(reader.engine()) == 0
    writer.catch_up()
    before = reader.engine()
    assert len(before) == 40
    log.put(paper(41, title="Zeppelin"))
    writer.catch_up()
    assert found(reader, "zeppelin") == [41]
    assert len(before) == 40  # what was opened stays as it was


def test_many_small_commits_hold_the_same_as_one(again: Open, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    monkeypatch.setattr(module, "COMMIT_EVERY", 3)
    index = again()
    index.catch_up()
    for n in range(41, 60):
        log.put(paper(n))
        log.drop(n - 40)
        index.catch_up()
    assert index.check() == []
    assert len(again().engine()) == 40


def test_changes_that_left_nothing_behind_are_counted_as_seen(again: Open, log: Log) -> None:
    log.drop(7)
    log.drop(7)
    index = again()
    index.catch_up()
    assert index.status().change == log.last_change()
    assert 7 not in found(index, "instruments")


def test_one_writer_at_a_time(again: Open, tmp_path: Path) -> None:
    one, other = again(), again()
    with one._turn.taken() as lease:
        assert lease is not None
        assert other.catch_up() == 0
        with pytest.raises(Conflict, match="another process"):
            other.rebuild()
    assert other.catch_up() == 40


def test_the_lease_of_a_killed_writer_runs_out(again: Open, sqlite: Database, clock: FixedClock) -> None:
    index = again()
    with index._turn.taken() as lease:
        assert lease is not None
        name = lease.name
    Leases(sqlite, clock).take(name, timedelta(seconds=5))
    began = clock.now()
    assert index.catch_up() == 40
    assert clock.now() - began <= timedelta(seconds=6)


def test_a_lease_that_never_runs_out_is_not_waited_for_for_ever(
    again: Open, sqlite: Database, clock: FixedClock
) -> None:
    index = again()
    with index._turn.taken() as lease:
        assert lease is not None
        name = lease.name
    Leases(sqlite, clock).take(name, timedelta(days=1))
    assert index.catch_up() == 0


@pytest.mark.parametrize("name", ["heads", "codes", "vectors", "pairs", "labels"])
def test_a_half_written_tail_is_cut_off(again: Open, log: Log, tmp_path: Path, name: str) -> None:
    again().catch_up()
    with (generation(tmp_path) / name).open("ab") as file:
        file.write(b"half a row")
    log.put(paper(41, categories=("q-bio.QM",)))
    index = again()
    assert index.status().fault is None
    assert index.catch_up() == 1
    assert index.check() == []
    assert found(index, "instruments cat:q-bio") == [41]
    assert again().check() == []


@pytest.mark.parametrize("name", ["heads", "codes", "vectors", "pairs", "labels", "text/meta.json", "text"])
def test_a_missing_file_makes_the_index_anew(again: Open, tmp_path: Path, name: str) -> None:
    again().catch_up()
    lost = generation(tmp_path) / name
    shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    mended_by_itself(again)


@pytest.mark.parametrize("pattern", ["heads", "codes", "vectors", "pairs", "labels", "text/*.idx", "text/*.term"])
def test_a_single_wrong_bit_makes_the_index_anew(again: Open, tmp_path: Path, pattern: str) -> None:
    again().catch_up()
    file = next(generation(tmp_path).glob(pattern))
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 4
    put_instead(file, content)
    mended_by_itself(again)


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"format": 1}', b"\xff"])
def test_a_lost_or_broken_manifest_makes_the_index_anew(again: Open, tmp_path: Path, content: bytes | None) -> None:
    again().catch_up()
    path = tmp_path / "index" / "manifest.json"
    path.unlink() if content is None else path.write_bytes(content)
    mended_by_itself(again)


def test_another_format_makes_the_index_anew(again: Open, tmp_path: Path) -> None:
    again().catch_up()
    path = tmp_path / "index" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 0}))
    mended_by_itself(again)


def mended_by_itself(again: Open) -> None:
    index = again()
    assert index.status().fault
    assert index.status().fault in index.check()[0]
    assert "not usable" in index.status().sentence
    with pytest.raises(Unavailable, match="not usable"):
        index.engine()
    assert index.catch_up() == 40
    assert index.check() == []
    assert len(index.engine()) == 40


def test_another_encoder_makes_the_index_anew(again: Open) -> None:
    again().catch_up()
    index = again(BagEncoder(48, "bag2"))
    assert "another encoder" in str(index.status().fault)
    assert index.catch_up() == 40
    assert index.check() == []


def test_a_manifest_that_fell_one_commit_behind_is_brought_up(again: Open, log: Log, tmp_path: Path) -> None:
    index = again()
    index.catch_up()
    path = tmp_path / "index" / "manifest.json"
    behind = path.read_bytes()
    log.put(paper(41, title="Zeppelin"))
    index.catch_up()
    path.write_bytes(behind)  # as if killed between the text half's commit and the manifest
    reopened = again()
    assert found(reopened, "zeppelin") == [41]
    assert reopened.catch_up() == 0
    assert json.loads(path.read_bytes())["state"]["change"] == 41
    assert reopened.check() == []


def test_a_text_half_older_than_the_manifest_makes_the_index_anew(again: Open, log: Log, tmp_path: Path) -> None:
    index = again()
    index.catch_up()
    text = generation(tmp_path) / "text"
    shutil.copytree(text, tmp_path / "older")
    log.put(paper(41))
    index.catch_up()
    shutil.rmtree(text)
    shutil.copytree(tmp_path / "older", text)
    reopened = again()
    assert "older" in str(reopened.status().fault)
    assert reopened.catch_up() == 41
    assert reopened.check() == []


def test_rebuilding_swaps_and_leaves_nothing_behind(again: Open, log: Log, tmp_path: Path) -> None:
    index, reader = again(), again()
    index.catch_up()
    before, opened_before = generation(tmp_path), reader.engine()
    (tmp_path / "index" / "g000009").mkdir()  # what a killed rebuild left
    assert index.rebuild() == 40
    assert generation(tmp_path) != before
    assert reader.check() == []
    assert len(opened_before.by_words(parse("instruments"), 100)) == 40  # an old reader keeps its files


def test_a_rebuild_that_fails_leaves_the_old_index(again: Open, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    index = again()
    index.catch_up()
    broken = BagEncoder()
    monkeypatch.setattr(broken, "encode_papers", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        again(broken).rebuild()
    assert again().check() == []
    log.put(paper(41))
    assert again().catch_up() == 1


def settled(directory: Path) -> None:
    """Let the files look as if the note about them had been made long after they were written."""
    note = directory / "index" / "verified.json"
    seen = {name: [look[0], look[1] - 10**10, *look[2:]] for name, look in json.loads(note.read_bytes()).items()}
    for name, look in seen.items():
        os.utime(directory / "index" / name, ns=(look[1], look[1]))
    note.write_text(json.dumps(seen))


def test_files_that_nobody_touched_are_not_read_again(
    again: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again().catch_up()
    settled(tmp_path)
    monkeypatch.setattr(columns.zlib, "crc32", lambda *_: 1 / 0)
    index = again()
    assert index.status().fault is None
    with pytest.raises(ZeroDivisionError):
        index.verify()


@pytest.mark.parametrize("pattern", ["vectors", "text/*.idx"])
def test_a_bit_that_falls_over_without_a_trace_is_found_by_reading_everything(
    again: Open, tmp_path: Path, pattern: str
) -> None:
    again().catch_up()
    settled(tmp_path)
    index = again()
    assert index.verify() is None
    file = next(generation(tmp_path).glob(pattern))
    look, content = file.stat(), bytearray(file.read_bytes())
    content[len(content) // 3] ^= 4
    with file.open("r+b") as kept:  # in place: to cut off a file that is mapped kills whoever reads it meanwhile
        kept.write(content)
    os.utime(file, ns=(look.st_mtime_ns, look.st_mtime_ns))
    assert "checksum" in str(index.verify())
    with pytest.raises(Unavailable, match="not usable"):
        index.engine()
    assert index.catch_up() == 40
    assert again().verify() is None


def test_a_file_that_was_touched_is_read_again_at_the_next_opening(again: Open, tmp_path: Path) -> None:
    again().catch_up()
    settled(tmp_path)
    file = generation(tmp_path) / "vectors"
    content = bytearray(file.read_bytes())
    content[99] ^= 1
    put_instead(file, content)
    assert again().status().fault == "vectors does not match its checksum"


def test_a_killed_rebuild_goes_on_where_it_was(
    again: Open, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 10)
    monkeypatch.setattr(module, "COMMIT_EVERY", 10)
    index, broken = again(), BagEncoder()
    index.catch_up()
    encode, asked = broken.encode_papers, []

    def failing(papers: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        asked.append(len(papers))
        return encode(papers) if len(asked) < 4 else 1 / 0  # type: ignore[return-value]

    monkeypatch.setattr(broken, "encode_papers", failing)
    with pytest.raises(ZeroDivisionError):
        again(broken).rebuild()
    log.put(paper(41, title="Zeppelin"))
    assert index.catch_up() == 1  # between the two, the old one is kept up to date
    assert index.rebuild() == 11  # the last ten, and the new one
    assert index.check() == []
    assert found(again(), "zeppelin") == [41]
    assert not (tmp_path / "index" / "rebuilding.json").exists()
    assert len(list((tmp_path / "index").glob("g*"))) == 1
