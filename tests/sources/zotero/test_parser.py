import json

import pytest

from broadsheet.outgoing import Reply
from broadsheet.sources.answers import Garbled
from broadsheet.sources.zotero.parser import read, read_deleted
from broadsheet.sources.zotero.wire import Creator
from tests.sources.zotero.case import item

HEADERS = {"content-type": "application/json", "last-modified-version": "41", "total-results": "250"}


def reply(told: object, status: int = 200, **headers: str) -> Reply:
    return Reply(status, {**HEADERS, **headers}, json.dumps(told).encode(), "https://api.zotero.org/")


def test_a_page_is_read_field_by_field() -> None:
    page = read(reply([item(7, {"parsedDate": "2026-01-14"})]))
    assert (page.version, page.total, page.is_doubtful) == (41, 250, False)
    (told,) = page.items
    assert (told.key, told.kind, told.parsed) == ("TIDE0007", "journalArticle", "2026-01-14")
    assert told.creators == (Creator("author", "Quill", "Ada"),)
    assert told.fields["publicationTitle"] == "Journal of Tides"
    assert "extra" not in told.fields


def test_what_a_person_wrote_for_themselves_is_dropped() -> None:
    (told,) = read(reply([item(7, note="<p>call her back</p>", rights="mine")])).items
    assert told.raw.keys().isdisjoint({"tags", "collections", "note", "rights"})
    assert "to read at home" not in json.dumps(dict(told.raw))


def test_nothing_new_has_no_version() -> None:
    assert read(Reply(304, {}, b"", "")).version is None


def test_odd_items_cost_themselves_alone() -> None:
    odd, named = read(reply([7, {"key": "TIDE0001", "data": {"creators": [None, {"name": "The Tide Group"}]}}])).items
    assert (odd.key, odd.kind) == ("", "")
    assert named.creators == (Creator("", ""), Creator("", "The Tide Group"))


def test_bytes_of_no_charset_are_doubtful() -> None:
    body = '[{"key": "TIDE0001", "data": {"title": "Café"}}]'.encode("latin-1")
    assert read(Reply(200, HEADERS, body, "")).is_doubtful


@pytest.mark.parametrize(
    ("told", "headers", "words"),
    [
        ({}, {}, "no list of items"),
        ([], {"last-modified-version": "soon"}, "does not tell the library's version"),
    ],
)
def test_what_is_no_page_is_told(told: object, headers: dict[str, str], words: str) -> None:
    with pytest.raises(Garbled, match=words):
        read(Reply(200, {**HEADERS, **headers}, json.dumps(told).encode(), ""))


def test_deletions_are_read() -> None:
    assert read_deleted(reply({"items": ["TIDE0001", 7], "collections": ["ABCD2345"]})) == ("TIDE0001",)
    with pytest.raises(Garbled, match="no deletions"):
        read_deleted(reply([]))
