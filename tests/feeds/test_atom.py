from datetime import UTC, date, datetime

from lxml import etree
from starlette.testclient import TestClient

from broadsheet.app import App
from broadsheet.editions.edition import Edition, Place
from broadsheet.feeds.atom import Letterhead, of_edition
from tests.invented import paper

ATOM = "{http://www.w3.org/2005/Atom}"
HEAD = Letterhead("The Tide", "https://papers.example")


def _place(n: int, **overrides: object) -> Place:
    return Place(place=n, paper=paper(n, **overrides), score=1.0, reason="24 upvotes", parts=(), blurb="")


def _edition(trending: list[Place], new: list[Place]) -> Edition:
    return Edition(
        id=1,
        period="day",
        day=date(2026, 1, 15),
        number=3,
        published_at=datetime(2026, 1, 15, 7, tzinfo=UTC),
        new_papers=2,
        notice="",
        lead=_place(1),
        picks=[],
        trending=trending,
        new=new,
        shelf=[],
    )


def test_a_withdrawn_paper_says_so_in_its_title() -> None:
    feed = etree.fromstring(of_edition(_edition([_place(2, withdrawn=True)], []), HEAD))
    titles = [entry.findtext(f"{ATOM}title") or "" for entry in feed.findall(f"{ATOM}entry")]
    assert [title.startswith("[withdrawn] ") for title in titles] == [False, True]


def test_a_paper_stands_once_in_the_order_of_the_page() -> None:
    feed = etree.fromstring(of_edition(_edition([_place(2), _place(3)], [_place(3), _place(1), _place(4)]), HEAD))
    assert [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")] == [
        f"tag:papers.example,2026:arxiv%3A2601.{n:05d}" for n in (1, 2, 3, 4)
    ]
    assert feed.findtext(f"{ATOM}updated") == "2026-01-15T07:00:00+00:00"


def test_hostile_text_stays_text() -> None:
    nasty = _place(2, title="<script>alert(1)</script>\x00\x0b\ufffe & more", abstract="<img src=x onerror=alert(1)>")
    feed = etree.fromstring(of_edition(_edition([nasty], []), HEAD))
    entry = feed.findall(f"{ATOM}entry")[1]
    assert entry.findtext(f"{ATOM}title") == "<script>alert(1)</script> & more"
    assert "&lt;img" in str(entry.findtext(f"{ATOM}content"))


def test_the_feed_is_served_and_says_when_it_is_unchanged(app: App) -> None:
    client = TestClient(app.asgi(ticking=False))
    answer = client.get("/feeds/daily.atom")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert len(etree.fromstring(answer.content).findall(f"{ATOM}entry")) > 5
    again = client.get("/feeds/daily.atom", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
