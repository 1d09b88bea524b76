import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import Call

SECTIONS = ["Lead", "Editor's picks", "Trending", "New", "From the shelf"]


def test_todays_page_is_shown_with_a_reason_at_every_place(call: Call) -> None:
    status, out, _ = call("editions", "show")
    head, notice, *lines = out.splitlines()
    assert status == 0
    assert "open, not yet published" in head
    assert notice == "No source has been harvested yet; the starter shelf is shown below."
    places = [n for n, line in enumerate(lines) if line.endswith("]")]
    assert len(places) > 3
    assert all(lines[n + 1].strip() for n in places)
    assert "Lead" in lines
    assert "From the shelf" in lines


def test_todays_page_as_json(call: Call) -> None:
    edition = json.loads(call("editions", "show", "--json")[1])
    assert list(edition) == ["period", "day", "number", "published_at", "new_papers", "notice", "sections"]
    assert (edition["period"], edition["number"], edition["published_at"]) == ("day", 1, None)
    assert list(edition["sections"]) == SECTIONS
    places = [place for section in edition["sections"].values() for place in section]
    assert places
    for place in places:
        assert list(place) == ["place", "score", "reason", "parts", "paper"]
        assert place["reason"]
        assert place["paper"]["id"].startswith("arxiv:")


def test_a_published_page_bears_its_number_and_is_found_by_its_day(call: Call) -> None:
    call("tick", BROADSHEET_EDITION_HOUR="0", BROADSHEET_SOURCES="[]")
    edition = json.loads(call("editions", "show", "--json")[1])
    assert edition["published_at"]
    again = json.loads(call("editions", "show", edition["day"], "--json")[1])
    assert again == edition
    assert "No. 1" in call("editions", "show", edition["day"])[1].splitlines()[0]


def test_a_day_to_come_is_not_out_yet(call: Call) -> None:
    day = (datetime.now(UTC) + timedelta(days=9)).date()
    status, out, err = call("editions", "show", str(day))
    assert (status, out) == (1, "")
    assert "is not out yet" in err


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "01.02.2026"])
def test_what_is_no_day_is_a_wrong_call(call: Call, day: str) -> None:
    status, out, err = call("editions", "show", day)
    assert (status, out) == (2, "")
    assert day in err
