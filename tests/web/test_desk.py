"""The editors' desk by plain forms: what a page sends, what is kept, and what comes back when it cannot be."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

import httpx
import pytest
from lxml import html
from sqlalchemy import update
from starlette.testclient import TestClient

from broadsheet.database.schema import reader
from broadsheet.editions.draft import LONGEST_BLURB
from broadsheet.editions.spans import Span
from tests.invented import record
from tests.web.conftest import Build, Instance, upvotes
from tests.web.test_signing import signed_in

TODAY = Span("day", date(2026, 1, 15))
DESK = "/desk/2026-01-15"


def key(n: int) -> str:
    return f"arxiv:2601.{n:05d}"


def as_editor(instance: Instance, role: str = "editor") -> None:
    with instance.site.database.write() as connection:
        connection.execute(update(reader).values(role=role))


@pytest.fixture
def room(instance: Instance) -> Instance:
    instance.clock.move_to(datetime(2026, 1, 15, 5, tzinfo=UTC))
    instance.add(*(record(n, signals=upvotes(60.0 - n, instance.clock)) for n in range(1, 9)))
    signed_in(instance)
    as_editor(instance)
    return instance


def fields(page: str) -> dict[str, str]:
    """Return what the draft's form on a page would send, as a browser reads it."""
    tree = html.document_fromstring(page)
    inputs = tree.xpath('//form[@id="draft"]//input | //input[@form="draft"]')
    texts = tree.xpath('//form[@id="draft"]//textarea')
    found = {one.get("name"): one.get("value") or "" for one in inputs}
    found |= {one.get("name"): (one.text or "").removeprefix("\n") for one in texts}
    return {name: value for name, value in found.items() if name != "form_token"}


def press(room: Instance, do: str, status: int = 303, path: str = DESK, **changed: str) -> httpx.Response:
    """Press a button on the desk as it is now, with some fields changed before."""
    sent = fields(room.get(path).text) | {name.replace("_of_", "-"): value for name, value in changed.items()}
    return room.post(path, status, **sent, do=do)


def chosen(room: Instance) -> list[str]:
    draft = room.site.desk.draft(TODAY)
    return [paper.key for paper in room.site.catalogue.papers([pick.paper_id for pick in draft.picks])]


def test_the_desk_leads_to_the_page_that_is_next(room: Instance) -> None:
    assert room.get("/desk", 303).headers["location"] == DESK
    room.clock.move_to(datetime(2026, 1, 15, 8, tzinfo=UTC))
    assert room.site.editions.publish_due(ready=True)
    assert room.get("/desk", 303).headers["location"] == "/desk/2026-01-16"
    assert room.get("/desk/20260115", 301).headers["location"] == DESK
    assert '<a href="/desk"' in room.get("/").text


def test_nobody_else_sees_it(instance: Instance) -> None:
    assert instance.get(DESK, 303).headers["location"] == "/sign-in?back=%2Fdesk%2F2026-01-15"
    signed_in(instance)
    for path in ("/desk", DESK, f"{DESK}/proof"):
        assert "Only an editor may do that" in instance.get(path, 403).text
    assert '<a href="/desk"' not in instance.get("/").text
    as_editor(instance, "admin")
    instance.get(DESK)


def test_on_a_laptop_its_one_reader_is_the_editor(build: Build) -> None:
    instance = build(single_user=True)
    here = TestClient(instance.client.app, base_url="http://localhost", client=("127.0.0.1", 50_000))
    page = here.get(DESK)
    assert page.status_code == 200
    assert "Editor’s desk. You are Reader 1, admin" in page.text
    elsewhere = TestClient(instance.client.app, base_url="http://localhost", client=("192.0.2.7", 50_000))
    assert "Editor’s desk" not in elsewhere.get(DESK).text


