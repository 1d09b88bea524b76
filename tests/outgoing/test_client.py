import gzip
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.clock import FixedClock, SystemClock
from broadsheet.errors import Forbidden, Invalid, Unavailable
from broadsheet.outgoing import NoAnswer, Outgoing, Unreachable, asked_wait, is_public
from tests.doors.instance import free_port
from tests.sources.servers import (
    Script,
    bomb,
    drip,
    empty,
    instead,
    plain_app,
    redirect,
    retry_date,
    serving,
    status,
)

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
AGENT = "Broadsheet/0 (test; desk@paper.test)"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Script, str]]:
    script = Script()
    with serving(plain_app(script)) as base:
        yield script, base


@pytest.fixture
def script(served: tuple[Script, str]) -> Script:
    served[0].reset()
    return served[0]


@pytest.fixture
def url(served: tuple[Script, str], script: Script) -> str:
    return served[1]


@pytest.fixture
def outgoing(clock: FixedClock) -> Outgoing:
    return Outgoing(user_agent=AGENT, clock=clock, allow_private=True, jitter=lambda: 0.5)


def waited(clock: FixedClock) -> float:
    return (clock.now() - NOW).total_seconds()


def test_a_fetch_tells_who_asks_and_brings_the_answer(outgoing: Outgoing, script: Script, url: str) -> None:
    reply = outgoing.get(f"{url}/a?b=c", headers={"If-None-Match": '"7"'})
    assert (reply.status, reply.body, reply.url) == (200, b"hello", f"{url}/a?b=c")
    assert reply.headers["content-type"].startswith("text/plain")
    assert script.headers[0]["user-agent"] == AGENT
    assert script.headers[0]["if-none-match"] == '"7"'
    assert script.headers[0]["accept-encoding"] == "gzip"


def test_an_answer_that_needs_no_other_try_comes_back_as_it_is(outgoing: Outgoing, script: Script, url: str) -> None:
    script.faults = [status(304, etag='"7"'), status(404), status(400)]
    replies = [outgoing.get(url) for _ in range(3)]
    assert [reply.status for reply in replies] == [304, 404, 400]
    assert replies[0].headers["etag"] == '"7"'


def test_what_must_not_be_told_twice_is_told_once(outgoing: Outgoing, script: Script, url: str) -> None:
    script.faults = [status(503), status(429), redirect("/there"), None]
    replies = [outgoing.tell(f"{url}/here", b"a letter", headers={"X-Kind": "letter"}) for _ in range(4)]
    assert [reply.status for reply in replies] == [503, 429, 302, 200]
    assert (len(script.asked), replies[-1].body) == (4, b"hello")
    assert script.headers[0]["x-kind"] == "letter"


def test_telling_says_whether_it_may_have_arrived(clock: FixedClock, script: Script, url: str) -> None:
    patient = Outgoing(user_agent=AGENT, clock=SystemClock(), allow_private=True)
    script.faults = [drip(0.2), instead("x" * 2000)]
    with pytest.raises(NoAnswer, match="took too long"):
        patient.tell(url, b"a letter", timeout=0.3)
    with pytest.raises(NoAnswer, match="larger"):
        patient.tell(url, b"a letter", max_bytes=1000)
    away = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable, match="refused") as caught:
        patient.tell(away, b"a letter")
    assert not isinstance(caught.value, NoAnswer)
    with pytest.raises(Forbidden):
        Outgoing(user_agent=AGENT, clock=clock).tell(url, b"a letter")


def test_looking_reads_nothing_and_tells_what_moved_for_good(outgoing: Outgoing, script: Script, url: str) -> None:
    script.faults = [redirect("/there", 301), redirect("/for-now", 302)]
    found = outgoing.look(f"{url}/here")
    assert (found.status, found.body, found.url, found.moved_to) == (200, b"", f"{url}/for-now", f"{url}/there")
    assert outgoing.get(f"{url}/here").moved_to == ""


@pytest.mark.parametrize("refused", [403, 404, 405, 501])
def test_a_server_that_takes_no_head_is_asked_by_get(
    outgoing: Outgoing, script: Script, url: str, refused: int
) -> None:
    script.faults = [status(refused)]
    assert outgoing.look(url).status == 200
    script.faults = [status(refused), status(refused)]
    assert outgoing.look(url).status == refused


def test_looking_at_a_large_answer_takes_none_of_it(outgoing: Outgoing, script: Script, url: str) -> None:
    script.faults = [status(405), instead("x" * 80_000_000)]
    assert outgoing.look(url).status == 200


def test_a_503_is_waited_out_for_as_long_as_it_says(
    outgoing: Outgoing, script: Script, url: str, clock: FixedClock
) -> None:
    script.faults = [status(503, retry_after="17")]
    assert outgoing.get(url).status == 200
    assert waited(clock) == 17


