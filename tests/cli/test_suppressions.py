import json
from pathlib import Path

from tests.cli.conftest import Call

ADA, BOB = "ada@reader.example", "bob@reader.example"


def test_the_list_is_added_to_taken_along_and_lifted(call: Call, tmp_path: Path) -> None:
    words = ("mail", "suppressions")
    assert call(*words, "add", ADA)[1] == "It is written to no more.\n"
    assert call(*words, "add", ADA.upper())[1] == "It was on the list already.\n"
    status, out, _ = call(*words, "show", ADA)
    assert (status, "operator" in out, ADA in out) == (0, True, False)
    (tmp_path / "provider.csv").write_text(f"email,reason\n{BOB},complaint\nnobody,bounced\n")
    status, out, _ = call(*words, "import", str(tmp_path / "provider.csv"))
    assert status == 1
    assert "1 addresses added, 0 were on the list, 1 lines cannot be read" in out
    assert "line 3: That is no mail address" in out
    status, out, _ = call(*words, "export")
    assert (status, len(out.splitlines())) == (0, 3)
    assert "reader.example" not in out
    assert call(*words, "export", str(tmp_path / "list.csv"))[0] == 0
    assert (tmp_path / "list.csv").read_text() == out
    assert call(*words, "lift", BOB)[0] == 0
    status, _, err = call(*words, "lift", BOB)
    assert (status, "not on the list" in err) == (1, True)
    status, out, _ = call(*words, "import", str(tmp_path / "list.csv"), "--json")
    assert (status, json.loads(out)["added"], json.loads(out)["known"]) == (0, 1, 1)
    told = json.loads(call(*words, "show", "--json")[1])
    assert told["counts"] == {"complained": 1, "operator": 1}
    assert {one["by"] for one in told["decisions"]} == {"the command line"}


def test_files_that_cannot_be_used_are_told(call: Call, tmp_path: Path) -> None:
    words = ("mail", "suppressions")
    status, _, err = call(*words, "import", str(tmp_path / "none.csv"))
    assert (status, "cannot be read" in err) == (1, True)
    status, _, err = call(*words, "export", str(tmp_path / "none" / "list.csv"))
    assert (status, "cannot be written" in err) == (1, True)
    (tmp_path / "who.csv").write_text("who\nada\n")
    status, _, err = call(*words, "import", str(tmp_path / "who.csv"))
    assert (status, "address, email or address_key" in err) == (1, True)
