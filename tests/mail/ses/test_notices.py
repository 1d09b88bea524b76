import json
from collections.abc import Iterator

import pytest

from broadsheet.clock import FixedClock
from broadsheet.errors import Forbidden, Invalid, Unavailable
from broadsheet.mail.ses.notices import Notices
from broadsheet.outgoing import Outgoing
from tests.mail.ses.servers import Amazon, amazon


@pytest.fixture(scope="module")
def served() -> Iterator[Amazon]:
    with amazon() as server:
        yield server


@pytest.fixture
def server(served: Amazon) -> Amazon:
    served.asked.clear()
    served.confirmed.clear()
    return served


def notices_of(server: Amazon, clock: FixedClock, **changed: str) -> Notices:
    outgoing = Outgoing(user_agent="Broadsheet/0 (test)", clock=clock, allow_private=True, patience=0.0)
    return Notices(server.of(**changed), outgoing, clock)


@pytest.fixture
def notices(server: Amazon, clock: FixedClock) -> Notices:
    return notices_of(server, clock)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", [{}, {"Subject": "Amazon SES Email Event Notification"}])
def test_a_signed_notice_is_believed(server: Amazon, notices: Notices, version: str, subject: dict[str, str]) -> None:
    notice = notices.read(server.notice({"eventType": "Bounce"}, version=version, **subject))
    assert (notice.kind, json.loads(notice.message)) == ("Notification", {"eventType": "Bounce"})


def test_a_certificate_is_fetched_once(server: Amazon, notices: Notices) -> None:
    for _ in range(3):
        notices.read(server.notice("{}"))
    assert server.asked == ["certificate"]


@pytest.mark.parametrize("name", ["Message", "MessageId", "Timestamp", "Type", "Signature"])
def test_one_that_was_changed_is_not(server: Amazon, notices: Notices, name: str) -> None:
    told = json.loads(server.notice({"eventType": "Complaint"}))
    told[name] = "SubscriptionConfirmation" if name == "Type" else "Zm9yZ2Vk"
    with pytest.raises(Forbidden, match="signature does not hold"):
        notices.read(json.dumps(told).encode())


def test_an_added_subject_breaks_the_signature(server: Amazon, notices: Notices) -> None:
    told = json.loads(server.notice("{}")) | {"Subject": "added"}
    with pytest.raises(Forbidden, match="signature does not hold"):
        notices.read(json.dumps(told).encode())


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/SimpleNotificationService-0123abcd.pem",
        "{url}.evil.example/SimpleNotificationService-0123abcd.pem",
        "{url}@evil.example/SimpleNotificationService-0123abcd.pem",
        "{url}/other.pem",
        "{url}/a/../SimpleNotificationService-0123abcd.pem",
        "",
    ],
)
def test_a_certificate_from_elsewhere_is_not_even_fetched(server: Amazon, notices: Notices, place: str) -> None:
    with pytest.raises(Forbidden, match="certificate that is not"):
        notices.read(server.notice("{}", SigningCertURL=place.format(url=server.url)))
    assert server.asked == []


def test_a_certificate_that_there_is_not_is_no_signature(server: Amazon, notices: Notices) -> None:
    with pytest.raises(Forbidden, match="there is not"):
        notices.read(server.notice("{}", SigningCertURL=f"{server.url}/SimpleNotificationService-beef.pem"))


def test_a_notice_of_another_topic_is_refused_before_anything_is_fetched(
    server: Amazon, notices: Notices, clock: FixedClock
) -> None:
    for ours, arn in ((notices, "arn:aws:sns:eu-west-1:999999999999:mail"), (notices_of(server, clock, topic=""), "")):
        with pytest.raises(Forbidden, match="another topic"):
            ours.read(server.notice("{}", TopicArn=arn))
    assert server.asked == []


def test_an_unknown_way_to_sign_is_refused(server: Amazon, notices: Notices) -> None:
    with pytest.raises(Forbidden, match="not known here"):
        notices.read(server.notice("{}", SignatureVersion="3"))


def test_a_certificate_that_is_over_does_not_hold(clock: FixedClock) -> None:
    with amazon(days=3) as server, pytest.raises(Forbidden, match="does not hold now"):
        notices_of(server, clock).read(server.notice("{}"))


def test_without_the_certificate_sns_has_to_come_again(server: Amazon, clock: FixedClock) -> None:
    away = Amazon(url="http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        notices_of(away, clock).read(away.notice("{}"))


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"Type": 1}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_notice_is_invalid(notices: Notices, raw: bytes) -> None:
    with pytest.raises(Invalid, match="no notice"):
        notices.read(raw)


def test_a_subscription_is_confirmed_at_the_topics_own_service(server: Amazon, notices: Notices) -> None:
    notice = notices.read(server.notice("You have chosen …", "SubscriptionConfirmation"))
    assert notice.kind == "SubscriptionConfirmation"
    notices.confirm(notice)
    assert server.confirmed == ["23"]
    away = notices.read(server.notice("…", "SubscriptionConfirmation", SubscribeURL="https://evil.example/?Action=C"))
    with pytest.raises(Forbidden, match="own service"):
        notices.confirm(away)
