import re

import pytest
from lxml import html

from tests.invented import record
from tests.web.conftest import ORIGIN, Instance, upvotes
from tests.web.test_signing import signed_in

PAPER = "arxiv:2601.00001"


@pytest.fixture
def stocked(instance: Instance) -> Instance:
    instance.add(*(record(n, signals=upvotes(50.0 - n, instance.clock) if n < 3 else ()) for n in range(1, 12)))
    return instance


@pytest.fixture
def signed(stocked: Instance) -> Instance:
    signed_in(stocked)
    return stocked


def standing(instance: Instance, path: str, paper: str = PAPER) -> set[tuple[str, str, str]]:
    """Return (count, pressed, what a press asks) of every form on a page that votes for a paper."""
    tree = html.document_fromstring(instance.get(path).text)
    assert tree.xpath('//form[@id="votes"]/@action') == ["/vote"]
    buttons = tree.xpath(f'//*[@class="vote"]/button[@form="votes"][substring(@value, 3)="{paper}"]')
    assert buttons, path
    return {(one.text, one.get("aria-pressed"), one.get("value")[0]) for one in buttons}


@pytest.mark.parametrize("path", ["/", f"/paper/{PAPER}", "/search?q=arxiv+reading"])
def test_a_vote_shows_on_every_page_that_has_the_paper(signed: Instance, path: str) -> None:
    if path.startswith("/search"):
        path = "/search?q=" + "+".join(signed.site.catalogue.get(PAPER).title.split()[:3]) + "&sort=newest"
        assert f' {PAPER}"' in signed.get(path).text
    assert standing(signed, path) == {("0", "false", "1")}
    assert signed.post("/vote", vote=f"1 {PAPER}", back=path).headers["location"] == path
    assert standing(signed, path) == {("1", "true", "0")}
    signed.post("/vote", vote=f"0 {PAPER}", back=path)
    assert standing(signed, path) == {("0", "false", "1")}


def test_others_see_the_count_and_not_whose_it_is(signed: Instance) -> None:
    signed.post("/vote", vote=f"1 {PAPER}")
    signed.client.cookies.clear()
    assert standing(signed, f"/paper/{PAPER}") == {("1", "false", "1")}


def test_a_script_gets_the_new_count(signed: Instance) -> None:
    token = re.search(r'name="form_token" value="(\w+)"', signed.get("/about").text)
    assert token
    for wanted, told in (("1", {"votes": 1, "mine": True}), ("0", {"votes": 0, "mine": False})):
        answer = signed.client.post(
            "/vote",
            data={"form_token": token[1], "vote": f"{wanted} {PAPER}"},
            headers={"Accept": "application/json", "Origin": ORIGIN},
            follow_redirects=False,
        )
        assert (answer.status_code, answer.json()) == (200, told)
        assert answer.headers["cache-control"] == "no-store"


def test_without_signing_in_a_vote_leads_to_where_one_does(stocked: Instance) -> None:
    page = stocked.post("/vote", 401, vote=f"1 {PAPER}").text
    assert "Sign in first" in page
    assert standing(stocked, f"/paper/{PAPER}") == {("0", "false", "1")}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"vote": PAPER}, 400),
        ({"vote": f"2 {PAPER}"}, 400),
        ({"vote": "1"}, 400),
        ({"vote": "1 arxiv:2601.99999"}, 404),
    ],
)
def test_a_form_that_says_no_vote_is_told(signed: Instance, fields: dict[str, str], status: int) -> None:
    signed.post("/vote", status, **fields)


def test_nothing_votes_by_looking(signed: Instance) -> None:
    signed.get(f"/vote?paper={PAPER}&vote=1", 405)
    assert standing(signed, f"/paper/{PAPER}") == {("0", "false", "1")}


def test_nobody_is_led_elsewhere(signed: Instance) -> None:
    assert signed.post("/vote", vote=f"1 {PAPER}", back="//evil.example").headers["location"] == "/"


def test_a_cached_page_is_not_shown_with_an_old_count(signed: Instance) -> None:
    before = signed.get(f"/paper/{PAPER}").headers["etag"]
    signed.post("/vote", vote=f"1 {PAPER}")
    signed.get(f"/paper/{PAPER}", 200, **{"if-none-match": before})


def test_ones_votes_stand_on_ones_own_page(signed: Instance) -> None:
    assert "None yet. The triangle" in signed.get("/me").text
    signed.post("/vote", vote=f"1 {PAPER}")
    page = signed.get("/me").text
    assert f"/paper/{PAPER}" in page
    assert signed.get("/me/export").json()["votes"][0]["id"] == PAPER