def test_an_untouched_page_offers_candidates_with_reasons_and_scores(room: Instance) -> None:
    page = room.get(DESK).text
    assert "Nobody has touched it. Left alone, it fills itself from trending and goes out today 07:00." in page
    assert "59 upvotes on Hugging Face" in page
    assert "score " in page
    assert f'value="pick {key(1)}" aria-pressed="false"' in page
    assert "Nothing is picked: the page fills itself" in page
    assert "fills itself, trending #1" in page


def test_picks_are_ordered_worded_and_taken_out(room: Instance) -> None:
    for n in (3, 1, 2):
        assert press(room, f"pick {key(n)}").headers["location"] == f"{DESK}#at-{key(n)}"
    press(room, f"up {key(2)}", blurb_of_1="The lead's words.")
    assert chosen(room) == [key(3), key(2), key(1)]
    press(room, f"place {key(1)} 1")
    press(room, f"down {key(3)}", kicker_of_2="Moss")
    assert chosen(room) == [key(1), key(2), key(3)]
    draft = room.site.desk.draft(TODAY)
    assert (draft.picks[2].kicker, draft.picks[2].blurb) == ("Moss", "The lead's words."), "words go with their paper"
    press(room, f"drop {key(2)}")
    assert chosen(room) == [key(1), key(3)]
    page = room.get(DESK).text
    assert re.search(r"Draft 7, saved today 05:00 by Reader \d+|Draft 7, saved today 05:00 by ", page)
    assert "2 places are filled, of 6." in page
    assert "Not approved yet for today 07:00: left alone, it goes out as it stands today 08:00." in page
    assert "The lead has no blurb; its abstract is shown instead." in page
    assert f'value="drop {key(1)}" aria-pressed="true"' in page


def test_approved_it_goes_out_at_its_time_and_a_change_takes_the_approval_back(room: Instance) -> None:
    press(room, f"pick {key(4)}")
    press(room, "approve", goes_out="09:30", blurb_of_1="It grows.")
    assert "Approved: it goes out today 09:30." in room.get(DESK).text
    assert "Open: publishes at 09:30" in room.get("/").text
    press(room, "save")
    assert room.site.desk.draft(TODAY).approved, "what changes nothing leaves the approval"
    press(room, "save", blurb_of_1="It grows slowly.")
    assert not room.site.desk.draft(TODAY).approved
    press(room, "approve")
    press(room, "withdraw")
    assert not room.site.desk.draft(TODAY).approved
    press(room, "approve")
    room.clock.move_to(datetime(2026, 1, 15, 9, 30, tzinfo=UTC))
    assert room.site.editions.publish_due(ready=False)
    room.client.cookies.clear()
    page = room.get("/").text
    assert "It grows slowly." in page
    assert "Chosen by an editor. 56 upvotes" in page


def test_a_proof_is_the_page_as_readers_will_see_it(room: Instance) -> None:
    press(room, f"pick {key(5)}")
    press(room, f"pick {key(6)}")
    assert press(room, "proof", blurb_of_1="A <b>proof</b>.").headers["location"] == f"{DESK}/proof"
    proof = room.get(f"{DESK}/proof")
    assert "Proof of draft 3." in proof.text
    assert "A &lt;b&gt;proof&lt;/b&gt;." in proof.text
    assert proof.headers["cache-control"] == "private, no-store"
    press(room, "publish")
    main = re.compile(r"<main.*</main>", re.DOTALL)
    shown = main.search(room.get("/").text)
    proven = main.search(proof.text)
    assert shown is not None
    assert proven is not None
    later = re.compile(r"<p class=\"note later\">.*?</p>\n?")
    assert later.sub("", shown[0]).replace('value="/"', "") == proven[0].replace(f'value="{DESK}/proof"', "")
    assert room.get(f"{DESK}/proof", 303).headers["location"] == "/edition/2026-01-15"


