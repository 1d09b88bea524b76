import re

import pytest
from lxml import html

from broadsheet.accounts.reader import Role
from tests.invented import record
from tests.web.conftest import Instance
from tests.web.test_signing import enter, letter, signed_in
from tests.web.test_talk import PAGE, PAPER, say, talked

ED = "ed@quill.example"


@pytest.fixture
def talk(instance: Instance) -> Instance:
    """A paper with one comment, by Ada, who is signed out again."""
    instance.add(record(1), record(2))
    signed_in(instance)
    say(instance, "Buy salt.")
    instance.client.cookies.clear()
    return instance


def come(instance: Instance, role: Role, address: str = ED) -> None:
    instance.client.cookies.clear()
    signed_in(instance, address)
    instance.site.accounts.readers.set_role(address, role)


def test_from_a_report_to_a_hidden_comment_and_back(talk: Instance) -> None:
    come(talk, "reader", "bee@quill.example")
    form = html.fromstring(talk.get("/report?comment=1").text)
    assert form.xpath("//form[@action='/report']//input[@name='comment']/@value") == ["1"]
    assert "Choose what is wrong" in talk.post("/report", 400, comment="1", note="Salt").text
    assert "Reported" in talk.post("/report", 200, comment="1", reason="spam", note="It sells <b>salt</b>.").text
    talk.get("/moderation", 403)
    come(talk, "editor")
    assert "1 report waits" in talk.get("/me").text
    page = talk.get("/moderation").text
    assert "It sells &lt;b&gt;salt&lt;/b&gt;." in page
    assert "Bar " not in page
    talk.post("/moderation", comment="1", do="hide", why="Spam.")
    assert "Nothing waits" in talk.get("/moderation").text
    log = html.fromstring(talk.get("/moderation").text).xpath("//section[@id='log']//li")
    told = [" ".join(one.text_content().split()) for one in log]
    assert [line.partition(": ")[2] for line in told] == [
        "Reader 3 hid comment 1: Spam.",
        "The operator changed the role of reader 3: reader to editor",
    ]
    assert all("15 Jan 2026" in line or "today" in line for line in told)
    talk.client.cookies.clear()
    assert talked(talk) == []
    come(talk, "editor")
    assert (
        talk.post("/moderation", comment="1", do="restore", back=f"{PAGE}#discussion")
        .headers["location"]
        .startswith(PAGE)
    )
    assert talked(talk) == [(0, "Buy salt.")]


def test_a_hidden_paper_leaves_every_page(talk: Instance) -> None:
    come(talk, "reader", "bee@quill.example")
    talk.post("/report", 200, paper=PAPER, reason="wrong")
    come(talk, "editor")
    number = talk.site.catalogue.get(PAPER).id
    talk.post("/moderation", paper=str(number), do="hide")
    talk.index.catch_up()
    talk.get(PAGE, 404)
    assert PAPER not in talk.get("/search?q=" + record(1).title.replace(" ", "+")).text.replace(f"q={PAPER}", "")
    assert record(1).title.split(",")[0] in talk.get("/moderation").text
    talk.post("/moderation", paper=str(number), do="restore")
    talk.index.catch_up()
    assert talked(talk) == [(0, "Buy salt.")]


def test_a_barred_readers_session_ends_and_no_letter_brings_one_back(talk: Instance) -> None:
    link = letter(talk, "ada@quill.example")
    come(talk, "admin")
    talk.post("/report", 200, comment="1", reason="spam")
    assert "Bar Reader 1" in talk.get("/moderation").text
    before = talk.site.accounts.sessions.begin(1)
    talk.post("/moderation/bar", reader="1", why="Salt.", hide_all="on")
    assert talk.site.accounts.sessions.reader(before) is None
    assert "Let Reader 1 in again" in talk.get("/moderation").text
    mails = len(talk.mails())
    talk.client.cookies.clear()
    assert "This account is barred" in talk.post("/sign-in/link", 403, token=link.partition("token=")[2]).text
    talk.post("/sign-in", address="ada@quill.example")
    assert len(talk.mails()) == mails
    assert talked(talk) == []
    come(talk, "admin")
    talk.post("/moderation/bar", reader="1", do="lift")
    talk.client.cookies.clear()
    assert enter(talk, letter(talk, "ada@quill.example")) == "/"


def test_an_editor_who_lost_the_role_in_the_middle_changes_nothing(talk: Instance) -> None:
    come(talk, "editor")
    talk.get("/moderation")
    talk.site.accounts.readers.set_role(ED, "reader")
    talk.post("/moderation", 403, comment="1", do="hide")
    talk.post("/moderation/bar", 403, reader="1")
    assert talked(talk) == [(0, "Buy salt.")]


def test_a_muted_reader_is_not_seen(talk: Instance) -> None:
    come(talk, "reader", "bee@quill.example")
    assert re.search("Mute<", talk.get(PAGE).text)
    talk.post("/mute", reader="1", back=PAGE)
    assert talked(talk) == []
    assert "Show Reader 1 again" in talk.get("/me").text
    talk.client.cookies.clear()
    assert talked(talk) == [(0, "Buy salt.")]
    signed_in(talk, "bee@quill.example")
    talk.post("/unmute", reader="1")
    assert talked(talk) == [(0, "Buy salt.")]


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/report", {"comment": "99", "reason": "spam"}, 404),
        ("/report", {"paper": "arxiv:2601.99999", "reason": "spam"}, 404),
        ("/report", {"reason": "spam"}, 400),
        ("/mute", {"reader": "99"}, 404),
        ("/mute", {"reader": "x"}, 404),
        ("/moderation", {"comment": "99", "do": "hide"}, 404),
        ("/moderation", {"comment": "1", "do": "burn"}, 400),
        ("/moderation", {"do": "hide"}, 404),
        ("/moderation", {"comment": "1", "do": "dismiss"}, 409),
        ("/moderation/bar", {"reader": "99"}, 404),
        ("/moderation/bar", {"reader": "1", "do": "lift"}, 404),
    ],
)
def test_what_cannot_be_done_is_told(talk: Instance, path: str, fields: dict[str, str], status: int) -> None:
    come(talk, "admin")
    talk.post(path, status, **fields)
    talk.client.cookies.clear()
    talk.post(path, 401, **fields)


def test_a_name_that_looks_like_anothers_is_refused_with_the_reason(talk: Instance) -> None:
    come(talk, "reader", "bee@quill.example")
    talk.post("/me/name", name="Ada Quill")
    come(talk, "reader", "cee@quill.example")
    assert "looks like another reader’s name" in talk.post("/me/name", 400, name="Аda Quіll").text


def test_an_author_is_confirmed_and_marked(talk: Instance) -> None:
    come(talk, "reader", "ada@quill.example")
    talk.post("/claim", paper=PAPER, note="I wrote it.")
    assert "an editor looks at it" in talk.get(PAGE).text
    come(talk, "editor")
    assert "I wrote it." in talk.get("/moderation").text
    number = str(talk.site.catalogue.get(PAPER).id)
    talk.post("/moderation/claim", 400, reader="1", paper=number)
    talk.post("/moderation/claim", reader="1", paper=number, do="verify")
    talk.post("/moderation/claim", 409, reader="1", paper=number, do="verify")
    talk.client.cookies.clear()
    page = talk.get(PAGE).text
    assert "author of this paper" in page
    assert "(by an editor) is here" in page
    signed_in(talk, "ada@quill.example")
    talk.post("/claim/withdraw", paper=PAPER)
    assert "author of this paper</span>" not in talk.get(PAGE).text
    talk.post("/claim/withdraw", 404, paper=PAPER)
