import re

from tests.invented import record
from tests.web.conftest import Instance
from tests.web.test_subscribing import confirmed


def token_of(instance: Instance) -> str:
    return confirmed(instance).partition("token=")[2].partition("&")[0]


def error_in(page: str) -> str:
    found = re.search(r'<p class="error" id="[\w-]+">([^<]+)</p>', page)
    assert found, page
    return found[1]


def test_a_topic_an_author_and_a_category_are_followed_and_dropped(instance: Instance) -> None:
    instance.add(*(record(n) for n in range(1, 9)))
    token = token_of(instance)
    for fields in (
        {"kind": "topic", "topic": "quiet tides"},
        {"kind": "topic", "topic_name": "Like these", "examples": "2601.00001\n2601.00002 arxiv:2601.00003"},
        {"kind": "author", "author": "Ada Quill", "author_category": "cs.IR"},
        {"kind": "category", "category": "cs.CV"},
    ):
        answer = instance.post("/subscription/follow", token=token, **fields)
        assert answer.headers["location"] == f"/subscription?token={token}&said=changed"
    page = instance.get(f"/subscription?token={token}").text
    for title in ("quiet tides", "Like these", "Ada Quill in cs.IR", "cs.CV"):
        assert f">{title}</" in page
    assert "/search?q=author%3A%22Ada+Quill%22&amp;cat=cs.IR" in page
    numbers = re.findall(r'name="search" value="(\d+)"', page)
    assert len(numbers) == 4
    for number in numbers:
        instance.post("/subscription/search/drop", token=token, search=number)
    assert instance.get(f"/subscription?token={token}").text.count(">None yet.") == 4


def test_what_cannot_be_followed_is_told_beside_its_field(instance: Instance) -> None:
    instance.add(*(record(n) for n in range(1, 9)))
    token = token_of(instance)
    for fields, said in (
        ({"kind": "topic"}, "needs words"),
        ({"kind": "topic", "examples": "2601.00001 2601.00002"}, "3 to 5"),
        ({"kind": "topic", "examples": "2601.00001 2601.00002 2601.99999"}, "is not among"),
        ({"kind": "author", "author": "Quill"}, "borne by many"),
        ({"kind": "author", "author": "Ada Quill", "author_category": "cs.XX"}, "No paper here is in cs.XX"),
        ({"kind": "category", "category": "<b>"}, "No paper here is in"),
    ):
        page = instance.post("/subscription/follow", 400, token=token, **fields).text
        assert said in error_in(page)
    assert "does not say what" in instance.post("/subscription/follow", 400, token=token, kind="smell").text
    assert "no longer holds" in instance.post("/subscription/follow", 400, token="x", kind="topic", topic="a b").text


def test_sections_are_put_in_order_and_switched_off(instance: Instance) -> None:
    token = token_of(instance)
    places = {"picks": "2", "trending": "off", "new": "3", "topics": "1", "searches": "3", "authors": "off"}
    fields = {f"place_{name}": place for name, place in places.items()} | {"place_categories": "off"}
    instance.post("/subscription", token=token, hour="7", size="5", beside="on", even_empty="on", locale="de", **fields)
    chosen = instance.site.subscriptions.by_token(token).choices
    assert chosen.sections == ("topics", "picks", "new", "searches")
    assert (chosen.beside, chosen.even_empty, chosen.locale) == (True, True, "de")
    page = instance.get(f"/subscription?token={token}").text
    assert re.findall(r'id="place-(\w+)"', page)[:4] == ["topics", "picks", "new", "searches"]
    none = dict.fromkeys(fields, "off")
    assert "Nothing would come" in error_in(instance.post("/subscription", 400, token=token, **none).text)
    assert "is no language" in error_in(instance.post("/subscription", 400, token=token, locale="xx").text)


def test_weekly_mails_come_on_a_chosen_day_and_pauses_have_two(instance: Instance) -> None:
    token = token_of(instance)
    instance.post("/subscription", token=token, days="weekly", weekday="4")
    instance.post("/subscription/pause", token=token, paused_from="2026-02-01", paused_until="2026-02-05")
    page = instance.get(f"/subscription?token={token}").text
    assert "on Fridays" in page
    assert "no mail from 1 Feb 2026 until 5 Feb 2026" in page
    bad = instance.post("/subscription/pause", 400, token=token, paused_from="2026-02-07", paused_until="2026-02-05")
    assert "wrong way round" in error_in(bad.text)


