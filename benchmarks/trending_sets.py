"""The judged moments of `trending_quality`, made from the collected readings; how they are judged is written there.

The rules for holes in the data are in docs/trending.md. A moment never shows a formula a reading taken after it.
"""

import json
import lzma
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from broadsheet.papers.records import Signal
from broadsheet.trending import formula
from broadsheet.trending.formula import KINDS, Kind
from broadsheet.trending.readings import HOUR, Reading, newest

UPVOTES, POINTS = KINDS["hf_upvotes"], KINDS["hn_points"]
HF_FROM, HF_UNTIL = date(2026, 1, 1), date(2026, 5, 31)
HN_FROM, HN_UNTIL = datetime(2021, 10, 1, tzinfo=UTC), datetime(2021, 12, 31, tzinfo=UTC)
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Item:
    """One candidate: what a formula may see, and the `gain` it shall foresee; `lot` breaks ties without favour."""

    kind: Kind
    age: float
    reading: Reading
    last_day: float
    stars: float | None
    gain: float
    lot: float


@dataclass(frozen=True, slots=True)
class Moment:
    """One page to be ordered."""

    day: str
    items: list[Item]


def hugging_face(signals: Path) -> dict[str, list[Moment]]:
    """Return hf-day (at the first reading of a day's list) and hf-night (at the midnight after)."""
    archive = _Archive(_lines(signals / "hf-upvotes-to-2026-05.jsonl.xz"))
    found: dict[str, list[Moment]] = {"hf-day": [], "hf-night": []}
    for day in sorted(archive.lists):
        if not HF_FROM <= day <= HF_UNTIL:
            continue
        for name, at in (("hf-day", archive.first_read[day]), ("hf-night", archive.midnight.get(day))):
            moment = archive.moment(day, at) if at else None
            if moment:
                found[name].append(moment)
    return found


