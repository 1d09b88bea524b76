"""Papers that a source filled with hostile text: every door still answers, and nothing of theirs acts in a page."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree, html
from starlette.testclient import TestClient

from broadsheet.app import App
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, Paper
from broadsheet.papers.records import Signal, SourceRecord
from broadsheet.sources.files import import_files
from broadsheet.web.words import paper_path
from tests.doors.doors import BIDI, look_over
from tests.invented import record

MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)></title></textarea>&lt;b&gt;<!--"
TURNED = "\u202egnp.evil\u202c \u2066moss\u2069 \u200frtl"
TEX = (
    "$" + "\\frac{" * 500 + "1" + "}" * 500 + "$",
    "$" + "{" * 5_000 + "$",
    "$\\def\\x{\\x\\x}\\x$",
    "\\(" * 2_000,
    "$x_{" * 800,
    "$\\href{javascript:alert(1)}{click}$ \\url{javascript:alert(1)} \\href{javascript:alert(1)}{click}",
    "$\\class{x}{<script>alert(1)</script>}$ $\\text{<img src=x onerror=alert(1)>}$",
    "\\textbf{" * 1_000,
)
LINKS = (
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//evil.example/",
    'https://quill.example/"onmouseover="alert(1)',
    "https://quill.example/<script>alert(1)</script>",
    "http://[broken",
    "https://quill.example:99999999/",
)


def hostile(n: int, text: str, **more: object) -> SourceRecord:
    """Return a record with `text` wherever a source may write text."""
    said = {
        "title": f"Tide tables {text}",
        "abstract": f"We count tides. {text}",
        "authors": (text, f"Ada {text}", "Quill, A. and Marsh, B."),
        "categories": (text, "cs.IR"),
        "venue": text,
        "comments": text,
        "links": LINKS,
        "artefacts": tuple(Artefact("code", link, licence=text, stars=7) for link in LINKS),
        "identifiers": (Identifier("arxiv", f"2601.{n:05d}"), Identifier("doi", f"10.5555/{text[:60]}{n}")),
    }
    return record(n, **(said | more))


def long(n: int) -> SourceRecord:
    return record(n, title="Tide " * 1_000, abstract="tide $x$ " * 12_000, authors=("Ada Quill",) * 5_000)


@pytest.fixture
def filled(app: App, tmp_path: Path) -> App:
    """The instance with hostile papers on its front page, in its index and in its edition."""
    now = app.clock.now()
    texts = (MARKUP, TURNED, *TEX, "\x00\x01\x1b[31m", "{{7*7}}{% raw %}", "%s%n{0}", "@article{x, title={}}\n\n}")
    records = [hostile(n, text) for n, text in enumerate(texts, start=1)] + [long(n) for n in range(80, 84)]
    app.catalogue.add(
        [
            record(
                n,
                **{name: getattr(one, name) for name in ("title", "abstract", "authors", "categories", "venue")},
                comments=one.comments,
                links=one.links,
                artefacts=one.artefacts,
                identifiers=one.identifiers,
                published=now.date() - timedelta(days=1),
                signals=(Signal("hf_upvotes", 90.0 - n, now, now - timedelta(hours=9)),) if n % 2 else (),
            )
            for n, one in enumerate(records, start=1)
        ]
    )
    lines = [
        {"id": f"acl:2026.evil-main.{n}", "title": f"Imported tides {text}", "abstract": text, "authors": [text]}
        | {"urls": list(LINKS), "venue": text, "categories": [text], "published": "2026-01-14", "source": "acl"}
        for n, text in enumerate(texts, start=1)
    ]
    path = tmp_path / "hostile.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    report = import_files([path], app.catalogue)
    assert report.read == len(texts)
    app.index.catch_up()
    app.trending.refresh()
    assert app.editions.publish_due(ready=True)
    return app


@pytest.fixture
def client(filled: App) -> Iterator[TestClient]:
    with TestClient(filled.asgi(ticking=False), raise_server_exceptions=False) as found:
        yield found


def theirs(app: App) -> list[Paper]:
    found = [paper for paper in app.catalogue.each() if "shelf" not in paper.sources]
    assert len(found) >= 20
    return found


def test_the_pages_that_list_them(client: TestClient, filled: App) -> None:
    today = filled.editions.today()
    assert today.trending
    for path in (
        "/",
        f"/edition/{today.day}",
        "/search",
        "/search?q=tide+tables",
        "/search?q=tide+tables&sort=trending&has=code",
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/search?q=tide+nothing+author:nobody",
        "/search?cat=cs.IR",
        "/subscribe",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        look_over(answer)
    assert "&lt;script&gt;" in client.get("/search?q=tide+tables").text


def test_the_page_of_each_and_its_citations(client: TestClient, filled: App) -> None:
    for paper in theirs(filled):
        answer = client.get(paper_path(paper))
        assert answer.status_code == 200, paper.key
        look_over(answer, paper.title)
        for href in html.document_fromstring(answer.content.decode()).xpath("//main//a/@href"):
            assert re.match(r"https?://|/(?!/)|#", href), (paper.key, href)
        for form in ("bib", "ris", "json"):
            cited = client.get(f"{paper_path(paper)}/cite.{form}")
            assert cited.status_code == 200, (paper.key, form)
            look_over(cited, paper.title)
            assert not cited.headers["content-type"].startswith("text/html")
            assert not BIDI.search(cited.text)


def test_the_feed_is_sound_and_its_content_escaped(client: TestClient) -> None:
    answer = client.get("/feeds/daily.atom")
    assert answer.status_code == 200
    look_over(answer)
    feed = etree.fromstring(answer.content)
    contents = feed.findall(".//{http://www.w3.org/2005/Atom}content")
    assert len(contents) > 10
    for content in contents:
        shown = html.fragment_fromstring(content.text or "", create_parent=True)
        assert {element.tag for element in shown.iter("*")} <= {"div", "p", "em"}
    for link in feed.findall(".//{http://www.w3.org/2005/Atom}link"):
        assert link.get("href", "").startswith("http://127.0.0.1:8080/")


def test_the_digest_that_would_be_mailed(filled: App) -> None:
    preview = filled.digests.preview(size=20)
    assert "<script" not in preview.html
    assert not BIDI.search(preview.html + preview.text + preview.subject)
    assert "\n" not in preview.subject
    assert len(preview.html) < 500_000
    tree = html.document_fromstring(preview.html)
    assert not tree.xpath("//script | //@*[starts-with(name(), 'on')] | //img[not(starts-with(@src, 'cid:'))]")
    for href in tree.xpath("//@href"):
        assert re.match(r"https?://|mailto:", href), href


def test_the_api_gives_them_as_json(client: TestClient, filled: App) -> None:
    for path in ("/api/v1/papers?limit=100", "/api/v1/search?q=tide+tables&limit=100"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert not BIDI.search(answer.text)
    for paper in theirs(filled):
        answer = client.get(f"/api/v1/papers/{paper.key}")
        assert answer.status_code == 200, paper.key
        assert answer.json()["id"] == paper.key
