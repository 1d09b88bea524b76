import re
from base64 import b64encode
from hashlib import sha256

from broadsheet.web.framed import mail_page, policy

MAIL = (
    '<!doctype html><html><head><style>.a { color: red }</style></head><body style="margin: 0">'
    '<p style="color: red; font-family: &quot;Georgia&quot;">Hello</p><p style="margin: 0">Twice</p></body></html>'
)


def hashed(style: str) -> str:
    return f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'"


def test_each_style_of_a_mail_is_allowed_once_as_the_browser_reads_it() -> None:
    told = policy(MAIL)
    wanted = {hashed(one) for one in (".a { color: red }", "margin: 0", 'color: red; font-family: "Georgia"')}
    assert set(re.findall(r"'sha256-[^']+'", told)) == wanted
    assert told.count("sha256-") == 3
    assert "unsafe-inline" not in told
    assert told.startswith("default-src 'none'; style-src 'unsafe-hashes' ")


def test_a_mail_without_styles_is_allowed_none() -> None:
    assert "style-src 'none'" in policy("<p>Hello</p>")


def test_a_mail_is_kept_by_nobody_and_framed_by_this_site_alone() -> None:
    answer = mail_page(MAIL)
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["cache-control"] == "no-store"
    told = answer.headers["content-security-policy"]
    assert "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox" in told
    assert b'<head><base target="_blank">' in answer.body
