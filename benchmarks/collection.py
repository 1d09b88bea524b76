"""Collections of any size: the corpora's own papers first, then papers made of them, kept in one small file.

A made paper has an id of its own and the authors, categories and day of a real one; half of its sentences and a part of
its words come from another paper of its category, so that its vector lies near real ones and nowhere twice.
The file stands in for the catalogue: a whole intake of three million papers would take half an hour of every run.
"""

import json
import lzma
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Paper
from broadsheet.search.judged import bare_paper

CORPORA = (
    "arxiv-1993-2019-sample.jsonl.xz",
    "arxiv-2025-2026.jsonl.xz",
    "acl-anthology-2016-2025.jsonl.xz",
)
SWAPPED_IN_TITLE, SWAPPED_IN_ABSTRACT = 0.3, 0.1
SEEN = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 5_000
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Told:
    """What of a paper decides how it is found."""

    title: str
    sentences: list[str]
    authors: list[str]
    categories: list[str]
    source: str
    published: str


class Maker:
    """Makes paper number n, the same one each time."""

    def __init__(self, corpora: Path) -> None:
        """Read the corpora below `corpora` into memory (about 700 MB)."""
        self._real = [told for name in CORPORA for told in _read(corpora / name)]
        self._alike: dict[str, list[int]] = defaultdict(list)
        for place, told in enumerate(self._real):
            self._alike[told.categories[0] if told.categories else ""].append(place)

    @property
    def count(self) -> int:
        """How many papers are real: those with the first numbers."""
        return len(self._real)

    def paper(self, n: int) -> dict[str, Any]:
        """Return paper n, from 0, as the collection keeps it."""
        told = self._real[n % len(self._real)]
        if n < len(self._real):
            return _kept(told, told.title, " ".join(told.sentences))
        chance = Random(n)
        other = self._real[chance.choice(self._alike[told.categories[0] if told.categories else ""])]
        given = " ".join(other.sentences).split() or other.title.split()
        sentences = [
            chance.choice(other.sentences) if other.sentences and chance.random() < 0.5 else own
            for own in told.sentences
        ]
        title = _swapped(told.title.split(), given, SWAPPED_IN_TITLE, chance)
        abstract = _swapped(" ".join(sentences).split(), given, SWAPPED_IN_ABSTRACT, chance)
        return _kept(told, title, abstract)


def _kept(told: Told, title: str, abstract: str) -> dict[str, Any]:
    return {
        "title": title,
        "abstract": abstract,
        "authors": told.authors,
        "categories": told.categories,
        "source": told.source,
        "published": told.published,
    }


def _swapped(words: list[str], given: Sequence[str], share: float, chance: Random) -> str:
    for _ in range(round(share * len(words))):
        words[chance.randrange(len(words))] = chance.choice(given)
    return " ".join(words)


def _read(path: Path) -> Iterator[Told]:
    with lzma.open(path) as lines:
        for line in lines:
            entry = json.loads(line)
            yield Told(
                entry["title"],
                _SENTENCE.split(entry.get("abstract") or ""),
                entry.get("authors") or [],
                entry.get("categories") or [],
                entry.get("source") or "file",
                entry.get("published") or "",
            )


@dataclass(frozen=True)
class Change:
    """One entry of the collection's change log."""

    change: int
    paper_id: int
    paper: Paper | None


class Collection:
    """Papers 1 to n in one file, as a change log for the index and a catalogue for pages of results."""

    def __init__(self, path: Path, first: int | None = None) -> None:
        """Open a collection; `first` shows only so many of its papers."""
        self._path = path
        self._database = sqlite3.connect(path, check_same_thread=False)
        held = self._database.execute("SELECT max(id) FROM paper").fetchone()[0] or 0
        self._last = held if first is None else min(first, held)

    @classmethod
    def make(cls, path: Path, corpora: Path, count: int) -> "Collection":
        """Return a collection of `count` papers, made now unless the file holds as many already."""
        database = sqlite3.connect(path)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE IF NOT EXISTS paper (id INTEGER PRIMARY KEY, told TEXT NOT NULL)")
        held = database.execute("SELECT coalesce(max(id), 0) FROM paper").fetchone()[0]
        if held < count:
            maker = Maker(corpora)
            numbers = iter(range(held, count))
            while some := list(islice(numbers, BATCH)):
                rows = [(n + 1, json.dumps(maker.paper(n), ensure_ascii=False)) for n in some]
                with database:
                    database.executemany("INSERT INTO paper VALUES (?, ?)", rows)
        database.close()
        return cls(path, count)

    def last_change(self) -> int:
        """Return the number of the newest change: one for each paper."""
        return self._last

    def changes_after(self, change: int, limit: int = 1000) -> list[Change]:
        """Return the next changes in order."""
        rows = self._database.execute(
            "SELECT id, told FROM paper WHERE id > ? AND id <= ? ORDER BY id LIMIT ?", (change, self._last, limit)
        )
        return [Change(number, number, _paper(number, told)) for number, told in rows]

    def papers(self, ids: Sequence[int]) -> list[Paper]:
        """Return the papers with these numbers, in the order given."""
        among = ",".join(str(int(one)) for one in ids)
        rows = self._database.execute(f"SELECT id, told FROM paper WHERE id IN ({among})")  # noqa: S608 - numbers
        found = {number: _paper(number, told) for number, told in rows}
        return [found[one] for one in ids if one in found]


def _paper(number: int, told: str) -> Paper:
    entry = json.loads(told)
    return replace(
        _BLANK,
        id=number,
        change=number,
        title=entry["title"],
        abstract=entry["abstract"],
        authors=tuple(entry["authors"]),
        categories=tuple(entry["categories"]),
        sources=(entry["source"],),
        published=_day(entry["published"]),
        identifiers=(Identifier("made", str(number)),),  # type: ignore[arg-type] - a scheme of no source
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_BLANK = replace(bare_paper(0, "", ""), first_seen_at=SEEN, updated_at=SEEN)
