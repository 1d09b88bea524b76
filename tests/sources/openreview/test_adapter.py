import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.clock import FixedClock
from broadsheet.errors import Unavailable
from broadsheet.papers.identifiers import Identifier
from broadsheet.sources.openreview.adapter import OpenReviewConnector, record_of
from broadsheet.sources.openreview.parser import read
from tests.sources.asking import client, keys
from tests.sources.openreview.case import PAGE, note
from tests.sources.openreview.test_parser import reply
from tests.sources.servers import Script, instead, serving, status

CONFERENCE, JOURNAL = "Tides.cc/2026/Conference", "TideJournal/-/Submission"


@dataclass
class Server:
    """OpenReview's API: the notes of each venue by their last change, as it lists them."""

    base: str = ""
    held: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    script: Script = field(default_factory=Script)
    signed_in: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/notes", self._notes), Route("/login", self._login, methods=["POST"])])

    def _notes(self, request: Request) -> Response:
        query = request.query_params
        since, after = int(query.get("mintmdate", 0)), query.get("after")
        notes = [
            one for one in self.held[query.get("invitation") or query["content.venueid"]] if one["tmdate"] >= since
        ]
        start = next((place for place, one in enumerate(notes, start=1) if one["id"] == after), 0)
        body = JSONResponse({"notes": notes[start : start + PAGE]}).body
        return self.script.answer(request, bytes(body), "application/json")

    async def _login(self, request: Request) -> Response:
        self.signed_in.append(json.loads(await request.body()))
        good = self.signed_in[-1]["password"] == "hush"
        return JSONResponse({"token": "abc"} if good else {"message": "Invalid"}, 200 if good else 400)


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server(held={CONFERENCE: [note(n) for n in range(7)], JOURNAL: [note(n) for n in range(20, 22)]})
    with serving(found.app()) as found.base:
        yield found


def connector(server: Server, clock: FixedClock, *venues: str, **options: Any) -> OpenReviewConnector:
    return OpenReviewConnector(client(clock), venues=venues or (CONFERENCE, JOURNAL), base_url=server.base, **options)


def test_venues_and_invitations_are_read_one_after_another(server: Server, clock: FixedClock) -> None:
    batches = list(connector(server, clock).batches(None))
    assert len(keys(batches)) == 9
    assert server.script.asked[0] == {"content.venueid": CONFERENCE, "limit": "1000", "sort": "tmdate:asc"}
    after = [one.get("after", "") for one in server.script.asked]
    assert after == ["", "tideNote02", "tideNote05", "tideNote06", "", "tideNote21"]
    assert server.script.asked[-1]["invitation"] == JOURNAL
    assert batches[-1].done
    assert batches[-1].cursor == {"seen": {CONFERENCE: 1768300000006, JOURNAL: 1768300000021}}
    assert "authorization" not in server.script.headers[0]


def test_the_next_round_asks_for_what_has_changed_since(server: Server, clock: FixedClock) -> None:
    seen = list(connector(server, clock).batches(None))[-1].cursor
    server.held[CONFERENCE] = [
        *server.held[CONFERENCE][1:],
        note(0, {"venue": "Tides 2026 Oral"}, tmdate=1768300000099),
    ]
    again = list(connector(server, clock).batches(seen))
    assert keys(again) == ["tideNote06", "tideNote00", "tideNote21"]
    assert again[-1].cursor["seen"][CONFERENCE] == 1768300000099


def test_a_round_that_was_cut_off_goes_on_within_its_venue(server: Server, clock: FixedClock) -> None:
    batches = []
    for batch in connector(server, clock).batches(None):
        batches.append(batch)
        if len(batches) == 2:
            break
    server.script.reset()
    rest = list(connector(server, clock).batches(batches[-1].cursor))
    assert server.script.asked[0]["after"] == "tideNote05"
    assert len(keys([*batches, *rest])) == 9
    assert rest[-1].cursor["seen"][CONFERENCE] == 1768300000006


