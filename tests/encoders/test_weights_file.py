from pathlib import Path

import numpy as np
import pytest

from broadsheet.encoders.terms import Terms
from broadsheet.encoders.weights_file import StaticTable, read_table, write_table
from broadsheet.errors import Unavailable


@pytest.fixture
def path(tmp_path: Path, table: StaticTable) -> Path:
    write_table(table, tmp_path / "static.bin")
    return tmp_path / "static.bin"


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)


def test_a_table_comes_back_as_it_was_written(path: Path, table: StaticTable) -> None:
    read = read_table(path)
    assert read.name == "tiny-1"
    assert read.terms.words == table.terms.words
    assert read.terms.spare == table.terms.spare
    np.testing.assert_array_equal(read.terms.pairs, table.terms.pairs)
    np.testing.assert_array_equal(read.rows, table.rows)
    np.testing.assert_array_equal(read.scales, table.scales)


def test_a_table_of_no_pairs_and_words_in_other_scripts_comes_back(tmp_path: Path) -> None:
    terms = Terms(("poincare", "β", "深"), np.empty((0, 2), np.int32), spare=0)
    write_table(StaticTable("n", terms, np.ones(3, np.float32), np.ones((3, 8), np.int8)), tmp_path / "t")
    assert read_table(tmp_path / "t").terms.words == ("poincare", "β", "深")


def test_the_rows_are_mapped_and_cannot_be_written_to(path: Path) -> None:
    rows = read_table(path).rows
    assert not rows.flags.owndata
    with pytest.raises(ValueError, match="read-only"):
        rows[0, 0] = 1


def test_other_weights_have_another_fingerprint(path: Path, table: StaticTable, tmp_path: Path) -> None:
    other = StaticTable(table.name, table.terms, table.scales * 2, table.rows)
    write_table(other, tmp_path / "other.bin")
    write_table(table, tmp_path / "again.bin")
    assert read_table(tmp_path / "other.bin").fingerprint != read_table(path).fingerprint
    assert read_table(tmp_path / "again.bin").fingerprint == read_table(path).fingerprint
    assert len(read_table(path).fingerprint) == 12


def test_writing_leaves_nothing_else_behind(path: Path) -> None:
    assert [entry.name for entry in path.parent.iterdir()] == ["static.bin"]


@pytest.mark.parametrize("kept", [0, 5, 26, 60, -64, -1])
def test_a_file_cut_short_is_refused(path: Path, kept: int) -> None:
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(Unavailable, match=r"static\.bin .+ Reinstall Broadsheet"):
        read_table(path)


def test_a_file_that_is_too_long_is_refused_and_both_lengths_are_named(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole + bytes(64))
    with pytest.raises(Unavailable, match=f"{len(whole) + 64:,} bytes long instead of {len(whole):,}"):
        read_table(path)


@pytest.mark.parametrize("at", [-1, -70, -128])
def test_a_flipped_byte_in_the_numbers_is_noticed(path: Path, at: int) -> None:
    flip(path, at)
    with pytest.raises(Unavailable, match="does not match its checksum"):
        read_table(path)


def test_a_changed_name_is_noticed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"tiny-1"', b'"tiny-2"'))
    with pytest.raises(Unavailable, match="does not match its checksum"):
        read_table(path)


@pytest.mark.parametrize("at", [0, 27, 40])
def test_a_flipped_byte_in_the_head_is_noticed(path: Path, at: int) -> None:
    flip(path, at)
    with pytest.raises(Unavailable, match="Reinstall Broadsheet"):
        read_table(path)


@pytest.mark.parametrize(
    "head",
    [
        b"{}",
        b"[1, 2]",
        b"\xff\xfe",
        b'{"name":"x","dimension":-8,"word_bytes":0,"words":0,"pairs":0,"spare":0,"sha256":""}',
        b'{"name":"x","dimension":8,"word_bytes":0,"words":0,"pairs":99999999999,"spare":0,"sha256":""}',
    ],
)
def test_a_header_that_lies_is_refused(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "static.bin"
    path.write_bytes(b"broadsheet static table 1\n" + head + b"\n" + bytes(200))
    with pytest.raises(Unavailable, match="Reinstall Broadsheet"):
        read_table(path)


def test_a_missing_file_is_named_and_kept_as_the_value(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"gone\.bin cannot be read") as raised:
        read_table(tmp_path / "gone.bin")
    assert raised.value.value == str(tmp_path / "gone.bin")
