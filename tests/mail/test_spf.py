import pytest

from broadsheet.mail import spf
from broadsheet.mail.lookups import Dns
from tests.mail.zones import Zone

US = "192.0.2.7"


@pytest.mark.parametrize(
    ("record", "address", "verdict"),
    [
        ("v=spf1 ip4:192.0.2.7 -all", US, "pass"),
        ("v=spf1 ip4:192.0.2.0/24 -all", US, "pass"),
        ("v=spf1 ip4:198.51.100.0/24 -all", US, "fail"),
        ("v=spf1 ip4:198.51.100.0/24 ~all", US, "softfail"),
        ("v=spf1 ip4:198.51.100.0/24 ?all", US, "neutral"),
        ("v=spf1 -ip4:192.0.2.7 +all", US, "fail"),
        ("v=spf1", US, "neutral"),
        ("V=SPF1 IP4:192.0.2.7 -ALL", US, "pass"),
        ("v=spf1 ip6:2001:db8::/32 -all", "2001:db8::7", "pass"),
        ("v=spf1 ip6:2001:db8::/32 -all", US, "fail"),
        ("v=spf1 a:mail.example.org -all", US, "pass"),
        ("v=spf1 a:mail.example.org/24 -all", "192.0.2.99", "pass"),
        ("v=spf1 a:mail.example.org/24//64 -all", "2001:db8::99", "pass"),
        ("v=spf1 a:mail.example.org -all", "2001:db8::99", "fail"),
        ("v=spf1 a -all", US, "fail"),
        ("v=spf1 mx -all", US, "pass"),
        ("v=spf1 include:provider.example -all", US, "pass"),
        ("v=spf1 include:provider.example -all", "203.0.113.1", "fail"),
        ("v=spf1 include:nothing.example -all", US, "permerror"),
        ("v=spf1 redirect=provider.example", US, "pass"),
        ("v=spf1 redirect=nothing.example", US, "permerror"),
        ("v=spf1 exists:mail.example.org -all", US, "pass"),
        ("v=spf1 exists:%{i}.example.org -all", US, "unknown"),
        ("v=spf1 ptr -all", US, "fail"),
        ("v=spf1 exp=why.example.org ip4:192.0.2.7 -all", US, "pass"),
        ("v=spf1 ipv4:192.0.2.7 -all", US, "permerror"),
        ("v=spf1 ip4:192.0.2.777 -all", US, "permerror"),
        ("v=spf1 include:loop.example -all", US, "permerror"),
    ],
)
def test_verdicts(zone: Zone, dns: Dns, record: str, address: str, verdict: str) -> None:
    zone.add("example.org", "TXT", record, "another text", "v=spf10 is another")
    zone.add("example.org", "MX", "10 mail.example.org.")
    zone.add("mail.example.org", "A", US)
    zone.add("mail.example.org", "AAAA", "2001:db8::7")
    zone.add("provider.example", "TXT", "v=spf1 ip4:192.0.2.0/28 -all")
    zone.add("loop.example", "TXT", "v=spf1 include:loop.example -all")
    assert spf.judge(dns, "example.org", address) == verdict
    assert len(zone.asked) < 20


def test_no_record_and_two_records(zone: Zone, dns: Dns) -> None:
    assert spf.judge(dns, "example.org", US) == "none"
    zone.add("example.org", "TXT", "v=spf1 -all", "v=spf1 +all")
    assert spf.judge(dns, "example.org", US) == "permerror"


def test_more_than_ten_lookups_are_too_many(zone: Zone, dns: Dns) -> None:
    for n in range(11):
        zone.add(f"host{n}.example.org", "A", "198.51.100.1")
    terms = [f"a:host{n}.example.org" for n in range(10)]
    zone.add("ten.example.org", "TXT", f"v=spf1 {' '.join(terms)} ip4:{US} -all")
    zone.add("eleven.example.org", "TXT", f"v=spf1 {' '.join([*terms, 'a:host10.example.org'])} ip4:{US} -all")
    assert spf.judge(dns, "ten.example.org", US) == "pass"
    assert spf.judge(dns, "eleven.example.org", US) == "permerror"
