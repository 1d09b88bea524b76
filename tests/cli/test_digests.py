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
    counts = [
        "queued",
        "accepted",
        "soft_bounced",
        "bounced",
        "set_aside",
        "again",
        "unsure",
        "empty",
        "suppressed",
        "lapsed",
    ]
    assert json.loads(out) == dict.fromkeys(counts, 0) | {"paused": None}
    status, out, _ = call("digests", "send")
    assert status == 0
    assert out.startswith("0 digests queued; ")


def test_the_preview_holds_searches(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "new.jsonl"
    row = {"id": "arxiv:2601.00001", "title": "Whistling kettles", "published": "2026-01-05", "source": "arxiv"}
    path.write_text(json.dumps(row) + "\n")
    assert call("papers", "import", str(path))[0] == 0
    status, out, _ = call("digests", "preview", "--search", "whistling kettles", "--no-edition")
    assert status == 0
    assert out.startswith("Subject: Whistling kettles\n")
    assert "Your search: whistling kettles" in out
    assert "FROM THE SHELF" not in out
    both = call("digests", "preview", "--search", "/search?q=whistling+kettles&cat=")[1]
    assert "Whistling kettles" in both
    assert "LEAD" in both


@pytest.mark.parametrize(
    ("search", "says"),
    [("2601.00001", "names one paper"), ("/search?q=a&sort=loudest", "is no order"), ("", "no question to save")],
)
def test_a_search_that_cannot_be_saved_is_one_sentence(call: Call, search: str, says: str) -> None:
    for words in (("preview", "--search", search), ("offer", "ada@example.org", search)):
        status, out, err = call("digests", *words)
        assert (status, out) == (1, "")
        assert says in err


def test_a_search_is_offered_to_an_address_by_letter(call: Call, tmp_path: Path) -> None:
    status, out, _ = call("digests", "offer", "ada@example.org", "whistling kettles")
    assert status == 0
    assert out == "The search waits for the word of that address, if it may be written to. 1 sent\n"
    (letter,) = (tmp_path / "home").rglob("*.eml")
    assert "Confirm your subscription" in letter.read_text()
    status, _, err = call("digests", "offer", "nobody", "whistling kettles")
    assert status == 1
    assert "no mail address" in err
