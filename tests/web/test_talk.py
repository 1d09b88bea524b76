import re

import pytest
from lxml import html

from broadsheet.community import comment_store
from broadsheet.community.comments import EDITABLE, LONGEST
from broadsheet.web import talk
from tests.invented import record
from tests.web.conftest import ORIGIN, Instance
from tests.web.test_signing import signed_in

PAPER = "arxiv:2601.00001"
PAGE = f"/paper/{PAPER}"


@pytest.fixture
def stocked(instance: Instance) -> Instance:
    instance.add(record(1), record(2))
    return instance


@pytest.fixture
def signed(stocked: Instance) -> Instance:
    signed_in(stocked)
    return stocked


def tree(instance: Instance, path: str = PAGE) -> html.HtmlElement:
    return html.document_fromstring(instance.get(path).text)


def talked(instance: Instance, path: str = PAGE) -> list[tuple[int, str]]:
    """Return how deep each comment on a page stands, and what it says."""
    return [
        (len(one.xpath("ancestor::article")), " ".join(one.xpath("string(./div[@class='said'] | ./p)").split()))
        for one in tree(instance, path).xpath("//article[@class='comment']")
    ]


def say(instance: Instance, text: str, status: int = 303, **more: str) -> int:
    """Comment on the paper as a form does, and return the comment's number."""
    answer = instance.post("/comment", status, **{"text": text} | (more or {"paper": PAPER}))
    return int(answer.headers["location"].rpartition("#c")[2]) if status == 303 else 0


def test_a_comment_stands_on_the_page_with_its_markup(signed: Instance) -> None:
    number = say(signed, "The *tides* of $x^2$.")
    page = tree(signed)
    said = page.xpath(f"//article[@id='c{number}']/div[@class='said']")[0]
    assert said.xpath("./p/em/text()") == ["tides"]
    assert said.xpath(".//*[local-name()='msup']")
    assert page.xpath("string(//*[@id='discussion']//p[@class='note'])") == "1 comment"
    assert "Reader 1" in page.xpath(f"string(//article[@id='c{number}']//b)")


def test_others_vote_for_a_comment_which_then_comes_first(signed: Instance) -> None:
    first, second = say(signed, "First."), say(signed, "Second.")
    assert not tree(signed).xpath("//article//button[@form='votes']"), "nobody votes for their own"
    signed.client.cookies.clear()
    signed_in(signed, "bee@quill.example")
    for wanted, order in (("1", [second, first]), ("0", [first, second])):
        button = tree(signed).xpath(f"//article[@id='c{second}']//button[@form='votes']")[0]
        assert button.get("value") == f"{wanted} comment:{second}"
        answer = signed.post("/vote", vote=button.get("value"), back=f"{PAGE}#discussion")
        assert answer.headers["location"] == f"{PAGE}#discussion"
        assert [int(one.get("id")[1:]) for one in tree(signed).xpath("//article[@class='comment']")] == order
    for name, status in (("comment:0", 404), ("comment:x", 400), ("comment:", 400), (f"comment:{'9' * 30}", 400)):
        signed.post("/vote", status, vote=f"1 {name}")
    signed.client.cookies.clear()
    signed.get(f"/vote?vote=1+comment:{second}", 405)
    signed.post("/vote", 401, vote=f"1 comment:{second}")


def test_replies_stand_in_what_they_answer(signed: Instance) -> None:
    first = say(signed, "First.")
    second = say(signed, "Second.", answers=str(first))
    say(signed, "Other.")
    say(signed, "Third.", answers=str(second))
    assert talked(signed) == [(0, "First."), (1, "Second."), (2, "Third."), (0, "Other.")]


def test_anybody_reads_and_only_readers_write(stocked: Instance) -> None:
    page = tree(stocked)
    assert page.xpath("//*[@id='discussion']//a[starts-with(@href, '/sign-in?back=/paper/')]")
    assert not page.xpath("//*[@id='discussion']//textarea")
    assert "Sign in first" in stocked.post("/comment", 401, paper=PAPER, text="Hello?").text
    for path in ("/comment/1/edit", "/comment/1/remove"):
        stocked.post(path, 401, text="Hello?")


def test_a_form_of_another_site_or_session_says_nothing(signed: Instance) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Origin": ORIGIN}):
        answer = signed.client.post("/comment", data={"paper": PAPER, "text": "Hi."}, headers=headers)
        assert answer.status_code == 403
    assert signed.client.get("/comment").status_code == 405
    assert talked(signed) == []


def test_a_preview_says_nothing_yet_and_keeps_the_text(signed: Instance) -> None:
    page = html.fromstring(signed.post("/comment", 200, paper=PAPER, text="\n*so*", do="preview").text)
    assert page.xpath("//div[@class='said']//em/text()") == ["so"]
    assert page.xpath("string(//textarea)").strip("\n") == "*so*"
    assert page.xpath("//input[@name='paper']/@value") == [PAPER]
    assert talked(signed) == []


@pytest.mark.parametrize(
    ("text", "told"), [(" ", "needs a text"), ("a" * (LONGEST + 1), "10,000 characters; this has 10,001")]
)
def test_what_cannot_be_taken_is_shown_again_with_the_reason(signed: Instance, text: str, told: str) -> None:
    page = html.fromstring(signed.post("/comment", 400, paper=PAPER, text=text).text)
    assert told in page.xpath("string(//*[@id='text-error'])")
    assert page.xpath("string(//textarea)").strip("\n") == text
    assert page.xpath("//textarea/@aria-invalid") == ["true"]


