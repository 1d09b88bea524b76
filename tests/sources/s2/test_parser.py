import json

import pytest

from broadsheet.outgoing import Reply
from broadsheet.sources.answers import Garbled
from broadsheet.sources.s2.parser import complaint, read
from tests.sources.s2.case import entry


def reply(told: object, status: int = 200) -> Reply:
    return Reply(status, {"content-type": "application/json"}, json.dumps(told).encode(), "https://s2.example/")


def test_a_batch_is_read_in_its_order_and_the_unknown_are_none() -> None:
    first, unknown, odd = read(reply([entry(3), None, {"paperId": 7, "externalIds": [], "authors": [None, {}]}]))
    assert unknown is None
    assert first is not None
    assert (first.id, first.corpus) == (f"{3:040x}", 1003)
    assert dict(first.external) == {"ArXiv": "2601.00003"}
    assert (first.title, first.authors, first.published) == (
        "On counting tide tables, part 3",
        ("Ada Quill",),
        "2026-01-14",
    )
    assert (first.citations, first.influential, first.venue) == (30, 3, "Tides")
    assert odd is not None
    assert (odd.id, odd.external, odd.authors, odd.citations) == ("", (), (), None)


def test_a_year_does_where_there_is_no_day() -> None:
    (found,) = read(reply([entry(3, publicationDate=None)]))
    assert found is not None
    assert found.published == "2026"


@pytest.mark.parametrize(
    ("told", "words"), [({"error": "Too many ids"}, "it says “Too many ids”"), ({}, "no list"), (7, "no list")]
)
def test_what_is_no_batch_is_told(told: object, words: str) -> None:
    with pytest.raises(Garbled, match=words):
        read(reply(told))


def test_a_complaint_is_read_and_silence_is_empty() -> None:
    assert complaint(reply({"message": "Forbidden"}, 403)) == "Forbidden"
    assert complaint(Reply(403, {}, b"<html>", "")) == ""
