import json

import pytest

from tests.cli.conftest import Call


def test_results_are_numbered_named_and_reasoned(call: Call) -> None:
    status, out, err = call("search", "object detection", "--limit", "2")
    assert status == 0
    assert err.startswith("More: the same with --cursor ")
    first, why, second, _, _, count = out.splitlines()
    assert first.startswith("  1. An Energy and GPU-Computation Efficient Backbone")
    assert first.endswith("[arxiv:1904.09730]")
    assert "“object” and “detection”" in why
    assert second.startswith("  2. ")
    assert " papers in " in count


def test_words_need_no_quotes(call: Call) -> None:
    one, many = call("search", "object detection -moss"), call("search", "--", "object", "detection", "-moss")
    assert one[0] == many[0] == 0
    assert one[1].splitlines()[:-1] == many[1].splitlines()[:-1]


def test_results_as_json_are_those_of_the_api(call: Call) -> None:
    found = json.loads(call("search", "object detection", "--json", "--limit", "3")[1])
    assert list(found) == ["query", "took_ms", "total", "notes", "suggestion", "author", "results", "next", "facets"]
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


def test_what_is_recent_and_relevant_says_what_age_has_left(call: Call) -> None:
    found = json.loads(call("search", "object detection", "--json", "--sort", "recent")[1])
    for hit in found["results"]:
        assert 0 < hit["why"]["freshness"] <= 1
        assert hit["why"]["text"] + hit["why"]["meaning"] == pytest.approx(hit["score"], abs=2e-6)


def test_a_cursor_goes_on_where_the_page_before_ended(call: Call) -> None:
    whole = json.loads(call("search", "object detection", "--json", "--limit", "6")[1])
    first = json.loads(call("search", "object detection", "--json", "--limit", "3")[1])
    second = json.loads(call("search", "object detection", "--json", "--limit", "3", "--cursor", first["next"])[1])
    assert first["results"] + second["results"] == whole["results"]
    _, _, err = call("search", "object detection", "--limit", "3")
    assert f"--cursor {first['next']}" in err
    status, out, err = call("search", "object detection", "--cursor", "x")
    assert (status, out) == (1, "")
    assert "“x” is no cursor" in err


def test_an_unknown_word_brings_a_suggestion_beside_the_answer(call: Call) -> None:
    status, out, err = call("search", "objcet detection")
    assert status == 0
    assert "Did you mean: object detection" in err
    assert "Did you mean" not in out
    found = json.loads(call("search", "objcet detection", "--json")[1])
    assert found["suggestion"] == {"query": "object detection", "words": {"objcet": "object"}}


@pytest.mark.parametrize(
    "text",
    [
        *("moss " * 2_000, '"tide tables AND (moss OR "', "(a+)+$" + "a" * 60 + "!", "潮汐表 таблица"),
        *("cat:no.where moss", "moss date:9999-99-99", "moss date:0001..9999", "-moss", "the of and"),
    ],
)
def test_no_question_breaks_the_command(call: Call, text: str) -> None:
    status, out, err = call("search", "--json", "--", text)
    assert status == 0, err
    assert "results" in json.loads(out)


@pytest.mark.parametrize("text", ["!?.,;:", "", "   ", '"', "-"])
def test_a_question_without_a_word_is_told(call: Call, text: str) -> None:
    status, out, err = call("search", "--", text)
    assert (status, out) == (1, "")
    assert "holds no word to search for" in err


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
        (("moss", "--sort", "best"), "relevance, recent, newest, trending"),
        (("moss", "--method", "best"), "fused, rrf, bm25, dense"),
        (("moss", "--encoder", "best"), "Choose one of: static, onnx, "),
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
