"""A newcomer without a network: one command, a front page of real papers, a search by meaning, a paper."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.doors.instance import COMMAND, PATIENCE, Running, command, environment, running


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("newcomer") / "home") as found:
        yield found


@pytest.mark.story
def test_the_first_page_shows_papers_and_says_what_it_could_not_reach(browser: Browser, instance: Running) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(instance.url)
    expect(page.locator("main .hed a").nth(5)).to_be_visible()
    for _ in range(120):  # a page does not refresh itself; the first harvest gives up within seconds
        page.goto(f"{instance.url}/about/sources")
        if "could not be reached" in page.locator("main").inner_text():
            break
        time.sleep(0.5)
    expect(page.locator("main")).to_contain_text("could not be reached")
    assert all(url.startswith(instance.url) for url in asked)


@pytest.mark.story
def test_a_phrase_finds_papers_by_meaning_and_a_click_opens_one(browser: Browser, instance: Running) -> None:
    page = browser.new_page()
    page.goto(f"{instance.url}/search?q=feature+reuse")
    results = page.locator("main .results .hed a")
    expect(results.first).to_be_visible()
    title = results.first.inner_text()
    results.first.click()
    expect(page.locator("main h1")).to_contain_text(title.split(":")[0])


@pytest.mark.story
def test_a_pasted_identifier_goes_straight_to_the_paper(browser: Browser, instance: Running) -> None:
    page = browser.new_page()
    for pasted in ("1904.09730", "https://arxiv.org/pdf/1904.09730v2", "arXiv:1904.09730"):
        page.goto(instance.url)
        page.locator("input[name=q]").first.fill(pasted)
        page.keyboard.press("Enter")
        expect(page.locator("main h1")).to_contain_text("Energy and GPU-Computation Efficient Backbone")


@pytest.mark.story
def test_the_same_by_the_command_line(instance: Running) -> None:
    found = json.loads(command("search", "feature reuse", "--json", "--limit", "5", env=instance.env))
    assert {"query", "took_ms", "total", "results"} <= set(found)
    assert len(found["results"]) == 5
    assert "could not be reached" in command("sources", "status", env=instance.env)
    assert "The Tide" not in command("editions", "show", env=instance.env)
    assert command("digests", "preview", env=instance.env).startswith("Subject: ")


@pytest.mark.story
def test_a_second_instance_on_the_same_port_names_the_next_free_one(tmp_path: Path, instance: Running) -> None:
    port = instance.url.rsplit(":", 1)[1]
    env = environment(tmp_path / "other", port=port)
    done = subprocess.run([COMMAND, "up"], env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in done.stderr
    assert "broadsheet up --port" in done.stderr
