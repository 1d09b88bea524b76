import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call


def test_the_preview_is_the_mail_as_text_and_sends_nothing(call: Call, tmp_path: Path) -> None:
    status, out, err = call("digests", "preview")
    assert (status, err) == (0, "")
    assert out.startswith("Subject: ")
    assert "FROM THE SHELF" in out
    assert "This is a preview." in out
    assert not list((tmp_path / "home").rglob("*.eml"))


def test_the_size_is_the_number_of_papers(call: Call) -> None:
    for size in (5, 7):
        out = call("digests", "preview", "--size", str(size))[1]
        assert f"and {size - 1} more" in out.splitlines()[0]


@pytest.mark.parametrize("size", ["0", "31", "many"])
def test_a_size_that_cannot_be_is_a_wrong_call(call: Call, size: str) -> None:
    status, out, err = call("digests", "preview", "--size", size)
    assert (status, out) == (2, "")
    assert "--size" in err


def test_the_html_part_is_written_beside_the_text(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "mail.html"
    status, out, err = call("digests", "preview", "--html", str(path))
    assert status == 0
    assert str(path) in err
    assert str(path) not in out
    assert path.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")


def test_a_path_that_cannot_be_written_is_one_sentence(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "mail.html"
    status, out, err = call("digests", "preview", "--html", str(path))
    assert (status, out) == (1, "")
    assert err == f"{path} cannot be written: No such file or directory.\n"


def test_without_readers_nothing_is_sent(call: Call) -> None:
    status, out, _ = call("digests", "send", "--json")
    assert status == 0
    assert json.loads(out) == dict.fromkeys(
        ["queued", "accepted", "soft_bounced", "bounced", "unsure", "empty", "suppressed"], 0
    )
    status, out, _ = call("digests", "send")
    assert status == 0
    assert out.startswith("0 digests queued; ")
