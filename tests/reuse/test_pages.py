import socket
from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.outgoing import Outgoing
from broadsheet.reuse.answers import Paused
from broadsheet.reuse.pages import Pages
from tests.conftest import NOON
from tests.reuse.hosts import Hosts
from tests.sources.servers import drip, redirect, status


@pytest.fixture
def pages(outgoing: Outgoing) -> Pages:
    return Pages(outgoing, timeout=30.0)


def test_a_page_that_answers_is_there(pages: Pages, hosts: Hosts, base: str) -> None:
    hosts.there["/looms"] = "Looms."
    answer = pages.ask(f"{base}/looms", "")
    assert (answer.state, answer.said, answer.moved_to) == ("alive", "It answers.", "")
    assert hosts.asked == ["HEAD /looms"]


@pytest.mark.parametrize(("code", "state"), [(404, "dead"), (410, "dead"), (403, "unsure"), (401, "unsure")])
def test_a_refusal_says_nothing_and_an_absence_all(
    pages: Pages, hosts: Hosts, base: str, code: int, state: str
) -> None:
    hosts.script.faults = [status(code), status(code)]
    assert pages.ask(f"{base}/looms", "").state == state


def test_a_page_that_moved_for_good_says_where(pages: Pages, hosts: Hosts, base: str) -> None:
    hosts.there["/new"] = "Looms."
    hosts.script.faults = [redirect("/new", 301)]
    answer = pages.ask(f"{base}/old", "")
    assert (answer.state, answer.moved_to) == ("alive", f"{base}/new")
    hosts.script.reset()
    hosts.script.faults = [redirect("/new", 302)]
    assert pages.ask(f"{base}/old", "").moved_to == ""


def test_a_server_that_drips_or_breaks_is_not_waited_for(pages: Pages, hosts: Hosts, base: str) -> None:
    hosts.script.faults = [status(500)] * 5
    assert pages.ask(f"{base}/looms", "").said == "No answer: it is out of order (500)."
    hosts.there["/slow"] = "Looms."
    hosts.script.faults = [status(405), drip(60)]  # the head is there at once, and no more is read
    assert pages.ask(f"{base}/slow", "").state == "alive"


def test_a_server_that_never_answers_is_not_waited_for(outgoing: Outgoing) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = Pages(outgoing, timeout=0.05).ask(f"http://127.0.0.1:{silent.getsockname()[1]}/", "")
    assert (answer.state, answer.said) == ("unsure", "No answer: it took too long to answer.")


def test_a_server_that_wants_to_be_left_alone_is(pages: Pages, hosts: Hosts, base: str) -> None:
    hosts.script.faults = [status(429, retry_after="900")]
    with pytest.raises(Paused) as told:
        pages.ask(f"{base}/looms", "")
    assert told.value.until >= NOON + timedelta(seconds=900)


def test_no_private_network_is_looked_into(clock: FixedClock, base: str, hosts: Hosts) -> None:
    guarded = Pages(Outgoing(user_agent="Broadsheet/0", clock=clock))
    answer = guarded.ask(f"{base}/looms", "")
    assert answer.state == "unsure"
    assert "private network" in answer.said
    assert hosts.asked == []


def test_a_name_that_nobody_knows_may_be_our_own_fault(clock: FixedClock) -> None:
    def nowhere(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    lost = Pages(Outgoing(user_agent="Broadsheet/0", clock=clock, resolve=nowhere, patience=1.0))
    answer = lost.ask("https://looms.example/x", "")
    assert (answer.state, answer.offline) == ("unsure", True)
