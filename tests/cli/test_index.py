import json
from pathlib import Path

from tests.cli.conftest import Call


def _status(call: Call) -> dict[str, object]:
    found: dict[str, object] = json.loads(call("index", "status", "--json")[1])
    return found


def test_status_tells_what_is_indexed_and_what_waits(call: Call) -> None:
    fresh = _status(call)
    assert (fresh["papers"], fresh["behind"], fresh["fault"]) == (0, 74, None)
    assert "74 changes wait" in call("index", "status")[1]
    assert call("index", "rebuild")[0] == 0
    made = _status(call)
    assert (made["papers"], made["behind"], made["fault"]) == (74, 0, None)
    assert "74 papers are indexed" in call("index", "status")[1]


def test_check_catches_up_and_finds_agreement(call: Call) -> None:
    status, out, _ = call("index", "check")
    assert (status, out.strip()) == (0, "The index and the database agree.")
    assert json.loads(call("index", "check", "--json")[1]) == {"faults": []}
    assert _status(call)["papers"] == 74


def test_an_index_that_lost_its_files_is_made_again(call: Call, tmp_path: Path) -> None:
    call("index", "rebuild")
    for path in sorted((tmp_path / "home" / "index").rglob("*")):
        if path.is_file():
            path.write_bytes(b"")
    assert _status(call)["fault"]
    status, out, _ = call("index", "rebuild")
    assert status == 0
    assert "74 papers are indexed" in out
    assert call("index", "check")[0] == 0


def test_rebuilding_keeps_what_search_finds(call: Call) -> None:
    before = json.loads(call("search", "object detection", "--json")[1])
    assert call("index", "rebuild")[0] == 0
    after = json.loads(call("search", "object detection", "--json")[1])
    assert [hit["paper"]["id"] for hit in before["results"]] == [hit["paper"]["id"] for hit in after["results"]]
