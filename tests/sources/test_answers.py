import json
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.clock import FixedClock
from broadsheet.outgoing import Outgoing, Reply
from broadsheet.sources.answers import Garbled, Upstream, json_of, text_of, xml_of
from broadsheet.sources.connector import Unreadable
from tests.sources.servers import Script, html, plain_app, serving, status, truncated

GOOD = b'{"tides": 7}'


@pytest.mark.parametrize(
    ("body", "content_type", "read"),
    [
        ("Tromsø".encode(), "", "Tromsø"),
        ("Tromsø".encode(), "text/xml; charset=iso-8859-1", "Tromsø"),  # a server's default is often wrong, UTF-8 never
        ("Tromsø".encode("latin-1"), "text/xml; charset=iso-8859-1", "Tromsø"),
        ("Tromsø".encode("latin-1"), "text/xml", "Troms\ufffd"),
        ("Tromsø".encode("latin-1"), "text/xml; charset=klingon", "Troms\ufffd"),
        ("Tromsø".encode("latin-1"), "text/xml; charset=idna", "Troms\ufffd"),
        (b"\xef\xbb\xbfTroms\xc3\xb8", "", "Tromsø"),
        ("Tromsø".encode("utf-16"), "text/xml; charset=utf-8", "Tromsø"),
        ('<?xml version="1.0" encoding="windows-1252"?><a>Tromsø</a>'.encode("cp1252"), "", None),
    ],
)
def test_a_charset_is_found_out(body: bytes, content_type: str, read: str | None) -> None:
    assert text_of(body, content_type) == (read or body.decode("cp1252"))


def test_json_is_read_or_told() -> None:
    assert json_of(GOOD) == {"tides": 7}
    for body, words in (
        (b"", "empty"),
        (b" \n", "empty"),
        (b"{", "broken JSON"),
        (b"[" * 100_000, "broken JSON"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"Rate exceeded.", "broken JSON"),
    ):
        with pytest.raises(Garbled, match=words):
            json_of(body)


def test_xml_is_read_or_told() -> None:
    assert xml_of('<?xml version="1.0" encoding="ISO-8859-1"?><a>ø</a>'.encode("latin-1")).text == "ø"
    for body, words in (
        (b"", "empty"),
        (b"<a><b></a>", "breaks off or is wrong at line 1"),
        (b"<a>\n<b>", "breaks off or is wrong at line 2"),
        (b"<!-- hello --><!doctype html><html><br></html>", "web page"),
        (b"<html><body/></html>", "web page"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        (b'<?xml version="1.0"?><!-- x --> <?p q?><!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>', "document type"),
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "is wrong"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "document type"),
        (b'<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="file:///etc/passwd"/>&b;</a>', "is wrong"),
        (b"<a>" * 200_000 + b"</a>" * 200_000, "is wrong"),
    ):
        with pytest.raises(Garbled, match=words):
            xml_of(body)


def test_a_text_of_ten_megabytes_is_read() -> None:
    assert len(xml_of(b"<a>" + b"tide " * 2_100_000 + b"</a>").text or "") == 10_500_000


def test_comments_without_end_cost_no_time() -> None:
    started = time.process_time()
    with pytest.raises(Garbled):
        xml_of(b"<!-- a -->" * 100_000 + b"<!--")
    assert time.process_time() - started < 2


@given(st.binary(max_size=200), st.text(max_size=40))
def test_no_bytes_break_it(noise: bytes, content_type: str) -> None:
    for read in (text_of, json_of, xml_of):
        for body in (noise, b"<a>" + noise + b"</a>"):
            try:
                read(body, content_type)
            except Garbled as error:
                assert str(error)  # noqa: PT017 - told or read, nothing else


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Script, str]]:
    script = Script()
    with serving(plain_app(script, GOOD, "application/json")) as base:
        yield script, base


@pytest.fixture
def script(served: tuple[Script, str]) -> Script:
    served[0].reset()
    return served[0]


@pytest.fixture
def upstream(clock: FixedClock) -> Upstream:
    return Upstream(Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True), "Tide Archive", pace=2.0)


def read(reply: Reply) -> object:
    return json_of(reply.body)


def test_a_broken_answer_is_asked_for_once_more(upstream: Upstream, served: tuple[Script, str], script: Script) -> None:
    script.faults = [truncated]
    assert upstream.ask(served[1], read) == json.loads(GOOD)
    assert len(script.asked) == 2


def test_one_that_stays_broken_is_told(upstream: Upstream, served: tuple[Script, str], script: Script) -> None:
    script.faults = [html] * 2
    with pytest.raises(Unreadable, match="Tide Archive gave an answer that cannot be used: it is a web page"):
        upstream.ask(served[1], read)


def test_a_status_is_accepted_or_told(upstream: Upstream, served: tuple[Script, str], script: Script) -> None:
    script.faults = [status(404), status(404)]
    assert upstream.ask(served[1], lambda reply: reply.status, accepted=(200, 404)) == 404
    with pytest.raises(Unreadable, match="it answered 404"):
        upstream.ask(served[1], read)


def test_a_question_keeps_the_pace_too(
    upstream: Upstream, served: tuple[Script, str], script: Script, clock: FixedClock
) -> None:
    before = clock.now()
    for _ in range(3):
        assert upstream.ask(served[1], read, content=b"{}") == {"tides": 7}
    assert (clock.now() - before).total_seconds() == 4