def test_words_that_are_too_long_come_back_as_they_were_sent(room: Instance) -> None:
    press(room, f"pick {key(1)}")
    long = "Moss & tides. " * 30
    answer = press(room, f"pick {key(2)}", 400, blurb_of_1=long)
    assert "This blurb has 419 characters, and 280 is the most: shorten it by 139." in answer.text
    assert fields(answer.text)["blurb-1"] == long
    assert 'aria-invalid="true"' in answer.text
    assert chosen(room) == [key(1)]
    for sent, said in (
        ({"goes_out": "noon"}, "is no time of day"),
        ({"revision": "x"}, "which draft it was made from"),
    ):
        answer = press(room, "save", 400, **sent, blurb_of_1="Kept words.")  # type: ignore[arg-type]
        assert said in answer.text
        assert "Kept words." in answer.text


def test_any_paper_can_be_named(room: Instance) -> None:
    room.add(record(300, published=date(2019, 1, 1)))
    press(room, "add", other=" https://arxiv.org/abs/2601.00300v2 ")
    assert chosen(room) == [key(300)]
    press(room, "save", other="2601.00007")  # Enter in the field presses the first button of the form
    assert chosen(room) == [key(300), key(7)]
    assert "Name a paper" in press(room, "add", 400, other=" ").text
    assert "is not among this instance" in press(room, "add", 400, other="2601.99999").text


def test_a_page_is_published_from_its_proof(room: Instance) -> None:
    press(room, f"pick {key(5)}")
    press(room, "save", blurb_of_1="“Quoted” & <kept>.", goes_out="11:30")
    page = room.get(f"{DESK}/proof").text
    form = html.document_fromstring(page).xpath(f'//form[@action="{DESK}"]')[0]
    sent = dict(form.form_values())
    sent.pop("form_token")
    assert room.post(DESK, **sent, do="publish").headers["location"] == f"{DESK}?said=published"
    assert room.site.desk.draft(TODAY).revision == 2, "what was looked at is what is out"
    assert "Publish this page now" not in room.get("/desk/2026-01-16/proof").text


def test_a_seventh_pick_finds_no_room(room: Instance) -> None:
    for n in range(1, 7):
        press(room, f"pick {key(n)}")
    assert "this has 7 in all" in press(room, f"pick {key(7)}", 400).text
    assert len(chosen(room)) == 6


@pytest.mark.parametrize(
    ("do", "said"),
    [
        ("", "does not say what to do"),
        ("burn it", "does not say what to do"),
        ("pick moss", "moss"),
        ("pick " + key(999), key(999)),
    ],
)
def test_a_form_that_means_nothing_is_told(room: Instance, do: str, said: str) -> None:
    assert said in press(room, do, 400).text


def test_a_withdrawn_paper_cannot_be_picked(room: Instance) -> None:
    room.add(record(1, withdrawn=True))
    assert "withdrawn: choose another" in press(room, f"pick {key(1)}", 400).text


def stale(room: Instance) -> Mapping[str, str]:
    """Return what one editor's page would send while another has saved meanwhile."""
    press(room, f"pick {key(1)}")
    seen = fields(room.get(DESK).text)
    press(room, f"pick {key(2)}", blurb_of_1="Theirs.")
    return seen | {"blurb-1": "Mine.", "paper-2": key(3), "kicker-2": "", "blurb-2": "Mine too."}


def test_a_stale_draft_shows_both_and_changes_nothing(room: Instance) -> None:
    mine = stale(room)
    page = room.post(DESK, 409, **mine, do="save").text
    assert "Somebody else saved meanwhile" in page
    for words in ("Theirs.", "Mine.", "Mine too."):
        assert words in page
    assert chosen(room) == [key(1), key(2)]
    form = html.document_fromstring(page).xpath(f'//form[@action="{DESK}"]')[0]
    sent = dict(form.form_values())
    assert (sent["revision"], sent["paper-2"]) == ("2", key(3))


