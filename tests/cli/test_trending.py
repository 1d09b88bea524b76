import json

from tests.cli.conftest import Call


def test_the_mark_is_off_and_nothing_learnt_at_first(call: Call) -> None:
    status, out, _ = call("trending", "rising")
    assert status == 0
    assert out.splitlines() == [
        "The mark is off.",
        "Nothing was learnt yet: broadsheet trending rising --fit learns from this database.",
    ]


def test_it_is_switched_and_tells_why_there_is_too_little(call: Call) -> None:
    status, out, _ = call("trending", "rising", "--fit", "--on")
    assert status == 0
    assert out.startswith("The mark is on since ")
    assert "Too little has happened here to learn from: 0 papers" in out
    _, out, _ = call("trending", "rising", "--off", "--json")
    told = json.loads(out)
    assert (told["on"], told["fit"]["spans"], told["fit"]["trial"]) == (False, [], None)
    assert told["fit"]["refusal"].startswith("Too little")
