"""`broadsheet search "words"`: search by meaning from the terminal."""

from typing import Annotated

import typer

from broadsheet.cli.terminal import instance, note, say, say_json


def search(
    words: Annotated[
        list[str],
        typer.Argument(help='Words, "a phrase", title:, author:, cat:cs.IR, date:2024..; after --, also -word.'),
    ],
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many results.")] = 10,
    sort: Annotated[str, typer.Option(help="relevance, recent, newest or trending.")] = "relevance",
    method: Annotated[str, typer.Option(help="fused, rrf, bm25 or dense.")] = "fused",
    refine: Annotated[
        bool, typer.Option("--refine", help="Order the best again by what they share: for broad topics.")
    ] = False,
    cursor: Annotated[str | None, typer.Option(help="Go on where the page that gave this cursor ended.")] = None,
    encoder: Annotated[
        str | None, typer.Option(help="static, onnx, onnx-plain, onnx:FOLDER, a table, http://…/v1.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Search all papers by meaning and words; best first."""
    from broadsheet.api.shapes import search_json

    text = " ".join(words)
    with instance(encoder=encoder) as app:
        app.index.catch_up()
        page = app.search.search(
            text,
            sort=sort,  # type: ignore[arg-type]
            method=method,  # type: ignore[arg-type]
            limit=limit,
            cursor=cursor,
            refine=refine,
        )
    if json:
        say_json(search_json(text, page))
        return
    for remark in page.notes:
        note(remark)
    if page.suggestion:
        note(f"Did you mean: {page.suggestion.text}")
    if page.author:
        note(f"Papers by an author of that name: {page.author}")
    for hit in page.hits:
        mark = "[withdrawn] " if hit.paper.withdrawn else ""
        say(f"{hit.rank:3}. {mark}{hit.paper.title}  [{hit.paper.key}]")
        say(f"     {hit.why.sentence}")
    say(f"\n{page.total} papers in {page.took_ms:.1f} ms" if page.hits else "Nothing found. Try fewer or other words.")
    if page.next:
        note(f"More: the same with --cursor {page.next}")
