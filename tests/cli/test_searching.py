import json

import pytest

from tests.cli.conftest import Call


def test_results_are_numbered_named_and_reasoned(call: Call) -> None:
    status, out, err = call("search", "object detection", "--limit", "2")
    assert (status, err) == (0, "")
    first, why, second, _, _, count = out.splitlines()
    assert first.startswith("  1. An Energy and GPU-Computation Efficient Backbone")
    assert first.endswith("[arxiv:1904.09730]")
    assert "“object” and “detection”" in why
    assert second.startswith("  2. ")
    assert " papers in " in count


def test_results_as_json_are_those_of_the_api(call: Call) -> None:
    found = json.loads(call("search", "object detection", "--json", "--limit", "3")[1])
    assert list(found) == ["query", "took_ms", "total", "notes", "results"]
    assert found["query"] == "object detection"
    assert [hit["rank"] for hit in found["results"]] == [1, 2, 3]
    assert found["total"] >= 3


def test_the_newest_first_where_asked(call: Call) -> None:
    found = json.loads(call("search", "cat:cs.CV", "--json", "--sort", "newest")[1])
    days = [hit["paper"]["published"] for hit in found["results"]]
    assert len(days) > 4
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("method", ["fused", "rrf", "bm25", "dense"])
def test_every_method_finds_a_paper_by_its_words(call: Call, method: str) -> None:
    found = json.loads(call("search", "backbone network for object detection", "--json", "--method", method)[1])
    assert found["results"][0]["paper"]["id"] == "arxiv:1904.09730"


def test_nothing_found_is_no_failure(call: Call) -> None:
    status, out, _ = call("search", "qzxqzx")
    assert (status, out) == (0, "Nothing found. Try fewer or other words.\n")


def test_a_remark_on_the_query_stays_out_of_the_answer(call: Call) -> None:
    status, out, err = call("search", "arxiv:2601.09999")
    assert status == 0
    assert "No paper here has the identifier arxiv:2601.09999." in err
    assert "identifier" not in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("moss", "--sort", "best"), "relevance, newest, trending"),
        (("moss", "--method", "best"), "fused, rrf, bm25, dense"),
        (("moss", "--encoder", "best"), "Choose one of: static"),
    ],
)
def test_a_wrong_choice_is_told_with_the_right_ones(call: Call, words: tuple[str, ...], told: str) -> None:
    status, out, err = call("search", *words)
    assert (status, out) == (1, "")
    assert told in err


@pytest.mark.parametrize("limit", ["0", "101"])
def test_a_limit_out_of_range_is_a_wrong_call(call: Call, limit: str) -> None:
    status, _, err = call("search", "moss", "--limit", limit)
    assert status == 2
    assert "--limit" in err
