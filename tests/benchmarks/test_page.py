import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks import page
from benchmarks.report import Aim, Report

ROWS = [{"corpus": "tides", "papers": 12000, "share": 0.5}, {"corpus": "moss", "papers": 7, "share": None}]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of results, and a page that is written beside it."""
    results = tmp_path / "results"
    results.mkdir()
    monkeypatch.setattr(page, "RESULTS", results)
    monkeypatch.setattr(page, "PAGE", tmp_path / "benchmarks.md")
    return tmp_path


def _found(place: Path, name: str, rows: list[dict[str, Any]], *aims: Aim) -> None:
    report = Report(name, name.title(), f"python -m benchmarks.{name}", "a machine", "abc1234", rows, list(aims))
    report.finish(place / "results" / f"{name}.json")


def _made(place: Path) -> str:
    page.main()
    return (place / "benchmarks.md").read_text(encoding="utf-8")


def test_every_result_is_a_section_with_its_command_machine_and_commit(place: Path) -> None:
    _found(place, "search", ROWS)
    _found(place, "import", ROWS)
    text = _made(place)
    assert text.startswith("# Benchmarks\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Import", "Search"]
    assert "`python -m benchmarks.import` on a machine, commit abc1234." in text


def test_rows_become_a_table(place: Path) -> None:
    _found(place, "import", ROWS)
    assert "| corpus | papers | share |\n|---|---|---|\n| tides | 12,000 | 0.5000 |\n| moss | 7 |  |\n" in _made(place)


def test_aims_are_told_met_or_not_beside_the_peer(place: Path) -> None:
    _found(
        place,
        "import",
        ROWS,
        Aim("pace", "papers/s", 2400.0, 2000.0, "at least", "FTS5", 22000.0),
        Aim("peak", "MB", 700.0, 512.0, "at most"),
        Aim("error", "share", 0.01, 0.02, "at most"),
    )
    text = _made(place)
    assert "| pace | 2,400.0 papers/s | at least 2,000.0 | yes | FTS5: 22,000.0 |" in text
    assert "| peak | 700.0 MB | at most 512.0 | **no** |  |" in text
    assert "| error | 0.0100 share | at most 0.0200 | yes |  |" in text


def test_without_aims_there_is_no_table_of_them(place: Path) -> None:
    _found(place, "import", ROWS)
    assert "| aim |" not in _made(place)


def test_making_it_again_changes_nothing(place: Path) -> None:
    _found(place, "import", ROWS, Aim("peak", "MB", 700.0, 512.0, "at most"))
    assert _made(place) == _made(place)


def test_the_published_page_is_the_one_that_the_results_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(page.__file__).parents[1]
    monkeypatch.setattr(page, "RESULTS", root / "benchmarks" / "results")
    monkeypatch.setattr(page, "PAGE", tmp_path / "benchmarks.md")
    page.main()
    made, published = (tmp_path / "benchmarks.md").read_text(), (root / "docs" / "benchmarks.md").read_text()
    assert made == published, "Run python -m benchmarks.page."