def test_a_503_may_name_a_date(outgoing: Outgoing, script: Script, url: str, clock: FixedClock) -> None:
    script.faults = [retry_date(40, clock.now())]
    assert outgoing.get(url).status == 200
    assert waited(clock) == 40


def test_a_429_without_a_word_is_met_with_growing_pauses(
    outgoing: Outgoing, script: Script, url: str, clock: FixedClock
) -> None:
    script.faults = [status(429), status(429), status(429)]
    assert outgoing.get(url).status == 200
    assert waited(clock) == 1 + 2 + 4


def test_three_errors_of_the_server_are_survived_and_five_are_told(
    outgoing: Outgoing, script: Script, url: str
) -> None:
    script.faults = [status(500), status(502), status(504)]
    assert outgoing.get(url).status == 200
    script.faults = [status(500)] * 5
    with pytest.raises(Unavailable, match=r"could not be reached: it is out of order \(500\)"):
        outgoing.get(url)


def test_a_pause_longer_than_our_patience_is_told_with_its_end(
    outgoing: Outgoing, script: Script, url: str, clock: FixedClock
) -> None:
    script.faults = [status(503, retry_after="3600")]
    with pytest.raises(Unreachable) as told:
        outgoing.get(url)
    assert told.value.until == datetime(2026, 1, 15, 13, 0, tzinfo=UTC)
    assert waited(clock) == 0
    with pytest.raises(Unreachable, match="pause"):  # and the next call does not knock in the meantime
        outgoing.get(url)
    assert len(script.asked) == 1


def test_a_backoff_on_a_good_answer_delays_the_next_request(
    outgoing: Outgoing, script: Script, url: str, clock: FixedClock
) -> None:
    script.faults = [status(200, backoff="9"), status(200, ratelimit='"api";r=0;t=30')]
    for _ in range(3):
        outgoing.get(url)
    assert waited(clock) == 9 + 30


def test_a_pace_keeps_requests_apart(outgoing: Outgoing, url: str, clock: FixedClock) -> None:
    for _ in range(4):
        outgoing.get(url, pace=3.0)
    assert waited(clock) == 9


def test_one_connection_at_a_time_goes_to_a_host(script: Script, url: str) -> None:
    outgoing = Outgoing(user_agent=AGENT, clock=SystemClock(), allow_private=True)
    threads = [threading.Thread(target=outgoing.get, args=(url,), kwargs={"pace": 0.1}) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    gaps = [later - earlier for earlier, later in zip(script.times, script.times[1:], strict=False)]
    assert len(gaps) == 3
    assert min(gaps) >= 0.1


@pytest.mark.parametrize(
    ("headers", "code", "seconds"),
    [
        ({}, 429, None),
        ({"retry-after": "12"}, 503, 12),
        ({"retry-after": "12"}, 200, None),
        ({"retry-after": "Thu, 15 Jan 2026 12:02:00 GMT"}, 503, 120),
        ({"retry-after": "Thu, 15 Jan 2026 11:00:00 GMT"}, 503, 0),
        ({"retry-after": "soon"}, 503, None),
        ({"backoff": "5"}, 200, 5),
        ({"ratelimit": '"api";r=0;t=44'}, 429, 44),
        ({"ratelimit": "limit=500, remaining=0, reset=60"}, 429, 60),
        ({"ratelimit": '"api";r=12;t=44'}, 200, None),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "7"}, 200, 7),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 90)}, 429, 90),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "90"}, 200, None),
        ({"retry-after": "5", "backoff": "8"}, 503, 8),
    ],
)
def test_what_a_server_asks_for_is_understood(headers: dict[str, str], code: int, seconds: float | None) -> None:
    assert asked_wait(headers, code, NOW) == seconds


@given(st.dictionaries(st.sampled_from(["retry-after", "backoff", "ratelimit", "x-ratelimit-reset"]), st.text()))
def test_no_header_breaks_the_reading(headers: dict[str, str]) -> None:
    wait = asked_wait(headers, 429, NOW)
    assert wait is None or wait >= 0


def test_a_drip_of_bytes_ends_in_time(script: Script) -> None:
    outgoing = Outgoing(user_agent=AGENT, clock=SystemClock(), allow_private=True, patience=0.0)
    script.faults = [drip(0.05)]
    with serving(plain_app(script, b"x" * 2_000)) as url:
        started = datetime.now(UTC)
        with pytest.raises(Unavailable, match="too long to answer"):
            outgoing.get(url, timeout=0.4)
    assert (datetime.now(UTC) - started).total_seconds() < 60


