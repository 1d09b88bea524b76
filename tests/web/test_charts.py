from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.papers.records import Signal
from broadsheet.trending.attention import Series
from broadsheet.web.charts import HEIGHT, WIDTH, charts
from tests.invented import record
from tests.web.conftest import Instance

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
PATH = "/paper/arxiv:2601.00001"


def _series(*counts: float, hours: float = 6) -> Series:
    points = tuple((NOON + timedelta(hours=hours * n), count) for n, count in enumerate(counts))
    return Series("hf_upvotes", "upvotes on Hugging Face", points)


def test_a_curve_goes_in_steps_from_corner_to_corner() -> None:
    (chart,) = charts([_series(0, 10, 40)], UTC)
    assert chart.line == f"M0.0 {HEIGHT:.1f}H130.0V50.0H260.0V8.0"
    assert chart.end == (WIDTH, 8.0)
    assert chart.area.endswith(f"V{HEIGHT:.0f}H0.0Z")
    assert chart.sentence == "upvotes on Hugging Face: 0 on 2026-01-15 12:00, 40 on 2026-01-16 00:00"
    assert (chart.first, chart.last, chart.most) == ("15 Jan 2026", "16 Jan 2026", "40")
    assert chart.rows[1] == ("2026-01-15 18:00", "10")


def test_within_a_day_the_end_tells_the_hour() -> None:
    (chart,) = charts([_series(1, 2, hours=1)], UTC)
    assert (chart.first, chart.last) == ("15 Jan 2026", "13:00")


@pytest.mark.parametrize("one", [_series(4), _series(), _series(0, 0)])
def test_what_tells_nothing_over_time_is_not_drawn(one: Series) -> None:
    assert charts([one], UTC) == []


def test_a_paper_shows_how_its_counts_grew(instance: Instance) -> None:
    now = instance.clock.now()
    counts = ((30, 3.0), (20, 12.0), (1, 80.0))
    signals = tuple(
        Signal("hf_upvotes", count, now - timedelta(hours=hours), now - timedelta(hours=40)) for hours, count in counts
    )
    instance.add(record(1, signals=signals))
    page = instance.get(PATH).text
    assert "Attention over time" in page
    assert "Upvotes on Hugging Face: 80" in page
    assert 'role="img" aria-label="upvotes on Hugging Face: 0 on' in page
    table = instance.get(f"{PATH}/attention.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.splitlines()[0] == "kind,at,count"
    assert table.text.splitlines()[-1].startswith("hf_upvotes,2026-01-15T11:00:00+00:00,80")


def test_a_paper_that_nothing_is_counted_of_has_no_chart(instance: Instance) -> None:
    instance.add(record(1))
    assert "Attention over time" not in instance.get(PATH).text
    assert instance.get(f"{PATH}/attention.csv").text == "kind,at,count\n"


def test_a_paper_names_the_editions_it_stood_in(instance: Instance) -> None:
    instance.add(*(record(n) for n in range(1, 4)))
    assert "In these editions" not in instance.get(PATH).text
    instance.site.editions.publish_due(ready=True)
    page = instance.get(PATH).text
    assert "In these editions" in page
    assert '<a href="/edition/2026-01-15">Thursday 15 January 2026</a>' in page
