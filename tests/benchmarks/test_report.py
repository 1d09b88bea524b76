import json
from pathlib import Path

import pytest

from benchmarks.report import Aim, Report, arguments, command, machine, table

ROWS = [{"corpus": "tides", "papers": 12000, "share": 0.5}, {"corpus": "a longer name", "papers": 7, "share": 1234.5}]


def _report(*aims: Aim) -> Report:
    return Report("pace", "Pace", "python -m benchmarks.pace", "a machine", "abc1234", list(ROWS), list(aims))


def test_columns_are_aligned() -> None:
    lines = table(ROWS).splitlines()
    assert len(lines) == 3
    assert len({len(line) for line in lines}) == 1
    for head in ("corpus", "papers", "share"):
        end = lines[0].index(head) + len(head)
        assert all(line[end - 1] != " " and line[end : end + 1] in ("", " ") for line in lines)
    assert lines[1].split() == ["tides", "12,000", "0.5000"]
    assert lines[2].split()[-2:] == ["7", "1,234.50"]


def test_no_rows_are_no_table() -> None:
    assert table([]) == ""


def test_truth_and_nothing_are_words() -> None:
    assert table([{"exact": True, "peer": None}]).splitlines()[1].split() == ["True", "None"]


@pytest.mark.parametrize(
    ("value", "sense", "met"),
    [
        (2001, "at least", True),
        (2000, "at least", True),
        (1999, "at least", False),
        (1999, "at most", True),
        (2000, "at most", True),
        (2001, "at most", False),
    ],
)
def test_an_aim_is_met_on_its_own_side(value: float, sense: str, met: bool) -> None:
    assert Aim("pace", "papers/s", value, 2000, sense).met is met  # type: ignore[arg-type]


def test_what_is_printed_tells_table_aims_and_machine(capsys: pytest.CaptureFixture[str]) -> None:
    _report(
        Aim("import", "papers/s", 2400, 2000, "at least", "FTS5", 1500),
        Aim("search", "ms", 30.5, 20, "at most"),
    ).finish(None)
    out = capsys.readouterr().out
    assert "Pace\na machine, commit abc1234" in out
    assert table(ROWS) in out
    assert "import: 2,400 papers/s, aim at least 2,000: met; FTS5: 1,500" in out
    assert out.endswith("search: 30.5 ms, aim at most 20: NOT met\n")


def test_the_json_holds_all_that_was_found(tmp_path: Path) -> None:
    out = tmp_path / "new" / "pace.json"
    _report(Aim("search", "ms", 12.5, 20, "at most")).finish(out)
    found = json.loads(out.read_text(encoding="utf-8"))
    assert list(found) == ["name", "title", "command", "machine", "commit", "rows", "aims"]
    assert found["rows"] == ROWS
    assert found["aims"] == [
        {"name": "search", "unit": "ms", "value": 12.5, "aim": 20, "sense": "at most", "peer": None, "peer_value": None}
    ]


def test_the_data_is_told_by_flag_or_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BROADSHEET_BENCH_DATA", str(tmp_path))
    assert arguments("Measures pace.", []).data == tmp_path
    given = arguments("Measures pace.", ["--data", "elsewhere", "--quick", "--json", "out.json"])
    assert (given.data, given.quick, given.json) == (Path("elsewhere"), True, Path("out.json"))


def test_without_data_the_call_is_wrong_and_says_what_to_give(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("BROADSHEET_BENCH_DATA", raising=False)
    with pytest.raises(SystemExit) as ended:
        arguments("Measures pace.", [])
    assert ended.value.code == 2
    assert "--data DIR or set BROADSHEET_BENCH_DATA" in capsys.readouterr().err


def test_the_command_repeats_the_run_without_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["pace", "--quick", "--data", "/some/where"])
    assert command("pace") == "python -m benchmarks.pace --quick"


def test_the_machine_is_one_line() -> None:
    said = machine()
    assert "\n" not in said
    assert "cores" in said
    assert "Python 3." in said
