import pytest

from broadsheet.mail.verdicts import Verdict, judge, status_of

GONE, WEAK, BLOCKED = Verdict.GONE, Verdict.WEAK, Verdict.BLOCKED


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("550 5.1.1 The email account that you tried to reach does not exist", GONE),
        ("550 5.2.1 The account is disabled", GONE),
        ("550 5.1.10 Recipient not found by SMTP address lookup", GONE),
        ("556 5.1.10 Domain has null MX", GONE),
        ("550 No such user here", GONE),
        ("550 Requested action not taken: mailbox unavailable", GONE),
        ("551 User not local", GONE),
        ("553 sorry, that domain isn't in my list of allowed rcpthosts", WEAK),
        ("550 no", WEAK),
        ("550 5.5.0 mailbox not found", GONE),
        ("554 delivery error: This user doesn't have a yahoo.com account: unknown user", GONE),
        ("552 5.2.2 Mailbox full", WEAK),
        ("552 Requested mail action aborted: exceeded storage allocation", WEAK),
        ("550 5.0.0 user over quota", WEAK),
        ("550 5.4.1 Recipient address rejected: access denied", WEAK),
        ("550 5.7.1 Message rejected as spam by content filtering", BLOCKED),
        ("550 5.7.26 This mail is unauthenticated", BLOCKED),
        ("550 Your IP is listed in a blocklist", BLOCKED),
        ("550 rejected because of our policy", BLOCKED),
        ("552 5.3.4 Message too large", BLOCKED),
        ("550 5.1.8 Sender address has null MX", BLOCKED),
        ("554 Transaction failed", BLOCKED),
        ("550 5.6.0 Headers not acceptable", BLOCKED),
    ],
)
def test_refusals_for_good(words: str, verdict: Verdict) -> None:
    assert judge(words, permanent=True) is verdict


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("550 no", BLOCKED),
        ("551 not here", BLOCKED),
        ("550 5.1.1 unknown", GONE),
        ("550 no such user", GONE),
        ("552 mailbox is full", WEAK),
    ],
)
def test_an_answer_to_a_whole_mail_is_about_the_mail_unless_it_says_otherwise(words: str, verdict: Verdict) -> None:
    assert judge(words, permanent=True, of_mail=True) is verdict


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("452 4.2.2 Mailbox full", WEAK),
        ("451 Try again later", WEAK),
        ("450 4.1.1 No such user, yet", WEAK),
        ("451 4.7.1 Greylisted", BLOCKED),
        ("421 4.7.28 Our system has detected an unusual rate of mail", BLOCKED),
        ("421 Too many messages from you", BLOCKED),
    ],
)
def test_refusals_for_now_never_condemn(words: str, verdict: Verdict) -> None:
    assert judge(words, permanent=False) is verdict


@pytest.mark.parametrize(
    ("status", "words", "verdict"),
    [
        ("5.1.1", "", GONE),
        ("5.0.0", "smtp; 550 5.1.1 unknown", GONE),
        ("5.0.0", "smtp; 550 5.7.1 rejected", BLOCKED),
        ("5.0.0", "", GONE),  # RFC 3464: a failed delivery of class 5, and nobody says more
        ("5.2.2", "smtp; 552 over quota", WEAK),
        ("5.4.7", "delivery expired", WEAK),
        ("5.3.0", "554 delivery error", WEAK),
    ],
)
def test_the_most_exact_code_of_a_report_decides(status: str, words: str, verdict: Verdict) -> None:
    assert judge(words, permanent=True, status=status) is verdict


def test_numbers_of_addresses_are_no_codes() -> None:
    assert status_of("host 192.0.2.5.1.1 said no") == ""
    assert status_of("mx.example.org[5.1.1.9] said: 550 5.1.1 no") == "5.1.1"
    assert judge("mx[10.0.0.550] refused", permanent=True) is BLOCKED