def test_the_longest_text_fits_and_a_megabyte_is_refused(signed: Instance) -> None:
    say(signed, "𝕏" * LONGEST)
    assert "160 kB at most" in signed.post("/comment", 413, paper=PAPER, text="a" * 1_000_000).text


def test_a_flood_ends_and_keeps_what_was_typed(signed: Instance) -> None:
    for n in range(30):
        say(signed, f"No. {n}")
    page = signed.post("/comment", 429, paper=PAPER, text="No. 31").text
    assert "more than 30 comments an hour" in page
    assert "No. 31</textarea>" in page


def test_an_own_comment_is_edited_and_removed(signed: Instance) -> None:
    number = say(signed, "Tydes.")
    assert signed.get(f"/comment/{number}", 303).headers["location"] == f"{PAGE}#c{number}"
    assert "needs a text" in signed.post(f"/comment/{number}/edit", 400, text="").text
    signed.post(f"/comment/{number}/edit", text="Tides.")
    assert talked(signed) == [(0, "Tides.")]
    assert ", edited" in signed.get(PAGE).text
    preview = html.fromstring(signed.post(f"/comment/{number}/edit", 200, text="Ebb.", do="preview").text)
    assert preview.xpath(f"//form[@action='/comment/{number}/edit']//textarea")
    signed.clock.sleep(EDITABLE.total_seconds() + 1)
    late = signed.post(f"/comment/{number}/edit", 409, text="Ebb.").text
    assert "edited for 30 minutes" in late
    assert "Ebb.</textarea>" in late
    assert "Edit<" not in signed.get(PAGE).text
    say(signed, "Reply.", answers=str(number))
    signed.post(f"/comment/{number}/remove")
    assert [depth for depth, _ in talked(signed)] == [0, 1]
    assert "This comment was removed." in talked(signed)[0][1]
    signed.post(f"/comment/{number}/remove", 404)


def test_another_readers_comment_is_not_ones_own(signed: Instance) -> None:
    number = say(signed, "Mine.")
    signed.client.cookies.clear()
    signed_in(signed, "bee@quill.example")
    page = tree(signed)
    assert page.xpath(f"//article[@id='c{number}']//summary[contains(., 'Reply')]")
    assert not page.xpath(f"//article[@id='c{number}']//form[contains(@action, 'remove') or contains(@action, 'edit')]")
    signed.post(f"/comment/{number}/edit", 403, text="Yours.")
    signed.post(f"/comment/{number}/remove", 403)
    assert talked(signed) == [(0, "Mine.")]


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "٣", "7"])
def test_a_comment_that_is_not_there_is_told(signed: Instance, number: str) -> None:
    signed.get(f"/comment/{number}", 404)
    signed.post("/comment", 404, answers=number, text="Hello?")
    signed.post(f"/comment/{number}/edit", 404, text="Hello?")
    signed.post(f"/comment/{number}/remove", 404)


def test_hostile_text_is_shown_as_it_was_typed(signed: Instance) -> None:
    say(signed, '<script>alert(1)</script> <svg onload="x"> ![a](https://evil.example/a.svg) [b](javascript:x) \u202e')
    page = tree(signed)
    assert not page.xpath("//article//*[self::script or self::svg or self::img]")
    assert page.xpath("//article//div[@class='said']//a/@href") == ["https://evil.example/a.svg"]
    assert page.xpath("//article//div[@class='said']//a/@rel") == ["nofollow ugc noreferrer"]


def test_a_long_talk_comes_in_pages(signed: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "A_PAGE", 3)
    first = say(signed, "0")
    for n in range(1, 4):
        first = say(signed, f"{n}", answers=str(first))
    last = say(signed, "4")
    assert [text for _, text in talked(signed)] == ["0", "1", "2"]
    assert talked(signed, f"{PAGE}?talk=2") == [(0, "3"), (0, "4")]
    assert signed.get(f"/comment/{last}", 303).headers["location"] == f"{PAGE}?talk=2#c{last}"
    for asked in ("0", "x", "99", "9" * 40):
        assert len(talked(signed, f"{PAGE}?talk={asked}")) in (2, 3)


def test_an_own_page_and_export_have_the_comments(signed: Instance) -> None:
    number = say(signed, "The *tides*.")
    own = tree(signed, "/me")
    assert own.xpath("//*[@id='comments']//em/text()") == ["tides"]
    assert own.xpath(f"//*[@id='comments']//a[@href='/comment/{number}']")
    assert [one["text"] for one in signed.get("/me/export").json()["comments"]] == ["The *tides*."]


def test_what_an_editor_hid_its_writer_still_sees(signed: Instance) -> None:
    number = say(signed, "Buy salt.")
    with signed.site.database.write() as connection:
        comment_store.set_hidden(connection, number, signed.clock.now())
    assert "hidden by an editor" in signed.get(PAGE).text
    signed.client.cookies.clear()
    assert talked(signed) == []
    assert not re.search("Buy salt", signed.get(PAGE).text)
