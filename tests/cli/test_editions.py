import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import Call

SECTIONS = ["Lead", "Editor's picks", "Trending", "Sent in by readers", "New", "From the shelf"]
HEAD = ["period", "day", "number", "published_at", "new_papers", "notice", "sections", "corrections"]
PLACE = ["place", "score", "reason", "parts", "chosen", "kicker", "blurb", "paper"]


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
    assert list(edition) == HEAD
    assert (edition["period"], edition["number"], edition["published_at"]) == ("day", 1, None)
    assert list(edition["sections"]) == SECTIONS
    places = [place for section in edition["sections"].values() for place in section]
    assert places
    for place in places:
        assert list(place) == PLACE
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


def test_the_operator_prepares_a_page_publishes_and_corrects_it(call: Call) -> None:
    day = json.loads(call("editions", "show", "--json")[1])["day"]
    assert "untouched" in call("editions", "draft", day)[1]
    assert call("editions", "pick", "1904.09730", "--edition", day, "--blurb", "Old and good.")[0] == 0
    told = json.loads(call("editions", "draft", day, "--json")[1])
    assert told["picks"][-1]["blurb"] == "Old and good."
    assert (told["approved"], told["is_out"]) == (False, False)
    assert "approved, goes out" in call("editions", "approve", day, "--at", "09:15")[1]
    status, out, _ = call("editions", "publish", day)
    assert (status, out.startswith("No. 1 of ")) == (0, True)
    assert f"/edition/{day}" in out
    status, _, err = call("editions", "pick", "1904.09730", "--edition", day, "--kicker", "Late")
    assert (status, "is out meanwhile" in err) == (1, True)
    assert call("editions", "correct", day, "It is from 2019.", "--paper", "1904.09730")[0] == 0
    shown = call("editions", "show", day)[1]
    assert "Old and good." in shown
    assert "It is from 2019." in shown
    assert call("editions", "list")[1].startswith(f"{day}  No. 1")
    assert json.loads(call("editions", "list", "--json")[1])[0]["name"] == day
    assert call("editions", "list", "--period", "week")[1] == "None is published yet.\n"


def test_what_the_operator_takes_out_is_out(call: Call) -> None:
    call("editions", "pick", "1904.09730")
    assert "1904.09730" not in call("editions", "drop", "1904.09730")[1]
    status, out, err = call("editions", "pick", "1904.09730", "--blurb", "b" * 300)
    assert (status, out) == (1, "")
    assert "shorten it by 20" in err