def test_a_pick_that_came_too_late_is_among_ones_own(room: Instance) -> None:
    mine = dict(stale(room)) | {"paper-2": ""}
    page = room.post(DESK, 409, **mine, do=f"pick {key(7)}").text
    sent = dict(html.document_fromstring(page).xpath(f'//form[@action="{DESK}"]')[0].form_values())
    assert (sent["paper-1"], sent["paper-2"]) == (key(1), key(7))


def test_out_of_a_conflict_one_can_join_or_replace(room: Instance) -> None:
    page = room.post(DESK, 409, **stale(room), do="save").text
    sent = dict(html.document_fromstring(page).xpath(f'//form[@action="{DESK}"]')[0].form_values())
    sent.pop("form_token")
    both_wrote = room.post(DESK, 409, **sent, do="join").text
    assert "Both of you wrote about “On counting moss colonies, part 1”." in both_wrote
    assert "Theirs." in both_wrote
    assert "Mine." in both_wrote
    agreed = sent | {"blurb-1": ""}
    assert room.post(DESK, **agreed, do="join").headers["location"] == f"{DESK}?said=joined"
    assert chosen(room) == [key(1), key(2), key(3)]
    picks = room.site.desk.draft(TODAY).picks
    assert [pick.blurb for pick in picks] == ["Theirs.", "", "Mine too."]
    assert "Somebody else" in room.post(DESK, 409, **sent, do="save").text, "that draft is old by now as well"
    room.post(DESK, **sent | {"revision": "3"}, do="save")
    assert [pick.blurb for pick in room.site.desk.draft(TODAY).picks] == ["Mine.", "Mine too."]


def test_words_that_only_one_of_two_changed_are_joined_by_themselves(room: Instance) -> None:
    press(room, f"pick {key(1)}")
    press(room, "save", blurb_of_1="As it was.")
    mine = fields(room.get(DESK).text) | {"blurb-1": "Much better."}
    press(room, f"pick {key(2)}")
    page = room.post(DESK, 409, **mine, do="save").text
    sent = dict(html.document_fromstring(page).xpath(f'//form[@action="{DESK}"]')[0].form_values())
    sent.pop("form_token")
    room.post(DESK, **sent, do="join")
    assert [pick.blurb for pick in room.site.desk.draft(TODAY).picks] == ["Much better.", ""]


def test_a_page_that_came_out_meanwhile_takes_the_words_to_the_next(room: Instance) -> None:
    press(room, f"pick {key(1)}")
    mine = fields(room.get(DESK).text) | {"blurb-1": "Too late."}
    press(room, "publish")
    page = room.post(DESK, 409, **mine, do="save").text
    assert "The page is out" in page
    form = html.document_fromstring(page).xpath('//form[@action="/desk/2026-01-16"]')[0]
    sent = dict(form.form_values())
    sent.pop("form_token")
    assert sent["blurb-1"].strip() == "Too late."
    room.post("/desk/2026-01-16", **sent, do="join")
    assert room.site.desk.draft(TODAY.after).picks[0].blurb == "Too late."


def test_who_is_no_editor_any_more_gets_the_words_back(room: Instance) -> None:
    press(room, f"pick {key(1)}")
    mine = fields(room.get(DESK).text) | {"blurb-1": "Hours of <work>.", "kicker-1": "Moss"}
    as_editor(room, "reader")
    page = room.post(DESK, 403, **mine, do="approve").text
    assert "You are not an editor now" in page
    assert "Only an editor may do that. Ask whoever runs this instance for the role." in page
    assert "Hours of &lt;work&gt;." in page
    assert 'value="Moss"' in page
    assert room.site.desk.draft(TODAY).picks[0].blurb == ""
    as_editor(room)
    press(room, "publish")
    as_editor(room, "reader")
    assert "Half, not a third." in room.post(f"{DESK}/correction", 403, note="Half, not a third.").text


