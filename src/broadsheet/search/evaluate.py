"""How good search is on a judged set: rankings by every method, their figures, and two of them compared.

Reading and indexing a set is `judged`'s; fitting weights is `fitting`'s. What is measured is what readers get: the same
engine, the same fusion, the same weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from broadsheet.encoders.encoder import Encoder
from broadsheet.errors import Invalid, Unavailable
from broadsheet.search.engine import Engine
from broadsheet.search.fusion import METHODS, Method, rank
from broadsheet.search.judged import JudgedSet, indexed, read_set
from broadsheet.search.query import words_only
from broadsheet.search.refine import refined
from broadsheet.search.significance import paired
from broadsheet.search.weights import KnownWeights, Weights, shipped

Measured = Method | Literal["refined"]
Run = Mapping[str, Mapping[str, float]]  # {query: {document: score}}, best first
MEASURES: Final = {"nDCG@10": "nDCG@10", "recall@100": "R@100"}  # as rows name them, as ir-measures does
ALL: Final[tuple[Measured, ...]] = (*METHODS, "refined")
_KEPT: Final = 100


@dataclass(frozen=True, slots=True)
class Measurement:
    """One method on one set: `row` as it is published, the run behind it and each query's figures."""

    row: dict[str, Any]
    run: Run
    queries: Mapping[str, Mapping[str, float]]

    def per_query(self) -> Iterator[dict[str, Any]]:
        """Yield one row a query."""
        head = {name: self.row[name] for name in ("set", "encoder", "method")}
        for query_id, figures in self.queries.items():
            yield head | {"query": query_id} | dict(figures)


def evaluate(
    directory: Path,
    encoder: Encoder,
    methods: Sequence[Measured] = METHODS,
    run_out: Path | None = None,
    weights: KnownWeights | None = None,
) -> list[Measurement]:
    """Measure each method on one set; `run_out` is appended to, in TREC form; `weights` are the package's if not given.

    Raises `Invalid` for a directory that is no such set, naming the file and the line, and `Unavailable` where the
    extra `evaluate` is not installed.
    """
    judged = read_set(directory)
    known = (weights or shipped()).of(encoder.fingerprint)
    found = []
    with indexed(judged, encoder) as engine:
        for method in methods:
            run = ranked(judged, engine, method, known)
            row = {"set": judged.name, "encoder": encoder.name, "method": method, "queries": len(judged.queries)}
            figures, queries = measured(judged, run)
            found.append(Measurement(row | figures, run, queries))
            if run_out:
                _write(run_out, run, f"{judged.name}-{encoder.name}-{method}")
    return found


def ranked(judged: JudgedSet, engine: Engine, method: Measured, weights: Weights | None) -> Run:
    """Return {query: {document: score}}; scores say the order alone, so that equal ones keep it."""
    run = {}
    for query_id, text in judged.queries.items():
        query = words_only(text)
        vector = engine.query_vector(query.plain)
        ranking = rank(engine, query, vector, "fused" if method == "refined" else method, weights=weights)
        if method == "refined":
            ranking = refined(engine, ranking, vector)
        best = ranking.ids[:_KEPT].tolist()
        run[query_id] = {judged.document(paper_id): float(len(best) - place) for place, paper_id in enumerate(best)}
    return run


def measured(judged: JudgedSet, run: Run) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Return the figures of a run, mean over the judged queries and query by query; a query without an answer has 0."""
    try:
        import ir_measures  # an extra: whoever only searches does not need it
    except ModuleNotFoundError as error:
        raise Unavailable("Measuring search needs ir-measures. Install broadsheet[evaluate].") from error
    names = {ir_measures.parse_measure(own): name for name, own in MEASURES.items()}
    queries = {query_id: dict.fromkeys(MEASURES, 0.0) for query_id in judged.queries}
    for metric in ir_measures.iter_calc(list(names), judged.judged, run):
        queries[metric.query_id][names[metric.measure]] = float(metric.value)
    means = {name: sum(one[name] for one in queries.values()) / len(queries) for name in MEASURES}
    return means, queries


def compared(judged: JudgedSet, a: tuple[str, Run], b: tuple[str, Run]) -> list[dict[str, Any]]:
    """Return one row for each measure: both means, the difference of b from a with its 95 % interval, and p."""
    own, others = (measured(judged, run) for _, run in (a, b))
    rows = []
    for name in MEASURES:
        first, second = ([one[name] for one in queries.values()] for _, queries in (own, others))
        difference = asdict(paired(first, second))
        row = {"set": judged.name, "a": a[0], "b": b[0], "measure": name, "queries": len(judged.queries)}
        rows.append(row | {"mean a": own[0][name], "mean b": others[0][name], "difference": difference.pop("mean")})
        rows[-1] |= difference
    return rows


def read_run(given: str) -> Run:
    """Read a ranking in TREC form from `FILE`, or the one of that tag from `FILE:TAG`.

    Raises `Invalid` for a file that cannot be read, a line that is not of that form, and more runs than one.
    """
    path, tag = Path(given), ""
    if not path.is_file() and ":" in given:
        path, tag = Path(given.rpartition(":")[0]), given.rpartition(":")[2]
    runs: dict[str, dict[str, dict[str, float]]] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                query_id, _, document, _, score, own = _fields(path, number, line)
                runs.setdefault(own, {}).setdefault(query_id, {})[document] = _score(path, number, score)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Invalid(f"The run {path} cannot be read: {reason}.", field="compare", value=given) from error
    if (tag and tag not in runs) or (not tag and len(runs) != 1):
        held = ", ".join(sorted(runs)) or "none"
        raise Invalid(f"{path} holds these runs: {held}. Name one as FILE:TAG.", field="compare", value=given)
    return runs[tag or next(iter(runs))]


def _fields(path: Path, number: int, line: str) -> list[str]:
    fields = line.split()
    if len(fields) != 6:
        raise Invalid(
            f"{path.name}, line {number}: it needs query, Q0, document, rank, score and tag.", field="compare"
        )
    return fields


def _score(path: Path, number: int, score: str) -> float:
    try:
        return float(score)
    except ValueError as error:
        raise Invalid(f"{path.name}, line {number}: {score[:40]} is no score.", field="compare") from error


def _write(path: Path, run: Run, tag: str) -> None:
    with path.open("a", encoding="utf-8") as out:
        for query_id, found in run.items():
            for place, (document, score) in enumerate(found.items(), 1):
                out.write(f"{query_id} Q0 {document} {place} {score:g} {tag}\n")
