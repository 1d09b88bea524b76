"""Three sources announce one paper on three days under two titles: the reader has one paper, one count, one entry.

Nothing is patched but the calendar: local servers that speak the sources' protocols, the installed command, Chromium,
and a mail server that received every letter it shows.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.doors.instance import Running, command, running
from tests.doors.test_saved_search_story import _next_day
from tests.doors.test_subscription_story import Postbox, _link, _links, _subscribe, postbox
from tests.sources.servers import Script, arxiv_app, daily_paper, hf_app, oai_record, oai_version, serving

__all__ = ["postbox"]  # a fixture

SHORT, LONG = "LoomWatch", "Glass looms in winter: what the salt remembers"
ABSTRACT = (
    "We follow forty glass looms through a winter in the harbour of Ostrel and weigh the salt that each of them gains. "
    "A loom that is left alone gains a little, a loom that is watched gains nothing."
)
PEOPLE = ("Ada Quill", "Bruno Marsh", "Chiara Vale")
PAPER = "/paper/arxiv:2601.00007"


@pytest.fixture
def upstream() -> Iterator[tuple[dict[str, str], list[list[str]]]]:
    """Hugging Face has the paper under its short title; arXiv's pages are filled by the story."""
    now = datetime.now(UTC)
    listed = daily_paper(
        7,
        title=SHORT,
        summary=ABSTRACT,
        authors=[{"name": name, "hidden": False} for name in PEOPLE],
        publishedAt=(now - timedelta(days=1)).isoformat(),
        submittedOnDailyAt=(now - timedelta(hours=5)).isoformat(),
        upvotes=31,
    )
    pages: list[list[str]] = [[]]
    today = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    with (
        serving(hf_app(Script(), {f"{now:%Y-%m-%d}": [listed]})) as hf,
        serving(arxiv_app(Script(), pages, response_date=today)) as arxiv,
    ):
        yield {"hf_url": hf, "arxiv_url": f"{arxiv}/oai"}, pages


@pytest.fixture
def instance(
    tmp_path: Path, postbox: tuple[Postbox, str], upstream: tuple[dict[str, str], list[list[str]]]
) -> Iterator[Running]:
    settings: dict[str, Any] = {"smtp_url": postbox[1], "edition_hour": 0, "sources": '["hf", "arxiv"]', **upstream[0]}
    with running(tmp_path / "home", "--no-tick", **settings) as found:
        yield found


def _from_arxiv() -> list[str]:
    came = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    fields = {"title": LONG, "abstract": ABSTRACT, "authors": ", ".join(PEOPLE), "comments": "", "doi": ""}
    return [oai_record(7, versions=oai_version(1, date=came), **fields)]


def _from_the_proceedings(folder: Path) -> Path:
    told = {
        "id": "acl:2026.moss-1.7",
        "title": LONG.upper(),
        "abstract": ABSTRACT,
        "authors": ["A. Quill", "B. Marsh", "C. Vale"],
        "published": f"{datetime.now(UTC):%Y-%m}",
        "urls": ["https://aclanthology.org/2026.moss-1.7/"],
        "venue": "Proceedings of the Moss Workshop",
        "source": "acl-anthology",
    }
    path = folder / "proceedings.jsonl"
    path.write_text(json.dumps(told) + "\n")
    return path


@pytest.mark.story
def test_one_work_on_three_days_under_two_titles(
    browser: Browser,
    instance: Running,
    postbox: tuple[Postbox, str],
    upstream: tuple[dict[str, str], list[list[str]]],
    tmp_path: Path,
) -> None:
    kept, pages = postbox[0], upstream[1]
    page = browser.new_page()

    # The first day: Hugging Face alone, by its short title; a reader subscribes and is sent it.
    command("tick", env=instance.env)
    _subscribe(page, instance)
    command("tick", env=instance.env)
    page.goto(_link(kept.letters[0], "/subscription/confirm"))
    page.locator("main form button[type=submit]").first.click()
    command("tick", env=instance.env)
    digest = kept.letters[1]
    assert len({link for link in _links(digest, "html") if PAPER in link}) == 1
    assert f"{SHORT}</h1>" in instance.get(PAPER)
    first = json.loads(command("papers", "show", "2601.00007", "--json", env=instance.env))
    assert (first["title"], first["sources"]) == (SHORT, ["hf"])

    # The second day: arXiv, by its full title.
    _next_day(instance)
    pages[0] = _from_arxiv()
    command("sources", "harvest", "arxiv", env=instance.env)
    command("tick", env=instance.env)

    # The third day: the proceedings, which know no arXiv number and write names and title in another way.
    _next_day(instance)
    command("papers", "import", str(_from_the_proceedings(tmp_path)), env=instance.env)
    command("tick", env=instance.env)

    told = json.loads(command("papers", "show", "acl:2026.moss-1.7", "--json", env=instance.env))
    assert told["id"] == "arxiv:2601.00007"
    assert sorted(told["sources"]) == ["acl-anthology", "arxiv", "hf"]
    assert [(one["record"].partition("/")[0], one["by"]) for one in told["records"]] == [
        ("hf", None),
        ("arxiv", "identifier"),
        ("acl-anthology", "title"),
    ]
    assert [one["title"] for one in told["other_titles"]] == [SHORT]
    found = json.loads(command("search", "glass looms winter salt", "--json", env=instance.env))
    assert [one["paper"]["id"] for one in found["results"]].count(told["id"]) == 1
    assert sum("loom" in one["paper"]["title"].lower() for one in found["results"]) == 1

    # One entry in all letters, though two more editions came out since.
    holding = [letter for letter in kept.letters if any(PAPER in link for link in _links(letter, "html"))]
    assert holding == [digest]

    page.goto(instance.url + PAPER)
    main = page.locator("main")
    expect(main.locator("h1")).to_contain_text(re.compile("glass looms in winter", re.IGNORECASE))
    expect(main).to_contain_text("same arXiv id 2601.00007")
    expect(main).to_contain_text("same title, the same abstract, 3 of 3 authors")
    expect(main).to_contain_text(f"Hugging Face knows it as {SHORT}")
    expect(page.locator("#changes del").first).to_contain_text(SHORT)
    expect(page.locator("#changes ins").first).to_contain_text(re.compile("glass looms", re.IGNORECASE))
    expect(main).to_contain_text("Changed since No. 1")
    addresses = {link.get_attribute("href") for link in main.get_by_role("link").all()}
    for address in (
        "https://arxiv.org/abs/2601.00007",
        "https://aclanthology.org/2026.moss-1.7/",
        "https://github.com/moss/fold-7",
    ):
        assert address in addresses, address
    # One count: the votes it had under its short title are the votes it has.
    today = json.loads(command("editions", "show", "--json", env=instance.env))
    places = [place for place in today["sections"]["Trending"] if place["paper"]["id"] == told["id"]]
    assert len(places) == 1
    assert "31 upvotes on Hugging Face" in places[0]["reason"]
