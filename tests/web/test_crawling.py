from datetime import UTC, datetime

import pytest
from lxml import etree

from tests.invented import record
from tests.web.conftest import ORIGIN, Build, Instance

NS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def _addresses(text: str) -> list[str]:
    return [str(one.text) for one in etree.fromstring(text.encode()).iter(f"{NS}loc")]


def test_crawlers_are_told_what_is_theirs(instance: Instance) -> None:
    answer = instance.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert {"User-agent: *", "Disallow: /search", "Disallow: /me", f"Sitemap: {ORIGIN}/sitemap.xml"} <= set(lines)
    assert "Disallow: /" not in lines


def test_an_instance_of_one_reader_is_nobodys_to_crawl(build: Build) -> None:
    instance = build(single_user=True)
    assert instance.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_the_map_lists_every_paper_once(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.web.crawling.PART", 4)
    monkeypatch.setattr("broadsheet.web.crawling._AT_ONCE", 2)
    instance.add(*(record(n) for n in range(1, 10)), record(10, key="x", identifiers=(), links=()))
    parts = _addresses(instance.get("/sitemap.xml").text)
    assert parts == [f"{ORIGIN}/sitemap/{name}.xml" for name in ("pages", "papers-0", "papers-1", "papers-2")]
    listed = [one for part in parts[1:] for one in _addresses(instance.get(part.removeprefix(ORIGIN)).text)]
    papers = instance.site.catalogue.newest(20)
    assert sorted(listed) == sorted(f"{ORIGIN}/paper/{paper.key}" for paper in papers)
    instance.get("/sitemap/papers-3.xml", 404)


def test_the_map_has_the_editions(instance: Instance) -> None:
    instance.add(record(1))
    instance.site.editions.publish_due(ready=True)
    assert f"{ORIGIN}/edition/2026-01-15" in _addresses(instance.get("/sitemap/pages.xml").text)


def test_the_map_has_weeks_and_months_and_public_lists_alone(instance: Instance) -> None:
    instance.add(record(1))
    paper_id = instance.site.catalogue.get("arxiv:2601.00001").id
    instance.site.editions.publish_due(ready=True)
    lists, reader = instance.site.community.lists, instance.site.accounts.readers.add("ada@quill.example")
    made = {access: lists.make(reader.id, f"{access} tides", "", access) for access in ("private", "shared", "public")}
    for one in made.values():
        lists.add(reader.id, one.key, paper_id)
    lists.make(reader.id, "Nothing in it yet", "", "public")
    instance.clock.move_to(datetime(2026, 1, 19, 12, tzinfo=UTC))
    instance.site.editions.publisher.publish_spans_due(ready=True)
    found = _addresses(instance.get("/sitemap/pages.xml").text)
    assert f"{ORIGIN}/edition/2026-W03" in found
    assert [one for one in found if "/list/" in one] == [f"{ORIGIN}/list/{made['public'].key}"]


@pytest.mark.parametrize("part", ["papers-", "papers-x", "papers--1", "papers-9999999999", "all", "papers-²"])
def test_other_parts_there_are_none(instance: Instance, part: str) -> None:
    assert "/sitemap.xml lists them all" in instance.get(f"/sitemap/{part}.xml", 404).text


def test_an_address_with_what_xml_escapes_is_whole(instance: Instance) -> None:
    from broadsheet.papers.identifiers import Identifier

    instance.add(record(1, key="x", identifiers=(Identifier("doi", "10.1000/a&b<c"),)))
    (address,) = _addresses(instance.get("/sitemap/papers-0.xml").text)
    assert address == f"{ORIGIN}/paper/doi:10.1000/a%26b%3Cc"
    instance.get(address.removeprefix(ORIGIN))


def test_the_icon_is_found_by_its_old_name(instance: Instance) -> None:
    there = instance.get("/favicon.ico", 302).headers["location"]
    assert instance.get(there).headers["content-type"].startswith("image/svg+xml")