def test_mutes_are_added_by_the_line_and_taken_back(instance: Instance) -> None:
    instance.add(record(1))
    token = token_of(instance)
    path = f"/subscription/mutes?token={token}"
    assert "Nothing is muted." in instance.get(path).text
    instance.post("/subscription/mutes", token=token, kind="word", lines="Salt maps\n\n<b>moss</b>\nsalt maps")
    instance.post("/subscription/mutes", token=token, kind="paper", lines="https://arxiv.org/abs/2601.00001")
    page = instance.get(path).text
    assert "3 of 10,000" in page
    assert "&lt;b&gt;moss&lt;/b&gt;" in page
    assert "arxiv:2601.00001" in page
    instance.post("/subscription/mutes/remove", token=token, kind="word", value="salt maps")
    assert "2 of 10,000" in instance.get(path).text
    for kind, lines, said in (
        ("word", "the", "nearly every paper"),
        ("author", "Quill", "family name alone"),
        ("paper", "2601.99999", "is not among"),
        ("smell", "x", "cannot be muted"),
        ("word", "\n \n", "Say what"),
    ):
        page = instance.post("/subscription/mutes", 400, token=token, kind=kind, lines=lines).text
        assert said in error_in(page)
    many = "\n".join(f"word{n}" for n in range(10_000))
    assert "holds 10,000 mutes" in error_in(
        instance.post("/subscription/mutes", 400, token=token, kind="word", lines=many).text
    )
    assert "2 of 10,000" in instance.get(path).text
    assert "no longer holds" in instance.get("/subscription/mutes?token=x", 400).text


def test_the_next_mail_is_shown_as_it_would_be_sent(instance: Instance) -> None:
    token = token_of(instance)
    instance.add(*(record(n) for n in range(1, 9)))
    page = instance.get(f"/subscription/next?token={token}").text
    assert "Subject: " in page
    assert "Unsubscribe: https://" in page or "Unsubscribe: http://" in page
    source = re.search(r'<iframe[^>]* src="([^"]+)" sandbox="allow-popups [a-z-]+"', page)
    assert source
    answer = instance.get(source[1].replace("&amp;", "&"))
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert ">Unsubscribe</a>" in answer.text
    assert "no longer holds" in instance.get("/subscription/next/mail?token=x", 400).text


def test_an_address_changes_by_a_button_in_either_mailbox(instance: Instance) -> None:
    token = token_of(instance)
    page = instance.post("/subscription/address", 400, token=token, address="nobody").text
    assert "no mail address" in error_in(page)
    answer = instance.post("/subscription/address", token=token, address="new@readers.example")
    assert "Two letters are on their way." in instance.get(answer.headers["location"]).text
    texts = {mail["To"]: mail.get_body(("plain",)).get_content() for mail in instance.mails()[-2:]}  # type: ignore[union-attr]
    old = re.search(r"/subscription/address\?token=(\S+)", texts["jane@readers.example"])
    new = re.search(r"/subscription/confirm\?token=(\S+)", texts["new@readers.example"])
    assert old
    assert new
    for _ in range(2):  # looking, as a scanner does, agrees to nothing
        assert "Shall your mails go elsewhere?" in instance.get(f"/subscription/address?token={old[1]}").text
    assert "Half of it" in instance.post("/subscription/address/agree", 200, token=old[1]).text
    again = instance.post("/subscription/address", 400, token=token, address="third@readers.example").text
    assert "once an hour" in error_in(again)
    moved = instance.post("/subscription/confirm", token=new[1]).headers["location"]
    assert "n…@readers.example" in instance.get(moved).text
    assert "no longer holds" in instance.get(f"/subscription?token={token}", 400).text


def test_all_that_is_kept_is_exported_and_deleted(instance: Instance) -> None:
    token = token_of(instance)
    instance.post("/subscription/follow", token=token, kind="author", author="Ada Quill")
    told = instance.get(f"/subscription/export?token={token}")
    assert told.headers["cache-control"] == "private, no-store"
    assert told.json()["follows"][0]["title"] == "Ada Quill"
    assert "Or end one of them" in instance.get(f"/subscription/end?token={token}").text
    ended = instance.post("/subscription/end", 200, token=token).text
    assert "Delete all of it" in ended
    assert "All of it is deleted" in instance.post("/subscription/erase", 200, token=token).text
    assert "no longer holds" in instance.get(f"/subscription?token={token}", 400).text
    assert instance.site.subscriptions.counts() == {"pending": 0, "confirmed": 0, "ended": 0}
