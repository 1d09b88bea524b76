import json

import pytest

from broadsheet import __version__
from broadsheet.settings import Settings
from tests.cli.conftest import Call


def test_the_version(call: Call) -> None:
    assert call("--version") == (0, f"broadsheet {__version__}\n", "")


def test_help_lists_every_command(call: Call) -> None:
    status, out, _ = call("--help")
    assert status == 0
    for name in "up search evaluate tick papers sources index editions digests settings".split():
        assert f"│ {name} " in out


@pytest.mark.parametrize(
    "noun", [(), ("papers",), ("sources",), ("index",), ("editions",), ("digests",), ("settings",)]
)
def test_a_noun_alone_shows_its_verbs(call: Call, noun: tuple[str, ...]) -> None:
    status, out, err = call(*noun)
    assert status == 2
    assert "Usage: broadsheet" in out + err
    assert "Commands" in out + err


@pytest.mark.parametrize("words", [("nonsense",), ("papers", "burn"), ("search",), ("search", "moss", "--loud")])
def test_a_wrong_call_is_status_2_and_points_to_help(call: Call, words: tuple[str, ...]) -> None:
    status, out, err = call(*words)
    assert (status, out) == (2, "")
    assert "--help" in err
    assert "Traceback" not in err


def test_a_tick_as_json_has_every_piece_of_work(first_call: Call) -> None:
    status, out, _ = first_call("tick", "--json", BROADSHEET_SOURCES="[]")
    outcomes = json.loads(out)
    assert status == 0
    ticks = [outcome["tick"] for outcome in outcomes]
    told = [
        "harvest",
        "merging",
        "index",
        "verify",
        "trending",
        "rising",
        "edition",
        "returned",
        "digests",
        "sign-ins",
        "encoder",
        "artefacts",
    ]
    assert ticks == told
    assert outcomes[2] == {"tick": "index", "said": "74 papers indexed", "failed": False}
    assert not any(outcome["failed"] for outcome in outcomes)


def test_a_second_tick_has_nothing_left_to_do(call: Call) -> None:
    call("tick", BROADSHEET_SOURCES="[]")
    status, out, _ = call("tick", BROADSHEET_SOURCES="[]")
    said = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert status == 0
    assert {said[name] for name in ("harvest", "merging", "index", "digests")} == {"nothing to do"}


def test_a_tick_that_fails_is_told_after_the_others_and_status_1(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from broadsheet.digests.digests import Digests
    from broadsheet.errors import Unavailable

    def away(_digests: Digests) -> int:
        raise Unavailable("The mail server is away.")

    monkeypatch.setattr(Digests, "queue_due", away)
    status, out, _ = call("tick", "--json", BROADSHEET_SOURCES="[]")
    outcomes = {outcome.pop("tick"): outcome for outcome in json.loads(out)}
    assert status == 1
    assert outcomes["digests"] == {"said": "The mail server is away.", "failed": True}
    assert not outcomes["index"]["failed"]


def test_every_setting_is_shown_with_what_it_is_for(call: Call) -> None:
    status, out, _ = call("settings", "show", BROADSHEET_NAME="The Tide")
    assert status == 0
    assert "BROADSHEET_NAME = 'The Tide'\n    The paper's name on the masthead and in mails." in out
    assert out.count("BROADSHEET_") == len(Settings.model_fields)
    assert "static-1: Words count" in out
    shown = json.loads(call("settings", "show", "--json", BROADSHEET_NAME="The Tide")[1])
    assert set(shown) == set(Settings.model_fields)
    assert shown["name"] == "The Tide"