def test_a_note_that_is_gone_begins_the_venue_anew(server: Server, clock: FixedClock) -> None:
    server.script.faults = [None, status(404)]
    batches = list(connector(server, clock, CONFERENCE).batches(None))
    assert len(set(keys(batches))) == 7
    after = [one.get("after", "") for one in server.script.asked]
    assert after == ["", "tideNote02", "", "tideNote02", "tideNote05", "tideNote06"]


def test_a_venue_that_is_no_longer_listed_is_forgotten(server: Server, clock: FixedClock) -> None:
    cursor = {"seen": {"Old.cc/2020": 7}, "venue": "Old.cc/2020", "after": "tideNote02"}
    batches = list(connector(server, clock, JOURNAL).batches(cursor))
    assert batches[-1].cursor == {"seen": {JOURNAL: 1768300000021}}


def test_the_same_notes_again_end_the_round_with_a_word(server: Server, clock: FixedClock) -> None:
    first = json.dumps({"notes": server.held[CONFERENCE][:3]})
    server.script.faults = [None, instead(first, "application/json")]
    with pytest.raises(Unavailable, match=r"the same notes of Tides\.cc/2026/Conference again"):
        list(connector(server, clock).batches(None))


def test_a_user_signs_in_first_and_the_password_goes_nowhere_else(server: Server, clock: FixedClock) -> None:
    list(connector(server, clock, JOURNAL, user="me", password="hush").batches(None))
    assert server.signed_in == [{"id": "me", "password": "hush"}]
    assert server.script.headers[0]["authorization"] == "Bearer abc"
    with pytest.raises(
        Unavailable, match="does not let this instance sign in; check BROADSHEET_OPENREVIEW_USER"
    ) as found:
        list(connector(server, clock, JOURNAL, user="me", password="wrong").batches(None))
    assert "wrong" not in repr(found.value)


def test_a_refusal_names_the_venue_and_the_settings(server: Server, clock: FixedClock) -> None:
    server.script.faults = [lambda *_: JSONResponse({"message": "Challenge required"}, 403)]
    with pytest.raises(
        Unavailable, match=r"it answered 403 for Tides.* \(“Challenge required”\): check BROADSHEET_OPEN"
    ):
        list(connector(server, clock).batches(None))


def one(content: dict[str, Any] | None = None, **fields: Any) -> Any:
    return record_of(read(reply({"notes": [note(7, content, **fields)]})).notes[0])


def test_a_note_becomes_a_record() -> None:
    found = one(
        {"code": "https://github.com/tide/count"}, pdate=int(datetime(2026, 1, 10, tzinfo=UTC).timestamp() * 1000)
    )
    assert (found.source, found.key) == ("openreview", "tideNote07")
    assert found.identifiers == (Identifier("openreview", "tideNote07"),)
    assert (found.published, found.venue) == (date(2026, 1, 10), "Tides 2026 Poster")
    assert found.links == ("https://openreview.net/forum?id=tideNote07", "https://github.com/tide/count")
    assert (found.licence, found.withdrawn) == ("", False)
    assert one(license="CC BY 4.0").licence == "CC BY 4.0"


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ({"venueid": "Tides.cc/2026/Conference/Withdrawn_Submission"}, {}),
        ({"venueid": "Tides.cc/2026/Conference/Desk_Rejected_Submission"}, {}),
        ({}, {"ddate": 1768300000000}),
    ],
)
def test_what_was_withdrawn_is_marked(content: dict[str, Any], fields: dict[str, Any]) -> None:
    assert one(content, **fields).withdrawn


def test_replies_and_notes_without_a_title_are_rejected(server: Server, clock: FixedClock) -> None:
    server.held[JOURNAL] = [note(1, forum="tideNote00"), note(2, {"title": None}), note(3, id="?")]
    batches = list(connector(server, clock, JOURNAL).batches(None))
    assert keys(batches) == []
    assert [bad.key for bad in batches[0].rejected] == ["tideNote01", "tideNote02", "?"]
    assert "a reply in a discussion" in batches[0].rejected[0].reason
