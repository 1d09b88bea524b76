import pytest

from broadsheet.mail.keys import DkimKeys
from broadsheet.mail.letter import Letterhead
from broadsheet.mail.lookups import Dns
from broadsheet.mail.records import to_publish
from tests.mail.zones import Zone

HEAD = Letterhead.of("P", "https://paper.example.org", "desk@example.org")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> DkimKeys:
    made = DkimKeys(tmp_path_factory.mktemp("dkim"), "pen")
    made.make(ed25519=True)
    return made


def test_every_record_with_its_reason(keys: DkimKeys) -> None:
    records = to_publish(HEAD, keys.current(), "", ["192.0.2.7", "2001:db8::7"])
    told = {(record.kind, record.name): record.value for record in records}
    assert told[("TXT", "example.org")] == "v=spf1 ip4:192.0.2.7 ip6:2001:db8::7 -all"
    assert told[("TXT", "pen._domainkey.example.org")] == keys.current()[0].record
    assert told[("TXT", "pen-ed25519._domainkey.example.org")] == keys.current()[1].record
    assert told[("TXT", "_dmarc.example.org")] == "v=DMARC1; p=none; rua=mailto:postmaster@example.org"
    assert told[("PTR", "7.2.0.192.in-addr.arpa")] == "paper.example.org"
    assert len(records) == 6
    assert all(len(record.why) > 40 for record in records)


@pytest.mark.parametrize(
    ("relay", "spf"), [("", "v=spf1 a:paper.example.org ~all"), ("smtp.example.net", "v=spf1 a:smtp.example.net ~all")]
)
def test_without_addresses_the_sending_machine_is_named(keys: DkimKeys, relay: str, spf: str) -> None:
    assert to_publish(HEAD, keys.current(), relay, [])[0].value == spf


def test_reports_go_to_a_contact_of_the_same_domain(keys: DkimKeys) -> None:
    head = Letterhead.of("P", "https://paper.example.org", "desk@example.org", "Ada@example.org")
    assert to_publish(head, [], "", [])[1].value.endswith("rua=mailto:Ada@example.org")


def test_a_zone_line_means_the_same(keys: DkimKeys, zone: Zone, dns: Dns) -> None:
    for record in to_publish(HEAD, keys.current(), "", ["192.0.2.7"]):
        zone.publish(record.zone)
        found = dns.texts(record.name) if record.kind == "TXT" else dns.names("192.0.2.7")
        assert found == [record.value]
