"""A reader saves a search, hears by mail of a paper that came in for it, once, and lets it go again.

Nothing is patched but the calendar: Chromium, the installed command, and a mail server that received every letter.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import create_engine, text

from tests.doors.instance import Running, command, running
from tests.doors.test_subscription_story import READER, Postbox, _link, postbox

__all__ = ["postbox"]  # a fixture

QUESTION = "whistling kettles"
TITLE = "Whistling kettles: why they are heard from afar"


@pytest.fixture
def instance(tmp_path: Path, postbox: tuple[Postbox, str]) -> Iterator[Running]:
    settings: dict[str, Any] = {"smtp_url": postbox[1], "edition_hour": 0, "name": "The Tide", "sources": "[]"}
    with running(tmp_path / "home", "--no-tick", **settings) as found:
        yield found


def _come_in(instance: Running, folder: Path, number: int, title: str) -> None:
    """Take one paper in from a file, as an operator would."""
    row = {"id": f"arxiv:2601.{number:05d}", "title": title, "abstract": f"{title}, told at length."}
    path = folder / f"{number}.jsonl"
    path.write_text(json.dumps(row | {"published": "2026-01-15", "source": "arxiv"}) + "\n")
    command("papers", "import", str(path), env=instance.env)


def _next_day(instance: Running) -> None:
    """Let a day pass: what happened, as the database tells it, happened a day earlier."""
    engine = create_engine(f"sqlite:///{instance.home / 'broadsheet.db'}")
    moved = {
        "edition": ("starts_on", "published_at"),
        "delivery": ("queued_at", "due_at", "settled_at"),
        "saved_search": ("created_at", "confirmed_at"),
        "paper": ("first_seen_at",),
        "source_record": ("received_at",),
        "wording": ("received_at",),
    }
    with engine.begin() as connection:
        for table, columns in moved.items():
            for column in columns:
                form = "%Y-%m-%d" if column == "starts_on" else "%Y-%m-%dT%H:%M:%f000+00:00"
                earlier = f"strftime('{form}', {column}, '-1 day')"
                connection.execute(text(f"UPDATE {table} SET {column} = {earlier} WHERE {column} IS NOT NULL"))  # noqa: S608
        day = "(SELECT starts_on FROM edition WHERE edition.id = delivery.edition_id)"
        connection.execute(text(f"UPDATE delivery SET occasion = 'edition:' || {day} WHERE kind = 'digest'"))  # noqa: S608
    engine.dispose()


def _save(page: Page, instance: Running) -> None:
    page.goto(f"{instance.url}/search?q={QUESTION.replace(' ', '+')}")
    if page.locator(".mailing").count():  # beside results; where nothing is found, the form stands open
        page.locator(".mailing summary").click()
    page.get_by_label("Mail me new papers for this search").fill(READER)
    page.get_by_role("button", name="Mail me").click()
    expect(page.locator("main")).to_contain_text("Look into your mail")


@pytest.mark.story
def test_a_search_is_saved_heard_of_once_and_let_go(
    browser: Browser, instance: Running, postbox: tuple[Postbox, str], tmp_path: Path
) -> None:
    kept = postbox[0]
    _come_in(instance, tmp_path, 1, "Whistling kettles of the past")
    page = browser.new_page(java_script_enabled=False)
    _save(page, instance)
    command("tick", env=instance.env)
    assert [len(kept.letters), kept.recipients[0]] == [1, [READER]]
    assert "kettles" not in kept.letters[0].as_string()

    page.goto(_link(kept.letters[0], "/subscription/confirm"))
    expect(page.locator("main")).to_contain_text(QUESTION)
    page.get_by_role("button", name="Yes, send it").click()
    expect(page.locator("main")).to_contain_text("Confirmed.")
    expect(page.locator("main")).to_contain_text("1 of 20")
    # Every day, at an hour that has come.
    page.locator("[name=days][value=daily]").check()
    page.locator("[name=hour]").select_option("0")
    page.get_by_role("button", name="Save", exact=True).click()
    managed = page.url

    # What was here before is no news: the edition is out, and no mail.
    command("tick", env=instance.env)
    assert len(kept.letters) == 1

    _next_day(instance)
    _come_in(instance, tmp_path, 2, TITLE)
    _come_in(instance, tmp_path, 3, "A paper about something else altogether")
    command("tick", env=instance.env)
    command("tick", env=instance.env)
    assert len(kept.letters) == 2
    digest = kept.letters[1]
    assert TITLE.partition(":")[0] in digest["Subject"]
    for kind in ("plain", "html"):
        part = digest.get_body((kind,))
        assert part is not None
        said = part.get_content()
        assert "Your search" in said
        assert QUESTION in said
        assert re.search(r"Holds .*kettles", said)
        assert "something else altogether" not in said
        assert "of the past" not in said
    page.goto(_link(digest, "/search?q="))
    expect(page.locator("main .results")).to_contain_text("why they are heard from afar")

    # The next digest has nothing that was told before, and so there is none.
    _next_day(instance)
    command("tick", env=instance.env)
    assert len(kept.letters) == 2

    page.goto(managed)
    page.get_by_role("button", name=re.compile("Remove")).click()
    expect(page.locator("main")).to_contain_text("nothing comes now")
    _next_day(instance)
    _come_in(instance, tmp_path, 4, "Whistling kettles that came too late")
    command("tick", env=instance.env)
    assert len(kept.letters) == 2
    assert READER not in instance.log.read_text()
    assert "kettles" not in "".join(line for line in instance.log.read_text().splitlines() if "GET" not in line)


@pytest.mark.story
def test_nobody_adds_a_search_to_anothers_mails(
    browser: Browser, instance: Running, postbox: tuple[Postbox, str]
) -> None:
    kept = postbox[0]
    page = browser.new_page()
    page.goto(f"{instance.url}/subscribe")
    page.get_by_label("Your address").fill(READER)
    page.get_by_role("button", name="Send it").click()
    command("tick", env=instance.env)
    page.goto(_link(kept.letters[0], "/subscription/confirm"))
    page.get_by_role("button", name="Yes, send it").click()
    managed = page.url
    _save(page, instance)
    page.goto(managed)
    expect(page.locator("main")).to_contain_text("Waiting for your word")
    expect(page.locator("main")).to_contain_text("0 of 20")
    page.get_by_role("button", name=re.compile("Discard")).click()
    expect(page.locator("main")).not_to_contain_text(QUESTION)
