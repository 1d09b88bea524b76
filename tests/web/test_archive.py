from datetime import UTC, datetime

import pytest
from lxml import html

from tests.invented import record
from tests.web.conftest import Instance


@pytest.fixture
def published(instance: Instance) -> Instance:
    for day in (14, 15, 28):
        instance.clock.move_to(datetime(2026, 1, day, 12, tzinfo=UTC))
        instance.add(*(record(n) for n in range(day * 10, day * 10 + 3)))
        assert instance.site.editions.publish_due(ready=True)
    instance.clock.move_to(datetime(2026, 2, 2, 12, tzinfo=UTC))
    return instance


def links(page: str) -> list[str]:
    table = html.document_fromstring(page).xpath('//table[@class="cal"]')[0]
    return [str(one) for one in table.xpath(".//a/@href")]


def test_the_calendar_leads_to_every_page_of_its_month(published: Instance) -> None:
    page = published.get("/edition?month=2026-01").text
    days = ["/edition/2026-01-14", "/edition/2026-01-15", "/edition/2026-W05", "/edition/2026-01-28"]
    assert links(page) == days, "the fifth week is over and still open"
    assert "January 2026" in page
    assert 'href="/edition?month=2026-02" rel="next"' in page
    assert 'rel="prev"' not in page, "no month before the first edition"
    assert "No. 2, 3 new papers" in page
    assert published.site.editions.publisher.publish_spans_due(ready=True)
    page = published.get("/edition?month=2026-01").text
    assert links(page) == days
    assert '<a href="/edition/2026-01">January 2026</a>' in page


def test_the_present_month_shows_the_open_day(published: Instance) -> None:
    page = published.get("/edition").text
    assert links(page) == ["/edition/2026-W05", "/edition/2026-W06", "/edition/2026-02-02"]
    assert 'aria-current="date"' in page
    assert "No edition came out in February 2026." in page
    assert 'rel="next"' not in page


@pytest.mark.parametrize(("month", "status"), [("2026-01-15", 200), ("2026-W03", 200), ("x", 404), ("1999-12", 200)])
def test_any_date_means_its_month_and_the_rest_is_told(published: Instance, month: str, status: int) -> None:
    published.get(f"/edition?month={month}", status)


def test_every_cell_of_the_grid_has_a_head_in_its_row_and_column(published: Instance) -> None:
    table = html.document_fromstring(published.get("/edition?month=2026-01").text).xpath('//table[@class="cal"]')[0]
    assert len(table.xpath(".//thead//th[@scope='col']")) == 8
    rows = table.xpath(".//tbody/tr")
    assert len(rows) == 5
    assert all(len(row.xpath("./td")) == 7 and row.xpath("./th[@scope='row']") for row in rows)
