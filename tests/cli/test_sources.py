import json

from tests.cli.conftest import Call


def test_the_sources_of_the_instance_are_listed(call: Call) -> None:
    status, out, err = call("sources", "list")
    assert (status, err) == (0, "")
    assert [line.split(maxsplit=1) for line in out.splitlines()] == [["hf", "Hugging Face"], ["arxiv", "arXiv"]]
    listed = json.loads(call("sources", "list", "--json")[1])
    assert listed == [{"name": "hf", "title": "Hugging Face"}, {"name": "arxiv", "title": "arXiv"}]


def test_only_enabled_sources_are_listed(call: Call) -> None:
    status, out, _ = call("sources", "list", "--json", BROADSHEET_SOURCES='["arxiv"]')
    assert status == 0
    assert [source["name"] for source in json.loads(out)] == ["arxiv"]


def test_status_says_that_nothing_was_harvested_yet(call: Call) -> None:
    status, out, _ = call("sources", "status")
    assert status == 0
    assert "Hugging Face has not been harvested yet" in out
    for source in json.loads(call("sources", "status", "--json")[1]):
        assert source["succeeded_at"] is None
        assert (source["papers"], source["error"], source["running"]) == (0, "", False)
        assert source["sentence"].startswith(source["title"])


def test_a_source_that_is_away_is_told_and_remembered(call: Call) -> None:
    status, out, err = call("sources", "harvest", "hf", "--json")
    assert status == 1
    assert json.loads(out) == []
    assert [line for line in err.splitlines() if line.startswith("hf: ") and "could not be reached" in line]
    hf, arxiv = json.loads(call("sources", "status", "--json")[1])
    assert "could not be reached" in hf["error"]
    assert hf["failed_at"]
    assert (arxiv["error"], arxiv["failed_at"]) == ("", None)


def test_an_unknown_source_is_told_with_those_there_are(call: Call) -> None:
    status, out, err = call("sources", "harvest", "usenet", "--json")
    assert status == 1
    assert json.loads(out) == []
    assert err.strip() == "usenet: There is no source 'usenet'; this instance has: hf, arxiv."


def test_no_enabled_source_is_nothing_to_do(call: Call) -> None:
    assert call("sources", "harvest", BROADSHEET_SOURCES="[]")[:2] == (0, "")


def test_a_range_of_the_past_is_told_of_when_it_is_cut_off(call: Call) -> None:
    status, _, err = call("sources", "harvest", "arxiv", "--from", "2024-01-01", "--until", "2024-01-31")
    assert status == 1
    assert "arxiv: " in err
    assert "could not be reached" in err
    _, arxiv = json.loads(call("sources", "status", "--json")[1])
    assert arxiv["error"] == ""
    (past,) = arxiv["backfills"]
    assert (past["since"], past["until"], past["ended_at"]) == ("2024-01-01", "2024-01-31", None)
    told = call("sources", "status")[1]
    assert "2024-01-01 to 2024-01-31 is not complete: 0 new, 0 changed so far. arXiv could not be reached" in told


def test_a_range_needs_its_source_and_its_first_day(call: Call) -> None:
    status, _, err = call("sources", "harvest", "--from", "2024-01-01")
    assert status == 2
    assert "name the source" in err
    status, _, err = call("sources", "harvest", "arxiv", "--until", "2024-01-31")
    assert status == 2
    assert "it needs --from" in err
    status, _, err = call("sources", "harvest", "arxiv", "--from", "yesterday")
    assert status == 2
