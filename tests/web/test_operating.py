import re
from datetime import timedelta

import pytest

from broadsheet.mail import tally
from broadsheet.mail.office import DAYS
from broadsheet.mail.standstill import note_standstill
from broadsheet.mail.tally import Event
from broadsheet.web.operating import HEIGHT, WIDTH, bars
from tests.web.conftest import Instance
from tests.web.test_signing import ADA, enter, letter, signed_in

PAGE = "/operator/mail"
BOB = "bob@reader.example"


def count(instance: Instance, event: Event, domain: str, number: int, days_ago: int = 0) -> None:
    with instance.site.database.write() as connection:
        tally.count(connection, event, domain, instance.site.clock.now() - timedelta(days=days_ago), number)


@pytest.fixture
def operator(instance: Instance) -> Instance:
    """An instance that is used by its admin."""
    enter(instance, letter(instance))  # whose letter is the one mail that was sent
    instance.site.accounts.readers.set_role(ADA, "admin")
    return instance


def test_only_an_admin_is_let_in(instance: Instance) -> None:
    assert instance.get(PAGE, 303).headers["location"].startswith("/sign-in")
    signed_in(instance)
    assert "How mails fare" not in instance.get("/me").text
    for path in (PAGE, f"{PAGE}/list.csv"):
        assert "Only an admin" in instance.get(path, 403).text
    for path, fields in (
        ("resume", {}),
        ("address", {"address": BOB, "do": "suppress"}),
        ("list", {"file": "address"}),
    ):
        assert "Only an admin" in instance.post(f"{PAGE}/{path}", 403, **fields).text
    assert instance.site.office.suppressions.counts() == {}


def test_a_page_with_next_to_nothing_says_so(operator: Instance) -> None:
    page = operator.get(PAGE).text
    assert "One mail since" in page or "1 mail since" in page  # the letter that let the operator in
    assert "Nobody is on the list." in page
    assert "Digests are paused" not in page
    assert f'href="{PAGE}"' in operator.get("/me").text


def test_mails_that_could_not_be_written_are_told(operator: Instance) -> None:
    assert "could not be written" not in operator.get(PAGE).text
    count(operator, Event.SET_ASIDE, "large.example", 3)
    page = operator.get(PAGE).text
    assert "3 times in the last 7 days a mail was set aside" in page
    assert "mail_set_aside" in page


def test_what_keeps_every_mail_is_told(operator: Instance) -> None:
    assert "No mail leaves" not in operator.get(PAGE).text
    with operator.site.database.write() as connection:
        note_standstill(connection, "The mail server <mx> is out of reach.", operator.site.clock.now())
    page = operator.get(PAGE).text
    assert "No mail leaves" in page
    assert '<section class="box alarm" aria-labelledby="h-still"' in page
    assert "under 0.1&nbsp;%" in page, "a sign must not stand alone on a line"
    assert "The mail server &lt;mx&gt; is out of reach." in page


def test_rates_stand_against_what_receivers_want(operator: Instance) -> None:
    count(operator, Event.ACCEPTED, "large.example", 1000)
    count(operator, Event.ACCEPTED, "own-name.example", 2)
    count(operator, Event.BOUNCED, "large.example", 40, days_ago=3)
    count(operator, Event.COMPLAINED, "large.example", 2)
    page = operator.get(PAGE).text
    assert "large.example" in page
    assert "own-name.example" not in page
    assert "0.200&nbsp;%" in page
    assert "<strong>near</strong>" in page
    assert page.count("<rect") == DAYS + 1
    assert "<script" not in page.partition("<main")[2]


def test_the_drawing_keeps_to_its_frame(operator: Instance) -> None:
    count(operator, Event.ACCEPTED, "large.example", 1000)
    count(operator, Event.BOUNCED, "large.example", 5000, days_ago=DAYS - 1)
    drawn = bars(operator.site.office.overview())
    # Besides a thousand there is the letter that let the operator in.
    assert [bar.sent for bar in drawn if bar.sent] == pytest.approx([HEIGHT / 5], rel=0.01)
    assert (drawn[0].sent, drawn[0].failed) == (0, HEIGHT)
    assert drawn[-1].x + drawn[-1].width <= WIDTH


def test_paused_digests_go_on_by_a_button(operator: Instance) -> None:
    count(operator, Event.ACCEPTED, "large.example", 1000)
    count(operator, Event.COMPLAINED, "large.example", 6)
    assert operator.site.office.limits.watch()
    page = operator.get(PAGE).text
    assert "Digests are paused" in page
    assert "0.60% of the mails" in page
    assert operator.post(f"{PAGE}/resume").headers["location"] == f"{PAGE}?said=resumed"
    page = operator.get(f"{PAGE}?said=resumed").text
    assert "Digests go on." in page
    assert "lifted by Reader 1" in page
    assert "not paused" in operator.post(f"{PAGE}/resume", 409).text


def test_an_address_is_suppressed_and_lifted(operator: Instance) -> None:
    assert operator.post(f"{PAGE}/address", address=BOB, do="suppress").headers["location"].startswith(PAGE)
    page = operator.get(f"{PAGE}?said=suppress").text
    assert "<dt>operator</dt><dd>1</dd>" in page
    assert BOB not in page
    assert "by Reader 1" in page
    assert operator.post(f"{PAGE}/address", address=BOB, do="lift").headers["location"] == f"{PAGE}?said=lift#list"
    refused = operator.post(f"{PAGE}/address", 404, address=BOB, do="lift").text
    assert "not on the list" in refused
    assert f'value="{BOB}"' in refused
    assert 'id="address-error"' in operator.post(f"{PAGE}/address", 400, address="nobody", do="lift").text
    assert "did not say what to do" in operator.post(f"{PAGE}/address", 400, address=BOB).text


def test_an_address_is_looked_up(operator: Instance) -> None:
    assert "Written to, if it asked for mail." in operator.post(f"{PAGE}/address", 200, address=BOB, do="find").text
    operator.post(f"{PAGE}/address", address=BOB, do="suppress")
    page = operator.post(f"{PAGE}/address", 200, address=BOB, do="find").text
    assert re.search(r"Not written to since .*: operator\.", page)
    assert "added: operator" in page
    assert 'id="address-error"' in operator.post(f"{PAGE}/address", 400, address="nobody", do="find").text


def test_a_list_is_taken_in_and_given_out(operator: Instance) -> None:
    lines = ["address,reason", *(f"reader{n}@reader.example,bounced" for n in range(900)), "nobody,bounced"]
    page = operator.post(f"{PAGE}/list", 200, file="\n".join(lines)).text
    assert "900 addresses added" in page
    assert "line 902: That is no mail address" in page
    answer = operator.get(f"{PAGE}/list.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(answer.text.splitlines()) == 901
    assert "@" not in answer.text
    assert "900 were on the list" in operator.post(f"{PAGE}/list", 200, file=answer.text).text
    refused = operator.post(f"{PAGE}/list", 400, file="<b>who</b>\nada\n").text
    assert 'id="file-error"' in refused
    assert "&lt;b&gt;who" in refused
