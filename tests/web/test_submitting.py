import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from lxml import html

from tests.doors.doors import look_over
from tests.doors.test_hostile_input import HOSTILE
from tests.invented import record
from tests.sources.openalex.case import work
from tests.sources.single.upstreams import Upstreams, upstreams
from tests.web.conftest import ORIGIN, Build, Instance
from tests.web.test_signing import signed_in


@pytest.fixture(scope="module")
def server() -> Iterator[Upstreams]:
    with upstreams() as shared:
        yield shared


@pytest.fixture
def signed(build: Build, server: Upstreams) -> Instance:
    for kept in (server.silent, server.titles):
        kept.clear()
    made = build(**server.settings)
    made.add(record(10))
    signed_in(made)
    return made


def test_a_paper_comes_in_and_says_who_brought_it(signed: Instance) -> None:
    led = signed.post("/submit", paper="https://arxiv.org/abs/2601.00002").headers["location"]
    assert led == "/paper/arxiv:2601.00002?submitted=new#discussion"
    page = signed.get(led).text
    assert "Taken in." in page
    assert "Submitted by <bdi>Reader 1</bdi>" in page
    assert signed.post("/submit", paper="10.5555/tide.2").headers["location"] == led.replace("=new", "=known")
    assert "It was here already." in signed.get(led.replace("=new", "=known")).text
    assert [one["id"] for one in signed.get("/me/export").json()["submissions"]] == ["arxiv:2601.00002"]


def test_a_page_about_a_paper_leads_to_it(signed: Instance, server: Upstreams) -> None:
    led = signed.post("/submit", paper=f"{server.base}/page/arxiv").headers["location"]
    assert led.startswith("/paper/arxiv:2601.00003?")


def test_a_reader_chooses_among_candidates(signed: Instance, server: Upstreams) -> None:
    server.titles[:] = [work(1), work(2, title="On counting <b>tides</b>")]
    page = html.fromstring(signed.post("/submit", 200, paper="on counting").text)
    names = page.xpath("//section//form[@action='/submit']/input[@name='paper']/@value")
    assert names == ["openalex:W4400000001", "openalex:W4400000002"]
    assert not page.xpath("//section//h3//b")


@pytest.mark.parametrize(
    ("given", "status", "told"),
    [
        ("", 400, "Name a paper"),
        ("tides", 400, "names no paper"),
        ("2601.00099", 404, "No source knows arxiv:2601.00099 yet"),
        ("<script>alert(1)</script> so many words", 404, "No source knows a paper called"),
    ],
)
def test_what_goes_wrong_is_told_on_the_form(signed: Instance, given: str, status: int, told: str) -> None:
    page = html.fromstring(signed.post("/submit", status, paper=given).text)
    assert told in page.xpath("string(//*[@id='paper-error'])")
    assert page.xpath("//input[@id='paper']/@value") == [given]
    assert not page.xpath("//script[normalize-space()]")


def test_a_silent_source_is_told(signed: Instance, server: Upstreams) -> None:
    server.silent |= {"arxiv", "s2"}
    page = html.fromstring(signed.post("/submit", 503, paper="2601.00004").text)
    assert page.xpath("string(//*[@id='paper-error'])")


def test_anybody_sees_the_form_and_readers_submit(signed: Instance) -> None:
    assert 'value="2601.00001"' in signed.get("/submit?q=2601.00001").text
    signed.client.cookies.clear()
    assert "Sign in to submit" in signed.get("/submit").text
    assert "Sign in first" in signed.post("/submit", 401, paper="2601.00001").text


def test_hostile_names_reach_no_fault_of_ours(signed: Instance) -> None:
    for named, value in HOSTILE.items():
        signed.clock.sleep(3_600)
        token = re.search(r'name="form_token" value="(\w+)"', signed.get("/submit").text)
        assert token
        body = urlencode({"form_token": token[1], "paper": value}, errors="surrogatepass")
        kind = {"content-type": "application/x-www-form-urlencoded", "Origin": ORIGIN}
        answer = signed.client.post("/submit", content=body, headers=kind, follow_redirects=False)
        look_over(answer, named)
        assert answer.status_code in (303, 400, 404, 413), named
