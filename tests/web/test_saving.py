import re
from datetime import timedelta

import pytest

from broadsheet.digests.saved import MOST_SEARCHES
from tests.invented import record
from tests.web.conftest import Instance
from tests.web.test_subscribing import ADDRESS, confirmed, link

HOSTILE = "<script>alert(1)</script>\"'><img src=x>"


@pytest.fixture
def filled(instance: Instance) -> Instance:
    instance.add(*(record(n) for n in range(1, 30)))
    return instance


def offered(page: str) -> str:
    """Return the question in the form of a search page, as a browser would send it."""
    found = re.search(r'action="/subscribe/search">.*?name="question" value="([^"]*)"', page, re.DOTALL)
    assert found, page
    return found[1].replace("&amp;", "&")


def token_of(instance: Instance) -> str:
    return confirmed(instance).partition("token=")[2].partition("&")[0]


def numbers(page: str, action: str) -> list[str]:
    return re.findall(rf'action="/subscription/search/{action}">.*?name="search" value="(\d+)"', page)


def test_a_search_page_offers_its_search_by_mail(filled: Instance) -> None:
    page = filled.get("/search?q=salt+maps&cat=cs.IR&sort=recent&page=1").text
    assert "Mail me new papers for this search" in page
    assert offered(page) == "q=salt+maps&cat=cs.IR&sort=recent"
    assert offered(filled.get("/search?cat=cs.IR").text) == "q=&cat=cs.IR"
    assert offered(filled.get('/search?q="never+written" has:demo').text) == "q=%22never+written%22+has%3Ademo"


@pytest.mark.parametrize(
    "path", ["/search", "/search?q=", "/search?q=%3F%21", "/search?q=2601.99999", "/search?q=a&page=0"]
)
def test_what_cannot_be_saved_is_not_offered(filled: Instance, path: str) -> None:
    answer = filled.client.get(path)
    assert "/subscribe/search" not in answer.text


def test_a_question_too_long_to_save_is_not_offered(filled: Instance) -> None:
    assert "/subscribe/search" not in filled.get("/search?q=" + "moss+" * 500).text


def test_a_new_address_confirms_search_and_subscription_together(filled: Instance) -> None:
    question = offered(filled.get("/search?q=salt+maps").text)
    answer = filled.post("/subscribe/search", address=ADDRESS, question=question)
    assert answer.headers["location"] == "/subscribe/asked"
    page = filled.get(link(filled, "/subscription/confirm")).text
    assert '<a href="/search?q=salt+maps">salt maps</a>' in page
    shown = re.search(r'name="searches" value="([\d,]+)"', page)
    assert shown
    token = link(filled, "/subscription/confirm").partition("token=")[2]
    path = filled.post("/subscription/confirm", token=token, searches=shown[1]).headers["location"]
    page = filled.get(path).text
    assert "What is new for your searches comes by mail." in page
    off = re.findall(r'id="place-(\w+)"[^\n]*value="off" selected', page)
    assert off == ["picks", "trending", "sent", "new"]
    assert "1 of 20" in page
    assert 'href="/feeds/search.atom?q=salt+maps"' in page


def test_the_days_page_comes_as_well_where_it_was_ticked(filled: Instance) -> None:
    filled.post("/subscribe/search", address=ADDRESS, question="q=salt", edition="on")
    token = link(filled, "/subscription/confirm").partition("token=")[2]
    assert filled.site.subscriptions.by_token(token).choices.edition


def test_nothing_but_what_was_shown_is_confirmed(filled: Instance) -> None:
    filled.post("/subscribe/search", address=ADDRESS, question="q=salt")
    token = link(filled, "/subscription/confirm").partition("token=")[2]
    filled.post("/subscription/confirm", token=token, searches="999,x,²")
    assert filled.site.subscriptions.searches.of(token) == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"address": "nobody", "question": "q=salt"}, "no mail address"),
        ({"address": "", "question": "q=salt"}, "address"),
    ],
)
def test_a_bad_address_is_told_beside_its_field(filled: Instance, fields: dict[str, str], says: str) -> None:
    page = filled.post("/subscribe/search", 400, **fields).text
    error = re.search(r'<p class="error" id="mail-error">([^<]+)</p>', page)
    assert error
    assert says in error[1]
    assert offered(page) == "q=salt"


@pytest.mark.parametrize(
    ("question", "says"),
    [("", "no question to save"), ("q=salt&sort=loudest", "is no order"), ("q=2601.00003", "names one paper")],
)
def test_a_bad_question_is_a_clear_page(filled: Instance, question: str, says: str) -> None:
    assert says in filled.post("/subscribe/search", 400, address=ADDRESS, question=question).text
    assert says in filled.get(f"/subscribe/search?{question}", 400).text
    assert filled.mails() == []


def test_the_answer_is_the_same_for_a_known_address(filled: Instance) -> None:
    token_of(filled)
    for address in (ADDRESS, "new@readers.example"):
        answer = filled.post("/subscribe/search", address=address, question="q=salt")
        assert (answer.status_code, answer.headers["location"]) == (303, "/subscribe/asked")


