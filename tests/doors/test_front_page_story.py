"""One story: what a reader brings and others talk of is what an editor picks, and what tomorrow's page shows to all.

Nothing is patched: Chromium, a mail server that received every letter, sources on loopback, and a clock that is moved.
"""

import os
import re

import pytest
from playwright.sync_api import Page, expect

from tests.doors.eyes import faults, open_all, violations, wider
from tests.doors.instance import command
from tests.doors.newsroom import Newsroom

pytestmark = pytest.mark.story

KEY, OTHERS = "arxiv:2601.00002", [f"arxiv:2601.{n:05d}" for n in range(21, 35)]
PAPER, DESK = f"/paper/{KEY}", "/desk/2026-01-16"
ADA, BEE, ED = "ada.quill@example.org", "bee@example.org", "ed@example.org"


def test_what_a_reader_brings_is_what_tomorrows_page_shows_to_everybody(
    newsroom: Newsroom, capfd: pytest.CaptureFixture[str]
) -> None:
    ada, bee, ed, anybody = (newsroom.context().new_page() for _ in range(4))
    a_reader_submits_a_paper(newsroom, ada)
    votes_for_it_and_comments(newsroom, ada)
    another_browser_sees_it(newsroom, anybody)
    another_reader_answers_and_is_reported(newsroom, bee, ada)
    an_editor_settles_the_report(newsroom, ed, anybody)
    an_editor_makes_tomorrows_page(newsroom, ed)
    and_moves_its_papers(ed)
    and_approves_it(ed)
    it_opens_at_its_hour_and_not_before(newsroom, anybody)
    anybody_sees_it_with_reasons(newsroom, anybody)
    a_vote_on_it_is_seen_in_another_browser(newsroom, bee, anybody)
    an_editor_corrects_it(newsroom, ed, anybody)
    the_reader_signs_out(newsroom, ada)
    assert newsroom.told == []
    said = "".join(capfd.readouterr())
    assert not any(address in said for address in (ADA, BEE, ED))


def a_reader_submits_a_paper(newsroom: Newsroom, page: Page) -> None:
    newsroom.sign_in(page, ADA, "/submit")
    expect(page).to_have_url(f"{newsroom.url}/submit")
    page.get_by_label("Its number, DOI").fill("2601.00099")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#paper-error")).to_contain_text("No source knows arxiv:2601.00099 yet")
    look_over(page, "submit-error")
    page.get_by_label("Its number, DOI").fill("https://arxiv.org/abs/2601.00002v1")
    page.get_by_role("button", name="Submit").click()
    expect(page).to_have_url(f"{newsroom.url}{PAPER}?submitted=new#discussion")
    expect(page.get_by_role("status")).to_contain_text("Taken in.")


def votes_for_it_and_comments(newsroom: Newsroom, page: Page) -> None:
    page.evaluate("window.stayed = true")
    vote = page.locator(".vote > button").first
    vote.click()
    expect(vote).to_have_attribute("aria-pressed", "true")
    expect(vote).to_contain_text("1 vote; take back the vote for")
    assert page.evaluate("window.stayed") is True, "the page was loaded anew"
    page.get_by_label("Your comment", exact=True).fill("The *tides* grow as $x^2$.\n\n> quoted\n\n```\ncode\n```")
    page.get_by_role("button", name="Preview").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Preview")
    expect(page.locator(".said em")).to_have_text("tides")
    look_over(page, "preview")
    page.get_by_role("button", name="Send").click()
    expect(page).to_have_url(f"{newsroom.url}{PAPER}#c1")
    expect(page.locator("#c1 .said math")).to_be_visible()


def another_browser_sees_it(newsroom: Newsroom, page: Page) -> None:
    page.goto(newsroom.url + PAPER)
    expect(page.locator("#c1 .said em")).to_have_text("tides")
    expect(page.locator(".vote > button").first).to_contain_text("1 vote")
    expect(page.locator("#discussion")).to_contain_text("Submitted by Reader 1")
    look_over(page, "paper-nobody")
    page.locator(".vote > button").first.click()  # nobody known may vote: a page says where to sign in
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in first")


