"""The rows of `rising_quality`, made from the collected readings and the papers' own words.

A Hugging Face list is read at the next midnight, when every paper of it stands on the page; a Hacker News story has
its title and the host it leads to, and nothing else.
"""

import json
import lzma
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from broadsheet.papers import artefacts, people
from broadsheet.trending.rising.table import SETTLES_AFTER, Row

COVERED = 0.8  # of a list that a midnight page must hold, or the list's first reading is taken for all of it
POINTS_PER_UPVOTE = 157 / 31
HALF_AN_HOUR = timedelta(minutes=30)


def hugging_face(data: Path) -> list[Row]:
    """Return the papers of Daily Papers that have an abstract in the corpora."""
    papers = _papers(data / "corpora")
    first, midnight, began, lists = _readings(data / "signals" / "hf-upvotes-to-2026-05.jsonl.xz")
    rows = []
    for day, listed in sorted(lists.items()):
        held = [one for one in sorted(listed) if one in papers]
        late = midnight.get(day, {})
        votes = late if sum(one in late for one in held) >= COVERED * len(held) else first
        for arxiv_id in held:
            if arxiv_id not in votes:
                continue
            told = papers[arxiv_id]
            start = min(began.get(arxiv_id, datetime.combine(day, time(), UTC)), datetime.combine(day, time(23), UTC))
            rows.append(_row(len(rows) + 1, start, day, told, votes[arxiv_id]))
    return rows


def _row(number: int, seed: datetime, day: date, told: dict[str, Any], votes: float) -> Row:
    return Row(
        number,
        seed,
        day,
        told["title"],
        told["abstract"],
        tuple(" ".join(sorted(words)) for words in people.words(told["authors"])),
        tuple(told["categories"]),
        "hf",
        frozenset(one.kind for one in artefacts.from_links((), told["abstract"])),
        votes,
    )


def _papers(corpora: Path) -> dict[str, dict[str, Any]]:
    found = {one["id"].removeprefix("arxiv:"): one for one in _lines(corpora / "hf-daily-papers.jsonl.xz")}
    found = {key: {**one, "categories": one.get("categories") or []} for key, one in found.items() if one["abstract"]}
    for one in _lines(corpora / "arxiv-2025-2026.jsonl.xz"):
        if told := found.get(one["id"].removeprefix("arxiv:")):
            told["categories"] = one.get("categories") or []
    return found


def _readings(path: Path) -> tuple[dict[str, float], dict[date, dict[str, float]], dict[str, datetime], Any]:
    """Return first counts, the counts of the page just after each day, when each was submitted, and the lists."""
    first: dict[str, float] = {}
    pages: dict[datetime, dict[str, float]] = defaultdict(dict)
    began: dict[str, datetime] = {}
    lists: dict[date, set[str]] = defaultdict(set)
    for row in _lines(path):
        at, paper = _time(row["observed_at"]), row["arxiv_id"]
        if row["archive"] == "feed":
            pages[at][paper] = row["upvotes"]
        elif row["archive"] == "api" and "list_date" in row:
            day = date.fromisoformat(row["list_date"])
            if at.date() != day or paper in first:
                continue
            lists[day].add(paper)
            first[paper] = row["upvotes"]
            if "submitted_at" in row:
                began[paper] = _time(row["submitted_at"])
    midnight: dict[date, dict[str, float]] = {}
    for at in sorted(pages):
        midnight.setdefault(at.date() - timedelta(days=1), pages[at])
    return first, midnight, began, lists


def hacker_news(data: Path) -> list[Row]:
    """Return the stories of the front page: their host stands for authors, their highest points of a week for votes."""
    stories = sorted(_lines(data / "signals" / "hn-frontpage-2020-2021.jsonl.xz"), key=lambda one: -one["story_id"])
    rows, earliest = [], datetime.max.replace(tzinfo=UTC)
    for story in stories:
        earliest = min(earliest, _time(story["readings"][0][0]))
        seed = earliest - HALF_AN_HOUR
        points = [count for at, _, count, _ in story["readings"] if _time(at) <= seed + SETTLES_AFTER]
        host = (story["host"],) if story["host"] else ()
        votes = max(points, default=0) / POINTS_PER_UPVOTE
        rows.append(Row(story["story_id"], seed, seed.date(), story["title"], "", host, source="hn", votes=votes))
    return rows[::-1]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=UTC)
