import pytest

from broadsheet.outgoing import Reply
from broadsheet.sources.answers import Garbled
from broadsheet.sources.biorxiv.parser import read
from tests.sources.biorxiv.case import page, preprint


def reply(body: bytes) -> Reply:
    return Reply(200, {"content-type": "application/json"}, body, "https://api.biorxiv.org/")


def test_a_page_is_read_field_by_field() -> None:
    found = read(reply(page([preprint(1), preprint(2)])))
    assert found.total == 2
    assert [one.doi for one in found.preprints] == ["10.1101/2026.01.02.700001", "10.1101/2026.01.03.700001"]
    first = found.preprints[0]
    assert (first.title, first.authors) == ("On the sleep of moss colonies, part 1", "Quill, A.; Marsh, B. C.")
    assert (first.date, first.version, first.category, first.published) == ("2026-01-14", "1", "cell biology", "NA")
    assert first.raw["license"] == "cc_by"


def test_no_posts_is_an_empty_page() -> None:
    found = read(reply(page([])))
    assert (found.preprints, found.total) == ((), None)


def test_a_version_and_a_total_may_be_numbers() -> None:
    body = b'{"messages": [{"status": "ok", "total": 7}], "collection": [{"doi": "10.1101/x", "version": 2}, null]}'
    found = read(reply(body))
    assert (found.total, found.preprints[0].version, found.preprints[1].doi) == (7, "2", "")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[]", "no collection"),
        (b'{"messages": []}', "no collection"),
        (b'{"messages": [{"status": "Error: bad interval"}], "collection": []}', "it says “Error: bad interval”"),
        (b"<html></html>", "web page"),
        (b"{", "broken JSON"),
    ],
)
def test_what_is_no_page_is_told(body: bytes, words: str) -> None:
    with pytest.raises(Garbled, match=words):
        read(reply(body))
