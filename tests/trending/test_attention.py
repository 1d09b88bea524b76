from datetime import UTC, date, datetime, timedelta

import pytest

from broadsheet.papers.paper import DatePrecision
from broadsheet.papers.records import Signal
from broadsheet.trending.attention import Facts, attention, grown

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def facts(published: date | None, precision: DatePrecision = "day", stars: int | None = None) -> Facts:
    return Facts(1, NOW - timedelta(hours=3), published, precision, stars)


def test_a_paper_without_signals_is_as_old_as_its_arrival() -> None:
    known = attention(facts(date(2026, 1, 13)), [], NOW)
    assert (known.age, known.ages, known.readings, known.stars) == (3, {}, {}, None)
    assert attention(facts(None), [], NOW).age == 3


@pytest.mark.parametrize(
    ("published", "precision", "appeared"),
    [
        (date(2025, 12, 1), "day", datetime(2025, 12, 1, 12, tzinfo=UTC)),
        (date(2025, 2, 1), "month", datetime(2025, 2, 28, 12, tzinfo=UTC)),
        (date(2024, 1, 1), "year", datetime(2024, 12, 31, 12, tzinfo=UTC)),
    ],
)
def test_an_old_paper_that_comes_in_today_is_not_new(
    published: date, precision: DatePrecision, appeared: datetime
) -> None:
    assert attention(facts(published, precision), [], NOW).age == (NOW - appeared).total_seconds() / 3600


def test_a_date_known_to_the_year_alone_does_not_make_this_years_paper_old() -> None:
    assert attention(facts(date(2026, 1, 1), "year"), [], NOW).age == 3


def test_votes_that_began_lately_make_an_old_paper_young_again() -> None:
    signal = Signal("hf_upvotes", 24, NOW - timedelta(hours=1), NOW - timedelta(hours=8))
    known = attention(facts(date(2020, 5, 1)), [signal], NOW)
    assert known.ages == {"hf_upvotes": 8}
    assert known.readings["hf_upvotes"].age == 7


def test_each_kind_has_an_age_of_its_own() -> None:
    signals = [
        Signal("hf_upvotes", 24, NOW, NOW - 2 * DAY),
        Signal("hn_points", 90, NOW, NOW - timedelta(hours=5)),
    ]
    known = attention(facts(date(2026, 1, 13)), signals, NOW)
    assert known.ages == {"hf_upvotes": 48, "hn_points": 5}
    assert known.readings["hf_upvotes"].age == 48


def test_signals_that_are_no_votes_make_no_reading() -> None:
    known = attention(facts(date(2026, 1, 13)), [Signal("hf_comments", 7, NOW, NOW - DAY)], NOW)
    assert (known.readings, known.age) == ({}, 3)


def test_stars_are_the_most_that_anybody_counted_by_now() -> None:
    signals = [Signal("github_stars", 50, NOW - DAY), Signal("github_stars", 900, NOW + DAY)]
    assert attention(facts(None, stars=12), signals, NOW).stars == 50
    assert attention(facts(None, stars=60), signals, NOW).stars == 60
    assert attention(facts(None), [], NOW).stars is None


def told(kind: str, count: float, hours: float, began: float | None = None) -> Signal:
    return Signal(kind, count, NOW + hours * HOUR, None if began is None else NOW + began * HOUR)


def test_a_chart_begins_where_counting_did_and_never_falls() -> None:
    seen = [told("hf_upvotes", 9, 2, -1), told("hf_upvotes", 4, 0, -1), told("hf_upvotes", 7, 3, -1)]
    (votes,) = grown(seen, NOW + 3 * HOUR)
    assert votes.label == "upvotes on Hugging Face"
    assert votes.points == tuple((NOW + at * HOUR, count) for at, count in ((-1, 0), (0, 4), (2, 9), (3, 9)))


def test_a_chart_tells_votes_first_and_nothing_of_later() -> None:
    seen = [told("citations", 1, 0), told("of_a_plugin", 3, 0), told("hn_points", 5, 0), told("hn_points", 50, 2)]
    found = grown(seen, NOW + HOUR)
    assert [one.label for one in found] == ["points on Hacker News", "citations", "of a plugin"]
    assert found[0].points == ((NOW, 5),)
    assert grown([], NOW) == []


def test_a_long_series_is_thinned_over_time_and_keeps_its_ends() -> None:
    crowded = [told("votes", n, n / 60) for n in range(1_000)] + [told("votes", 5_000, 500)]
    (votes,) = grown(crowded, NOW + 600 * HOUR, most=60)
    assert len(votes.points) <= 60
    assert votes.points[0] == (NOW, 0)
    assert votes.points[-1] == (NOW + 500 * HOUR, 5_000)
    assert list(votes.points) == sorted(votes.points)
