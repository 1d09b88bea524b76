"""All checks together, against a real DNS server and a real SMTP server."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict, Invalid
from broadsheet.mail.addresses import read
from broadsheet.mail.deliverability import Deliverability, Trial
from broadsheet.mail.envelope import ReturnPath
from broadsheet.mail.judging import Finding, State
from broadsheet.mail.keys import DkimKeys
from broadsheet.mail.letter import Letterhead
from broadsheet.mail.lookups import Dns
from broadsheet.mail.returned.listener import Ear, Listener
from broadsheet.mail.returned.maildir import Maildir, Spool
from broadsheet.mail.returned.places import Places
from broadsheet.mail.smtp import Server
from broadsheet.mail.suppression import Suppressions
from broadsheet.mail.transport import SmtpTransport
from tests.mail.servers import Mailbox, server_side, smtp_server
from tests.mail.ses.servers import amazon
from tests.mail.zones import Zone

US = "203.0.113.7"
SECRET = b"s" * 32
RETURNS = ReturnPath.of("bounce@example.org", SECRET, is_read=True)
HEAD = Letterhead.of("The Paper", "https://paper.example.org", "desk@example.org", returns=RETURNS)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that speaks TLS."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    with smtp_server(tls_context=server_side(authority.issue_cert("127.0.0.1"))) as server:
        yield f"{server.url}?ca={folder / 'ca.pem'}"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> DkimKeys:
    return DkimKeys(tmp_path_factory.mktemp("dkim"), "pen")


@pytest.fixture
def ours(keys: DkimKeys, relay: str, zone: Zone, dns: Dns) -> Deliverability:
    """An instance of which everything is right."""
    made = Deliverability(HEAD, keys, Server.from_url(relay), [US], dns)
    for record in made.setup(ed25519=True):
        zone.publish(record.zone)
    zone.add("example.org", "MX", "10 mail.example.org.")
    zone.add("paper.example.org", "A", US)
    return made


def by_point(found: list[Finding], point: str) -> list[tuple[State, str, str]]:
    return [(one.state, one.said, one.todo) for one in found if one.point == point]


def test_what_setup_printed_is_found_right(ours: Deliverability) -> None:
    found = ours.check()
    assert {finding.state for finding in found} == {State.RIGHT}, found
    assert [one.point for one in found] == [
        "site",
        "server",
        "sender",
        "bounces",
        "SPF",
        "DKIM",
        "DKIM",
        "DMARC",
        "PTR",
    ]
    assert "TLSv1" in found[1].said


def _no_records(zone: Zone) -> None:
    zone.records.clear()


def _without(name: str, kind: str = "TXT") -> Callable[[Zone], None]:
    return lambda zone: zone.remove(name, kind)


def _instead(name: str, *values: str, kind: str = "TXT") -> Callable[[Zone], None]:
    def change(zone: Zone) -> None:
        zone.remove(name, kind)
        zone.add(name, kind, *values)

    return change


def _down(name: str) -> Callable[[Zone], None]:
    return lambda zone: zone.broken.add(name)


KEY = "pen._domainkey.example.org"
SECOND = "pen-ed25519._domainkey.example.org"
DMARC = "_dmarc.example.org"
REVERSE = "7.113.0.203.in-addr.arpa"


@pytest.mark.parametrize(
    ("change", "point", "state", "said", "todo"),
    [
        (_no_records, "sender", State.WRONG, "neither an MX record nor an address", "MX record"),
        (_without("example.org", "MX"), "sender", State.WRONG, "refuse mail", "BROADSHEET_MAIL_FROM"),
        (_instead("example.org", "203.0.113.9", kind="A"), "sender", State.RIGHT, "takes mail at mail.", ""),
        (_without("example.org"), "SPF", State.WRONG, "no SPF record", "mail setup"),
        (_instead("example.org", "v=spf1 -all", "v=spf1 +all"), "SPF", State.WRONG, "2 SPF records", "one of them"),
        (_instead("example.org", "v=spf1 -all"), "SPF", State.WRONG, "fail", f"Add ip4:{US}"),
        (_instead("example.org", "v=spf1 bogus -all"), "SPF", State.WRONG, "permerror", "misspelt"),
        (_instead("example.org", "v=spf1 exists:%{i}.x -all"), "SPF", State.UNSURE, "unknown", "macros"),
        (_down("example.org"), "SPF", State.UNSURE, "did not answer", ""),
        (_without(KEY), "DKIM", State.WRONG, "has no record", "mail setup"),
        (_instead(KEY, "v=DKIM1; k=rsa; p=AAAA"), "DKIM", State.WRONG, "another key than ours", "cut the long text"),
        (_instead(KEY, "v=DKIM1; p="), "DKIM", State.WRONG, "revoked", "mail setup"),
        (_instead(KEY, "v=DKIM1; p=A", "v=DKIM1; p=B"), "DKIM", State.WRONG, "2 records", "all but ours"),
        (_without(SECOND), "DKIM", State.UNSURE, "has no record", "mail setup"),
        (_without(DMARC), "DMARC", State.WRONG, "none stands above it", "mail setup"),
        (_instead(DMARC, "v=DMARC1; p=quarantine"), "DMARC", State.RIGHT, "p=quarantine", ""),
        (_instead(DMARC, "v=DMARC1; p=maybe"), "DMARC", State.WRONG, "'maybe'", "p=none"),
        (_instead(DMARC, "v=DMARC1; p=none", "v=DMARC1; p=reject"), "DMARC", State.WRONG, "2 records", "all but one"),
        (_without(REVERSE, "PTR"), "PTR", State.WRONG, "nameless", "PTR record"),
        (_instead(REVERSE, "other.example.", kind="PTR"), "PTR", State.WRONG, "not lead back", "PTR record"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    ours: Deliverability, zone: Zone, change: Callable[[Zone], None], point: str, state: State, said: str, todo: str
) -> None:
    change(zone)
    found = [one for one in by_point(ours.check(), point) if said in one[1]]
    assert len(found) == 1, ours.check()
    assert found[0][0] is state
    assert todo in found[0][2]
    assert bool(todo) == bool(found[0][2])


def _with_returns(ours: Deliverability, address: str, *, is_read: bool = True) -> Deliverability:
    returns = ReturnPath.of(address, SECRET, is_read=is_read)
    return replace(ours, letterhead=replace(HEAD, returns=returns))


def test_a_domain_for_bounces_has_records_of_its_own(ours: Deliverability, zone: Zone) -> None:
    apart = _with_returns(ours, "*@b.example.org")
    ((state, said, todo),) = by_point(apart.check(), "bounces")
    assert (state, "no MX record" in said, "BROADSHEET_BOUNCE_ADDRESS" in todo) == (State.WRONG, True, True)
    zone.records.clear()
    for record in apart.setup():
        zone.publish(record.zone)
    zone.add("example.org", "MX", "10 mail.example.org.")
    zone.add("paper.example.org", "A", US)
    found = [one for one in apart.check() if one.point != "DKIM"]
    assert {one.state for one in found} == {State.RIGHT}, found
    zone.remove("b.example.org", "TXT")
    ((state, said, _),) = by_point(apart.check(), "SPF")
    assert (state, "b.example.org has no SPF record" in said) == (State.WRONG, True)


def test_bounces_that_nobody_reads_or_that_align_with_nothing_are_worth_a_look(
    ours: Deliverability, zone: Zone
) -> None:
    zone.add("example.net", "MX", "10 mail.example.net.")
    found = [
        by_point(one.check(), "bounces")
        for one in (
            replace(ours, letterhead=replace(HEAD, returns=None)),
            _with_returns(ours, "bounce@example.org", is_read=False),
            _with_returns(ours, "bounce@example.net"),
        )
    ]
    assert [(state, todo.partition(" ")[0]) for ((state, _, todo),) in found] == [
        (State.UNSURE, "Set"),
        (State.UNSURE, "Set"),
        (State.UNSURE, "Take"),
    ]


def test_places_that_mails_come_back_to_are_tried(ours: Deliverability, tmp_path: Path, clock: FixedClock) -> None:
    spool = Spool(tmp_path / "returned", clock)
    ear = Listener(Ear.from_url("lmtp://127.0.0.1:0"), RETURNS, spool)
    ear.start()
    found = by_point(replace(ours, places=Places([spool], [ear])).check(), "returned")
    assert [state for state, _, _ in found] == [State.RIGHT, State.RIGHT]
    ear.stop()
    silent = Listener(Ear.from_url("lmtp://127.0.0.1:9"), RETURNS, spool)
    broken = replace(ours, places=Places([Maildir(tmp_path / "none")], [silent]))
    found = by_point(broken.check(), "returned")
    assert [state for state, _, _ in found] == [State.WRONG, State.WRONG]
    assert "Nobody listens at lmtp://127.0.0.1:9" in found[1][1]


def test_our_key_under_test_is_unsure(ours: Deliverability, zone: Zone) -> None:
    record = ours.keys.current()[0].record
    zone.remove(KEY, "TXT")
    half = len(record) // 2
    zone.add(KEY, "TXT", f'"{record[:half]}" "{record[half:]}; t=y:s"')
    assert by_point(ours.check(), "DKIM")[0][0] is State.UNSURE


def test_a_policy_above_the_domain_counts(ours: Deliverability, zone: Zone) -> None:
    head = Letterhead.of("P", "https://paper.example.org")
    ((state, said, _),) = by_point(replace(ours, letterhead=head).check(), "DMARC")
    assert (state, "_dmarc.example.org" in said) == (State.RIGHT, True)
    zone.remove(DMARC, "TXT")
    zone.add(DMARC, "TXT", "v=DMARC1; p=reject; sp=quarantine")
    assert "p=quarantine" in by_point(replace(ours, letterhead=head).check(), "DMARC")[0][1]


def test_the_address_of_a_server_elsewhere_is_a_guess(ours: Deliverability, zone: Zone) -> None:
    zone.add("smtp.example.net", "A", "93.184.216.34")
    far = replace(ours, server=Server("smtp.example.net", 587, "offered"), origins=[])
    found = {point: [state for state, _, _ in by_point(_named(far), point)] for point in ("SPF", "PTR")}
    assert found == {"SPF": [State.UNSURE], "PTR": [State.UNSURE]}


def _named(instance: Deliverability) -> list[Finding]:
    """Check all but the server, which does not exist."""
    return [one for one in instance.check() if one.point != "server"]


def test_where_mails_leave_from_may_be_unknown(ours: Deliverability) -> None:
    ((state, _, todo),) = by_point(replace(ours, origins=[]).check(), "SPF")
    assert (state, "BROADSHEET_MAIL_ADDRESSES" in todo) == (State.UNSURE, True)


@pytest.mark.parametrize("site", ["http://127.0.0.1:8080", "http://paper.example.org", "https://laptop.local"])
def test_a_site_that_nobody_reaches_is_wrong(ours: Deliverability, site: str) -> None:
    head = Letterhead.of("P", site, "desk@example.org")
    ((state, _, todo),) = by_point(replace(ours, letterhead=head).check(), "site")
    assert (state, "BROADSHEET_PUBLIC_URL" in todo) == (State.WRONG, True)


def test_a_sender_without_a_domain_is_told_before_any_lookup(ours: Deliverability, zone: Zone) -> None:
    alone = replace(ours, letterhead=Letterhead.of("P", "http://127.0.0.1:8080"))
    zone.asked.clear()
    assert by_point(alone.check(), "sender")[0][0] is State.WRONG
    assert zone.asked == []
    with pytest.raises(Conflict, match="BROADSHEET_MAIL_FROM"):
        alone.setup()


def test_without_a_key_mails_are_unsigned(ours: Deliverability, tmp_path: Path) -> None:
    ((state, said, todo),) = by_point(replace(ours, keys=DkimKeys(tmp_path, "pen")).check(), "DKIM")
    assert (state, "unsigned" in said, "mail setup" in todo) == (State.WRONG, True, True)


def test_a_key_that_cannot_be_read_is_wrong(ours: Deliverability, tmp_path: Path) -> None:
    (tmp_path / "pen.pem").write_text("broken")
    ((state, said, _),) = by_point(replace(ours, keys=DkimKeys(tmp_path, "pen")).check(), "DKIM")
    assert (state, "no mail is signed or sent" in said) == (State.WRONG, True)


def test_servers_in_the_clear_absent_or_refusing(ours: Deliverability) -> None:
    with smtp_server() as plain:
        ((state, said, _),) = by_point(replace(ours, server=Server.from_url(plain.url)).check(), "server")
        assert (state, "on this machine" in said) == (State.UNSURE, True)
    ((state, said, _),) = by_point(replace(ours, server=Server.from_url(plain.url)).check(), "server")
    assert (state, "cannot be used now" in said) == (State.WRONG, True)
    ((state, said, _),) = by_point(replace(ours, server=None).check(), "server")
    assert (state, "outbox" in said) == (State.WRONG, True)


def test_through_ses_what_setup_printed_is_found_right(keys: DkimKeys, zone: Zone, dns: Dns, clock: FixedClock) -> None:
    with amazon() as server:
        ours = Deliverability(HEAD, keys, None, [], dns, ses=server.client(clock))
        for record in ours.setup(ed25519=True):
            zone.publish(record.zone)
        zone.add("example.org", "MX", "10 mail.example.org.")
        envelopes = {"MailFromDomain": "mail.example.org", "MailFromDomainStatus": "SUCCESS"}
        server.identities["example.org"] = {"VerifiedForSendingStatus": True, "MailFromAttributes": envelopes}
        found = [one for one in ours.check() if "ed25519" not in one.said]
        assert {one.state for one in found} == {State.RIGHT}, found
        points = ["site", "server", "sender", "identity", "SPF", "returned", "DKIM", "DMARC"]
        assert [one.point for one in found] == points
        assert dns.mail_hosts("mail.example.org") == ["feedback-smtp.eu-west-1.amazonses.com"]
        server.identities.clear()
        ((state, _, todo),) = by_point(ours.check(), "identity")
        assert (state, "Verify the domain" in todo) == (State.WRONG, True)


@pytest.fixture
def inbox() -> Iterator[Mailbox]:
    with smtp_server() as mailbox:
        yield mailbox


def test_a_trial_goes_to_whom_it_may(inbox: Mailbox, sqlite: Database, clock: FixedClock) -> None:
    suppressions = Suppressions(sqlite, clock)
    trial = Trial(HEAD, SmtpTransport.from_url(inbox.url), suppressions, clock, SECRET)
    trial.send("ada@reader.example")
    assert inbox.recipients == ["ada@reader.example"]
    assert "Authentication-Results" in str(inbox.mails[0].get_body(("plain",)))
    with pytest.raises(Invalid, match="no mail address"):
        trial.send("ada")
    suppressions.add(read("ada@reader.example", SECRET).key, "complained")
    with pytest.raises(Conflict, match="not written to"):
        trial.send("ADA@reader.example")
    assert len(inbox.mails) == 1