def another_reader_answers_and_is_reported(newsroom: Newsroom, bee: Page, ada: Page) -> None:
    newsroom.sign_in(bee, BEE, PAPER)
    praise = bee.locator("#c1 .vote > button")
    praise.click()
    expect(praise).to_contain_text("1 vote; take back the vote for the comment by Reader 1")
    bee.locator("#c1 summary").get_by_text("Reply").first.click()
    spam = "Buy salt at https://salt.example/?a=1 <script>alert(1)</script>"
    bee.get_by_label("Your reply to Reader 1").fill(spam)
    bee.get_by_role("button", name="Reply", exact=True).first.click()
    expect(bee.locator("article article .said a")).to_have_attribute("rel", "nofollow ugc noreferrer")
    ada.reload()
    ada.get_by_role("link", name="Report the comment by Reader 2").click()
    ada.get_by_label("Spam or advertising").check()
    ada.get_by_role("button", name="Report it").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Reported")


def an_editor_settles_the_report(newsroom: Newsroom, page: Page, anybody: Page) -> None:
    command("readers", "add", ED, "--role", "editor", "--name", "Ed", env=newsroom.env)
    newsroom.sign_in(page, ED, "/moderation")
    cases = page.locator("#cases")
    expect(cases).to_contain_text("Spam or advertising")
    look_over(page, "moderation")
    cases.get_by_label("Why").fill("Salt.")
    cases.get_by_role("button", name="Hide").click()
    expect(cases).to_contain_text("Nothing waits")
    anybody.goto(newsroom.url + PAPER)
    expect(anybody.locator("#discussion")).to_contain_text("1 comment")
    expect(anybody.get_by_text("Buy salt")).to_have_count(0)


def an_editor_makes_tomorrows_page(newsroom: Newsroom, page: Page) -> None:
    newsroom.tick("2026-01-15T13:00:00+01:00")
    page.goto(newsroom.url)
    page.get_by_role("link", name="Desk", exact=True).click()
    expect(page).to_have_url(newsroom.url + DESK)
    expect(page.get_by_role("heading", level=1)).to_have_text("Friday 16 January 2026")
    page.evaluate("window.stayed = true")
    for n, key in enumerate((OTHERS[0], KEY, OTHERS[1]), start=1):
        pick_by_keys(page, key)
        expect(page.locator(".slot[data-key]")).to_have_count(n)
    assert slots(page) == [OTHERS[0], KEY, OTHERS[1]]
    page.get_by_label("Any other paper").fill("2601.00029")
    page.keyboard.press("Enter")
    expect(page.locator(".slot[data-key]")).to_have_count(4)
    page.get_by_role("button", name=re.compile("^take out")).last.click()
    expect(page.locator(".slot[data-key]")).to_have_count(3)


def and_moves_its_papers(page: Page) -> None:
    pick_by_keys(page, OTHERS[1], press="Shift+ArrowUp")
    expect(page.locator("#slot-2")).to_have_attribute("data-key", OTHERS[1])
    page.keyboard.press("e")
    page.keyboard.type("Why looms of $x^2$ matter <b>now</b>.")
    expect(page.locator("#blurb-2-n")).to_have_text("37 of 280 characters")
    page.get_by_label("Kicker of").first.fill("Tides")
    page.get_by_role("heading", name="Proof").click()
    expect(page.locator("#standing")).to_contain_text("saved today 13:00 by Ed. 3 places are filled")
    expect(page.locator("#proof")).to_contain_text("Tides")
    assert page.evaluate("window.stayed") is True, "the page was loaded anew"
    page.locator("#slot-3 .grip").drag_to(page.locator("#slot-1 .slot-top"))
    expect(page.locator("#slot-1")).to_have_attribute("data-key", KEY)
    assert slots(page) == [KEY, OTHERS[0], OTHERS[1]]
    expect(page.locator("#blurb-3")).to_have_value("Why looms of $x^2$ matter <b>now</b>.")
    look_over(page, "desk")


def and_approves_it(page: Page) -> None:
    page.get_by_label("Goes out at").fill("06:30")
    page.get_by_role("heading", name="Proof").click()
    page.get_by_role("button", name="Approve for 06:30").click()
    expect(page.locator("#standing")).to_contain_text("Approved: it goes out 16 Jan 2026 06:30.")
    page.keyboard.press("v")
    expect(page).to_have_url(re.compile(f"{DESK}/proof$"))
    expect(page.locator(".proof-bar")).to_contain_text("Nobody but editors sees it.")
    look_over(page, "proof")


