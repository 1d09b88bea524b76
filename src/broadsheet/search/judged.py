"""Sets of queries with judged papers, read from a directory and indexed for real in a temporary one.

A set is a directory with `corpus.jsonl` (`id`, `title`, `text`; also .xz), `queries.jsonl` and `qrels.tsv`.
Its queries are taken as plain words: nothing in them is an operator. Only judged queries count.
"""

from __future__ import annotations

import json
import lzma
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.database.schema import lease
from broadsheet.encoders.encoder import Encoder
from broadsheet.errors import Invalid
from broadsheet.jobs.leases import Leases
from broadsheet.papers.paper import Paper
from broadsheet.search.engine import Engine
from broadsheet.search.index import Index

_ANY_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """Documents as {"id", "title", "text"}, the judged queries' texts, and {query: {document: grade}}.

    The document at place n is the paper n + 1 of the index.
    """

    name: str
    documents: Sequence[Mapping[str, Any]]
    queries: Mapping[str, str]
    judged: Mapping[str, Mapping[str, int]]

    @property
    def papers(self) -> list[Paper]:
        """The documents as papers of an index."""
        return [
            bare_paper(number, str(line["title"]), str(line["text"])) for number, line in enumerate(self.documents, 1)
        ]

    def document(self, paper_id: int) -> str:
        """Return the document's own name."""
        return str(self.documents[paper_id - 1]["id"])


@dataclass(frozen=True, slots=True)
class _Change:
    change: int
    paper_id: int
    paper: Paper


class _Corpus:
    """The judged papers as a change log: none is merged with another, however alike they are."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = papers

    def last_change(self) -> int:
        return len(self._papers)

    def changes_after(self, change: int, limit: int = 1000) -> list[_Change]:
        return [_Change(paper.id, paper.id, paper) for paper in self._papers[change : change + limit]]


def read_set(directory: Path) -> JudgedSet:
    """Read a set; raises `Invalid` for a directory that is none, naming the file and the line."""
    documents = list(_lines(_present(directory, "corpus.jsonl"), "id", "title", "text"))
    queries = {
        str(line["id"]): str(line["text"]) for line in _lines(_present(directory, "queries.jsonl"), "id", "text")
    }
    judged = _judgements(_present(directory, "qrels.tsv"))
    asked = {query_id: text for query_id, text in queries.items() if query_id in judged}
    if not asked:
        raise Invalid(f"{directory} judges none of its queries.", field="directory", value=str(directory))
    return JudgedSet(directory.resolve().name, documents, asked, {key: judged[key] for key in asked})


@contextmanager
def indexed(judged: JudgedSet, encoder: Encoder) -> Iterator[Engine]:
    """Yield an engine over the set's documents; its files are gone afterwards."""
    clock = FixedClock(_ANY_DAY)
    with tempfile.TemporaryDirectory(prefix="broadsheet-evaluate-") as name:
        place = Path(name)
        database = Database(f"sqlite:///{place / 'leases.db'}")
        try:
            lease.create(database.engine)  # nothing else is read or written but the index
            corpus = _Corpus(judged.papers)
            index = Index.open(place / "index", encoder, corpus, Leases(database, clock), clock)
            index.catch_up()
            yield index.engine()
        finally:
            database.close()


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
    number = 1
    try:
        with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
            for line in lines:
                found = json.loads(line)
                if not isinstance(found, dict) or not all(name in found for name in wanted):
                    raise ValueError(f"it needs {', '.join(wanted)}")
                yield found
                number += 1
    except (lzma.LZMAError, EOFError) as error:
        raise _bad(path, number, "the compressed file is damaged or cut off") from error
    except (ValueError, TypeError) as error:
        raise _bad(path, number, str(error)) from error


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


def bare_paper(number: int, title: str, abstract: str) -> Paper:
    """Return a paper of which nothing is known but its title and abstract."""
    return Paper(
        id=number,
        title=title,
        abstract=abstract,
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
