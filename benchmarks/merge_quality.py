"""How rightly records become works: precision and recall on pairs whose shared identifiers are hidden from the merger.

Two records are one work by their hidden arXiv or ACL ids; a pair of which one has only the one, the other only the
other, is unknown and counted apart. `disturbed` takes the same pairs with one side rewritten; `hard` are invented ones
(`merge_hard.jsonl`). `--linkage PYTHON` names an interpreter that has splink (5); without it that row says so.
"""

import argparse
import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, islice
from pathlib import Path
from time import perf_counter

from benchmarks.merge_disturbed import WAYS, disturbed
from benchmarks.report import Aim, Report, arguments, command
from broadsheet.clock import SystemClock
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate
from broadsheet.errors import BroadsheetError
from broadsheet.papers import clean, evidence, people, sketch, titles
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.compressed import lines
from broadsheet.sources.jsonl import record_of

CORPORA = ("arxiv-2025-2026", "arxiv-1993-2019-sample", "acl-anthology-2016-2025", "hf-daily-papers")
HARD = Path(__file__).parent / "merge_hard.jsonl"
PEER = Path(__file__).parent / "linkage_peer.py"
BATCH = 2_000
QUICK = 12  # one paper in so many, those with a partner first
Pair = tuple[int, int]
Merger = Callable[[Sequence[SourceRecord]], "Sorted"]


@dataclass(frozen=True)
class Sorted:
    """What a way made of records: pairs of places that it takes for one work, and how long it took."""

    pairs: set[Pair]
    seconds: float


@dataclass
class Judged:
    """Pairs by what is known of them."""

    right: set[Pair] = field(default_factory=set)
    wrong: set[Pair] = field(default_factory=set)
    unknown: set[Pair] = field(default_factory=set)
    truth: int = 0

    @property
    def precision(self) -> float:
        """The share of known pairs that are right."""
        return len(self.right) / max(len(self.right) + len(self.wrong), 1)

    @property
    def recall(self) -> float:
        """The share of true pairs that were found."""
        return len(self.right) / max(self.truth, 1)


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__, more=_options)
    report = Report("merge_quality", "Merging, judged by hidden identifiers", command("merge_quality"))
    records = _records(asked)
    ways = _ways(asked)
    hidden = [_hidden(record) for record in records]
    figures = {"hidden": _measure(report, "hidden", records, hidden, ways, asked.look)}
    nameless = [replace(record, source=f"s{n}") for n, record in enumerate(hidden)]
    _measure(report, "sources hidden as well", records, nameless, {"Broadsheet": _broadsheet}, asked.look)
    for way in WAYS:
        own, told = _disturbed(records, way)
        figures[way] = _measure(
            report, f"disturbed: {way}", own, told, {"Broadsheet": _broadsheet, "same title": _by_title}
        )
    hard = _hard(report)
    ours = figures["hidden"]["Broadsheet"]
    peer = next((figures["hidden"][name] for name in figures["hidden"] if name.startswith("splink")), None)
    report.aims += [
        _aim("precision, identifiers hidden", ours.precision, 0.999, "splink", peer and peer.precision),
        _aim("recall, identifiers hidden", ours.recall, 0.98, "splink", peer and peer.recall),
        _aim("invented hard pairs judged rightly", hard["Broadsheet"], 0.98, "same title", hard["same title"]),
    ]
    report.finish(asked.json)


def _options(reader: argparse.ArgumentParser) -> None:
    reader.add_argument("--linkage", type=Path, metavar="PYTHON", help="an interpreter that can import splink")
    reader.add_argument(
        "--look", type=Path, metavar="DIR", help="write the wrong, missed and unknown pairs here to read"
    )


def _aim(name: str, value: float, aim: float, peer: str, peer_value: float | None) -> Aim:
    return Aim(name, "share", value, aim, "at least", peer if peer_value is not None else None, peer_value)


def _ways(asked: argparse.Namespace) -> dict[str, Merger]:
    ways: dict[str, Merger] = {"Broadsheet": _broadsheet, "same title": _by_title, "title, author, year": _by_first}
    if asked.linkage:
        ways["splink 5"] = lambda records: _splink(asked.linkage, records)
    else:
        print("splink is not measured: give --linkage PYTHON, an interpreter of a separate environment that has it.")
    return ways


def corpus_records(data: Path) -> list[SourceRecord]:
    """Return every record of the corpora, cleaned as an intake would."""
    found: list[SourceRecord] = []
    for name in CORPORA:
        with (data / "corpora" / f"{name}.jsonl.xz").open("rb") as raw:
            found += filter(None, (_record(line) for _, line in lines(raw)))
    return found


def _records(asked: argparse.Namespace) -> list[SourceRecord]:
    found = corpus_records(asked.data)
    if not asked.quick:
        return found
    partners = {n for pair in _truth(found) for n in pair}
    return [record for n, record in enumerate(found) if n % QUICK == 0 or (n in partners and record.key[-1] in "05")]


