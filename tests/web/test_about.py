import pytest

from broadsheet.search.upgrade import UpgradeStatus
from broadsheet.trending import formula
from tests.invented import record
from tests.web.conftest import Away, Build, Instance


def test_the_formula_is_shown_with_its_own_constants(instance: Instance) -> None:
    page = instance.get("/about/trending").text
    assert page.count('<math display="block">') == 6
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
