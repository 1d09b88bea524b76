"""Every source as an operator turns it on: by settings alone, harvested from a server at another address."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.jobs.leases import Leases
from broadsheet.papers.catalogue import Catalogue
from broadsheet.settings import blanked, load
from broadsheet.sources.harvest import Harvester
from broadsheet.sources.registry import Registry
from tests.invented import record
from tests.sources.asking import client
from tests.sources.cases import CASES
from tests.sources.contract import Stock
from tests.sources.servers import Script, serving
from tests.sources.zotero.case import LIBRARY

KEY = "hush-hush"
# By the name of its case: the source, and what stands in the settings beside its name.
WIRED: dict[str, tuple[str, Callable[[str], dict[str, Any]]]] = {
    "acl": ("acl-anthology", lambda base: {"acl_api_url": f"{base}/api", "acl_raw_url": f"{base}/raw"}),
    "arxiv": ("arxiv", lambda base: {"arxiv_url": f"{base}/oai"}),
    "arxiv-rss": ("arxiv-rss", lambda base: {"arxiv_rss_url": f"{base}/rss", "arxiv_feeds": ["cs.LG"]}),
    "biorxiv": ("biorxiv", lambda base: {"biorxiv_url": base, "biorxiv_categories": ["cell biology"]}),
    "feeds": ("feeds", lambda base: {"feeds": [f"{base}/feed/{place}" for place in range(3)]}),
    "hf": ("hf", lambda base: {"hf_url": base, "hf_pages": 0}),
    "openalex": ("openalex", lambda base: {"openalex_url": base, "openalex_key": KEY}),
    "openreview": (
        "openreview",
        lambda base: {"openreview_url": base, "openreview_venues": ["Tides.cc/2026/Conference"]},
    ),
    "s2": ("semantic-scholar", lambda base: {"semantic_scholar_url": base, "semantic_scholar_key": KEY}),
    "zotero": ("zotero", lambda base: {"zotero_url": base, "zotero_libraries": [LIBRARY], "zotero_key": KEY}),
}


def test_no_source_is_forgotten() -> None:
    assert set(WIRED) == {case.name for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_source_is_turned_on_by_settings_alone(
    case: Any, sqlite: Database, clock: FixedClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, told = WIRED[case.name]
    stock, catalogue = Stock(case.good()), Catalogue(sqlite, clock)
    catalogue.add([record(n) for n in range(9)] if case.name == "s2" else [])
    with serving(case.app(script := Script(), stock)) as base:
        settings = load(home=tmp_path, sources=[source], **told(base))
        connectors = Registry(settings, client(clock), clock, catalogue).chosen()
        harvester = Harvester(sqlite, catalogue, Leases(sqlite, clock), clock, connectors)
        harvester.harvest(source)
    assert len(catalogue.by_source(source, 99)) == 9
    (health,) = harvester.status()
    assert (health.name, health.error, health.papers) == (source, "", 9)
    assert script.headers[0]["user-agent"] == "Broadsheet/0"
    said = capsys.readouterr()
    assert KEY not in f"{blanked(settings)} {settings!r} {health} {said.out} {said.err}"


@pytest.mark.parametrize(("elsewhere", "told"), [("", "Bearer hush-hush"), ("https://git.example", None)])
def test_githubs_token_is_told_to_github_alone(
    sqlite: Database, clock: FixedClock, tmp_path: Path, elsewhere: str, told: str | None
) -> None:
    case = next(case for case in CASES if case.name == "acl")
    with serving(case.app(script := Script(), Stock(case.good()))) as base:
        given = {"github_url": elsewhere or base, "github_token": KEY, "acl_api_url": f"{base}/api"}
        settings = load(home=tmp_path, sources=["acl-anthology"], acl_raw_url=f"{base}/raw", **given)
        connector = Registry(settings, client(clock), clock, Catalogue(sqlite, clock)).chosen()["acl-anthology"]
        list(connector.batches(None))
    assert {headers.get("authorization") for headers in script.headers[:4]} == {told}
