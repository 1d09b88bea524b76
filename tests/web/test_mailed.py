"""The page of a digest that was sent: reached from the link in the mail, and showing nothing but its papers."""

import re
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest

from tests.invented import record
from tests.web.conftest import Instance
from tests.web.test_saving import token_of


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def sent(instance: Instance) -> tuple[Instance, str, str]:
    """An instance whose only reader got a digest: it, the token of the subscription, and the mail's link to the web."""
    filled = instance
    filled.add(*(record(n) for n in range(1, 30)))
    token = token_of(filled)
    filled.post("/subscription", token=token, hour="7", timezone="UTC", days="daily", size="5", edition="on")
    assert filled.site.editions.publish_due(ready=True)
    filled.clock.sleep(timedelta(hours=1).total_seconds())
    digests = filled.site.digests
    assert (digests.queue_due(), digests.send_due().accepted) == (1, 1)
    (link,) = re.findall(r"^On the web: (\S+)$", text_of(filled.mails()[-1]).replace("\r", ""), re.MULTILINE)
    parts = urlsplit(link)
    return filled, token, f"{parts.path}?{parts.query}"


def test_a_mail_can_be_read_on_the_web(sent: tuple[Instance, str, str]) -> None:
    instance, _, link = sent
    answer = instance.get(link)
    links = re.findall(r"^  https?://\S+(/paper/\S+)$", text_of(instance.mails()[-1]).replace("\r", ""), re.MULTILINE)
    assert len(links) == 5
    for path in links:
        assert path in answer.text
    assert "no-store" in answer.headers["cache-control"]


def test_the_link_shows_the_mail_and_opens_nothing_else(sent: tuple[Instance, str, str]) -> None:
    instance, managed, link = sent
    reading = link.partition("token=")[2]
    assert managed not in instance.get(link).text
    for path in ("/subscription", "/subscription/end", "/subscription/next", "/subscription/mutes"):
        assert "no longer holds" in instance.get(f"{path}?token={reading}", 400).text
    for path in ("/subscription/end", "/subscription/pause", "/subscription"):
        instance.post(path, 400, token=reading)
    assert instance.site.subscriptions.by_token(managed).state == "confirmed"


def test_the_mail_itself_stands_in_a_frame_and_leads_to_nobodys_subscription(sent: tuple[Instance, str, str]) -> None:
    instance, managed, link = sent
    page = instance.get(link)
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    source = re.search(r'<iframe[^>]* src="([^"]+)"', page.text)
    assert source
    mail = instance.get(source[1].replace("&amp;", "&"))
    told = mail.headers["content-security-policy"]
    assert "unsafe-inline" not in told
    assert mail.headers["x-frame-options"] == "SAMEORIGIN"
    for path in re.findall(
        r"^  https?://\S+(/paper/\S+)$", text_of(instance.mails()[-1]).replace("\r", ""), re.MULTILINE
    ):
        assert path in mail.text
    assert managed not in mail.text
    assert "/subscription" not in mail.text
    assert "no longer holds" in instance.get(f"{source[1].partition('token=')[0]}token=x", 400).text


def test_what_was_not_sent_is_not_shown(sent: tuple[Instance, str, str]) -> None:
    instance, managed, link = sent
    assert "There is no mail of 2020-01-01" in instance.get(f"/digest/2020-01-01?token={managed}", 404).text
    assert "no day of a mail" in instance.get(f"/digest/soon?token={managed}", 404).text
    assert "no longer holds" in instance.get("/digest/2020-01-01?token=x", 400).text
    instance.site.subscriptions.end(managed)
    assert "no longer holds" in instance.get(link, 400).text
