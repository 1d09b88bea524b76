"""What is vouched for, and what is read again."""

import os
from pathlib import Path

import pytest

from broadsheet.search import verified
from broadsheet.search.verified import NAME, Verified


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    """A file that was right when it was noted, long after it was written."""
    path = tmp_path / "codes"
    path.write_bytes(b"0123456789")
    _age(path)
    verified.note(tmp_path, verified.looks(tmp_path, {path: 7}))
    return path


def _age(path: Path, seconds: int = 60) -> None:
    then = path.stat().st_mtime_ns - seconds * 10**9
    os.utime(path, ns=(then, then))


def test_a_file_that_nobody_touched_is_vouched_for(noted: Path) -> None:
    assert Verified(noted.parent).vouches(noted, 7)
    assert [path.name for path in sorted(noted.parent.iterdir())] == ["codes", NAME]


def test_another_mark_length_time_or_file_is_not(noted: Path) -> None:
    known, content = Verified(noted.parent), noted.read_bytes()
    assert not known.vouches(noted, 8)
    assert not known.vouches(noted.with_name("vectors"), 7)
    _age(noted)
    assert not known.vouches(noted, 7)
    noted.write_bytes(content[:-1])
    assert not known.vouches(noted, 7)


def test_a_byte_that_flips_within_the_same_tick_of_the_file_systems_clock_is_not_missed(tmp_path: Path) -> None:
    path = tmp_path / "codes"
    path.write_bytes(b"0123456789")
    before = path.stat()
    verified.note(tmp_path, verified.looks(tmp_path, {path: 0}))
    path.write_bytes(b"0123056789")
    os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))
    assert not Verified(tmp_path).vouches(path)


@pytest.mark.parametrize("content", [None, b"", b"{", b"[1]", b'{"codes": 3}'])
def test_a_lost_or_broken_note_vouches_for_nothing(noted: Path, content: bytes | None) -> None:
    note = noted.parent / NAME
    note.unlink() if content is None else note.write_bytes(content)
    assert not Verified(noted.parent).vouches(noted, 7)


def test_a_file_that_is_gone_has_no_look(tmp_path: Path) -> None:
    assert verified.looks(tmp_path, {tmp_path / "codes": 0}) == {}


def test_a_note_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    verified.note(tmp_path, {})
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
