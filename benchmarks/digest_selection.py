"""The daily selection: what 100,000 subscriptions get of an edition and of 1,500 new papers, each by its own choice.

Two days are chosen and queued, on the second with the history of the first; nothing is sent. All save searches, bits
of titles with filters now and then; a third follow topics by words or examples, a third authors, a fifth categories,
half have mutes, and ten have 10,000 of them. How many follow each thing falls off with its rank, as popularity does.
Asking each reader's searches anew, as a program that keeps no answers would, is measured on a sample beside it.
"""

import lzma
import re
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from sqlalchemy import Table, func, insert, select

from benchmarks.report import Aim, Report, arguments, command
from broadsheet import app as wiring
from broadsheet import logs
from broadsheet.app import App
from broadsheet.clock import FixedClock
from broadsheet.database.schema import delivery, delivery_paper, mute, saved_search, subscription
from broadsheet.digests import interests
from broadsheet.digests.mutes import MOST_MUTES
from broadsheet.digests.saved import checked, title_of
from broadsheet.papers.records import SourceRecord
from broadsheet.search.question import Question
from broadsheet.settings import load
from broadsheet.sources.jsonl import record_of

CORPUS = "arxiv-2025-2026.jsonl.xz"
READERS, QUICK_READERS = 100_000, 2_000
BEFORE, QUICK_BEFORE = 20_000, 2_000
NEW, QUICK_NEW = 1_500, 200  # papers a day
QUESTIONS, QUICK_QUESTIONS = 2_000, 100
MOST_SAVED = 4  # searches of one reader; one to four, all alike
TOPICS, QUICK_TOPICS = 400, 40
AUTHORS, QUICK_AUTHORS = 5_000, 200
USUAL_MUTES = 20
HEAVY = 10  # readers with as many mutes as there may be
ORDERS = (
    "picks,trending,new,topics,searches,authors,categories",
    "authors,topics,searches,picks,trending",
    "searches,categories,new",
)
SAMPLE = 200  # searches that are asked anew, for the comparison
CATEGORIES = ("cs.LG", "cs.CL", "cs.CV", "cs.IR")
BATCH = 5_000
AIM_S = 60.0
START = datetime(2026, 1, 12, 5, tzinfo=UTC)


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__)
    logs.configure()
    quick = asked.quick
    before, new = (QUICK_BEFORE, QUICK_NEW) if quick else (BEFORE, NEW)
    readers, questions = (QUICK_READERS, QUICK_QUESTIONS) if quick else (READERS, QUESTIONS)
    title = f"Choosing digests for {readers:,} subscriptions, {new:,} new papers a day"
    report = Report("digest_selection", title, command("digest_selection"))
    papers = _records(asked.data / "corpora" / CORPUS)
    with tempfile.TemporaryDirectory() as directory:
        clock = FixedClock(START)
        built = wiring.build(load(home=Path(directory), sources=()), clock)
        _come_in(built, islice(papers, before))
        _subscribe(built, _questions(built, questions), readers)
        topics, authors = (QUICK_TOPICS, QUICK_AUTHORS) if quick else (TOPICS, AUTHORS)
        _follow(built, _topics(built, topics), readers, 3, 1)
        _follow(built, _authors(built, authors), readers, 3, 2)
        _follow(built, [interests.category(code) for code in CATEGORIES], readers, 5, 3)
        _mute(built, readers)
        for day in (1, 2):
            clock.move_to(START + timedelta(days=day - 1, hours=1))
            _come_in(built, islice(papers, new))
            clock.move_to(START + timedelta(days=day - 1, hours=4))
            built.trending.refresh()
            built.editions.publish_due(ready=True)
            report.rows.append(_day(built, day))
        anew = _asked_anew(built, clock.now()) * (MOST_SAVED + 1) / 2 * readers
        built.close()
    slowest = max(row["s"] for row in report.rows)
    report.aims.append(Aim("selection", "s", slowest, AIM_S, "at most", "each search asked anew (reckoned)", anew))
    report.finish(asked.json)


