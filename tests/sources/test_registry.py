from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Invalid
from broadsheet.papers.catalogue import Catalogue
from broadsheet.settings import Settings, load
from broadsheet.sources.registry import Registry
from tests.invented import record
from tests.sources.asking import client

NEEDED: dict[str, Any] = {
    "openreview_venues": ["ICLR.cc/2026/Conference"],
    "feeds": ["https://tides.example/feed"],
    "zotero_libraries": ["groups/678"],
}


def registry(sqlite: Database, clock: FixedClock, home: Path, **given: Any) -> Registry:
    return Registry(load(home=home, **given), client(clock), clock, Catalogue(sqlite, clock))


def test_an_instance_has_arxiv_and_hugging_face_unless_told(
    sqlite: Database, clock: FixedClock, tmp_path: Path
) -> None:
    assert list(registry(sqlite, clock, tmp_path).chosen()) == ["hf", "arxiv"]


def test_every_source_that_there_is_can_be_made(sqlite: Database, clock: FixedClock, tmp_path: Path) -> None:
    known = registry(sqlite, clock, tmp_path).known()
    assert {
        "arxiv-rss",
        "acl-anthology",
        "biorxiv",
        "medrxiv",
        "openalex",
        "semantic-scholar",
        "openreview",
        "feeds",
        "zotero",
    } < set(known)
    made = registry(sqlite, clock, tmp_path, sources=known, folder=tmp_path, **NEEDED).chosen()
    assert list(made) == known
    for name, connector in made.items():
        assert connector.name == name
        assert connector.title
        assert connector.upstream
        assert connector.schedule > timedelta(0)


def test_every_source_is_told_in_the_settings_and_has_a_page(
    sqlite: Database, clock: FixedClock, tmp_path: Path
) -> None:
    docs = Path(__file__).parents[2] / "docs" / "sources"
    index = (docs / "README.md").read_text()
    for name in registry(sqlite, clock, tmp_path).known():
        assert name in str(Settings.model_fields["sources"].description)
        assert f"| `{name}` |" in index


def test_two_servers_of_one_upstream_take_turns(sqlite: Database, clock: FixedClock, tmp_path: Path) -> None:
    made = registry(sqlite, clock, tmp_path, sources=["biorxiv", "medrxiv"]).chosen()
    assert {connector.upstream for connector in made.values()} == {"biorxiv"}
    assert [connector.title for connector in made.values()] == ["bioRxiv", "medRxiv"]


def test_an_unknown_source_is_named_with_the_known_ones(sqlite: Database, clock: FixedClock, tmp_path: Path) -> None:
    with pytest.raises(
        Invalid, match="'usenet' is no source; BROADSHEET_SOURCES may list hf, arxiv, arxiv-rss, acl-anthology"
    ):
        registry(sqlite, clock, tmp_path, sources=["usenet"]).chosen()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("openreview", "needs BROADSHEET_OPENREVIEW_VENUES: list at least one, such as ICLR.cc/2026/Conference"),
        ("feeds", "needs BROADSHEET_FEEDS"),
        ("zotero", "needs BROADSHEET_ZOTERO_LIBRARIES"),
        ("folder", "needs BROADSHEET_FOLDER: the path of a folder"),
    ],
)
def test_a_source_without_what_it_needs_is_told(
    sqlite: Database, clock: FixedClock, tmp_path: Path, source: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        registry(sqlite, clock, tmp_path, sources=[source]).chosen()


@pytest.mark.parametrize(("days", "asked"), [(365, 2), (10, 1), (0, 3)])
def test_semantic_scholar_is_asked_about_the_papers_of_some_days(
    sqlite: Database, clock: FixedClock, tmp_path: Path, days: int, asked: int
) -> None:
    today = clock.now().date()
    ages = {1: 3, 2: 300, 3: 900}
    Catalogue(sqlite, clock).add([record(n, published=today - timedelta(days=age)) for n, age in ages.items()])
    desk = registry(sqlite, clock, tmp_path, semantic_scholar_days=days)
    assert len(desk._papers_after(0, 9)) == asked
