import re

import pytest

from broadsheet.digests.sections import ALL
from tests.invented import record
from tests.web.conftest import Instance

ADDRESS = "jane@readers.example"


def link(instance: Instance, path: str) -> str:
    """Return the newest mail's link to `path`, without the host."""
    body = instance.mails()[-1].get_body(("plain",))
    assert body
    found = re.search(rf"https?://[^\s/]+({path}\?token=\S+)", body.get_content())
    assert found, body.get_content()
    return found[1]


def confirmed(instance: Instance) -> str:
    """Subscribe, confirm and return the address of the page where it is managed."""
    instance.post("/subscribe", address=ADDRESS)
    token = link(instance, "/subscription/confirm").partition("token=")[2]
    return instance.post("/subscription/confirm", token=token).headers["location"]


def test_asking_sends_one_letter_and_says_where_it_went(instance: Instance) -> None:
    page = instance.get("/subscribe").text
    assert 'name="address"' in page
    assert "are not sent yet" in page
    answer = instance.post("/subscribe", address=ADDRESS, hour="6", timezone="Europe/Vienna", days="daily", size="5")
    assert answer.headers["location"] == "/subscribe/asked"
    assert "Look into your mail" in instance.get("/subscribe/asked").text
    assert [mail["To"] for mail in instance.mails()] == [ADDRESS]


def test_the_answer_is_the_same_for_a_known_address(instance: Instance) -> None:
    first = instance.post("/subscribe", address=ADDRESS)
    again = instance.post("/subscribe", address=ADDRESS)
    assert (again.status_code, again.headers["location"]) == (first.status_code, first.headers["location"])
    assert len(instance.mails()) == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"address": "nobody"}, "no mail address"),
        ({"address": ""}, "address"),
        ({"address": ADDRESS, "hour": "25"}, "is no hour"),
        ({"address": ADDRESS, "timezone": "Moon/Sea"}, "is no time zone"),
        ({"address": ADDRESS, "days": "never"}, "is no rhythm"),
        ({"address": ADDRESS, "size": "1000"}, "is no size"),
        ({"address": "a\r\nBcc: b@c.example@d.example"}, "address"),
    ],
)
def test_a_bad_choice_is_told_beside_its_field(instance: Instance, fields: dict[str, str], says: str) -> None:
    page = instance.post("/subscribe", 400, **fields).text
    error = re.search(r'<p class="error" id="(\w+)-error">([^<]+)</p>', page)
    assert error, page
    assert says in error[2] or says == error[1]
    assert instance.mails() == []


def test_sections_and_their_order_are_chosen_without_a_script(instance: Instance) -> None:
    page = instance.get("/subscribe").text
    assert "<details><summary" in page
    assert re.findall(r'id="place-(\w+)"', page)[:4] == ["picks", "trending", "sent", "new"]
    places = {"place_picks": "2", "place_trending": "off", "place_sent": "off", "place_new": "1", "place_topics": "3"}
    off = {f"place_{name}": "off" for name in ("searches", "authors", "categories")}
    instance.post("/subscribe", address=ADDRESS, **places, **off, even_empty="on", locale="de")
    token = link(instance, "/subscription/confirm").partition("token=")[2]
    chosen = instance.site.subscriptions.by_token(token).choices
    assert (chosen.sections, chosen.even_empty, chosen.locale) == (("new", "picks", "topics"), True, "de")


def test_a_form_without_any_section_is_shown_again_open(instance: Instance) -> None:
    off = {f"place_{name}": "off" for name in ALL}
    page = instance.post("/subscribe", 400, address=ADDRESS, **off).text
    assert "Nothing would come" in page
    assert "<details open><summary" in page
    assert f'value="{ADDRESS}"' in page
    assert page.count('<option value="off" selected>') == len(ALL)
    unknown = instance.post("/subscribe", 400, address=ADDRESS, locale="qq").text
    assert "<details open><summary" in unknown


