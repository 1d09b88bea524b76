import json

import pytest

from broadsheet.outgoing import Reply
from broadsheet.sources.answers import Garbled
from broadsheet.sources.openreview.parser import complaint, read, read_token
from tests.sources.openreview.case import note


def reply(told: object, status: int = 200) -> Reply:
    return Reply(status, {"content-type": "application/json"}, json.dumps(told).encode(), "https://api2.example/notes")


def test_a_page_is_read_field_by_field() -> None:
    content = {"code": "https://github.com/tide/count", "html": None}
    (told,) = read(reply({"notes": [note(7, content)], "count": 1})).notes
    assert (told.id, told.forum) == ("tideNote07", "tideNote07")
    assert (told.title, told.authors) == ("On counting tide tables, part 7", ("Ada Quill", "Bruno Marsh"))
    assert (told.created, told.published, told.modified, told.deleted) == (1768000000007, None, 1768300000007, None)
    assert (told.venue, told.venue_id) == ("Tides 2026 Poster", "Tides.cc/2026/Conference")
    assert told.links == ("https://github.com/tide/count",)
    assert told.raw["version"] == 2


def test_fields_that_are_not_wrapped_are_read_as_they_stand() -> None:
    (told, odd) = read(reply({"notes": [{"id": "tideNote01", "content": {"title": "Ebb", "authors": "me"}}, 7]})).notes
    assert (told.title, told.authors, told.modified) == ("Ebb", (), None)
    assert odd.id == ""


@pytest.mark.parametrize(
    ("told", "words"), [({"name": "E", "message": "Rate limit"}, "it says “Rate limit”"), ([], "no list of notes")]
)
def test_what_is_no_page_is_told(told: object, words: str) -> None:
    with pytest.raises(Garbled, match=words):
        read(reply(told))


def test_a_token_and_a_complaint_are_read() -> None:
    assert read_token(reply({"token": "abc"})) == "abc"
    assert read_token(reply({"user": {}})) == ""
    assert complaint(reply({"name": "ForbiddenError"}, 403)) == "ForbiddenError"
    assert complaint(Reply(403, {}, b"<html>", "")) == ""