def _record(line: bytes | None) -> SourceRecord | None:
    try:
        return replace(clean.record(record_of(line or b"")), payload="")
    except BroadsheetError:
        return None


def _hidden(record: SourceRecord) -> SourceRecord:
    return replace(record, identifiers=(), links=(), artefacts=())


def _truth(records: Sequence[SourceRecord]) -> set[Pair]:
    by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
    for n, record in enumerate(records):
        for one in record.identifiers:
            if one.scheme in ("arxiv", "acl"):
                by_name[one.scheme, one.value].append(n)
    return {pair for places in by_name.values() for pair in combinations(places, 2) if _is_one(records, pair)}


def _is_one(records: Sequence[SourceRecord], pair: Pair) -> bool | None:
    """Say whether a pair is one work by its identifiers; None where they have none of one kind."""
    mine, theirs = ({one.scheme: one.value for one in records[n].identifiers} for n in pair)
    known = [mine[scheme] == theirs[scheme] for scheme in ("arxiv", "acl") if scheme in mine and scheme in theirs]
    return all(known) if known else None


def _measure(
    report: Report,
    name: str,
    records: Sequence[SourceRecord],
    told: Sequence[SourceRecord],
    ways: dict[str, Merger],
    look: Path | None = None,
) -> dict[str, Judged]:
    truth = _truth(records)
    found = {}
    for way, merge in ways.items():
        made = merge(told)
        judged = found[way] = Judged(truth=len(truth))
        for pair in made.pairs:
            one = True if pair in truth else _is_one(records, pair)
            (judged.unknown if one is None else judged.right if one else judged.wrong).add(pair)
        report.rows.append(_row(name, way, records, judged, made.seconds))
        print(report.rows[-1], flush=True)
        if look and way == "Broadsheet":
            _write(look, name, records, judged, truth)
    return found


def _row(
    name: str, way: str, records: Sequence[SourceRecord], judged: Judged, seconds: float
) -> dict[str, str | int | float]:
    twice = sum(_evident(records, pair) for pair in judged.wrong)
    return {
        "pairs": name,
        "way": way,
        "records": len(records),
        "true pairs": judged.truth,
        "precision": round(judged.precision, 5),
        "recall": round(judged.recall, 5),
        "wrong": len(judged.wrong),
        "of them told twice": twice,
        "unknown": len(judged.unknown),
        "of them evident": sum(_evident(records, pair) for pair in judged.unknown),
        "seconds": round(seconds, 1),
    }


def _evident(records: Sequence[SourceRecord], pair: Pair) -> bool:
    """Say whether a person would call two records one work at sight: the same people and most of the abstract."""
    one, other = (records[n] for n in pair)
    if not people.agreement(one.authors, other.authors).probable:
        return False
    return sketch.overlap(sketch.words(one.abstract), sketch.words(other.abstract)) >= evidence.MUCH_ALIKE


def _write(look: Path, name: str, records: Sequence[SourceRecord], judged: Judged, truth: set[Pair]) -> None:
    look.mkdir(parents=True, exist_ok=True)
    for kind, pairs in (("wrong", judged.wrong), ("missed", truth - judged.right), ("unknown", judged.unknown)):
        with (look / f"{name.replace(' ', '-')}-{kind}.txt").open("w", encoding="utf-8") as out:
            for pair in sorted(pairs):
                one, other = (records[n] for n in pair)
                why = evidence.reason(one, other)
                out.write(f"{one.key} {one.published} | {other.key} {other.published} | {why.words if why else '-'}\n")
                out.writelines(f"   {record.title} | {', '.join(record.authors)[:90]}\n" for record in (one, other))


def _broadsheet(records: Sequence[SourceRecord]) -> Sorted:
    """Take all in as a harvest would, into a new database; the pairs are those that share a paper."""
    with tempfile.TemporaryDirectory() as directory:
        database = Database(f"sqlite:///{Path(directory) / 'merge.db'}")
        migrate(database)
        catalogue = Catalogue(database, SystemClock())
        started = perf_counter()
        for batch in _batches(records):
            catalogue.add(batch)
        seconds = perf_counter() - started
        place = {(record.source, record.key): n for n, record in enumerate(records)}
        papers: dict[int, list[int]] = defaultdict(list)
        for paper_id, key in _homes(database):
            papers[paper_id].append(place[key])
        database.close()
    return Sorted(_pairs(papers.values()), seconds)


def _homes(database: Database) -> Iterator[tuple[int, tuple[str, str]]]:
    with database.read() as connection:
        for row in connection.exec_driver_sql("SELECT paper_id, source, key FROM source_record"):
            yield row[0], (row[1], row[2])


