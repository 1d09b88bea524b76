import json
from datetime import date
from pathlib import Path

import pytest
import typer

from broadsheet.cli.terminal import fail, instance, note, say, say_json, settings, told, writing
from broadsheet.errors import Conflict, Invalid, NotFound, TooMany, Unavailable
from tests.cli.conftest import Call


def test_the_answer_and_remarks_go_their_own_ways(capsys: pytest.CaptureFixture[str]) -> None:
    say("the answer")
    note("a remark")
    assert capsys.readouterr() == ("the answer\n", "a remark\n")


def test_json_is_readable_and_takes_days(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"name": "Zoë", "day": date(2026, 1, 15)})
    out = capsys.readouterr().out
    assert "Zoë" in out
    assert json.loads(out) == {"name": "Zoë", "day": "2026-01-15"}


@pytest.mark.parametrize(
    "error",
    [
        NotFound("It is gone."),
        Invalid("It is wrong.", field="it"),
        Conflict("It is busy."),
        TooMany("It is asked too often.", retry_after=3),
        Unavailable("It is away."),
    ],
)
def test_an_error_of_the_domain_is_its_sentence_and_status_1(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, told():
        raise error
    assert ended.value.exit_code == 1
    assert capsys.readouterr() == ("", f"{error}\n")


def test_an_error_of_the_program_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), told():
        raise ZeroDivisionError


def test_failing_is_status_1() -> None:
    with pytest.raises(typer.Exit) as ended:
        fail()
    assert ended.value.exit_code == 1


def test_what_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with writing(tmp_path / "fine.txt"):
        (tmp_path / "fine.txt").write_text("fine")
    with pytest.raises(typer.Exit) as ended, writing(tmp_path):
        tmp_path.write_text("no")
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == f"{tmp_path} cannot be written: Is a directory.\n"


def test_a_keyword_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BROADSHEET_HOME", str(tmp_path))
    monkeypatch.setenv("BROADSHEET_PORT", "9000")
    assert settings(port=None).port == 9000
    assert settings(port=9001).port == 9001


def test_the_instance_is_ready_and_closed_after_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BROADSHEET_HOME", str(tmp_path / "home"))
    with instance() as app:
        assert app.catalogue.count() == 74
    assert app.settings.home == tmp_path / "home"


@pytest.mark.parametrize(
    ("name", "value", "told_"),
    [
        ("PORT", "http", "BROADSHEET_PORT: "),
        ("PORT", "70000", "BROADSHEET_PORT: "),
        ("THEME", "pink", "BROADSHEET_THEME: "),
        ("ARXIV_URL", "arxiv.org", "BROADSHEET_ARXIV_URL: 'arxiv.org' is no web address"),
        ("SOURCES", "[hf, arxiv]", "BROADSHEET_SOURCES: it begins like a JSON list and is none; write a, b,"),
        ("FEEDS", "nature.com", "BROADSHEET_FEEDS: 'nature.com' is no address of a feed"),
        ("ZOTERO_LIBRARIES", "me", "BROADSHEET_ZOTERO_LIBRARIES: 'me' is no library; write users/12345"),
        ("SOURCE_OPTIONS", "{", "Write it as JSON"),
    ],
)
def test_a_bad_setting_is_named_and_status_2(call: Call, name: str, value: str, told_: str) -> None:
    status, out, err = call("sources", "list", **{f"BROADSHEET_{name}": value})
    assert (status, out) == (2, "")
    assert told_ in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "told_"), [("port = = 3", "broadsheet.toml"), ("nonsense = 3", "BROADSHEET_NONSENSE")]
)
def test_a_bad_settings_file_is_named_and_status_2(first_call: Call, tmp_path: Path, text: str, told_: str) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "broadsheet.toml").write_text(text)
    status, out, err = first_call("sources", "list")
    assert (status, out) == (2, "")
    assert told_ in err


def test_a_home_that_is_no_folder_is_named(call: Call, tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("not a folder")
    status, out, err = call("sources", "list", BROADSHEET_HOME=str(home))
    assert (status, out) == (1, "")
    assert err == f"The home {home} cannot be used: File exists. Choose another folder in BROADSHEET_HOME.\n"


@pytest.mark.parametrize("url", ["nonsense", "postgresql+psycopg://me:hush@127.0.0.1:9/papers"])
def test_a_database_that_does_not_answer_is_told_without_its_password(call: Call, url: str) -> None:
    status, out, err = call("sources", "list", BROADSHEET_DATABASE_URL=url)
    assert (status, out) == (1, "")
    assert "BROADSHEET_DATABASE_URL" in err
    assert "hush" not in err