def _day(built: App, day: int) -> dict[str, Any]:
    began, worked = time.perf_counter(), time.process_time()
    queued = built.digests.queue_due()
    took, work = time.perf_counter() - began, time.process_time() - worked
    with built.database.read() as connection:
        finds = select(func.count()).select_from(delivery_paper).where(delivery_paper.c.find_id.is_not(None))
        found = connection.execute(finds).scalar_one()
        empty = select(func.count()).select_from(delivery).where(delivery.c.state == "empty")
        without = connection.execute(empty).scalar_one()
    return {
        "day": day,
        "s": took,
        "CPU s": work,
        "mails": queued,
        "empty so far": without,
        "finds so far": found,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _come_in(built: App, records: Iterator[SourceRecord]) -> None:
    while some := list(islice(records, BATCH)):
        built.catalogue.add(some)
    built.index.catch_up()


def _records(path: Path) -> Iterator[SourceRecord]:
    with lzma.open(path) as lines:
        for line in lines:
            yield record_of(line)


def _questions(built: App, count: int) -> list[Question]:
    """Return distinct questions of two or three words that stand side by side in a title."""
    chance, found = Random(1), dict[str, Question]()
    titles = [paper.title for paper in built.catalogue.newest(3 * count)]
    while len(found) < count:
        words = re.findall(r"[A-Za-z-]{4,}", chance.choice(titles))
        if len(words) < 4:
            continue
        at = chance.randrange(len(words) - 2)
        text = " ".join(words[at : at + chance.choice((2, 3))]).lower()
        cat = (chance.choice(CATEGORIES),) if chance.random() < 0.2 else ()
        question = checked(Question(text=text, cat=cat))
        found.setdefault(question.encoded(), question)
    return list(found.values())


def _subscribe(built: App, questions: Sequence[Question], count: int) -> None:
    """Insert confirmed subscriptions of several orders of sections, each with one to four searches."""
    chance = np.random.default_rng(2)
    shares = 1 / np.arange(1, len(questions) + 1)
    encoded = [(question.encoded(), title_of(question)) for question in questions]
    now = built.clock.now()
    row = {"state": "confirmed", "size": 10, "timezone": "UTC", "days": "daily", "token_key": "k"}
    row |= {"created_at": now, "asked_at": now, "confirmed_at": now}
    saved = {"created_at": now, "confirmed_at": now}
    for start in range(1, count + 1, BATCH):
        ids = range(start, min(start + BATCH, count + 1))
        with built.database.write() as connection:
            connection.execute(
                insert(subscription),
                [
                    row
                    | {"id": n, "address": f"r{n}@example.org", "address_key": str(n)}
                    | {"hour": 6 + n % 3, "sections": ORDERS[n % len(ORDERS)], "beside": n % 2 == 0}
                    for n in ids
                ],
            )
            rows = []
            for n in ids:
                many = chance.integers(1, MOST_SAVED + 1)
                for pick in chance.choice(len(questions), many, replace=False, p=shares / shares.sum()):
                    question, title = encoded[pick]
                    rows.append(saved | {"subscription_id": n, "question": question, "title": title})
            connection.execute(insert(saved_search), rows)


def _topics(built: App, count: int) -> list[interests.Interest]:
    """Return topics, one half told by words and one by three papers of one category."""
    told: list[interests.Interest] = [interests.topic("", question.text) for question in _questions(built, count // 2)]
    by_category: dict[str, list[str]] = {}
    for paper in built.catalogue.newest(8 * count):
        by_category.setdefault((*paper.categories, "")[0], []).append(paper.key)
    threes = (keys[at : at + 3] for keys in by_category.values() for at in range(0, len(keys) - 2, 3))
    return told + [interests.topic(f"Topic {n}", "", three) for n, three in enumerate(islice(threes, count // 2))]


def _authors(built: App, count: int) -> list[interests.Interest]:
    """Return authors of the newest papers, as these write them."""
    names = (name for paper in built.catalogue.newest(count) for name in paper.authors[:2] if " " in name.strip())
    return [interests.author(name) for name in islice(dict.fromkeys(names), count)]


def _follow(built: App, what: Sequence[interests.Interest], count: int, every: int, seed: int) -> None:
    """Let every n-th reader follow one or two of some things, the first of them by the most."""
    chance = np.random.default_rng(seed)
    shares = 1 / np.arange(1, len(what) + 1)
    now = built.clock.now()
    rows = []
    for n in range(1, count + 1, every):
        for pick in chance.choice(len(what), chance.integers(1, 3), replace=False, p=shares / shares.sum()):
            one = what[pick]
            said = {"subscription_id": n, "question": one.encoded(), "title": one.title}
            rows.append(said | {"created_at": now, "confirmed_at": now})
    _insert(built, saved_search, rows)


def _mute(built: App, count: int) -> None:
    """Let every second reader have one to twenty mutes, and ten of them as many as there may be."""
    chance = Random(4)
    titles = [paper.title for paper in built.catalogue.newest(MOST_MUTES)]
    words = list(dict.fromkeys(word for title in titles for word in re.findall(r"[a-z]{6,}", title.lower())))
    names = [one.title for one in _authors(built, MOST_MUTES)]
    for n in range(1, HEAVY + 1):
        phrases = [
            f"{chance.choice(words)} {chance.choice(words)} {at}" for at in range(MOST_MUTES - len(names[:2_000]))
        ]
        said = [("word", phrase) for phrase in phrases] + [("author", name) for name in names[:2_000]]
        _insert(built, mute, [{"subscription_id": n, "kind": kind, "value": value} for kind, value in said])
    rare = words[len(words) // 2 :]
    _insert(
        built,
        mute,
        [
            {"subscription_id": n, "kind": "word", "value": word}
            for n in range(HEAVY + 1, count + 1, 2)
            for word in chance.sample(rare, chance.randint(1, USUAL_MUTES))
        ],
    )


def _insert(built: App, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), BATCH):
        with built.database.write() as connection:
            connection.execute(insert(table), rows[start : start + BATCH])


def _asked_anew(built: App, now: datetime) -> float:
    """Return how many seconds one search takes, asked for the new papers of a day."""
    came = np.array(sorted(built.catalogue.came_between(now - timedelta(days=1), now)), np.int64)
    questions = _questions(built, SAMPLE)
    began = time.perf_counter()
    for question in questions:
        built.search.news(question, came)
    return (time.perf_counter() - began) / len(questions)


if __name__ == "__main__":
    main()
