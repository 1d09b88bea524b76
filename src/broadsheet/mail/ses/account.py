"""Which account of Amazon SES mails leave through: region, key, and where its two services answer.

Asking them is `client`'s matter.
The key's secret signs each request and leaves with none: it stands in no error, log or `repr`.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from broadsheet.errors import Invalid
from broadsheet.mail.server import is_loopback

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_TOPIC = re.compile(r"arn:aws(-[a-z]+)*:sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_.-]{1,256}")


@dataclass(frozen=True, slots=True)
class Account:
    """An account in one region; `topic` is where it tells of bounces and complaints, empty for nowhere."""

    region: str
    key_id: str
    secret: str = field(repr=False)
    configuration_set: str = ""
    topic: str = ""
    url: str = ""
    notices_url: str = ""

    def __post_init__(self) -> None:
        """Raise `Invalid`, with the setting in `field`, for what no account can be."""
        if not _REGION.fullmatch(self.region):
            said = f"{self.region!r:.40} is no region of AWS; write one such as eu-west-1"
            raise _bad("ses_region", said)
        if not (self.key_id and self.secret):
            missing = "ses_secret_key" if self.key_id else "ses_key_id"
            said = "it is empty; SES wants the access key, id and secret, of an IAM user that may do ses:SendEmail"
            raise _bad(missing, said)
        if self.topic and not _TOPIC.fullmatch(self.topic):
            said = (
                f"{self.topic!r:.80} is no topic; write its whole ARN, such as arn:aws:sns:eu-west-1:123456789012:mail"
            )
            raise _bad("ses_topic", said)
        for name, url in (("ses_url", self.endpoint), ("sns_url", self.notices_endpoint)):
            parts = urlsplit(url)
            if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
                raise _bad(name, "mails and what comes back would go in the clear; write https://")

    @property
    def endpoint(self) -> str:
        """Where SES answers, without a slash at the end."""
        return self.url.rstrip("/") or f"https://email.{self.region}.{_suffix(self.region)}"

    @property
    def notices_endpoint(self) -> str:
        """Where the topic's service, SNS, has its certificates and takes confirmations."""
        region = self.topic.split(":")[3] if self.topic else self.region
        return self.notices_url.rstrip("/") or f"https://sns.{region}.{_suffix(region)}"

    def __str__(self) -> str:
        return f"Amazon SES in {self.region}"


def _suffix(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def _bad(name: str, said: str) -> Invalid:
    return Invalid(f"BROADSHEET_{name.upper()} cannot be used: {said}.", field=name)