def test_a_drip_of_header_bytes_ends_in_time_too() -> None:
    outgoing = Outgoing(user_agent=AGENT, clock=SystemClock(), allow_private=True, patience=0.0)
    with dripping_headers() as port:
        started = datetime.now(UTC)
        with pytest.raises(Unavailable, match="too long to answer"):
            outgoing.get(f"http://127.0.0.1:{port}", timeout=0.4)
    assert (datetime.now(UTC) - started).total_seconds() < 60


def test_an_answer_that_is_too_large_is_left_on_the_wire(outgoing: Outgoing, url: str) -> None:
    with pytest.raises(Unavailable, match="larger than the 4 bytes"):
        outgoing.get(url, max_bytes=4)
    assert outgoing.get(url, max_bytes=5).body == b"hello"


def test_a_bomb_is_not_unpacked(outgoing: Outgoing, script: Script, url: str) -> None:
    script.faults = [bomb]
    with pytest.raises(Unavailable, match="larger than the 1,000,000 bytes"):
        outgoing.get(url, max_bytes=1_000_000)


def packed(body: bytes, encoding: str = "gzip") -> httpx.MockTransport:
    return httpx.MockTransport(
        lambda _: httpx.Response(200, headers={"content-encoding": encoding}, stream=httpx.ByteStream(body))
    )


def test_packed_answers_are_unpacked_and_broken_ones_tried_again(clock: FixedClock) -> None:
    whole = gzip.compress(b"the tide came in")
    unpacked = Outgoing(user_agent=AGENT, clock=clock, transport=packed(whole)).get("https://a.test")
    assert unpacked.body == b"the tide came in"
    twice = Outgoing(user_agent=AGENT, clock=clock, transport=packed(whole + whole)).get("https://a.test")
    assert twice.body == b"the tide came in" * 2
    for wrong in (whole[:-6], whole + whole[:-6], b"no gzip"):
        with pytest.raises(Unavailable, match="broke off"):
            Outgoing(user_agent=AGENT, clock=clock, transport=packed(wrong)).get("https://a.test")
    with pytest.raises(Unavailable, match="packs its answer as br"):
        Outgoing(user_agent=AGENT, clock=clock, transport=packed(b"", "br")).get("https://a.test")


def test_nobody_listening_is_told_at_once(outgoing: Outgoing, clock: FixedClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable, match="refused"):
        outgoing.get(f"http://127.0.0.1:{port}/")
    assert waited(clock) == 1


def test_a_name_that_is_not_resolved_reads_as_no_network(clock: FixedClock) -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    outgoing = Outgoing(user_agent=AGENT, clock=clock, resolve=nowhere)
    with pytest.raises(Unreachable) as told:
        outgoing.get("https://papers.test/")
    assert told.value.message == (
        "papers.test could not be reached: no network, or the name papers.test is not resolved."
    )
    assert waited(clock) < 3


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.9", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104
        *("224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"),
        *("2002:7f00:1::", "2001:0:7f00:1::"),
    ],
)
def test_addresses_that_are_not_the_open_network(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "151.101.3.42", "2606:4700::6810:1", "64:ff9b::808:808"])
def test_addresses_of_the_open_network(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:1/", "http://[::1]:1/", "http://2130706433:1/", "http://0x7f.1:1/", "http://localhost:1/"],
)
def test_private_addresses_are_refused_however_they_are_written(clock: FixedClock, target: str) -> None:
    with pytest.raises(Forbidden, match="private network"):
        Outgoing(user_agent=AGENT, clock=clock).get(target)


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://a.test/", "gopher://a.test", "papers", "", "http://", "http://u:p@a.test/"]
)
def test_only_plain_web_addresses_are_fetched(clock: FixedClock, target: str) -> None:
    with pytest.raises(Invalid):
        Outgoing(user_agent=AGENT, clock=clock).get(target)