def test_looking_confirms_nothing_and_the_button_does(instance: Instance) -> None:
    instance.post("/subscribe", address=ADDRESS)
    path = link(instance, "/subscription/confirm")
    for _ in range(2):
        assert "Was it you?" in instance.get(path).text
    assert instance.site.subscriptions.counts()["confirmed"] == 0
    answer = instance.post("/subscription/confirm", token=path.partition("token=")[2])
    assert instance.site.subscriptions.counts()["confirmed"] == 1
    page = instance.get(answer.headers["location"]).text
    assert "Confirmed." in page
    assert "j…@readers.example" in page
    assert ADDRESS not in page
    assert "It is confirmed" in instance.get(path).text


def test_choices_can_be_changed(instance: Instance) -> None:
    path = confirmed(instance)
    token = path.partition("token=")[2].partition("&")[0]
    answer = instance.post("/subscription", token=token, hour="18", timezone="Asia/Kolkata", days="weekly", size="20")
    page = instance.get(answer.headers["location"]).text
    assert "Saved." in page
    assert "on Mondays at 18:00, Asia/Kolkata" in page
    assert 'value="20" checked' in page
    bad = instance.post("/subscription", 400, token=token, hour="99", timezone="UTC", days="weekly", size="20").text
    assert "is no hour" in bad


def test_leaving_takes_a_button_and_forgets_the_address(instance: Instance) -> None:
    token = confirmed(instance).partition("token=")[2].partition("&")[0]
    assert "End the mails?" in instance.get(f"/subscription/end?token={token}").text
    assert instance.site.subscriptions.counts()["confirmed"] == 1
    assert "You have unsubscribed" in instance.post("/subscription/end", 200, token=token).text
    assert instance.site.subscriptions.counts() == {"pending": 0, "confirmed": 0, "ended": 1}
    assert "You have unsubscribed" in instance.get(f"/subscription?token={token}").text
    assert "You have unsubscribed" in instance.get(f"/subscription/end?token={token}").text


def test_a_mail_programs_own_button_needs_neither_cookie_nor_form_token(instance: Instance) -> None:
    token = confirmed(instance).partition("token=")[2].partition("&")[0]
    instance.client.cookies.clear()
    answer = instance.client.post(
        f"/subscription/end?token={token}",
        data={"List-Unsubscribe": "One-Click"},
        headers={"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 200
    assert instance.site.subscriptions.counts()["ended"] == 1


@pytest.mark.parametrize("path", ["/subscription", "/subscription/confirm", "/subscription/end"])
@pytest.mark.parametrize("token", ["", "x", "%00", "%ED%A0%80", "a" * 5000, ".eJwrTk0uSi0BAA", "WzEsMiwzXQ.sig"])
def test_a_bad_token_is_a_clear_page(instance: Instance, path: str, token: str) -> None:
    page = instance.get(f"{path}?token={token}", 400).text
    assert "This link is incomplete or no longer holds" in page


def test_a_bad_token_in_a_form_is_a_clear_page(instance: Instance) -> None:
    for path in ("/subscription", "/subscription/confirm", "/subscription/end"):
        assert "no longer holds" in instance.post(path, 400, token="nonsense").text


def test_pages_with_a_token_are_kept_by_nobody(instance: Instance) -> None:
    path = confirmed(instance)
    assert instance.get(path).headers["cache-control"] == "private, no-store"
    page = instance.get(path).text
    assert 'name="back" value="/subscription"' in page


def test_the_page_previews_the_next_mail(instance: Instance) -> None:
    instance.add(*(record(n) for n in range(1, 9)))
    page = instance.get("/subscribe").text
    assert "The next one, as it stands" in page
    assert page.count("arxiv:2601.") >= 3


def test_mails_can_rest_until_a_day_and_go_on(instance: Instance) -> None:
    token = confirmed(instance).partition("token=")[2].partition("&")[0]
    path = f"/subscription?token={token}"
    instance.post("/subscription/pause", token=token, paused_until="2026-02-05")
    page = instance.get(path).text
    assert "no mail before 5 Feb 2026" in page
    assert 'value="2026-02-05"' in page
    page = instance.post("/subscription/pause", 400, token=token, paused_until="2020-01-01").text
    assert re.search(r'id="paused_until-error">A pause ends on a day to come', page)
    instance.post("/subscription/pause", token=token, paused_until="")
    assert "Paused:" not in instance.get(path).text
    assert "no longer holds" in instance.post("/subscription/pause", 400, token="nonsense").text
