import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.search import columns
from broadsheet.search.columns import FILES, Appender
from broadsheet.search.manifest import Extent

CONTENT = {name: bytes(range(16 * place, 16 * place + 16)) * 3 for place, name in enumerate(FILES)}


@pytest.fixture
def extents(tmp_path: Path) -> dict[str, Extent]:
    """Five files with a little in each, synced; the tests break them."""
    return written(tmp_path, {}, CONTENT)


def written(directory: Path, extents: dict[str, Extent], content: dict[str, bytes]) -> dict[str, Extent]:
    appender = Appender(directory, extents)
    for name, data in content.items():
        appender.append(name, data)
    reached = appender.sync()
    appender.close()
    return reached


def test_whole_files_have_no_fault(tmp_path: Path, extents: dict[str, Extent]) -> None:
    assert columns.fault(tmp_path, extents) is None
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == CONTENT


def test_a_directory_is_made_with_its_files_and_they_are_empty(tmp_path: Path) -> None:
    extents = written(tmp_path / "new" / "place", {}, {})
    assert extents == {name: Extent() for name in FILES}
    assert columns.fault(tmp_path / "new" / "place", extents) is None


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("at", [0, 25, 47])
def test_a_flipped_bit_is_told_wherever_it_is(tmp_path: Path, extents: dict[str, Extent], name: str, at: int) -> None:
    content = bytearray(CONTENT[name])
    content[at] ^= 1
    (tmp_path / name).write_bytes(content)
    assert columns.fault(tmp_path, extents) == f"{name} does not match its checksum"


@pytest.mark.parametrize(("kept", "said"), [(47, "heads is 1 bytes short"), (0, "heads is 48 bytes short")])
def test_a_cut_file_is_told_with_what_it_lacks(
    tmp_path: Path, extents: dict[str, Extent], kept: int, said: str
) -> None:
    (tmp_path / "heads").write_bytes(CONTENT["heads"][:kept])
    assert columns.fault(tmp_path, extents) == said
    with pytest.raises(OSError, match="heads is shorter than its manifest says"):
        columns.mapped(tmp_path, "heads", extents["heads"], columns.HEAD)


def test_a_lost_file_is_told(tmp_path: Path, extents: dict[str, Extent]) -> None:
    (tmp_path / "pairs").unlink()
    assert columns.fault(tmp_path, extents) == "pairs cannot be read"
    with pytest.raises(FileNotFoundError):
        columns.mapped(tmp_path, "pairs", extents["pairs"], columns.PAIR)


def test_a_file_that_nobody_vouches_for_is_told(tmp_path: Path, extents: dict[str, Extent]) -> None:
    del extents["codes"]
    assert columns.fault(tmp_path, extents) == "codes is not in the manifest"


def test_a_fault_beyond_the_first_chunk_is_told(
    tmp_path: Path, extents: dict[str, Extent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "_CHUNK", 7)
    assert columns.fault(tmp_path, extents) is None
    (tmp_path / "labels").write_bytes(CONTENT["labels"][:-1] + b"?")
    assert columns.fault(tmp_path, extents) == "labels does not match its checksum"


def test_what_lies_beyond_the_committed_length_is_neither_read_nor_a_fault(
    tmp_path: Path, extents: dict[str, Extent]
) -> None:
    with (tmp_path / "heads").open("ab") as file:
        file.write(b"half a row")
    assert columns.fault(tmp_path, extents) is None
    assert columns.mapped(tmp_path, "heads", extents["heads"], np.uint8).tobytes() == CONTENT["heads"]


def test_the_next_appender_cuts_off_what_is_longer_than_the_manifest_says(
    tmp_path: Path, extents: dict[str, Extent]
) -> None:
    for name in FILES:
        with (tmp_path / name).open("ab") as file:
            file.write(b"half a row")
    reached = written(tmp_path, extents, {"codes": b"more"})
    assert columns.fault(tmp_path, reached) is None
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == CONTENT | {"codes": CONTENT["codes"] + b"more"}


def test_what_was_appended_counts_only_once_its_extents_are_kept(tmp_path: Path, extents: dict[str, Extent]) -> None:
    written(tmp_path, extents, {"heads": b"killed before the commit"})
    assert written(tmp_path, extents, {}) == extents
    assert (tmp_path / "heads").read_bytes() == CONTENT["heads"]


def test_a_mapped_file_outlives_its_name_and_cannot_be_written(tmp_path: Path, extents: dict[str, Extent]) -> None:
    mapped = columns.mapped(tmp_path, "heads", extents["heads"], np.uint8)
    (tmp_path / "heads").unlink()
    assert mapped.tobytes() == CONTENT["heads"]
    with pytest.raises(ValueError, match="read-only"):
        mapped[0] = 9


def test_nothing_committed_is_an_empty_array_even_without_a_file(tmp_path: Path) -> None:
    empty = columns.mapped(tmp_path, "pairs", Extent(), columns.PAIR)
    assert (len(empty), empty.dtype) == (0, columns.PAIR)


def test_a_length_that_is_no_whole_number_of_rows_is_refused(tmp_path: Path, extents: dict[str, Extent]) -> None:
    with pytest.raises(ValueError, match="multiple of element size"):
        columns.mapped(tmp_path, "heads", Extent(bytes=columns.HEAD.itemsize + 1), columns.HEAD)


@given(st.lists(st.lists(st.binary(max_size=9), max_size=4), max_size=4))
@settings(max_examples=15)
def test_extents_add_up_over_any_commits(tmp_path_factory: pytest.TempPathFactory, commits: list[list[bytes]]) -> None:
    directory = tmp_path_factory.mktemp("columns")
    reached: dict[str, Extent] = {}
    for pieces in commits:
        appender = Appender(directory, reached)
        for piece in pieces:
            appender.append("vectors", piece)
        reached = appender.sync()
        appender.close()
    whole = b"".join(piece for pieces in commits for piece in pieces)
    assert reached.get("vectors", Extent()) == Extent(bytes=len(whole), crc=zlib.crc32(whole))