def _batches(records: Sequence[SourceRecord]) -> Iterator[list[SourceRecord]]:
    waiting = iter(records)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def _by_title(records: Sequence[SourceRecord]) -> Sorted:
    return _grouped(records, lambda record: titles.normalised(record.title))


def _by_first(records: Sequence[SourceRecord]) -> Sorted:
    """Group as the first edition of Broadsheet did, but for what it checked besides."""

    def key(record: SourceRecord) -> str:
        named = record.authors and record.published and titles.is_telling(record.title)
        if not named or record.published is None:
            return ""
        return f"{titles.normalised(record.title)}|{titles.family_name(record.authors[0])}|{record.published.year}"

    return _grouped(records, key)


def _grouped(records: Sequence[SourceRecord], key: Callable[[SourceRecord], str]) -> Sorted:
    started = perf_counter()
    groups: dict[str, list[int]] = defaultdict(list)
    for n, record in enumerate(records):
        groups[key(record)].append(n)
    groups.pop("", None)
    return Sorted(_pairs(groups.values()), perf_counter() - started)


def _pairs(groups: Iterable[Sequence[int]]) -> set[Pair]:
    return {pair for group in groups if len(group) > 1 for pair in combinations(sorted(group), 2)}


def _splink(python: Path, records: Sequence[SourceRecord]) -> Sorted:
    """Ask splink, in its own environment, by files."""
    with tempfile.TemporaryDirectory() as directory:
        given, made = Path(directory) / "records.jsonl", Path(directory) / "pairs.json"
        with given.open("w", encoding="utf-8") as out:
            for n, record in enumerate(records):
                out.write(json.dumps(_plain(n, record), ensure_ascii=False) + "\n")
        started = perf_counter()
        subprocess.run([str(python), str(PEER), str(given), str(made)], check=True)
        seconds = perf_counter() - started
        pairs = {(min(a, b), max(a, b)) for a, b in json.loads(made.read_text())}
    return Sorted(pairs, seconds)


def _plain(n: int, record: SourceRecord) -> dict[str, object]:
    families = sorted({titles.family_name(name) for name in record.authors[:20]} - {""})
    return {
        "unique_id": n,
        "title": " ".join(sketch.words(record.title)),
        "bare": titles.normalised(record.title),
        "first": titles.family_name(record.authors[0]) if record.authors else None,
        "families": families,
        "published": record.published.isoformat() if record.published else None,
        "abstract": " ".join(sketch.words(record.abstract)[:40]),
    }


def _disturbed(records: Sequence[SourceRecord], way: str) -> tuple[list[SourceRecord], list[SourceRecord]]:
    """Return the records of true pairs, and the same hidden with the second of each rewritten."""
    own: list[SourceRecord] = []
    told: list[SourceRecord] = []
    for one, other in sorted(_truth(records)):
        rewritten = disturbed(records[other], way)
        own += [records[one], records[other]]
        told += [_hidden(records[one]), replace(_hidden(rewritten), source="another")]
    return own, told


def _hard(report: Report) -> dict[str, float]:
    pairs = [json.loads(line) for line in HARD.read_text(encoding="utf-8").splitlines()]
    told = [(_invented(pair["one"], f"a{n}"), _invented(pair["other"], f"b{n}"), pair) for n, pair in enumerate(pairs)]
    ways: dict[str, Merger] = {"Broadsheet": _broadsheet, "same title": _by_title, "title, author, year": _by_first}
    shares = {}
    for way, merge in ways.items():
        merged = [bool(merge([one, other]).pairs) for one, other, _ in told]
        right = sum(made == pair["same"] for made, (_, _, pair) in zip(merged, told, strict=True))
        for kind in dict.fromkeys(pair["kind"] for pair in pairs):
            own = [
                made == pair["same"] for made, (_, _, pair) in zip(merged, told, strict=True) if pair["kind"] == kind
            ]
            if not all(own):
                print(f"hard, {way}: {kind}: {sum(own)} of {len(own)} right")
        shares[way] = right / len(pairs)
        report.rows.append(_hard_row(way, merged, [pair["same"] for pair in pairs]))
    return shares


def _hard_row(way: str, merged: Sequence[bool], same: Sequence[bool]) -> dict[str, str | int | float]:
    both = sum(m and s for m, s in zip(merged, same, strict=True))
    return {
        "pairs": "invented, hard",
        "way": way,
        "records": 2 * len(same),
        "true pairs": sum(same),
        "precision": round(both / max(sum(merged), 1), 5),
        "recall": round(both / max(sum(same), 1), 5),
        "wrong": sum(merged) - both,
    }


def _invented(told: dict[str, object], source: str) -> SourceRecord:
    line = {"id": source, "source": source, **told}
    return clean.record(record_of(json.dumps(line).encode()))


if __name__ == "__main__":
    main()
