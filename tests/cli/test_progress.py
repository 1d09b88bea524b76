import io
import sys
from dataclasses import dataclass

import pytest

from broadsheet.cli.progress import counting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class Harvested:
    papers: int


def _watched(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal in the place of standard error; from within a test, as pytest sets its own for each phase."""
    watched = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", watched)
    return watched


def test_where_nobody_watches_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with counting("Importing") as show:
        show(10, 20)
    assert capsys.readouterr() == ("", "")


def test_the_line_tells_how_much_of_how_much(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = _watched(monkeypatch)
    with counting("Importing") as show:
        show(1200, 24000)
    assert "Importing" in terminal.getvalue()
    assert "1,200 of 24,000 (" in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_a_whole_that_nobody_knows_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _watched(monkeypatch)
    with counting("Harvesting hf") as show:
        show(Harvested(papers=7))
    assert "7 (" in terminal.getvalue()
    assert " of " not in terminal.getvalue()


def test_an_error_inside_goes_through() -> None:
    with pytest.raises(ZeroDivisionError), counting("Importing"):
        raise ZeroDivisionError
