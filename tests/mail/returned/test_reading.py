import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.mail.envelope import ReturnPath
from broadsheet.mail.returned.reading import Kind, Told, read
from broadsheet.mail.verdicts import Verdict
from tests.mail.returned.reports import ID, SENT, WHOM, arf, away, dsn, exim, plain, qmail

PATH = ReturnPath.of("bounce@tide.example.org", b"s" * 32, is_read=True)
US = PATH.sender(f"<{ID}@tide.example.org>")
OUT = PATH.unsubscribe(f"<{ID}@tide.example.org>")
FORGED = US[:20] + ("a" if US[20] != "a" else "b") + US[21:]


def told(raw: bytes, *recipients: str) -> Told:
    return read(raw, recipients, PATH)


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        (dsn(US), Verdict.GONE),
        (dsn(US, status="5.2.2", words="smtp; 552 5.2.2 Mailbox full"), Verdict.WEAK),
        (dsn(US, status="4.4.7", words="smtp; 451 delivery time expired"), Verdict.WEAK),
        (dsn(US, status="5.7.1", words="smtp; 550 5.7.1 rejected as spam"), Verdict.BLOCKED),
        (dsn(US, status="5.0.0", words="x-unix; unknown user"), Verdict.GONE),
        (qmail(US), Verdict.GONE),
        (qmail(US, "The mailbox is over its quota. (#5.2.2)"), Verdict.WEAK),
        (qmail(US, "It did not want to. Sorry."), Verdict.WEAK),
        (exim(US), Verdict.GONE),
        (exim(US, "550 5.7.1 go away"), Verdict.BLOCKED),
    ],
)
def test_a_bounce_is_told_with_its_mail_and_what_it_says_of_the_mailbox(raw: bytes, verdict: Verdict) -> None:
    found = told(raw)
    assert (found.kind, found.mail_id, found.verdict) == (Kind.BOUNCE, ID, verdict)
    assert "@" not in found.words


def test_the_envelope_tells_where_no_header_does() -> None:
    raw = dsn("somebody@tide.example.org")
    assert told(raw).kind is Kind.OTHER
    assert told(raw, US.upper()).mail_id == ID


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded"])
def test_a_mail_that_is_not_lost_is_no_bounce(action: str) -> None:
    assert told(dsn(US, action=action, status="4.4.1", words="")).kind is Kind.DELAYED


def test_of_several_recipients_the_mildest_verdict_counts() -> None:
    two = dsn(US).replace(
        b"\r\n\r\n--b1\r\nContent-Type: message/rfc822",
        b"\r\n\r\nFinal-Recipient: rfc822; eve@reader.example\r\nAction: failed\r\nStatus: 4.2.2\r\n"
        b"\r\n--b1\r\nContent-Type: message/rfc822",
    )
    assert told(two).verdict is Verdict.WEAK


def test_international_reports_are_read_too() -> None:
    raw = dsn(US).replace(b"message/delivery-status", b"message/global-delivery-status")
    assert (told(raw).kind, told(raw).verdict) == (Kind.BOUNCE, Verdict.GONE)


@pytest.mark.parametrize("kind", ["abuse", "fraud", "virus", "other", "opt-out"])
def test_a_complaint_is_told_by_the_envelope_that_it_names(kind: str) -> None:
    assert told(arf(US, kind=kind)) == Told(Kind.COMPLAINT, ID, words=kind)


def test_a_complaint_names_a_mail_by_the_id_in_the_headers_it_repeats() -> None:
    for subject in (f"X-Broadsheet-Delivery: {ID}\n", f"Message-ID: <{ID}@tide.example.org>\n"):
        assert told(arf("", subject=subject)) == Told(Kind.COMPLAINT, ID, words="abuse")
    headers = arf("", subject=f"Message-ID: <{ID}@x>\n").replace(b"message/rfc822", b"text/rfc822-headers")
    assert told(headers).mail_id == ID
    assert (
        told(arf("", subject=f"List-Unsubscribe: <https://x>, <mailto:{OUT.replace('+', '%2B')}?subject=u>\n")).mail_id
        == ID
    )


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "", "dmarc"])
def test_a_report_of_another_kind_is_no_complaint(kind: str) -> None:
    assert told(arf(US, kind=kind)).kind is Kind.OTHER


def test_a_complaint_about_nothing_of_ours_says_nothing() -> None:
    assert told(arf("", subject="Message-ID: <x@elsewhere.example>\n")).kind is Kind.OTHER


@pytest.mark.parametrize(
    "raw", [dsn(FORGED), arf(FORGED), qmail(FORGED), plain(FORGED), arf("", subject=SENT % FORGED)]
)
def test_a_token_that_we_never_made_is_a_forgery(raw: bytes) -> None:
    assert told(raw) == Told(Kind.FORGED)


@pytest.mark.parametrize(
    "headers",
    [
        ["Auto-Submitted: auto-replied"],
        ["Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All"],
        ["X-Autoreply: yes"],
        ["Precedence: auto_reply"],
        ["Precedence: bulk"],
        ["Return-Path: <>"],
        ["Return-Path: <>", "X-Autoreply: yes"],
    ],
)
def test_who_is_out_of_office_does_not_bounce(headers: list[str]) -> None:
    assert told(away(US, *headers)).kind is Kind.AUTOMATIC


def test_who_is_away_in_words_alone_does_not_bounce() -> None:
    assert told(plain(US, "Out of office: back on Monday")).kind is Kind.AUTOMATIC
    assert told(plain(US, "Automatische Antwort", "Auto-Submitted: auto-replied")).kind is Kind.AUTOMATIC


def test_a_reply_by_hand_is_none_of_these() -> None:
    assert told(plain(US, "Re: Tides")).kind is Kind.OTHER


@pytest.mark.parametrize("headers", [[], ["Auto-Submitted: auto-generated"]])
def test_a_mail_to_unsubscribe_is_honoured_whoever_wrote_it(headers: list[str]) -> None:
    assert told(plain(OUT, "unsubscribe", *headers)) == Told(Kind.UNSUBSCRIBE, ID)
    assert told(plain(WHOM, "", *headers), OUT) == Told(Kind.UNSUBSCRIBE, ID)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 1500), st.sampled_from([dsn(US), arf(US), qmail(US), exim(US)]))
def test_no_mail_of_a_stranger_breaks_the_reading(noise: bytes, place: int, raw: bytes) -> None:
    assert told(raw[:place] + noise + raw[place:], US).kind in Kind


def test_endless_words_cost_nothing() -> None:
    """A search for addresses in 200,000 letters without a space would take hours."""
    long = "x" * 200_000
    assert told(dsn(US, words=f"smtp; 550 5.1.1 {long}")).verdict is Verdict.GONE
    assert len(told(dsn(US, words=f"smtp; 550 5.1.1 {long}")).words) < 3_000
    assert told(qmail(US, f"{long} (#5.1.1)")).kind is Kind.BOUNCE
    assert told(plain(f"{long}, {US}"), US).kind is Kind.OTHER
    assert told(plain(US, long, *[f"To: {long[:2000]}"] * 60)).kind in Kind


def test_a_mail_of_many_shells_or_of_great_length_is_read_within_limits() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000))
    assert told(deep, US).kind in Kind
    assert told(dsn(US) + b"x" * 5_000_000).kind is Kind.BOUNCE
    assert told(b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff" * 9, US).kind in Kind
    assert (
        told(b"Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n!!", US).kind in Kind
    )
