import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from broadsheet.settings import Settings, blanked, load, secret


def test_keyword_beats_environment_beats_file_beats_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broadsheet.toml").write_text('name = "From the file"\nport = 1234\nhost = "127.0.0.2"\n')
    monkeypatch.setenv("BROADSHEET_HOME", str(tmp_path))
    monkeypatch.setenv("BROADSHEET_PORT", "2345")
    found = load(host="127.0.0.3")
    assert (found.name, found.port, found.host, found.edition_hour) == ("From the file", 2345, "127.0.0.3", 7)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("timezone", "Mars/Olympus", "Europe/Vienna"),
        ("port", "70000", "65535"),
        ("public_url", "broadsheet.example", "https://"),
        ("edition_hour", "25", "23"),
    ],
)
def test_a_bad_value_is_told_with_the_remedy(tmp_path: Path, name: str, value: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        load(home=tmp_path, **{name: value})


def test_an_unknown_setting_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text('nmae = "typo"\n')
    with pytest.raises(ValidationError, match="nmae"):
        load(home=tmp_path)


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = secret(tmp_path / "home")
    assert len(first) == 32
    assert secret(tmp_path / "home") == first
    assert stat.S_IMODE((tmp_path / "home" / "secret").stat().st_mode) == 0o600
    assert secret(tmp_path / "other") != first


def test_passwords_are_blanked_when_settings_are_shown(tmp_path: Path) -> None:
    shown = blanked(load(home=tmp_path, smtp_url="smtp://me:hush@mail.example:587"))
    assert shown["smtp_url"] == "smtp://me:***@mail.example:587"
    keyed = load(home=tmp_path, encoder_key="hush")
    assert (blanked(keyed)["encoder_key"], shown["encoder_key"]) == ("***", "")
    assert "hush" not in repr(keyed)


def test_every_setting_is_documented() -> None:
    page = Path(__file__).parents[1].joinpath("docs", "settings.md").read_text()
    for name, field in Settings.model_fields.items():
        assert f"`BROADSHEET_{name.upper()}`" in page
        assert field.description
        assert field.description in page


@pytest.mark.parametrize(
    "given",
    [
        {"dkim_selector": "../pen"},
        {"dkim_selector": "a.b"},
        {"dkim_selector": "p" * 60},
        {"mail_addresses": ("mail.example.org",)},
        {"mail_pace": ("gmail.com",)},
        {"mail_pace": ("gmail.com=0",)},
        {"dns_server": "dns.example.org"},
        {"dns_server": "127.0.0.1:dns"},
    ],
)
def test_settings_of_mail_that_cannot_be_used(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="; write "):
        load(**given)


def test_paces_by_domain() -> None:
    assert load(mail_pace="gmail.com=600, *=1200").paces == {"gmail.com": 600, "*": 1200}
    assert load().paces == {}


@pytest.mark.parametrize("server", ["", "9.9.9.9", "127.0.0.1:5353", "2620:fe::fe", "[2620:fe::fe]:53"])
def test_addresses_of_dns_servers(server: str) -> None:
    assert load(dns_server=server).dns_server == server
