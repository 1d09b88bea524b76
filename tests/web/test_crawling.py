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
