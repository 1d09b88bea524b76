import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from broadsheet.search import manifest
from broadsheet.search.manifest import FORMAT, NAME, Extent, Manifest, State

STATE = State(commit=3, change=41, rows=7, files={"heads": Extent(bytes=112, crc=0xDEADBEEF)})


def named(directory: str = "g000001", state: State = STATE) -> Manifest:
    return Manifest(format=FORMAT, directory=directory, encoder="bag", fingerprint="bag1", dimension=256, state=state)


def test_a_manifest_is_read_as_it_was_written_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    manifest.write(tmp_path, named())
    assert manifest.read(tmp_path) == named()
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_the_newer_replaces_the_older_whole_and_the_stamp_tells(tmp_path: Path) -> None:
    assert manifest.stamp(tmp_path) == (0, 0)
    manifest.write(tmp_path, named("g000001"))
    first = manifest.stamp(tmp_path)
    with (tmp_path / NAME).open("rb") as held:
        manifest.write(tmp_path, named("g000002"))
        assert Manifest.model_validate_json(held.read()) == named("g000001")  # who reads it still sees the old one
    assert manifest.read(tmp_path) == named("g000002")
    assert (0, 0) != manifest.stamp(tmp_path) != first


def test_a_writer_killed_before_the_swap_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest.write(tmp_path, named("g000001"))
    stamp = manifest.stamp(tmp_path)
    monkeypatch.setattr(Path, "replace", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        manifest.write(tmp_path, named("g000002"))
    monkeypatch.undo()
    assert (manifest.read(tmp_path), manifest.stamp(tmp_path)) == (named("g000001"), stamp)
    manifest.write(tmp_path, named("g000003"))  # what the killed one left is in nobody's way
    assert manifest.read(tmp_path) == named("g000003")


@pytest.mark.parametrize("length", [0, 1, 40, 100, -1])
def test_a_cut_manifest_is_none_at_all(tmp_path: Path, length: int) -> None:
    manifest.write(tmp_path, named())
    (tmp_path / NAME).write_bytes((tmp_path / NAME).read_bytes()[:length])
    # the last character is the closing brace
    assert manifest.read(tmp_path) is None


@pytest.mark.parametrize(
    "change",
    [
        {"directory": "../g000001"},
        {"directory": "g1"},
        {"directory": "g000001/.."},
        {"directory": "g000001\n"},
        {"dimension": 0},
        {"state": None},
        {"state": STATE.model_dump() | {"rows": -1}},
        {"state": STATE.model_dump() | {"files": {"heads": {"bytes": -1, "crc": 0}}}},
        {"unheard": "of"},
    ],
)
def test_a_manifest_that_says_what_cannot_be_is_none_at_all(tmp_path: Path, change: dict[str, object]) -> None:
    (tmp_path / NAME).write_text(json.dumps(named().model_dump() | change))
    assert manifest.read(tmp_path) is None


def test_a_manifest_of_another_format_is_still_read(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps(named().model_dump() | {"format": FORMAT + 1}))
    held = manifest.read(tmp_path)
    assert held is not None
    assert held.format == FORMAT + 1  # who opens it says so, instead of taking it for lost


def test_nothing_and_a_directory_in_its_place_are_no_manifest(tmp_path: Path) -> None:
    assert manifest.read(tmp_path) is None
    (tmp_path / NAME).mkdir()
    assert manifest.read(tmp_path) is None


def test_a_state_never_changes() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        STATE.commit = 4  # type: ignore[misc]
