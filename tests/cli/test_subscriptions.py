import json
import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from broadsheet.app import build
from broadsheet.settings import load
from tests.cli.conftest import Call

ADA = "ada@reader.example"
SUBSCRIPTION = ("digests", "subscription")


@pytest.fixture
def ada(call: Call, tmp_path: Path) -> Call:
    """The command line of an instance to which one address has said yes, by the link in its letter."""
    assert call("digests", "offer", ADA, "whistling kettles", "--edition")[0] == 0
    (file,) = (tmp_path / "home").rglob("*.eml")
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    body = letter.get_body(("plain",))
    assert body
    token = re.search(r"/subscription/confirm\?token=(\S+)", body.get_content())
    assert token
    app = build(load(home=tmp_path / "home", sources="[]"))
    app.subscriptions.confirm(token[1])
    app.close()
    return call


def shown(call: Call) -> dict[str, object]:
    status, out, _ = call(*SUBSCRIPTION, "show", ADA, "--json")
    assert status == 0
    return dict(json.loads(out))


def test_what_is_followed_can_be_seen_added_and_ended(ada: Call) -> None:
    assert ada(*SUBSCRIPTION, "follow", ADA, "topic", "quiet tides", "--name", "Tides")[0] == 0
    assert ada(*SUBSCRIPTION, "follow", ADA, "author", "Ada Quill")[0] == 0
    assert ada(*SUBSCRIPTION, "follow", ADA, "category", "cs.CL")[0] == 0
    assert ada(*SUBSCRIPTION, "follow", ADA, "search", "paper bridges")[0] == 0
    follows = shown(ada)["follows"]
    assert isinstance(follows, list)
    told = [(one["section"], one["title"]) for one in follows]
    assert told == [
        ("searches", "whistling kettles"),
        ("topics", "Tides"),
        ("authors", "Ada Quill"),
        ("categories", "cs.CL"),
        ("searches", "paper bridges"),
    ]
    status, out, _ = ada(*SUBSCRIPTION, "unfollow", ADA, str(follows[0]["number"]))
    assert (status, out) == (0, "It is followed no more.\n")
    out = ada(*SUBSCRIPTION, "show", ADA)[1]
    assert "whistling kettles" not in out
    assert re.search(r"^ +\d+  topics +Tides$", out, re.MULTILINE)
    assert out.startswith("It comes ")


def test_mutes_are_added_all_or_none_and_taken_back(ada: Call) -> None:
    status, out, _ = ada(*SUBSCRIPTION, "mute", ADA, "word", "moss", "salt")
    assert (status, out) == (0, "2 muted, 0 were muted before.\n")
    assert ada(*SUBSCRIPTION, "mute", ADA, "word", "salt", "tin")[1] == "1 muted, 1 were muted before.\n"
    status, _, err = ada(*SUBSCRIPTION, "mute", ADA, "word", "glass", "the")
    assert (status, "nearly every paper" in err) == (1, True)
    assert ada(*SUBSCRIPTION, "unmute", ADA, "word", "moss")[0] == 0
    assert [one["value"] for one in shown(ada)["mutes"]] == ["salt", "tin"]  # type: ignore[attr-defined]
    assert " muted  word        salt\n" in ada(*SUBSCRIPTION, "show", ADA)[1]


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("show", "nobody@reader.example"), 1, "no subscription that its mailbox has confirmed"),
        (("show", "nobody"), 1, "no mail address"),
        (("follow", ADA, "author", "Quill"), 1, "family name alone"),
        (("follow", ADA, "category", "xx.YY"), 1, "No paper here is in xx.YY"),
        (("follow", ADA, "topic"), 1, "needs words"),
        (("follow", ADA, "topic", "--example", "arxiv:1"), 1, "3 to 5 different example papers"),
        (("follow", ADA, "smell", "x"), 2, "smell"),
        (("mute", ADA, "paper", "arxiv:2601.99999"), 1, "is not among"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(ada: Call, words: tuple[str, ...], status: int, says: str) -> None:
    found, out, err = ada(*SUBSCRIPTION, *words)
    assert (found, out) == (status, "")
    assert says in err
