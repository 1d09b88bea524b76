"""`broadsheet evaluate DIR…`: how good search is, on sets of queries with judged papers."""

from pathlib import Path
from typing import Annotated

import typer

from broadsheet.cli.terminal import say, say_json, settings, told, writing


def evaluate(
    directories: Annotated[list[Path], typer.Argument(help="Each with corpus.jsonl.xz, queries.jsonl and qrels.tsv.")],
    encoder: Annotated[str | None, typer.Option(help="static, onnx, onnx:FOLDER, a table or http://…/v1.")] = None,
    run_out: Annotated[Path | None, typer.Option(help="Write the rankings to this file in TREC form.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure nDCG@10 and recall@100 of BM25, dense, RRF and fused search; touches no instance."""
    from broadsheet import logs
    from broadsheet.app import encoder_of
    from broadsheet.clock import SystemClock
    from broadsheet.search.evaluate import evaluate as measure

    chosen = settings(encoder=encoder)
    logs.configure(json=chosen.log_json)
    if run_out:
        with writing(run_out):
            run_out.open("w").close()  # a bad path is told before the work; an earlier run must not stand in this one
    with told():
        loaded = encoder_of(chosen, SystemClock())
        rows = [row for directory in directories for row in measure(directory, loaded, run_out=run_out)]
    if json:
        say_json(rows)
        return
    say(f"{'set':24} {'encoder':12} {'method':8} {'queries':>7} {'nDCG@10':>8} {'recall@100':>10}")
    for row in rows:
        say(
            f"{row['set']:24} {row['encoder']:12} {row['method']:8} {row['queries']:7} "
            f"{row['nDCG@10']:8.4f} {row['recall@100']:10.4f}"
        )