def test_who_was_signed_out_gets_the_words_back_too(room: Instance) -> None:
    press(room, f"pick {key(1)}")
    mine = fields(room.get(DESK).text) | {"blurb-1": "Hours of work."}
    for one in room.site.accounts.readers.all():
        room.site.accounts.sessions.end_all(one.id)
    page = room.post(DESK, 401, **mine, do="save").text
    assert "You are not signed in now" in page
    assert "Hours of work." in page


def test_a_page_that_is_out_can_be_corrected_and_nothing_else(room: Instance) -> None:
    press(room, f"pick {key(2)}")
    assert press(room, "publish").headers["location"] == f"{DESK}?said=published"
    page = room.get(f"{DESK}?said=published").text
    assert "No. 1 is out, published today 05:00." in page
    answer = room.post(f"{DESK}/correction", paper=key(2), note="Half its <size>, not a third.")
    assert answer.headers["location"] == f"{DESK}?said=corrected"
    room.post(f"{DESK}/correction", paper=key(2), note="Half its <size>, not a third.")
    assert room.get(DESK).text.count("Half its &lt;size&gt;, not a third.") == 1
    assert "Corrected today 05:00: Half its &lt;size&gt;, not a third." in room.get("/").text
    refused = room.post(f"{DESK}/correction", 400, paper=key(2), note=" ").text
    assert "Say what was wrong" in refused
    assert f'value="{key(2)}" selected' in refused
    room.post(f"{DESK}/correction", 404, paper=key(999), note="Wrong.")


def test_tomorrow_can_be_prepared_and_not_published_today(room: Instance) -> None:
    tomorrow = "/desk/2026-01-16"
    press(room, f"pick {key(3)}", path=tomorrow)
    page = room.get(tomorrow).text
    assert "Preview and publish" not in page
    assert "Preview and publish" in room.get(DESK).text
    assert "16 Jan 2026 08:00" in page
    sent = fields(page)
    assert "by itself at 07:00 on 16 Jan 2026" in room.post(tomorrow, 409, **sent, do="publish").text
    for far in ("/desk/2026-12-01", "/desk/9999-12-31", "/desk/moss"):
        room.get(far, 404)
    room.get("/desk/2026-W03")
    room.get("/desk/2026-01")


def test_a_day_that_has_passed_shows_what_was_written(room: Instance) -> None:
    press(room, f"pick {key(3)}", blurb_of_1="x")
    press(room, "save", blurb_of_1="Never printed.")
    room.clock.move_to(datetime(2026, 1, 17, 9, tzinfo=UTC))
    page = room.get(DESK).text
    assert "Its time has passed without a page." in page
    assert "Never printed." in page
    assert 'name="do"' not in page
    assert "passed without a page" in room.post(DESK, 409, **fields(page) | {"blurb-1": "x"}, do="save").text
    assert 'href="/desk/2026-01-15"' in room.get("/desk/2026-01-17").text, "a draft that waits can be found"


def test_six_blurbs_in_any_script_fit_into_a_form(room: Instance) -> None:
    words = {f"blurb-{n}": "潮" * LONGEST_BLURB for n in range(1, 7)} | {f"paper-{n}": key(n) for n in range(1, 7)}
    room.post(DESK, revision="0", **words, do="save")
    assert all(pick.blurb == "潮" * LONGEST_BLURB for pick in room.site.desk.draft(TODAY).picks)


def test_candidates_can_be_told_apart_by_where_they_come_from(room: Instance) -> None:
    room.add(*(record(n) for n in range(20, 60)))
    everything, new = room.get(DESK).text, room.get(f"{DESK}?from=new").text
    assert "59 upvotes" in everything
    assert "59 upvotes" not in new.partition('id="page"')[0]
    assert 'aria-current="true">New</a>' in new
    assert (
        press(room, f"pick {key(20)}", path=DESK, **{"from": "new"}).headers["location"].startswith(f"{DESK}?from=new#")
    )
