"""How good search is, on a set of queries with judged papers, asked of the real index in a temporary directory.

A set is a directory with `corpus.jsonl` (`id`, `title`, `text`; also .xz), `queries.jsonl` and `qrels.tsv`.
Its queries are taken as plain words: nothing in them is an operator. Only judged queries count.
"""

from __future__ import annotations

import json
import lzma
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.migration import migrate
from broadsheet.encoders.encoder import Encoder
from broadsheet.errors import Invalid, Unavailable
from broadsheet.jobs.leases import Leases
from broadsheet.papers.paper import Paper
from broadsheet.search.engine import Engine
from broadsheet.search.fusion import METHODS, Method, rank
from broadsheet.search.index import Index
from broadsheet.search.query import words_only

MEASURES: Final = {"nDCG@10": "nDCG@10", "recall@100": "R@100"}  # as rows name them, as ir-measures does
_KEPT: Final = 100
_ANY_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Change:
    change: int
    paper_id: int
    paper: Paper


class _Corpus:
    """The judged papers as a change log: none is merged with another, however alike they are."""

    def __init__(self, lines: Sequence[Mapping[str, Any]]) -> None:
        self._papers = [_paper(number, line) for number, line in enumerate(lines, 1)]

    def last_change(self) -> int:
        return len(self._papers)

    def changes_after(self, change: int, limit: int = 1000) -> list[_Change]:
        return [_Change(paper.id, paper.id, paper) for paper in self._papers[change : change + limit]]


def evaluate(
    directory: Path, encoder: Encoder, methods: Sequence[Method] = METHODS, run_out: Path | None = None
) -> list[dict[str, Any]]:
    """Return one row of figures for each method; `run_out` is appended to, in TREC form.

    Raises `Invalid` for a directory that is no such set, naming the file and the line, and `Unavailable` where the
    extra `evaluate` is not installed.
    """
    corpus = list(_lines(_present(directory, "corpus.jsonl"), "id", "title", "text"))
    queries = {
        str(line["id"]): str(line["text"]) for line in _lines(_present(directory, "queries.jsonl"), "id", "text")
    }
    judged = _judgements(_present(directory, "qrels.tsv"))
    asked = {query_id: text for query_id, text in queries.items() if query_id in judged}
    names = [str(line["id"]) for line in corpus]
    if not asked:
        raise Invalid(f"{directory} judges none of its queries.", field="directory", value=str(directory))
    rows = []
    with tempfile.TemporaryDirectory(prefix="broadsheet-evaluate-") as place:
        engine = _indexed(Path(place), corpus, encoder)
        for method in methods:
            run = _run(engine, asked, method, names)
            row: dict[str, Any] = {"set": directory.name, "encoder": encoder.name, "method": method}
            rows.append(row | {"queries": len(asked)} | _figures({key: judged[key] for key in asked}, run))
            if run_out:
                _write(run_out, run, f"{directory.name}-{encoder.name}-{method}")
    return rows


def _indexed(place: Path, corpus: Sequence[Mapping[str, Any]], encoder: Encoder) -> Engine:
    clock = FixedClock(_ANY_DAY)
    database = Database(f"sqlite:///{place / 'leases.db'}")
    try:
        migrate(database)
        index = Index.open(place / "index", encoder, _Corpus(corpus), Leases(database, clock), clock)
        index.catch_up()
        return index.engine()
    finally:
        database.close()


def _figures(judged: Mapping[str, Mapping[str, int]], run: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    try:
        import ir_measures  # an extra: whoever only searches does not need it
    except ModuleNotFoundError as error:
        raise Unavailable("Measuring search needs ir-measures. Install broadsheet[evaluate].") from error
    measures = {name: ir_measures.parse_measure(own) for name, own in MEASURES.items()}
    found = ir_measures.calc_aggregate(measures.values(), judged, run)
    return {name: float(found[measure]) for name, measure in measures.items()}


def _run(engine: Engine, asked: Mapping[str, str], method: Method, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return {query: {document: score}}; scores say the order alone, so that equal ones keep it."""
    run = {}
    for query_id, text in asked.items():
        query = words_only(text)
        ranking = rank(engine, query, engine.query_vector(query.plain), method)
        best = ranking.ids[:_KEPT].tolist()
        run[query_id] = {names[paper_id - 1]: float(len(best) - place) for place, paper_id in enumerate(best)}
    return run


def _write(path: Path, run: Mapping[str, Mapping[str, float]], tag: str) -> None:
    with path.open("a", encoding="utf-8") as out:
        for query_id, found in run.items():
            for place, (document, score) in enumerate(found.items(), 1):
                out.write(f"{query_id} Q0 {document} {place} {score:g} {tag}\n")


def _present(directory: Path, name: str) -> Path:
    for path in (directory / f"{name}.xz", directory / name):
        if path.is_file():
            return path
    raise Invalid(
        f"{directory} holds no {name}. A set has corpus.jsonl.xz, queries.jsonl and qrels.tsv.",
        field="directory",
        value=str(directory),
    )


def _lines(path: Path, *wanted: str) -> Iterator[Mapping[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                found = json.loads(line)
                if not isinstance(found, dict) or not all(name in found for name in wanted):
                    raise ValueError(f"it needs {', '.join(wanted)}")
            except (ValueError, TypeError) as error:
                raise _bad(path, number, str(error)) from error
            yield found


def _judgements(path: Path) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                query_id, document, grade = line.rstrip("\n").split("\t")
                judged.setdefault(query_id, {})[document] = int(grade)
            except ValueError as error:
                raise _bad(path, number, "it needs query, document and grade, set apart by tabs") from error
    return judged


def _bad(path: Path, number: int, fault: str) -> Invalid:
    return Invalid(f"{path.name}, line {number}: {fault}.", field="directory", value=str(path))


def _paper(number: int, line: Mapping[str, Any]) -> Paper:
    return Paper(
        id=number,
        title=str(line["title"]),
        abstract=str(line["text"]),
        authors=(),
        published=None,
        date_precision="day",
        categories=(),
        sources=(),
        identifiers=(),
        artefacts=(),
        links=(),
        versions=(),
        venue="",
        comments="",
        withdrawn=False,
        summary=False,
        first_seen_at=_ANY_DAY,
        updated_at=_ANY_DAY,
        change=number,
    )
