from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from broadsheet.search.upgrade import UpgradeStatus
from broadsheet.sources.connector import Batch
from broadsheet.trending import formula
from tests.invented import record
from tests.web.conftest import Away, Build, Instance


def test_the_formula_is_shown_with_its_own_constants(instance: Instance) -> None:
    page = instance.get("/about/trending").text
    assert page.count('<math display="block">') == 7
    for constant in (formula.LEVEL_SHARE, formula.PACE_SHARE, formula.STARS_WEIGHT, formula.FRESH_HALF):
        assert f"<mn>{constant:g}</mn>" in page
    for kind in formula.KINDS.values():
        assert f"{kind.noun.capitalize()}s {kind.where}" in page
        assert f"{kind.half:g} h" in page


def test_sources_say_how_they_stand(build: Build) -> None:
    instance = build({"hf": Away()})
    assert "Hugging Face has not been harvested yet" in instance.get("/about/sources").text
    instance.site.harvester.harvest_due()
    assert "Hugging Face could not be reached" in instance.get("/about/sources").text


class Silent:
    """A source that works and brings nothing, and says why."""

    name, title, upstream, schedule = "arxiv", "arXiv", "arxiv", timedelta(hours=6)
    said = "No new papers: arXiv does not announce on Thanksgiving."

    def batches(self, cursor: Any) -> Iterator[Batch]:
        yield Batch((), (), {"at": 1}, done=True)

    def range_batches(self, since: date, until: date, cursor: Any) -> Iterator[Batch]:
        yield Batch((record(1, withdrawn=True),), (), {"at": 1}, done=True)

    def news(self, now: Any, harvested_at: Any, news_at: Any, cursor: Any) -> str:
        return self.said


def test_sources_say_why_nothing_new_came(build: Build) -> None:
    silent = Silent()
    instance = build({"arxiv": silent})
    instance.site.harvester.harvest_due()
    page = instance.get("/about/sources").text
    assert f'<p class="reason sect-s">{silent.said}</p>' in page
    assert '<li class="late">' not in page
    silent.said = "That is a fault: arXiv should have announced on Tuesday."
    page = instance.get("/about/sources").text
    assert f'<p class="error sect-s">{silent.said}</p>' in page
    assert '<li class="late">' in page


def test_many_sources_that_are_well_are_one_line_in_the_foot(build: Build) -> None:
    sources = {f"s{n}": Silent() for n in range(4)}
    for name, source in sources.items():
        source.name = source.upstream = name
    instance = build({**sources, "hf": Away()})
    instance.site.harvester.harvest_due()
    page = instance.get("/about").text
    assert '<a href="/about/sources">4 sources</a> are harvested as planned.' in page
    assert page.count('<li class="late">') == 1
    assert "arXiv was harvested" not in page


def test_sources_say_what_of_their_past_is_in(build: Build) -> None:
    instance = build({"arxiv": Silent()})
    instance.site.harvester.backfill("arxiv", date(2024, 1, 1), date(2024, 1, 31))
    page = instance.get("/about/sources").text
    assert "<dt>Its past</dt><dd>2024-01-01 to 2024-01-31 is in: 1 new, 0 changed.</dd>" in page
    assert "<dt>Records so far</dt><dd>1</dd>" in page


def test_without_sources_it_says_so(instance: Instance) -> None:
    assert "No source is switched on" in instance.get("/about/sources").text


def test_the_instance_tells_what_it_is(build: Build) -> None:
    instance = build(name="The Tide", contact="editor@tide.example")
    instance.add(record(1), record(2))
    page = instance.get("/about").text
    assert "About The Tide" in page
    assert "<dd>2</dd>" in page
    assert "editor@tide.example" in page


def test_a_change_of_encoder_is_told_with_the_sources(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "re-encoded" not in instance.get("/about/sources").text
    status = UpgradeStatus("minilm", 12_300, 302_977, 2_400, lost=False)
    monkeypatch.setattr(instance.index, "upgrading", lambda: status)
    assert (
        "12,300 of 302,977 papers are re-encoded by minilm; about 40 min left." in instance.get("/about/sources").text
    )
