from datetime import UTC, datetime

import pytest

from tests.invented import record
from tests.web.conftest import Instance
from tests.web.test_signing import signed_in


def test_a_reader_hears_what_came_in_since_the_visit_before(instance: Instance) -> None:
    signed_in(instance)
    assert "since your last visit" not in instance.get("/").text
    instance.clock.sleep(3 * 3600)
    instance.add(*(record(n) for n in range(1, 4)))
    page = instance.get("/").text
    assert "3 papers came in since your last visit, today 12:00." in page
    assert '<a href="/new?since=2026-01-15T12:00:00+00:00">See them</a>' in page.replace("%2B", "+")
    listed = instance.get("/new?since=2026-01-15T12:00:00%2B00:00").text
    assert listed.count("First seen today 15:00.") == 3
    instance.clock.sleep(3 * 3600)
    assert "No papers came in since your last visit, today 15:00." in instance.get("/").text


def test_nobody_else_is_remembered(instance: Instance) -> None:
    for _ in range(2):
        instance.clock.sleep(3600)
        page = instance.get("/")
        assert "since your last visit" not in page.text
    assert set(page.headers.get("set-cookie", "broadsheet_form").split("=")[0].split()) <= {"broadsheet_form"}


def test_a_link_with_a_time_lists_what_came_after_it(instance: Instance) -> None:
    instance.add(record(1), record(2))
    assert instance.site.editions.publish_due(ready=True)
    instance.clock.sleep(600)
    instance.add(record(3))
    page = instance.get("/").text
    assert "What came in after this page" in page
    listed = instance.get("/new?since=2026-01-15T12:05").text
    assert "1 paper came in after that time." in listed
    assert record(3).title in listed
    again = listed.partition('Keep <a href="')[2].partition('"')[0]
    assert "No papers came in after that time." in instance.get(again.replace("&amp;", "&")).text


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("", 200),
        ("2026-01-15", 200),
        ("2026-01-15T08:00%2B02:00", 200),
        ("2026-01-15T08:00+02:00", 400),  # a plus in an address is a space
        ("0001-01-01", 200),
        ("9999-12-31T23:59:59", 200),
        ("moss", 400),
        ("2026-13-01", 400),
        ("9" * 400, 400),
    ],
)
def test_times_are_read_or_told(instance: Instance, given: str, status: int) -> None:
    instance.clock.move_to(datetime(2026, 1, 15, 12, tzinfo=UTC))
    assert "new?since=" in instance.get(f"/new?since={given}", status).text
