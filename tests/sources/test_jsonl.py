import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.errors import Invalid
from broadsheet.papers.identifiers import Identifier
from broadsheet.sources.jsonl import record_of

LINE: dict[str, Any] = {
    "id": "arxiv:2601.00007",
    "title": "On weighing paper bridges",
    "abstract": "We weigh them.",
    "authors": ["Ada Quill", "Bruno Marsh"],
    "published": "2026-01-08",
    "categories": ["cs.IR", "cs.LG"],
    "urls": ["https://arxiv.org/abs/2601.00007", "https://doi.org/10.5555/bridges.7"],
    "comments": "7 pages",
    "source": "arxiv",
}


def line(**changes: Any) -> bytes:
    return json.dumps({name: value for name, value in {**LINE, **changes}.items() if value != "drop"}).encode()


def test_a_line_becomes_a_record() -> None:
    record = record_of(line())
    assert (record.source, record.key, record.title) == ("arxiv", "2601.00007", "On weighing paper bridges")
    assert record.identifiers == (Identifier("arxiv", "2601.00007"), Identifier("doi", "10.5555/bridges.7"))
    assert (record.published, record.date_precision) == (date(2026, 1, 8), "day")
    assert record.authors == ("Ada Quill", "Bruno Marsh")
    assert record.categories == ("cs.IR", "cs.LG")
    assert record.links == tuple(LINE["urls"])
    assert record.comments == "7 pages"
    assert json.loads(str(record.payload)) == LINE


def test_what_may_be_missing_may_be_missing() -> None:
    record = record_of(b'{"id": "local-1", "title": "T", "abstract": null, "authors": null}')
    assert (record.source, record.key, record.identifiers) == ("file", "local-1", ())
    assert (record.abstract, record.authors, record.published, record.links) == ("", (), None, ())


def test_our_own_sources_keep_their_names() -> None:
    record = record_of(line(source="hf-daily-papers", categories="drop"))
    assert (record.source, record.key) == ("hf", "2601.00007")
    assert record_of(line(id="acl:2024.tide-1.2", source="acl-anthology")).key == "2024.tide-1.2"


@pytest.mark.parametrize(
    ("published", "precision", "wanted"),
    [
        ("2026-01-08", "day", (date(2026, 1, 8), "day")),
        ("2026-01-01", "month", (date(2026, 1, 1), "month")),
        ("2026-01-01", "year", (date(2026, 1, 1), "year")),
        ("2026-01-08T10:11:12Z", "drop", (date(2026, 1, 8), "day")),
        ("2026-02", "drop", (date(2026, 2, 1), "month")),
        ("2026", "drop", (date(2026, 1, 1), "year")),
        ("", "drop", (None, "day")),
        (None, "day", (None, "day")),
    ],
)
def test_dates_are_read_as_exactly_as_they_are_told(published: Any, precision: str, wanted: Any) -> None:
    record = record_of(line(published=published, date_precision=precision))
    assert (record.published, record.date_precision) == wanted


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"id": "drop"}, "id", "“id” is missing"),
        ({"id": ""}, "id", "“id” is missing"),
        ({"id": 7}, "id", "“id” is a number"),
        ({"id": "x" * 256}, "id", "at most 255 printable"),
        ({"id": "doi:10.5555/a\x00b"}, "id", "printable"),
        ({"id": "x\ud800"}, "id", "printable"),
        ({"id": "arxiv:nonsense"}, "id", "nonsense"),
        ({"title": "drop"}, "title", "“title” is missing"),
        ({"title": "  "}, "title", "“title” is missing"),
        ({"title": None}, "title", "“title” is missing"),
        ({"title": ["a"]}, "title", "“title” is a list"),
        ({"abstract": 1.5}, "abstract", "“abstract” is a number"),
        ({"abstract": {}}, "abstract", "“abstract” is an object"),
        ({"authors": "Ada"}, "authors", "“authors” is a text; it must be a list"),
        ({"authors": ["Ada", None]}, "authors", "“authors” holds null"),
        ({"authors": [["Ada"]]}, "authors", "“authors” holds a list"),
        ({"categories": [True]}, "categories", "“categories” holds true or false"),
        ({"urls": {"a": 1}}, "urls", "“urls” is an object"),
        ({"published": "January"}, "published", "“published” is 'January'; write it as 2026-01-31"),
        ({"published": "2026-02-30"}, "published", "2026-02-30"),
        ({"published": "2026-W01-1"}, "published", "2026-W01-1"),
        ({"published": "20260101"}, "published", "20260101"),
        ({"published": "2026-1-8"}, "published", "2026-1-8"),
        ({"published": 2026}, "published", "a number"),
        ({"date_precision": "hour"}, "date_precision", "hour"),
        ({"source": "No Such!"}, "source", "No Such!"),
    ],
)
def test_what_is_wrong_is_rejected_with_its_field(changes: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(Invalid) as told:
        record_of(line(**changes))
    assert told.value.field == field
    assert words in told.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"{", "no JSON: "),
        (b"nothing", "no JSON"),
        (b"[1]", "no JSON object"),
        (b'"text"', "no JSON object"),
        (b'{"id": "caf\xe9"}', "not UTF-8 at byte 12"),
        (b"[" * 100_000, "no JSON"),
        (b'{"n": ' + b"9" * 5000 + b"}", "no JSON"),
    ],
)
def test_what_is_no_json_object_is_told(text: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        record_of(text)


def test_links_are_web_addresses_only() -> None:
    odd = ["javascript:alert(1)", "ftp://tide.example", "", "http://a\x00b", "http://\ud800", "http://" + "x" * 3000]
    record = record_of(line(urls=[*odd, "https://tide.example/", "https://tide.example/"]))
    assert record.links == ("https://tide.example/",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys((*LINE, "venue", "date_precision"), JSON)))
def test_any_json_is_a_record_or_a_reason(changes: dict[str, Any]) -> None:
    try:
        record = record_of(json.dumps({**LINE, **changes}).encode())
    except Invalid as error:
        assert error.message  # noqa: PT017 - either way is right, silence and other errors are not
    else:
        assert record.title
        assert record.key
