"""`broadsheet evaluate DIR…`: how good search is, on sets of queries with judged papers; and the weights of fusion."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadsheet.cli.terminal import note, say, say_json, settings, told, writing

if TYPE_CHECKING:
    from broadsheet.encoders.encoder import Encoder
    from broadsheet.search.weights import Fit, KnownWeights


def evaluate(
    directories: Annotated[list[Path], typer.Argument(help="Each with corpus.jsonl.xz, queries.jsonl and qrels.tsv.")],
    encoder: Annotated[
        str | None, typer.Option(help="static, onnx, onnx-plain, onnx:FOLDER, a table, http://…/v1.")
    ] = None,
    refine: Annotated[bool, typer.Option("--refine", help="Measure fused search refined, too.")] = False,
    run_out: Annotated[Path | None, typer.Option(help="Write the rankings to this file in TREC form.")] = None,
    per_query: Annotated[Path | None, typer.Option(help="Write each query's figures to this file, as JSONL.")] = None,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="A B", help="Test B against A; each a method, or a run as FILE or FILE:TAG."),
    ] = None,
    fit: Annotated[
        bool, typer.Option("--fit", help="Fit the weights of fusion on these sets, for this instance.")
    ] = False,
    weights_out: Annotated[Path | None, typer.Option(help="With --fit: write them to this file instead.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure nDCG@10 and recall@100 of BM25, dense, RRF and fused search; touches no instance but by --fit."""
    from broadsheet import logs
    from broadsheet.app import encoder_of
    from broadsheet.clock import SystemClock
    from broadsheet.search.weights import FILE, known

    if weights_out and not fit:
        raise typer.BadParameter("--weights-out goes with --fit")
    if fit + bool(compare) + bool(run_out or per_query or refine) > 1:
        raise typer.BadParameter("--fit and --compare go with none of the other ways of measuring")
    chosen = settings(encoder=encoder)
    logs.configure(json=chosen.log_json)
    with _emptied(run_out), _emptied(per_query), told():
        loaded = encoder_of(chosen, SystemClock(), os.cpu_count() or 1)  # nobody waits beside it
        weights = known(chosen.home)
        if fit:
            _fit(directories, loaded, weights_out or chosen.home / FILE, json)
        elif compare:
            _compare(directories, loaded, weights, compare, json)
        else:
            _measure(directories, loaded, weights, refine, run_out, per_query, json)


def _measure(
    directories: Sequence[Path],
    encoder: "Encoder",
    weights: "KnownWeights",
    refine: bool,
    run_out: Path | None,
    per_query: Path | None,
    json: bool,
) -> None:
    from broadsheet.search.evaluate import ALL
    from broadsheet.search.evaluate import evaluate as measure
    from broadsheet.search.fusion import METHODS

    rows = []
    for directory in directories:
        found = measure(directory, encoder, ALL if refine else METHODS, run_out, weights)
        rows += [one.row for one in found]
        if per_query:
            with per_query.open("a", encoding="utf-8") as out:
                out.writelines(dumps(row, ensure_ascii=False) + "\n" for one in found for row in one.per_query())
    if json:
        say_json(rows)
        return
    _say_weights(encoder, weights)
    say(f"{'set':24} {'encoder':12} {'method':8} {'queries':>7} {'nDCG@10':>8} {'recall@100':>10}")
    for row in rows:
        say(
            f"{row['set']:24} {row['encoder']:12} {row['method']:8} {row['queries']:7} "
            f"{row['nDCG@10']:8.4f} {row['recall@100']:10.4f}"
        )


def _compare(
    directories: Sequence[Path], encoder: "Encoder", weights: "KnownWeights", two: tuple[str, str], json: bool
) -> None:
    from broadsheet.search.evaluate import ALL, compared, ranked, read_run
    from broadsheet.search.judged import indexed, read_set

    files = {given: read_run(given) for given in two if given not in ALL}
    if files and len(directories) > 1:
        raise typer.BadParameter("a run is of one set: give one directory")
    rows: list[dict[str, Any]] = []
    for directory in directories:
        judged = read_set(directory)
        runs = dict(files)
        methods = [method for method in ALL if method in two]
        if methods:
            with indexed(judged, encoder) as engine:
                known = weights.of(encoder.fingerprint)
                runs |= {method: ranked(judged, engine, method, known) for method in methods}
        rows += compared(judged, *((given, runs[given]) for given in two))
    if json:
        say_json(rows)
        return
    for row in rows:
        say(
            f"{row['set']}, {row['measure']} of {row['queries']} queries: {row['a']} {row['mean a']:.4f}, "
            f"{row['b']} {row['mean b']:.4f}, difference {row['difference']:+.4f} "
            f"(95 %: {row['low']:+.4f} to {row['high']:+.4f}), p = {row['p']:.4f}"
        )


def _fit(directories: Sequence[Path], encoder: "Encoder", out: Path, json: bool) -> None:
    from broadsheet.clock import SystemClock
    from broadsheet.search.fitting import fit, observe
    from broadsheet.search.judged import indexed, read_set
    from broadsheet.search.weights import put

    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        sets = {}
        for directory in directories:
            judged = read_set(directory)
            with indexed(judged, encoder) as engine:
                sets[judged.name] = observe(judged, engine)
        found = fit(encoder, sets, SystemClock().now().date())
        put(out, found)
    _warn(found)
    if json:
        say_json(found.model_dump())
        return
    say(found.sentence)
    figures = ", ".join(f"{method} {value:.4f}" for method, value in found.figures.items())
    say(f"Mean nDCG@10 of held-out queries: {figures}. Written to {out}.")


def _warn(found: "Fit") -> None:
    """Say where queries that were held out are served as well without the weights."""
    better = [name for name, value in found.figures.items() if name != "fused" and value >= found.figures["fused"]]
    if better:
        note(
            f"On held-out queries {' and '.join(better)} did as well or better: these sets say too little to weigh by. "
            "Fit on more judged queries, or remove the file to go back to the weights before."
        )


def _say_weights(encoder: "Encoder", weights: "KnownWeights") -> None:
    """Say beside the answer which weights are in force."""
    held = weights.fit(encoder.fingerprint)
    note(held.sentence if held else f"No weights are known for {encoder.name}: fused is by ranks (RRF). See --fit.")


@contextmanager
def _emptied(path: Path | None) -> Iterator[None]:
    """Empty a file before the work: a bad path is told first, and an earlier run must not stand in this one."""
    if path:
        with writing(path):
            path.open("w").close()
    yield