def test_one_private_address_among_public_ones_is_enough(clock: FixedClock) -> None:
    outgoing = Outgoing(user_agent=AGENT, clock=clock, resolve=lambda *_: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(Forbidden, match=r"10\.0\.0\.1"):
        outgoing.get("http://papers.test/")


class Names:
    """A resolver whose answers are ordered, as a rebinding one's are."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    def __call__(self, host: str, port: int) -> list[str]:
        return [self.answers.pop(0)]


def only_first_loopback(address: str) -> bool:
    return address == "127.0.0.1"


def test_the_connection_goes_to_the_very_address_that_was_judged(clock: FixedClock, script: Script, url: str) -> None:
    names = Names("127.0.0.1", "127.0.0.9")
    outgoing = Outgoing(user_agent=AGENT, clock=clock, resolve=names, judge=only_first_loopback)
    port = httpx.URL(url).port
    assert outgoing.get(f"http://papers.test:{port}/").body == b"hello"
    assert names.answers == ["127.0.0.9"], "the name was resolved more than once for one connection"
    assert script.headers[0]["host"] == f"papers.test:{port}"
    with pytest.raises(Forbidden, match=r"127\.0\.0\.9"):  # rebound before the next request
        outgoing.get(f"http://papers.test:{port}/")
    assert len(script.asked) == 1


def test_every_hop_of_a_redirect_is_judged(clock: FixedClock, script: Script, url: str) -> None:
    outgoing = Outgoing(user_agent=AGENT, clock=clock, judge=only_first_loopback)
    script.faults = [redirect("http://127.0.0.2:9/metadata")]
    with pytest.raises(Forbidden, match=r"127\.0\.0\.2"):
        outgoing.get(url)
    script.faults = [redirect("file:///etc/passwd")]
    with pytest.raises(Invalid):
        outgoing.get(url)


def test_a_redirect_is_followed_and_told(outgoing: Outgoing, script: Script, url: str) -> None:
    script.faults = [redirect("/b?c=1", 301), redirect("d", 308)]
    assert outgoing.get(f"{url}/a").url == f"{url}/d"
    script.faults = [redirect("/again")] * 7
    with pytest.raises(Unavailable, match="more than 5 times"):
        outgoing.get(url)


def moved(target: str) -> httpx.Response:
    return httpx.Response(302, headers={"location": target}, stream=httpx.ByteStream(b""))


def test_secrets_do_not_follow_to_another_host(clock: FixedClock) -> None:
    seen: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(dict(request.headers))
        target = {"a.test": "https://b.test/"}.get(request.url.host)
        return moved(target) if target else httpx.Response(200, stream=httpx.ByteStream(b""))

    outgoing = Outgoing(user_agent=AGENT, clock=clock, transport=httpx.MockTransport(answer))
    outgoing.get("https://a.test/", headers={"Authorization": "Bearer x", "X-Api-Key": "y", "Accept": "text/xml"})
    assert (seen[0]["authorization"], seen[0]["x-api-key"]) == ("Bearer x", "y")
    assert "authorization" not in seen[1]
    assert "x-api-key" not in seen[1]
    assert seen[1]["accept"] == "text/xml"


def test_a_redirect_out_of_tls_is_refused(clock: FixedClock) -> None:
    transport = httpx.MockTransport(lambda _: moved("http://a.test/"))
    with pytest.raises(Forbidden, match="from https to http"):
        Outgoing(user_agent=AGENT, clock=clock, transport=transport).get("https://a.test/")


def test_tls_asks_for_the_name_and_not_for_the_address(clock: FixedClock) -> None:
    hello: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            for _ in range(2):  # a broken handshake is tried once more
                connection, _ = listener.accept()
                hello.append(connection.recv(4096))
                connection.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        outgoing = Outgoing(user_agent=AGENT, clock=clock, resolve=lambda *_: ["127.0.0.1"], judge=only_first_loopback)
        with pytest.raises(Unavailable):
            outgoing.get(f"https://papers.test:{listener.getsockname()[1]}/")
        thread.join(60)
    assert hello
    assert all(b"papers.test" in greeting for greeting in hello)


def test_an_empty_answer_is_an_answer(outgoing: Outgoing, script: Script, url: str) -> None:
    script.faults = [empty, instead("other")]
    assert outgoing.get(url).body == b""
    assert outgoing.get(url).body == b"other"


class dripping_headers:  # noqa: N801 - reads as the context manager that it is
    """A server that sends its header lines one byte at a time."""

    def __enter__(self) -> int:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._drip, daemon=True)
        self._thread.start()
        port: int = self._listener.getsockname()[1]
        return port

    def _drip(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"a" * 4_000:
                if self._stop.wait(0.05):
                    return
                try:
                    connection.send(bytes([byte]))
                except OSError:
                    return

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)
        self._listener.close()


def test_a_question_is_posted_again_until_it_is_answered_and_told_to_no_other_server(
    outgoing: Outgoing, script: Script, url: str
) -> None:
    script.faults = [status(503), None, redirect(f"{url}/elsewhere")]
    assert outgoing.post(url, b"who?", headers={"Content-Type": "text/plain"}).body == b"hello"
    assert outgoing.post(url, b"who?").status == 302
    assert [told["content-length"] for told in script.headers] == ["4", "4", "4"]


def test_a_question_reaches_no_private_address_either(clock: FixedClock, url: str) -> None:
    with pytest.raises(Forbidden):
        Outgoing(user_agent=AGENT, clock=clock).post(url, b"who?")
