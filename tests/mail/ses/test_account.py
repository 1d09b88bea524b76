import pytest

from broadsheet.errors import Invalid
from broadsheet.mail.ses.account import Account

TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail"


@pytest.mark.parametrize(
    ("region", "topic", "mails", "notices"),
    [
        ("eu-west-1", "", "https://email.eu-west-1.amazonaws.com", "https://sns.eu-west-1.amazonaws.com"),
        (
            "us-gov-west-1",
            TOPIC,
            "https://email.us-gov-west-1.amazonaws.com",
            "https://sns.eu-west-1.amazonaws.com",
        ),
        ("cn-north-1", "", "https://email.cn-north-1.amazonaws.com.cn", "https://sns.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_a_region_says_where_its_services_are(region: str, topic: str, mails: str, notices: str) -> None:
    account = Account(region, "AKID", "s", topic=topic)
    assert (account.endpoint, account.notices_endpoint) == (mails, notices)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"region": "Ireland"}, "ses_region"),
        ({"region": "eu-west-1.evil.example/"}, "ses_region"),
        ({"key_id": ""}, "ses_key_id"),
        ({"secret": ""}, "ses_secret_key"),
        ({"topic": "mail"}, "ses_topic"),
        ({"topic": "arn:aws:sns:evil.example/:123456789012:mail"}, "ses_topic"),
        ({"url": "http://mail.example.org"}, "ses_url"),
        ({"notices_url": "http://mail.example.org"}, "sns_url"),
    ],
)
def test_what_cannot_be_an_account_is_named_by_its_setting(changed: dict[str, str], field: str) -> None:
    given = {"region": "eu-west-1", "key_id": "AKID", "secret": "hush hush", **changed}
    with pytest.raises(Invalid, match=f"BROADSHEET_{field.upper()}") as caught:
        Account(**given)
    assert caught.value.field == field
    assert "hush" not in caught.value.message


def test_the_secret_stands_in_no_repr() -> None:
    assert "hush" not in repr(Account("eu-west-1", "AKID", "hush hush"))
