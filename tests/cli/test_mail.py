import json
from datetime import UTC, datetime
from pathlib import Path

import dkim

from broadsheet.database.engine import Database
from broadsheet.mail import tally
from tests.cli.conftest import Call
from tests.mail.servers import smtp_server
from tests.mail.zones import dns_server

US = "203.0.113.7"
OURS = {
    "BROADSHEET_PUBLIC_URL": "https://paper.example.org",
    "BROADSHEET_MAIL_ADDRESSES": US,
    "BROADSHEET_DKIM_SELECTOR": "pen",
}


def test_from_nothing_to_a_signed_trial(call: Call, tmp_path: Path) -> None:
    with dns_server() as zone, smtp_server() as server:
        env = OURS | {"BROADSHEET_DNS_SERVER": zone.server, "BROADSHEET_SMTP_URL": server.url}
        status, out, _ = call("mail", "check", **env)
        assert status == 1
        assert "Run `broadsheet mail setup`" in out
        status, out, err = call("mail", "setup", **env)
        assert (status, err) == (0, "")
        private = (tmp_path / "home" / "dkim" / "pen.pem").read_text().splitlines()[1]
        assert private not in out
        assert "TXT  pen._domainkey.paper.example.org" in out
        records = json.loads(call("mail", "setup", "--json", **env)[1])
        assert all(record["value"] in out for record in records)
        for record in records:
            zone.publish(record["zone"])
        zone.add("paper.example.org", "A", US)
        status, out, _ = call("mail", "check", "--to", "ada@reader.example", **env)
        assert status == 0, out
        assert "wrong" not in out
        assert "dkim=pass" in out
    key = next(record["value"] for record in records if "_domainkey" in record["name"])
    assert dkim.verify(server.raw[0], dnsfunc=lambda *_, **__: key.encode())


def test_what_is_wrong_ends_with_status_one(call: Call) -> None:
    status, out, _ = call("mail", "check", "--json")
    assert status == 1
    assert {(one["point"], one["state"]) for one in json.loads(out)} == {
        ("site", "wrong"),
        ("server", "wrong"),
        ("sender", "wrong"),
    }
    status, out, err = call("mail", "setup")
    assert (status, out) == (1, "")
    assert "BROADSHEET_MAIL_FROM" in err
    assert call("mail", "check", "--to", "nobody")[0] == 1


def test_rates_and_a_pause_that_is_lifted(call: Call, tmp_path: Path) -> None:
    status, out, _ = call("mail", "rates")
    assert (status, out.splitlines()[-1].split()[:2]) == (0, ["all", "0"])
    database = Database(f"sqlite:///{tmp_path / 'home' / 'broadsheet.db'}")
    with database.write() as connection:
        tally.count(connection, tally.Event.ACCEPTED, "reader.example", datetime.now(UTC), 1000)
        tally.count(connection, tally.Event.COMPLAINED, "reader.example", datetime.now(UTC), 4)
    database.close()
    out = call("tick", "--json", BROADSHEET_SOURCES="[]")[1]
    assert "digests are paused: 0.40%" in next(one["said"] for one in json.loads(out) if one["tick"] == "returned")
    status, out, _ = call("mail", "rates")
    assert status == 1
    assert "0.400%" in out
    assert "broadsheet mail resume" in out
    assert "Digests are paused: 0.40%" in call("digests", "send")[1]
    told = json.loads(call("mail", "rates", "--json")[1])
    assert (told["total"]["accepted"], told["pause"]["lifted_at"]) == (1000, None)
    assert "Digests go on." in call("mail", "resume")[1]
    assert call("mail", "rates")[0] == 0
    assert "not paused" in call("mail", "resume")[2]