def it_opens_at_its_hour_and_not_before(newsroom: Newsroom, page: Page) -> None:
    page.goto(newsroom.url)
    expect(page.locator("main")).not_to_contain_text("looms of")
    newsroom.tick("2026-01-16T06:29:00+01:00")
    page.goto(newsroom.url)
    expect(page.locator(".dateline")).to_contain_text("Open: publishes at 06:30")
    newsroom.tick("2026-01-16T06:30:00+01:00")
    page.goto(newsroom.url)
    expect(page.locator(".dateline")).to_contain_text("No. 2, published today 06:30")


def anybody_sees_it_with_reasons(newsroom: Newsroom, page: Page) -> None:
    lead = page.locator("#lead")
    expect(lead.locator(".hed a").first).to_have_attribute("href", PAPER)
    expect(lead).to_contain_text("Chosen by an editor.")
    expect(lead).to_contain_text("1 comment here")
    expect(lead).to_contain_text("1 submission by readers")
    expect(lead).to_contain_text("otes here worth 0.2")  # of an account that was made that day
    expect(lead.locator(".vote > button")).to_contain_text("1 vote")
    expect(page.locator("#picks")).to_contain_text("Why looms of")
    expect(page.locator("#picks .reason")).to_have_count(2)
    expect(page.locator("#picks .reason").first).to_contain_text("Chosen by an editor. 89 upvotes on Hugging Face")
    assert page.locator("#picks math msup").count() == 1
    assert page.locator("#trend .reason").count() == page.locator("#trend li").count() > 5
    look_over(page, "front")
    page.get_by_role("link", name=re.compile("Thu 15")).click()
    expect(page.locator(".dateline")).to_contain_text("No. 1")
    page.goto(newsroom.url + PAPER)
    expect(page.locator("#c1 .said em")).to_have_text("tides")
    expect(page.locator("main")).to_contain_text("16 Jan 2026")


def a_vote_on_it_is_seen_in_another_browser(newsroom: Newsroom, bee: Page, anybody: Page) -> None:
    bee.goto(newsroom.url)
    vote = bee.locator("#lead .vote > button")
    vote.click()
    expect(vote).to_contain_text("2 votes")
    anybody.goto(newsroom.url)
    expect(anybody.locator("#lead .vote > button")).to_contain_text("2 votes")


def an_editor_corrects_it(newsroom: Newsroom, page: Page, anybody: Page) -> None:
    page.goto(newsroom.url + DESK)
    page.get_by_label("What it is about").select_option(KEY)
    page.get_by_label("What was wrong").fill("Half its size, not a third.")
    page.get_by_role("button", name="Put it on the page").click()
    expect(page.get_by_text("The correction is on the page.")).to_be_visible()
    anybody.goto(newsroom.url)
    expect(anybody.locator("#lead .correction")).to_have_text("Corrected today 06:30: Half its size, not a third.")


def the_reader_signs_out(newsroom: Newsroom, page: Page) -> None:
    page.goto(f"{newsroom.url}/me")
    expect(page.locator("#votes")).to_contain_text("1 paper")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    page.goto(f"{newsroom.url}/me")
    expect(page).to_have_url(f"{newsroom.url}/sign-in?back=%2Fme")


def pick_by_keys(page: Page, key: str, press: str = "p") -> None:
    """Go along the candidates by keys to a paper, and press a key there."""
    place = [str(one) for one in page.locator(".cand > li").evaluate_all("all => all.map(one => one.id)")]
    here = page.evaluate("document.activeElement.closest('.cand > li')?.id")
    steps = place.index(f"at-{key}") - (place.index(here) if here else -1)
    for _ in range(abs(steps)):
        page.keyboard.press("j" if steps > 0 else "k")
    page.keyboard.press(press)


def slots(page: Page) -> list[str]:
    return [str(one) for one in page.locator(".slot[data-key]").evaluate_all("all => all.map(one => one.dataset.key)")]


def look_over(page: Page, name: str) -> None:
    """Insist on what every page must hold to; a picture of it goes where SHOTS says, for whoever wants to look."""
    assert violations(page) == [], name
    shots = os.environ.get("SHOTS")
    for width in (1280, 390) if shots else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=f"{shots}/{name}-{width}.png", full_page=True)
    open_all(page)
    assert faults(page) == [], name
    assert wider(page, (1280, 390, 320)) == [], name
