import pytest

from broadsheet.errors import Unavailable
from broadsheet.mail.lookups import Dns
from tests.mail.zones import Zone


def test_records_of_every_kind(zone: Zone, dns: Dns) -> None:
    zone.add("example.org", "TXT", "one", "two\\027[31m")
    zone.add("example.org", "MX", "20 second.example.org.", "10 First.example.org.")
    zone.add("first.example.org", "A", "192.0.2.7")
    zone.add("first.example.org", "AAAA", "2001:db8::7")
    zone.add("7.2.0.192.in-addr.arpa", "PTR", "First.example.org.")
    assert sorted(dns.texts("example.org")) == ["one", "two [31m"]  # nothing that moves a terminal's cursor
    assert dns.mail_hosts("example.org") == ["first.example.org", "second.example.org"]
    assert dns.addresses("first.example.org") == ["192.0.2.7", "2001:db8::7"]
    assert dns.addresses("192.0.2.9") == ["192.0.2.9"]
    assert dns.names("192.0.2.7") == ["first.example.org"]


def test_a_long_text_comes_whole_by_tcp(zone: Zone, dns: Dns) -> None:
    zone.add("long.example.org", "TXT", " ".join(f'"{letter * 250}"' for letter in "abc"))
    assert dns.texts("long.example.org") == ["a" * 250 + "b" * 250 + "c" * 250]


def test_what_does_not_exist_has_no_records(zone: Zone, dns: Dns) -> None:
    zone.add("example.org", "A", "192.0.2.7")
    zone.add("null.example.org", "MX", "0 .")
    assert dns.texts("example.org") == dns.texts("nowhere.example.org") == []
    for name in ("x" * 64 + ".org", "a..b", "x." * 200, "\\9"):
        assert dns.texts(name) == []
    assert dns.mail_hosts("null.example.org") == []


def test_a_server_that_fails_or_is_silent_is_no_answer(zone: Zone, dns: Dns) -> None:
    zone.broken.add("down.example.org")
    with pytest.raises(Unavailable, match=r"did not answer for down\.example\.org .*BROADSHEET_DNS_SERVER"):
        dns.texts("down.example.org")
    with pytest.raises(Unavailable):
        Dns("127.0.0.1:9", patience=0.2).texts("example.org")
