"""`broadsheet papers`: bring papers in from files, look at one, take them out again."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from broadsheet.cli.terminal import fail, instance, note, say, say_json

if TYPE_CHECKING:
    from broadsheet.papers.paper import Paper

commands = typer.Typer(help="Import, show and export papers.", no_args_is_help=True)

# Beyond this many a person reads no more; the count and the exit status still tell.
_SHOWN_REJECTS = 50


@commands.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="JSONL, BibTeX, RIS or CSL-JSON files, also .xz, .gz, .zst.")],
    index: Annotated[bool, typer.Option(help="Make the papers searchable at once.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring papers in from files. Good lines come in, each bad one is named with its reason; safe to repeat."""
    from broadsheet.cli.progress import counting
    from broadsheet.sources.files import import_files

    with instance() as app:
        with counting("Importing") as progress:
            report = import_files(files, app.catalogue, progress)
        if index:
            with counting("Indexing") as progress:
                app.index.catch_up(progress)
    for reject in report.rejected[:_SHOWN_REJECTS]:
        note(f"{reject.file}:{reject.line}: {reject.reason}")
    if len(report.rejected) > _SHOWN_REJECTS:
        note(f"… and {len(report.rejected) - _SHOWN_REJECTS} more bad lines")
    if json:
        say_json(
            {
                "read": report.read,
                "added": report.added,
                "changed": report.changed,
                "unchanged": report.unchanged,
                "rejected": [{"file": str(r.file), "line": r.line, "reason": r.reason} for r in report.rejected],
            }
        )
    else:
        say(
            f"{report.read} read: {report.added} new papers, {report.changed} changed, "
            f"{report.unchanged} unchanged, {len(report.rejected)} bad lines"
        )
    if report.rejected:
        fail()


@commands.command()
def show(
    key: Annotated[str, typer.Argument(help="Any identifier or URL of the paper: 1904.09730, a DOI, an ACL id.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show one paper."""
    from broadsheet.api.shapes import paper_json
    from broadsheet.api.stories import story_json

    with instance() as app:
        paper = app.catalogue.get(key)
        joined, history = app.merges.explain(paper.id), app.histories.of(paper.id)
    if json:
        told = story_json(paper, joined, history)
        say_json(paper_json(paper) | {name: told[name] for name in ("records", "other_titles", "changes")})
        return
    say(("[withdrawn] " if paper.withdrawn else "") + paper.title)
    say(", ".join(paper.authors))
    say("  ".join(part for part in (str(paper.published or ""), paper.venue, " ".join(paper.categories)) if part))
    say("  ".join(map(str, paper.identifiers)))
    for artefact in paper.artefacts:
        say(f"{artefact.kind}: {artefact.url}" + " (gone)" * artefact.gone)
    for one in joined[1:]:
        say(f"{one.name} merged because: {one.reason.words if one.reason else 'it came with it'}")
    for name in history.names:
        say(f"also known as: {name.title} ({', '.join(name.sources)})")
    for revision in history.revisions:
        version = f", version {revision.version}" if revision.version else ""
        say(f"changed {revision.at:%Y-%m-%d}{version}: {', '.join(revision.what)} ({', '.join(revision.sources)})")
    say(f"\n{paper.abstract}")


@commands.command()
def reuse(
    key: Annotated[str, typer.Argument(help="Any identifier or URL of the paper: 1904.09730, a DOI, an ACL id.")],
    form: Annotated[str, typer.Option(help="words, json, jsonld or turtle.")] = "words",
    json: Annotated[bool, typer.Option("--json", help="Print JSON: the same as --form json.")] = False,
) -> None:
    """Show what of a paper can be used again: whose it is, licence, size and needs, whether it is still there."""
    from urllib.parse import quote

    from broadsheet.errors import Invalid
    from broadsheet.reuse.forms import MEDIA, written
    from broadsheet.reuse.questions import replies

    chosen = "json" if json else form
    if chosen not in ("words", *MEDIA):
        raise Invalid(f"{form!r} is no form; use one of words, {', '.join(MEDIA)}.", field="form", value=form)
    with instance() as app:
        paper = app.catalogue.get(key)
        card, now = app.checks.card(paper), app.clock.now()
        page = f"{app.settings.site}/paper/{quote(paper.key, safe=':/')}"
    for name in MEDIA:
        if chosen == name:
            say(written(card, name, page, now).rstrip())
            return
    say(paper.title)
    for item in card.items:
        whose = {True: "the authors’ own", False: "by others", None: ""}[item.artefact.official]
        say("  ".join(part for part in (f"{item.kind}: {item.url}", item.state, whose) if part))
    for one in replies(card):
        say(f"\n{one.question}\n  " + "\n  ".join(one.lines))


@commands.command()
def similar(
    key: Annotated[str, typer.Argument(help="Any identifier or URL of the paper: 1904.09730, a DOI, an ACL id.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many papers.")] = 8,
    diversity: Annotated[
        float, typer.Option(min=0, max=1, help="0: the nearest, however alike; 1: as unlike each other as may be.")
    ] = 0.3,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List papers near in meaning to one; the first is the nearest."""
    from broadsheet.api.shapes import hit_json

    with instance() as app:
        app.index.catch_up()
        hits = app.search.similar(app.catalogue.get(key).id, limit, diversity)
    if json:
        say_json({"results": [hit_json(hit) for hit in hits]})
        return
    for hit in hits:
        say(f"{hit.rank:3}. {hit.paper.title}  [{hit.paper.key}]")
        say(f"     {hit.why.sentence}")


@commands.command()
def export(
    keys: Annotated[list[str] | None, typer.Argument(help="Identifiers of the papers; none: all of them.")] = None,
    form: Annotated[str, typer.Option(help="jsonl, bibtex, ris or csl.")] = "jsonl",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many papers.")] = None,
) -> None:
    """Write papers to standard output: JSONL that can be imported again, BibTeX, RIS or CSL-JSON."""
    import json as js

    from broadsheet.errors import Invalid
    from broadsheet.papers import citation

    writers: dict[str, Callable[[Paper], str]] = {
        "jsonl": lambda paper: js.dumps(citation.jsonl(paper), ensure_ascii=False),
        "bibtex": citation.bibtex,
        "ris": citation.ris,
        "csl": lambda paper: js.dumps(citation.csl(paper), ensure_ascii=False),
    }
    with instance() as app:
        if form not in writers:
            raise Invalid(f"{form!r} is no form of export; use one of {', '.join(writers)}.", field="form", value=form)
        papers = (app.catalogue.get(key) for key in keys) if keys else app.catalogue.each()
        for paper in islice(papers, limit):
            say(writers[form](paper))
