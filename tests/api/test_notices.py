"""What a mail provider posts: who is believed, what follows, and what stands in the log of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from broadsheet.api.notices import PATH, notice_routes
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.digests.returning import ReturnedDigests
from broadsheet.mail.addresses import read
from broadsheet.mail.returned.intake import Intake
from broadsheet.mail.ses.notices import LARGEST, Notices
from broadsheet.mail.suppression import Suppressions
from broadsheet.outgoing import Outgoing
from tests.digests.newsroom import HEAD, SECRET, TODAY, Newsroom, newsroom
from tests.mail.ses.servers import TOPIC, Amazon, amazon

ADA = "ada.quill@reader.example"


@pytest.fixture(scope="module")
def server() -> Iterator[Amazon]:
    with amazon() as served:
        yield served


class Desk:
    """A newsroom whose one reader got a digest, and the door for notices."""

    def __init__(self, room: Newsroom, server: Amazon) -> None:
        self.room, self.server = room, server
        outgoing = Outgoing(user_agent="Broadsheet/0 (test)", clock=room.clock, allow_private=True, patience=0.0)
        notices = Notices(server.of(), outgoing, room.clock)
        intake = Intake(room.database, room.clock, None, [ReturnedDigests(HEAD)], [])
        self.door = TestClient(Starlette(routes=notice_routes(notices, intake)))
        self.suppressions = Suppressions(room.database, room.clock)
        room.press.publish(TODAY, lead=1)
        room.reader(ADA)
        assert room.tick() == 1
        self.mail_id = str(room.tray.mails[0]["X-Broadsheet-Delivery"])

    def post(self, event: dict[str, Any], **changed: str) -> int:
        mail = {"messageId": "0102", "destination": [ADA], "tags": {"broadsheet": [self.mail_id]}}
        raw = self.server.notice({"mail": mail, **event}, **changed)
        return self.door.post(PATH, content=raw, headers={"content-type": "text/plain; charset=UTF-8"}).status_code

    @property
    def reason(self) -> str:
        found = self.suppressions.find(read(ADA, SECRET).key)
        return found.reason if found else ""


@pytest.fixture
def desk(database: Database, clock: FixedClock, server: Amazon) -> Desk:
    return Desk(newsroom(database, clock), server)


GONE = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": ADA}]}


def test_a_bounce_suppresses_once_however_often_it_is_told(desk: Desk) -> None:
    assert desk.post({"eventType": "Delivery"}) == 204
    assert (desk.reason, desk.room.states()) == ("", ["accepted"])
    assert [desk.post({"eventType": "Bounce", "bounce": GONE}) for _ in range(2)] == [204, 204]
    assert (desk.reason, desk.room.states()) == ("bounced", ["bounced"])
    assert len(desk.suppressions.decisions()) == 1


def test_a_complaint_ends_the_subscription(desk: Desk) -> None:
    assert desk.post({"eventType": "Complaint", "complaint": {"complaintFeedbackType": "abuse"}}) == 204
    assert desk.reason == "complained"
    assert desk.room.subscriptions.counts()["ended"] == 1


def test_forged_notices_change_nothing_and_name_nobody_in_the_log(desk: Desk) -> None:
    event = {"eventType": "Bounce", "bounce": GONE}
    with capture_logs() as lines:
        assert desk.post(event, TopicArn=TOPIC.replace("1234", "9999")) == 403
        assert desk.post(event, SigningCertURL="https://evil.example/SimpleNotificationService-1.pem") == 403
        assert desk.post(event, SignatureVersion="9") == 403
        unsigned = desk.door.post(PATH, json={"Type": "Notification", "mail": {"destination": [ADA]}})
        assert unsigned.status_code == 422
        desk.mail_id = "0" * 32
        assert desk.post(event) == 204  # Amazon's own word, of no mail that was ever sent
    assert (desk.reason, desk.room.states()) == ("", ["accepted"])
    assert [line["event"] for line in lines] == ["mail_notice_refused"] * 4 + ["mail_returned"]
    assert (lines[-1]["known"], ADA in str(lines)) == (False, False)


def test_a_topic_is_confirmed_and_its_end_ignored(desk: Desk) -> None:
    desk.server.confirmed.clear()
    for kind in ("SubscriptionConfirmation", "UnsubscribeConfirmation"):
        raw = desk.server.notice("…", kind)
        assert desk.door.post(PATH, content=raw).status_code == 204
    assert desk.server.confirmed == ["23"]


def test_what_is_too_large_is_not_read(desk: Desk) -> None:
    assert desk.door.post(PATH, content=b" " * (LARGEST + 1)).status_code == 413
    assert desk.door.get(PATH).status_code == 405


def test_without_a_topic_there_is_no_door(sqlite: Database, clock: FixedClock) -> None:
    assert notice_routes(None, Intake(sqlite, clock, None, [], [])) == []
