"""The signature against the examples of AWS's own test suite for it (aws-sig-v4-test-suite)."""

from datetime import UTC, datetime

import pytest

from broadsheet.mail.ses.signature import signed

KEY = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("method", "headers", "body", "names", "signature"),
    [
        ("GET", {}, b"", "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", {}, b"", "host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "POST",
            {"Content-Type": FORM},
            b"Param1=value1",
            "content-type;host;x-amz-date",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
    ],
    ids=["get-vanilla", "post-vanilla", "post-x-www-form-urlencoded"],
)
def test_the_signature_is_that_of_the_examples(
    method: str, headers: dict[str, str], body: bytes, names: str, signature: str
) -> None:
    moment = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    scope = ("us-east-1", "service")
    made = signed(method, "https://example.amazonaws.com/", body, headers, key=KEY, scope=scope, moment=moment)
    assert made["X-Amz-Date"] == "20150830T123600Z"
    assert made["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={names}, Signature={signature}"
    )