class _Archive:
    """Readings of Daily Papers: the first of each day's list, the midnight pages, and the week's page on Mondays."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.lists: dict[date, set[str]] = defaultdict(set)
        self.first_read: dict[date, datetime] = {}
        self.midnight: dict[date, datetime] = {}
        self._readings: dict[str, list[Signal]] = defaultdict(list)
        self._began: dict[str, datetime] = {}
        self._stars: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
        self._week: dict[date, dict[str, float]] = {}
        self._lowest: dict[date, float] = {}
        self._random = Random(7)
        self._morning(rows)
        self._pages(rows)

    def _morning(self, rows: Iterable[dict[str, Any]]) -> None:
        for row in sorted((row for row in rows if row["archive"] == "api"), key=lambda row: row["observed_at"]):
            day, at, paper = date.fromisoformat(row["list_date"]), _time(row["observed_at"]), row["arxiv_id"]
            if "submitted_at" in row:
                self._began.setdefault(paper, _time(row["submitted_at"]))
            if at.date() != day or self.first_read.setdefault(day, at) != at:
                continue
            self.lists[day].add(paper)
            self._readings[paper].append(Signal(UPVOTES.name, row["upvotes"], at))
            if "github_stars" in row:
                self._stars[paper].append((at, row["github_stars"]))

    def _pages(self, rows: Iterable[dict[str, Any]]) -> None:
        """The first page after midnight is the closed day's; on a Monday the next is the week's."""
        pages: dict[datetime, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            if row["archive"] == "feed":
                pages[_time(row["observed_at"])].append(row)
        by_night: dict[date, list[datetime]] = defaultdict(list)
        for at in sorted(pages):
            by_night[at.date()].append(at)
        for night, times in by_night.items():
            closed = night - A_DAY
            if closed in self.first_read:
                self.midnight[closed] = times[0]
                for row in pages[times[0]]:
                    self._readings[row["arxiv_id"]].append(Signal(UPVOTES.name, row["upvotes"], times[0]))
            if night.weekday() == 0 and len(times) > 1:
                # The first page still is Friday's and holds every paper of it; the week's is cut at 105.
                self._week[night] = {row["arxiv_id"]: row["upvotes"] for at in times[:2] for row in pages[at]}
                self._lowest[night] = min(row["upvotes"] for row in pages[times[1]])

    def moment(self, day: date, at: datetime) -> Moment | None:
        """Return the page of the lists of `day` and the day before, as known at `at`."""
        monday = day + timedelta(days=7 - day.weekday())
        week = self._week.get(monday)
        end = datetime(monday.year, monday.month, monday.day, 0, 15, tzinfo=UTC)
        if week is None or end - at < HOUR:
            return None
        items = []
        for paper in sorted(self.lists[day] | self.lists.get(day - A_DAY, set())):
            known = [signal for signal in self._readings[paper] if signal.observed_at <= at]
            if known:
                final = week.get(paper, min(1.15 * known[-1].value + 1, self._lowest[monday]))
                items.append(self._item(paper, known, at, end, final))
        return Moment(day.isoformat(), items) if len(items) > 10 else None

    def _item(self, paper: str, known: list[Signal], at: datetime, end: datetime, final: float) -> Item:
        began = self._began.get(paper, known[0].observed_at)
        reading = newest(known, began, UPVOTES.span, at)
        assert reading is not None
        growth = max(final - reading.count, 0.0)
        # What it gained between its last reading and now is not to be foreseen any more.
        age, ending = (at - began) / HOUR, (end - began) / HOUR
        shares = [formula.usual(UPVOTES, max(hours, 0), 1) for hours in (reading.age, age, ending)]
        left = (shares[2] - shares[1]) / (shares[2] - shares[0]) if shares[2] > shares[0] else 0.0
        stars = [count for read, count in self._stars[paper] if read <= at]
        return Item(
            kind=UPVOTES,
            age=max(age, 0.0),
            reading=reading,
            last_day=_last_day(known, began, at),
            stars=stars[-1] if stars else None,
            gain=growth * left,
            lot=self._random.random(),
        )


def hacker_news(signals: Path) -> list[Moment]:
    """Return a page every four hours: the stories on the front page then, and their points in the next 24 hours."""
    random = Random(7)
    stories, pages = {}, defaultdict(list)
    for row in _lines(signals / "hn-frontpage-2020-2021.jsonl.xz"):
        readings = [(_time(at), points) for at, _, points, _ in row["readings"]]
        if readings[-1][0] < HN_FROM - 2 * A_DAY:
            continue
        stories[row["story_id"]] = readings
        for at, _ in readings:
            pages[at].append(row["story_id"])
    posted = _posted(stories)
    times = sorted(pages)
    moments, wanted = [], HN_FROM
    while wanted <= HN_UNTIL - A_DAY:
        at = times[bisect_right(times, wanted) - 1]
        if wanted - at < HOUR:
            items = [_story(stories[story], posted[story], at, random.random()) for story in pages[at]]
            items = [item for item in items if item.age < formula.HORIZONS["day"]]
            moments.append(Moment(at.date().isoformat(), items))
        wanted += timedelta(hours=4)
    return moments


def _posted(stories: dict[int, list[tuple[datetime, float]]]) -> dict[int, datetime]:
    """Numbers rise with the time of posting: a story is older than the first sighting of any later one."""
    found, earliest = {}, datetime.max.replace(tzinfo=UTC)
    for story in sorted(stories, reverse=True):
        earliest = min(earliest, stories[story][0][0])
        found[story] = earliest - timedelta(minutes=30)
    return found


def _story(readings: Sequence[tuple[datetime, float]], posted: datetime, at: datetime, lot: float) -> Item:
    known = [Signal(POINTS.name, points, read) for read, points in readings if read <= at]
    reading = newest(known, posted, POINTS.span, at)
    assert reading is not None
    later = [points for read, points in readings if at < read <= at + A_DAY]
    return Item(
        kind=POINTS,
        age=(at - posted) / HOUR,
        reading=reading,
        last_day=_last_day(known, posted, at),
        stars=None,
        gain=max(max(later, default=0.0) - reading.count, 0.0),
        lot=lot,
    )


def _last_day(known: Sequence[Signal], began: datetime, at: datetime) -> float:
    """Votes of the last 24 hours; the count then lies on the line between the birth and the readings around it."""
    then, earlier = at - A_DAY, (began, 0.0)
    for signal in known:
        if signal.observed_at > then:
            gap = (signal.observed_at - earlier[0]) / HOUR
            share = max((then - earlier[0]) / HOUR, 0.0) / gap if gap > 0 else 0.0
            return known[-1].value - (earlier[1] + share * (signal.value - earlier[1]))
        earlier = (signal.observed_at, signal.value)
    return 0.0


def _lines(path: Path) -> list[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
