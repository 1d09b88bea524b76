import json
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet.encoders.loader import WEIGHTS
from broadsheet.encoders.weights_file import read_table, write_table
from tests.cli.conftest import Call
from tests.search.collection import put_instead


def _status(call: Call) -> dict[str, object]:
    found: dict[str, object] = json.loads(call("index", "status", "--json")[1])
    return found


def test_status_tells_what_is_indexed_and_what_waits(first_call: Call) -> None:
    fresh = _status(first_call)
    assert (fresh["papers"], fresh["behind"], fresh["fault"]) == (0, 74, None)
    assert "74 changes wait" in first_call("index", "status")[1]
    assert first_call("index", "rebuild")[0] == 0
    made = _status(first_call)
    assert (made["papers"], made["behind"], made["fault"]) == (74, 0, None)
    assert "74 papers are indexed" in first_call("index", "status")[1]


def test_check_catches_up_and_finds_agreement(call: Call) -> None:
    status, out, _ = call("index", "check")
    assert (status, out.strip()) == (0, "The index and the database agree.")
    assert json.loads(call("index", "check", "--json")[1]) == {"faults": []}
    assert _status(call)["papers"] == 74


def test_an_index_that_lost_its_files_is_made_again(call: Call, tmp_path: Path) -> None:
    call("index", "rebuild")
    for path in sorted((tmp_path / "home" / "index").rglob("*")):
        if path.is_file():
            put_instead(path, b"")
    assert _status(call)["fault"]
    status, out, _ = call("index", "rebuild")
    assert status == 0
    assert "74 papers are indexed" in out
    assert call("index", "check")[0] == 0


def test_upgrading_has_nothing_to_do_where_the_encoder_is_the_same(call: Call) -> None:
    call("index", "check")
    status, out, _ = call("index", "upgrade")
    assert (status, out) == (0, call("index", "status")[1])
    assert _status(call)["upgrade"] is None


def test_upgrading_re_encodes_with_the_encoder_of_the_settings(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("index", "check")
    other = tmp_path / "other.bin"
    write_table(replace(read_table(WEIGHTS), name="static-other"), other)
    monkeypatch.setenv("BROADSHEET_ENCODER", str(other))
    assert _status(call)["upgrade"] == {"encoder": "static-other", "done": 0, "total": 74, "left": None, "lost": False}
    assert "0 of 74 papers are re-encoded by static-other" in call("index", "status")[1]
    status, out, _ = call("index", "upgrade")
    assert (status, "74 papers are indexed by static-other, up to date" in out) == (0, True)
    after = _status(call)
    assert (after["encoder"], after["papers"], after["upgrade"]) == ("static-other", 74, None)
    assert call("index", "check")[0] == 0


def test_rebuilding_keeps_what_search_finds(call: Call) -> None:
    before = json.loads(call("search", "object detection", "--json")[1])
    assert call("index", "rebuild")[0] == 0
    after = json.loads(call("search", "object detection", "--json")[1])
    assert [hit["paper"]["id"] for hit in before["results"]] == [hit["paper"]["id"] for hit in after["results"]]
