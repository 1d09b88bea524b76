"""The instance as a whole: what its ticks do together."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from broadsheet.app import App, build
from broadsheet.clock import FixedClock
from broadsheet.errors import Invalid
from broadsheet.jobs.ticks import run_all
from broadsheet.settings import load
from tests.doors.instance import NOWHERE
from tests.invented import record


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


def test_letters_that_wait_leave_by_tick(app: App) -> None:
    app.accounts.sign_ins.ask("ada@quill.example", "192.0.2.7")
    assert _said(app)["sign-ins"] == "letters to sign in: 1 sent"
    assert _said(app)["sign-ins"] == ""
