import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.outgoing import Reply
from broadsheet.sources.answers import Garbled
from broadsheet.sources.openalex.parser import LONGEST_ABSTRACT, abstract_of, complaint, read
from tests.sources.openalex.case import inverted, page, work


def reply(body: bytes, status: int = 200) -> Reply:
    return Reply(status, {"content-type": "application/json"}, body, "https://api.openalex.org/works")


def test_a_page_is_read_field_by_field() -> None:
    found = read(reply(page([work(n) for n in range(5)])))
    assert (len(found.works), found.next) == (3, "after-3")
    told = found.works[2]
    assert (told.id, told.doi) == ("https://openalex.org/W4400000002", "https://doi.org/10.5555/tide.2")
    assert (told.title, told.authors) == ("On counting tide tables, part 2", ("Ada Quill",))
    assert (told.published, told.topics, told.venue) == ("2026-01-14", ("Tidal studies",), "Journal of Tides")
    assert (told.links, told.citations, told.retracted) == (("https://tides.example/2",), 2, False)
    assert abstract_of(told.inverted) == "We count tides and 2 tides more"


def test_the_last_page_names_no_other() -> None:
    assert read(reply(page([work(1)]))).next == ""


def test_nulls_and_numbers_cost_their_field_alone() -> None:
    odd = dict.fromkeys(work(1), None) | {"id": "https://openalex.org/W1", "display_name": "Ebb", "publication_year": 7}
    told = read(reply(json.dumps({"meta": None, "results": [odd, 7]}).encode())).works
    assert (told[0].title, told[0].published, told[0].authors, told[0].inverted) == ("Ebb", "7", (), None)
    assert told[1].id == ""


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1), min_size=1))
def test_an_abstract_comes_back_in_its_order(words: list[str]) -> None:
    assert abstract_of(inverted(" ".join(words))) == " ".join(words)


def test_places_that_are_none_are_passed_over() -> None:
    odd = {"ebb": [1], "flow": [0, -1, LONGEST_ABSTRACT, 10**12, True, "2", None], "tide": None, "moon": {"0": 1}}
    assert abstract_of(odd) == "flow ebb"
    assert abstract_of(None) == ""


def test_a_complaint_is_read_and_silence_is_empty() -> None:
    assert complaint(reply(b'{"error": "Invalid filter", "message": "Unknown field"}', 400)) == "Unknown field"
    assert complaint(reply(b'{"error": "Invalid filter"}', 400)) == "Invalid filter"
    assert complaint(reply(b"no", 403)) == ""


@pytest.mark.parametrize(("body", "words"), [(b"[]", "no list of works"), (b'{"results": {}}', "no list of works")])
def test_what_is_no_page_is_told(body: bytes, words: str) -> None:
    with pytest.raises(Garbled, match=words):
        read(reply(body))