def test_a_known_reader_adds_or_discards_what_waits(filled: Instance) -> None:
    token = token_of(filled)
    filled.clock.sleep(timedelta(hours=1).total_seconds())
    for question in ("q=salt", "q=moss"):
        filled.post("/subscribe/search", address=ADDRESS, question=question)
    path = link(filled, "/subscription")
    for _ in range(2):  # looking changes nothing
        page = filled.get(path).text
        assert "Waiting for your word" in page
        assert "0 of 20" in page
    salt, moss = numbers(page, "keep")
    page = filled.get(filled.post("/subscription/search/keep", token=token, search=salt).headers["location"]).text
    assert "1 of 20" in page
    filled.post("/subscription/search/drop", token=token, search=moss)
    page = filled.get(path).text
    assert "Waiting for your word" not in page
    filled.post("/subscription/search/drop", token=token, search=numbers(page, "drop")[0])
    assert "0 of 20" in filled.get(path).text
    assert "not there any more" in filled.post("/subscription/search/keep", 404, token=token, search=salt).text


def test_the_owner_adds_words_and_addresses(filled: Instance) -> None:
    token = token_of(filled)
    for question in ("salt maps", "http://papers.example/search?q=moss&has=code"):
        filled.post("/subscription/search/add", token=token, question=question)
    page = filled.get(f"/subscription?token={token}").text
    assert "2 of 20" in page
    assert ">moss · has code</a>" in page
    page = filled.post("/subscription/search/add", 400, token=token, question="2601.00003").text
    assert re.search(r'id="question-error">This names one paper', page)
    assert 'value="2601.00003"' in page


def test_a_twenty_first_search_is_refused_on_the_page(filled: Instance) -> None:
    token = token_of(filled)
    for n in range(MOST_SEARCHES):
        filled.post("/subscription/search/add", token=token, question=f"salt {n}")
    page = filled.post("/subscription/search/add", 400, token=token, question="moss").text
    assert "Remove one first" in page
    filled.post("/subscribe/search", address=ADDRESS, question="q=moss")
    waiting = numbers(filled.get(f"/subscription?token={token}").text, "keep")[0]
    assert "Remove one first" in filled.post("/subscription/search/keep", 400, token=token, search=waiting).text


def test_the_edition_can_be_switched_off_and_the_page_says_what_then_comes(filled: Instance) -> None:
    token = token_of(filled)
    choices = {"hour": "7", "timezone": "UTC", "days": "daily", "size": "10"}
    filled.post("/subscription", token=token, edition="off", **choices)
    assert "nothing comes now" in filled.get(f"/subscription?token={token}").text
    filled.post("/subscription/search/add", token=token, question="salt")
    page = filled.get(f"/subscription?token={token}").text
    assert "nothing comes now" not in page
    assert "up to 10 papers of what you follow alone" in page


@pytest.mark.parametrize("action", ["add", "keep", "drop"])
def test_a_bad_token_changes_nothing(filled: Instance, action: str) -> None:
    page = filled.post(f"/subscription/search/{action}", 400, token="nonsense", search="1", question="salt").text
    assert "no longer holds" in page


def test_words_of_a_search_bring_no_markup(filled: Instance) -> None:
    token = token_of(filled)
    filled.post("/subscription/search/add", token=token, question=HOSTILE)
    filled.post("/subscribe/search", address="new@readers.example", question=f"q={HOSTILE}")
    pages = [
        filled.get(f"/subscription?token={token}").text,
        filled.get(link(filled, "/subscription/confirm")).text,
        filled.client.get("/subscribe/search", params={"q": HOSTILE}).text,
        filled.client.get("/search", params={"q": HOSTILE}).text,
    ]
    for page in pages:
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "<img" not in page


def test_the_next_mail_is_shown_as_it_stands(filled: Instance) -> None:
    token = token_of(filled)
    filled.post("/subscription/search/add", token=token, question="whistling kettles")
    filled.clock.sleep(60)
    filled.add(record(60, title="Whistling <kettles>"))
    page = filled.get(f"/subscription/next?token={token}").text
    assert '<a href="/search?q=whistling+kettles">whistling kettles</a>' in page
    assert "Whistling &lt;kettles&gt;" in page
    assert "Holds “whistling” and “kettles”" in page
    choices = {"hour": "7", "timezone": "UTC", "days": "daily", "size": "10"}
    filled.post("/subscription", token=token, edition="off", **choices)
    filled.post("/subscription/search/drop", token=token, search=numbers(manage(filled, token), "drop")[0])
    assert "no mail would go out" in filled.get(f"/subscription/next?token={token}").text
    assert f"/subscription/next?token={token}" in manage(filled, token)
    assert "no longer holds" in filled.get("/subscription/next?token=x", 400).text


def manage(instance: Instance, token: str) -> str:
    return instance.get(f"/subscription?token={token}").text
