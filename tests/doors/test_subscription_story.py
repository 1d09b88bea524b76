"""A reader finds the page, asks for it by mail, confirms, gets one digest, and leaves with one click.

Nothing is patched: Chromium, the installed command, PostgreSQL, and a mail server that received every letter it shows.
"""

import email.policy
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import create_engine, make_url, text

from tests.doors.instance import PATIENCE, Running, command, free_port, running

READER = "ada.quill@example.org"


class Postbox:
    """A mail server's handler that keeps every letter it accepted."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[list[str]] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.letters.append(BytesParser(EmailMessage, policy=email.policy.default).parsebytes(envelope.content))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 kept"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, str]]:
    kept = Postbox()
    server = Controller(kept, hostname="127.0.0.1", port=free_port(), ready_timeout=PATIENCE)
    server.start()
    yield kept, f"smtp://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def fresh_postgresql(postgresql_url: str) -> Iterator[str]:
    """An empty PostgreSQL database: the instance migrates it by itself."""
    name = f"story_{secrets.token_hex(6)}"
    admin = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgresql_url).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def instance(tmp_path: Path, postbox: tuple[Postbox, str], fresh_postgresql: str) -> Iterator[Running]:
    settings = {
        "database_url": fresh_postgresql,
        "smtp_url": postbox[1],
        "edition_hour": 0,
        "name": "The Tide",
        "sources": "[]",
    }
    # The schedule stands still: the story itself says when a tick passes.
    with running(tmp_path / "home", "--no-tick", **settings) as found:
        yield found


def _links(letter: EmailMessage, kind: str = "plain") -> list[str]:
    body = letter.get_body((kind,))
    assert body is not None
    return re.findall(r"https?://[^\s\"'<>)]+", body.get_content().replace("&amp;", "&"))


def _link(letter: EmailMessage, part: str) -> str:
    return next(link for link in _links(letter) if part in link)


def _subscribe(page: Page, instance: Running) -> None:
    page.goto(f"{instance.url}/subscribe")
    page.locator("main input[type=email]").first.fill(READER)
    for name, choice in (("hour", "0"), ("days", "daily")):
        field = page.locator(f"main [name={name}]")
        if field.first.evaluate("e => e.tagName") == "SELECT":
            field.select_option(choice)
        else:
            page.locator(f"main [name={name}][value='{choice}']").check()
    page.locator("main form[action$='/subscribe'] button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text(re.compile("confirm|letter|mail", re.IGNORECASE))


@pytest.mark.story
def test_from_the_front_page_to_the_inbox_and_out_again(
    browser: Browser, instance: Running, postbox: tuple[Postbox, str]
) -> None:
    kept = postbox[0]
    page = browser.new_page()
    _subscribe(page, instance)
    command("tick", env=instance.env)

    # One letter asks; its link alone, as a mail scanner would follow it, confirms nothing.
    assert [len(kept.letters), kept.recipients[0]] == [1, [READER]]
    confirm = _link(kept.letters[0], "/subscription/confirm")
    urllib.request.urlopen(confirm, timeout=PATIENCE)  # noqa: S310 - our own loopback address
    command("tick", env=instance.env)
    assert len(kept.letters) == 1

    page.goto(confirm)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text(re.compile("confirmed|subscribed|arrive", re.IGNORECASE))

    # One tick brings one digest; the next brings nothing.
    command("tick", env=instance.env)
    assert len(kept.letters) == 2
    command("tick", env=instance.env)
    command("digests", "send", env=instance.env)
    assert len(kept.letters) == 2

    digest = kept.letters[1]
    assert "The Tide" in str(digest["From"])
    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    papers = [link for link in _links(digest, "html") if "/paper/" in link]
    assert len(set(papers)) >= 5
    for link in {*papers, *(link for link in _links(digest) if link.startswith(instance.url))}:
        with urllib.request.urlopen(link, timeout=PATIENCE) as answer:  # noqa: S310 - our own loopback address
            assert answer.status == 200, link

    # A mail program's one click: a POST without cookies. Then nothing comes any more.
    one_click = re.search(r"<(https?://[^>]+)>", digest["List-Unsubscribe"])
    assert one_click
    body = b"List-Unsubscribe=One-Click"
    with urllib.request.urlopen(one_click[1], data=body, timeout=PATIENCE) as answer:  # noqa: S310
        assert answer.status == 200
    page.goto(one_click[1])
    expect(page.locator("main")).to_contain_text(re.compile("no more|ended|left|no longer", re.IGNORECASE))
    command("tick", env=instance.env)
    assert len(kept.letters) == 2
    assert READER not in instance.log.read_text()


@pytest.mark.story
def test_sections_in_the_readers_order_are_shown_and_then_come_as_shown(
    browser: Browser, instance: Running, postbox: tuple[Postbox, str]
) -> None:
    """Without JavaScript: order sections, follow a topic, mute a word, look at the next mail, and get just that."""
    kept = postbox[0]
    page = browser.new_context(java_script_enabled=False).new_page()
    _subscribe(page, instance)
    command("tick", env=instance.env)
    page.goto(_link(kept.letters[0], "/subscription/confirm"))
    page.locator("main form button[type=submit]").first.click()
    page.get_by_label("Lead and editor’s picks").select_option("2")
    page.get_by_label("New on the day’s page").select_option("1")
    page.get_by_label("Trending").select_option("off")
    page.get_by_label("Language of dates").select_option("de")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_label("Told in words").fill("merging trained models")
    page.get_by_role("button", name="Follow the topic").click()
    expect(page.get_by_role("link", name="merging trained models")).to_be_visible()
    managed = page.url
    page.goto(managed.replace("/subscription?", "/subscription/mutes?"))
    page.get_by_label("One a line").fill("retrieval")
    page.get_by_role("button", name="Mute").click()
    page.goto(managed.replace("/subscription?", "/subscription/next?"))
    page.get_by_text("The same as text").click()
    shown = page.locator("pre.mail").inner_text()
    subject = page.get_by_text("Subject: ").inner_text().removeprefix("Subject: ")
    assert "retrieval" not in shown.lower().partition("\n-- ")[0]
    command("tick", env=instance.env)
    digest = kept.letters[-1]
    body = digest.get_body(("plain",))
    assert body is not None
    said = body.get_content().replace("\r\n", "\n")
    assert " ".join(said.split()) == " ".join(shown.split())
    assert " ".join(str(digest["Subject"]).split()) == subject
    assert [
        day for day in ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag") if day in said
    ]


@pytest.mark.story
def test_mails_move_to_another_address_by_a_button_in_either_mailbox(
    browser: Browser, instance: Running, postbox: tuple[Postbox, str]
) -> None:
    kept, new = postbox[0], "ada@elsewhere.example"
    page = browser.new_page()
    _subscribe(page, instance)
    command("tick", env=instance.env)
    page.goto(_link(kept.letters[0], "/subscription/confirm"))
    page.locator("main form button[type=submit]").first.click()
    command("tick", env=instance.env)  # today's digest, to the old address
    page.get_by_label("Send the mails to").fill(new)
    page.get_by_role("button", name="Ask both mailboxes").click()
    expect(page.get_by_text("Two letters are on their way.")).to_be_visible()
    command("tick", env=instance.env)
    letters = {str(letter["To"]): letter for letter in kept.letters[-2:]}
    page.goto(_link(letters[new], "/subscription/confirm"))
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_role("heading", name="Half of it")).to_be_visible()
    page.goto(_link(letters[READER], "/subscription/address"))
    page.get_by_role("button", name="Yes, move them").click()
    expect(page.get_by_role("heading", name="Your mails have moved")).to_be_visible()
    with pytest.raises(urllib.error.HTTPError):  # the old mailbox may be somebody else's by now
        urllib.request.urlopen(_link(letters[READER], "/subscription/end"), timeout=PATIENCE)  # noqa: S310
    assert READER not in instance.log.read_text()
    assert new not in instance.log.read_text()


@pytest.mark.story
def test_a_known_address_learns_nothing_about_itself(
    browser: Browser, instance: Running, postbox: tuple[Postbox, str]
) -> None:
    page = browser.new_page()
    _subscribe(page, instance)
    first = page.locator("main").inner_text()
    _subscribe(page, instance)
    assert page.locator("main").inner_text() == first


@pytest.mark.story
def test_a_forged_token_is_a_clear_page(instance: Running) -> None:
    for path in ("/subscription", "/subscription/confirm", "/subscription/end"):
        for token in ("", "x", "../../etc/passwd", "a" * 5000, "%00"):
            with pytest.raises(urllib.error.HTTPError) as told:
                instance.get(f"{path}?token={urllib.parse.quote(token)}")
            assert told.value.code in {400, 404, 414, 422}, (path, token[:20])
