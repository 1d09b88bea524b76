"""The instance as a whole: what its ticks do together."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from broadsheet.app import App, build
from broadsheet.clock import FixedClock
from broadsheet.errors import Invalid
from broadsheet.jobs.ticks import run_all
from broadsheet.settings import blanked, load
from tests.doors.instance import NOWHERE
from tests.invented import record
from tests.mail.ses.servers import KEY_ID, SECRET_KEY, TOPIC, amazon


def _said(app: App) -> dict[str, str]:
    return {outcome.name: outcome.said for outcome in run_all(app.ticks())}


@pytest.fixture
def offline(tmp_path: Path, clock: FixedClock) -> App:
    return build(
        load(
            home=tmp_path / "home",
            hf_url=NOWHERE,
            arxiv_url=NOWHERE,
            arxiv_interval=0,
            artefact_checks=0,
            allow_private_addresses=True,
        ),
        clock,
    )


def test_a_page_of_the_shelf_alone_waits_for_a_network(offline: App) -> None:
    said = _said(offline)
    assert "could not be reached" in said["harvest"]
    assert said["edition"] == ""
    today = offline.editions.today()
    assert not today.is_published
    assert len(today.shelf) > 5


def test_papers_from_a_file_make_an_edition_without_a_network(offline: App, clock: FixedClock) -> None:
    offline.catalogue.add([record(n, published=clock.now().date() - timedelta(days=1)) for n in range(20)])
    assert "published" in _said(offline)["edition"]
    assert offline.editions.today().new_papers == 20


def test_without_sources_the_shelf_is_the_edition(app: App, tmp_path: Path, clock: FixedClock) -> None:
    alone = build(load(home=tmp_path / "alone", sources=(), artefact_checks=0), clock)
    assert _said(alone)["edition"] == f"No. 1 of {date(2026, 1, 15)} published"
    assert _said(alone)["edition"] == ""


def test_a_second_start_finds_everything_as_it_was(offline: App, clock: FixedClock) -> None:
    _said(offline)
    offline.close()
    again = build(offline.settings, clock)
    assert again.catalogue.count() == 74
    assert again.secret == offline.secret
    assert again.index.status().sentence == offline.index.status().sentence


def test_an_unknown_source_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"usenet.*hf, arxiv"):
        build(load(home=tmp_path / "home", sources=("usenet",)))


@pytest.mark.parametrize(
    "public",
    [{"host": "0.0.0.0"}, {"public_url": "https://papers.example"}, {"host": "192.168.1.2"}],  # noqa: S104
)
def test_an_instance_for_one_reader_refuses_to_be_public(tmp_path: Path, public: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="for this machine alone") as told:
        build(load(home=tmp_path / "home", single_user=True, **public))
    assert told.value.field == "single_user"
    assert not (tmp_path / "home").exists()


AMAZON = {"ses_region": "eu-west-1", "ses_key_id": "AKIDTIDE", "ses_secret_key": "hush hush"}


def test_mails_leave_through_amazon_and_its_notices_have_a_door(tmp_path: Path, clock: FixedClock) -> None:
    with amazon() as server:
        urls = {"ses_topic": TOPIC, "ses_url": server.url, "sns_url": server.url}
        given = AMAZON | urls | {"ses_secret_key": SECRET_KEY, "ses_key_id": KEY_ID}
        app = build(load(home=tmp_path / "home", sources=(), artefact_checks=0, **given), clock)
        app.accounts.sign_ins.ask("ada@quill.example", "192.0.2.7")
        assert _said(app)["sign-ins"] == "letters to sign in: 1 sent"
        assert server.taken[0]["Destination"]["ToAddresses"] == ["ada@quill.example"]
        complaint = {"mail": {"tags": {"broadsheet": [server.taken[0]["EmailTags"][0]["Value"]]}}, "complaint": {}}
        with TestClient(app.asgi(ticking=False)) as door:
            assert door.post("/mail/notices", content=server.notice({"eventType": "Complaint", **complaint})).is_success
        assert app.suppressions.counts() == {"complained": 1}
        app.close()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"smtp_url": "smtp://127.0.0.1:25"}, "ses_region"),
        ({"ses_region": "Ireland"}, "ses_region"),
        ({"ses_secret_key": ""}, "ses_secret_key"),
    ],
)
def test_settings_for_amazon_that_cannot_be_used_name_themselves(
    tmp_path: Path, given: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid, match=f"BROADSHEET_{field.upper()}") as told:
        build(load(home=tmp_path / "home", sources=(), **(AMAZON | given)))
    assert (told.value.field, "hush" in told.value.message) == (field, False)
    assert blanked(load(home=tmp_path, **AMAZON))["ses_secret_key"] == "***"


def test_letters_that_wait_leave_by_tick(app: App) -> None:
    app.accounts.sign_ins.ask("ada@quill.example", "192.0.2.7")
    assert _said(app)["sign-ins"] == "letters to sign in: 1 sent"
    assert _said(app)["sign-ins"] == ""
