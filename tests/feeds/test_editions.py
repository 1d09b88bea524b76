"""The feeds of weeks and months, and corrections in every feed of an edition."""

from datetime import datetime

import pytest
from lxml import etree
from starlette.testclient import TestClient

from broadsheet.app import App
from broadsheet.clock import FixedClock
from tests.invented import record

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def client(app: App) -> TestClient:
    app.catalogue.add([record(n) for n in range(1, 6)])
    app.trending.refresh()
    assert app.editions.publish_due(ready=True)
    return TestClient(app.asgi(ticking=False))


def feed(client: TestClient, name: str) -> etree._Element:
    answer = client.get(f"/feeds/{name}.atom")
    assert answer.status_code == 200
    return etree.fromstring(answer.content)


@pytest.mark.parametrize(("name", "page"), [("weekly", "2026-W03"), ("monthly", "2026-01")])
def test_a_week_and_a_month_are_feeds_open_and_published(
    app: App, client: TestClient, clock: FixedClock, name: str, page: str
) -> None:
    for moment in (None, {"weekly": "2026-01-19 07:00+00:00", "monthly": "2026-02-01 07:00+00:00"}[name]):
        if moment:
            clock.move_to(datetime.fromisoformat(moment))
            assert [one.span.name for one in app.editions.publisher.publish_spans_due(ready=True)] == [page]
        told = feed(client, name)
        assert told.findtext(f"{ATOM}title") == f"Broadsheet, {name}"
        links = [str(one.get("href")) for one in told.findall(f"{ATOM}link")]
        assert any(link.endswith(f"/edition/{page}") for link in links)
        assert len(told.findall(f"{ATOM}entry")) >= 5


def test_a_correction_makes_its_entry_newer(app: App, client: TestClient, clock: FixedClock) -> None:
    before = feed(client, "daily")
    clock.sleep(600)
    page = app.editions.today()
    assert page.lead is not None
    app.desk.correct(page.span, "Half, not <a third>.", paper_id=page.lead.paper.id, by=None)
    after = feed(client, "daily")
    entries = [
        (one.findtext(f"{ATOM}updated"), one.findtext(f"{ATOM}content")) for one in after.findall(f"{ATOM}entry")
    ]
    (changed,) = [one for one in entries if "Corrected: Half, not &lt;a third&gt;." in (one[1] or "")]
    assert changed[0] == after.findtext(f"{ATOM}updated") != before.findtext(f"{ATOM}updated")
    assert {one[0] for one in entries} == {before.findtext(f"{ATOM}updated"), changed[0]}
