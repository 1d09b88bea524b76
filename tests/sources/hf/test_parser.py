import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.sources.answers import Garbled
from broadsheet.sources.hf.parser import parse
from broadsheet.sources.hf.wire import BrokenPaper, DailyPaper
from tests.sources.servers import daily_paper


def one(entry: Any) -> DailyPaper | BrokenPaper:
    (found,) = parse(json.dumps([entry]).encode())
    return found


def test_an_entry_is_read_field_by_field() -> None:
    entry = daily_paper(7)
    assert one(entry) == DailyPaper(
        id="2601.00007",
        raw=entry,
        title="On folding moss colonies, part 7",
        summary="We fold moss colonies with 7 instruments.",
        authors=("Ada Quill", "Bruno Marsh"),
        published_at="2026-01-13T00:00:00.000Z",
        submitted_on_daily_at="2026-01-14T08:30:00.000Z",
        upvotes=7,
        comments=2,
        github_repo="https://github.com/moss/fold-7",
        github_stars=70,
        project_page="https://moss.example/7",
    )


def test_nulls_and_oddities_cost_their_field_only() -> None:
    entry = daily_paper(7, summary=None, upvotes=None, githubStars="many", projectPage=3, authors=None, upvote=True)
    found = one({**entry, "numComments": -1, "unheardOf": [{}]})
    assert isinstance(found, DailyPaper)
    assert (found.summary, found.upvotes, found.github_stars, found.project_page) == (None, None, None, None)
    assert (found.authors, found.comments, found.title) == ((), None, "On folding moss colonies, part 7")


def test_authors_without_a_name_are_passed_over() -> None:
    found = one(daily_paper(1, authors=[{"name": "Ada Quill"}, {"name": None}, None, "Bruno", {"name": ""}]))
    assert isinstance(found, DailyPaper)
    assert found.authors == ("Ada Quill",)


def test_the_entrys_own_title_stands_in() -> None:
    found = one({**daily_paper(1, title=None), "title": "From outside"})
    assert isinstance(found, DailyPaper)
    assert found.title == "From outside"


@pytest.mark.parametrize("entry", [None, "text", {}, {"paper": None}, {"paper": {"id": 7}}, {"paper": {"id": " "}}])
def test_an_entry_without_an_id_is_broken(entry: Any) -> None:
    assert isinstance(one(entry), BrokenPaper)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"<!doctype html>", "a web page"),
        (b'[{"paper":', "broken JSON"),
        (b'{"error": "Too many requests"}', "it says “Too many requests”"),
        (b'{"papers": []}', "no list"),
        (b"[" * 100_000, "broken JSON"),
    ],
)
def test_what_is_no_list_is_told(body: bytes, words: str) -> None:
    with pytest.raises(Garbled, match=words):
        parse(body)


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9) | st.just([{}])


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(sorted(daily_paper(1)["paper"])), ANYTHING), ANYTHING)
def test_any_json_is_read_or_broken(fields: dict[str, Any], comments: Any) -> None:
    found = one({**daily_paper(1, **{"id": "2601.00001", **fields}), "numComments": comments})
    assert isinstance(found, DailyPaper | BrokenPaper)
