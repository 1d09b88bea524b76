"""`broadsheet papers merges|split|merge|remerge|duplicates`: why records are one paper, and what an editor says of it.

They stand among the commands of `papers`; a module of their own, because they tell another story than files do.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadsheet.cli.terminal import instance, note, say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from broadsheet.app import App
    from broadsheet.papers.duplicates import Pair
    from broadsheet.papers.intake import Redone
    from broadsheet.papers.merges import Joined

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Note = Annotated[str, typer.Option("--note", help="Why; kept with the decision.")]
_KINDS = ("identifier", "title", "subtitle", "abstract", "editor", "earlier")


def merges(
    key: Annotated[str | None, typer.Argument(help="Any identifier of a paper; none: the newest merged ones.")] = None,
    by: Annotated[
        str, typer.Option(help="Only those joined by identifier, title, subtitle, abstract, editor or earlier.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many papers.")] = 20,
    json: Json = False,
) -> None:
    """Say of what records a paper is made, and why they are one; without a paper, of those that changed last."""
    from broadsheet.api.stories import record_json
    from broadsheet.errors import Invalid

    with instance() as app:
        if by and by not in _KINDS:
            raise Invalid(f"{by!r} is no reason for merging; use one of {', '.join(_KINDS)}.", field="by", value=by)
        ids = [app.catalogue.get(key).id] if key else []
        found = [(one, app.merges.explain(one)) for one in ids] if key else app.merges.newest(limit, by)
        titles = {paper.id: paper.title for paper in app.catalogue.papers([one for one, _ in found])}
        ruled = app.merges.rulings_of(ids[0]) if key else []
    if json:
        said = [
            {"id": f"paper:{one}", "title": titles[one], "records": [record_json(told) for told in joined]}
            for one, joined in found
        ]
        say_json({"papers": said})
        return
    for one, joined in found:
        _say_joined(one, titles[one], joined)
    for ruling in ruled:
        names = " and ".join("/".join(which) for which in (ruling.one, ruling.other))
        verdict = "are two works" if ruling.apart else "are one work"
        say(f"Ruled on {ruling.made_at:%Y-%m-%d}: {names} {verdict}. {ruling.note}".rstrip())


def split(
    key: Annotated[str, typer.Argument(help="Any identifier of the paper.")],
    records: Annotated[list[str], typer.Argument(help="Its records that are another work, as `merges` lists them.")],
    note: Note = "",
    json: Json = False,
) -> None:
    """Part a paper: the named records become a paper of their own, and stay it after every harvest and redo."""
    with instance() as app:
        redone = app.merges.split(app.catalogue.get(key).id, records, note)
        _say_redone(app, [redone], json)
        app.index.catch_up()


def merge(
    key: Annotated[str, typer.Argument(help="Any identifier of the paper that stays.")],
    other: Annotated[str, typer.Argument(help="Any identifier of the paper that is the same work.")],
    note: Note = "",
    json: Json = False,
) -> None:
    """Make two papers one, for good; also takes a split back. The older keeps its number, the other leads to it."""
    with instance() as app:
        redone = app.merges.join(app.catalogue.get(key).id, app.catalogue.get(other).id, note)
        _say_redone(app, [redone], json)
        app.index.catch_up()


def remerge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    restart: Annotated[bool, typer.Option("--restart", help="Begin with the first paper, whatever was done.")] = False,
    json: Json = False,
) -> None:
    """Merge all stored records anew by today's rules; goes on where it stopped, and says what changed."""
    from broadsheet.cli.progress import counting

    with instance() as app:
        with counting("Merging anew") as progress:
            redone = list(app.remerging.run(progress, restart=restart, dry=dry_run))
        _say_redone(app, redone, json, would=dry_run)
        if not dry_run:
            app.index.catch_up()


def duplicates(
    settle: Annotated[
        tuple[str, str] | None, typer.Option(help="Two papers, by any identifier, that are all right: no more listed.")
    ] = None,
    settled: Annotated[bool, typer.Option("--settled", help="List those that an editor settled as well.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many pairs.")] = 50,
    json: Json = False,
) -> None:
    """List papers whose abstracts repeat another's, most alike first: copied, sent in twice, or not yet merged."""
    from broadsheet.cli.progress import counting

    with instance() as app:
        if settle:
            app.duplicates.settle(*(app.catalogue.get(key).id for key in settle))
            return
        with counting("Comparing") as progress:
            done = 0
            while (looked := app.duplicates.step()) is not None:
                done += looked[0]
                progress(done)
        pairs = app.duplicates.pairs(limit, settled=settled)
    if json:
        say_json({"pairs": [_pair_json(pair) for pair in pairs]})
        return
    for pair in pairs:
        say(f"{pair.overlap:4.0%}  {pair.one.title}  [{pair.one.key}]")
        say(f"      {pair.other.title}  [{pair.other.key}]")
        say(f"      {pair.reason}{', settled' if pair.settled_at else ''}")
    if not pairs:
        note("No abstract repeats another.")


def _pair_json(pair: "Pair") -> dict[str, Any]:
    papers = [
        {"id": paper.key, "title": paper.title, "authors": list(paper.authors)} for paper in (pair.one, pair.other)
    ]
    told = {"overlap": round(pair.overlap, 4), "reason": pair.reason, "found_at": pair.found_at}
    return {"papers": papers, **told, "settled_at": pair.settled_at}


def _say_joined(paper_id: int, title: str, joined: "Sequence[Joined]") -> None:
    say(f"{title}  [paper:{paper_id}]")
    for one in joined:
        because = f", merged because: {one.reason.words}" if one.reason else ""
        with_ = f" (with {one.to.source}/{one.to.key})" if one.to else ""
        other = f" “{one.record.title}”" if one.record.title != title else ""
        say(f"  {one.name}{other}{because}{with_}")


def _say_redone(app: "App", redone: "Iterable[Redone]", json: bool, *, would: bool = False) -> None:
    done = list(redone)
    parted = [pair for one in done for pair in one.parted]
    merged = [pair for one in done for pair in one.merged]
    changed = [paper_id for one in done for paper_id in one.changed]
    if json:
        pairs = {"parted": parted, "merged": merged}
        said = {name: [{"from": f"paper:{a}", "to": f"paper:{b}"} for a, b in told] for name, told in pairs.items()}
        say_json({**said, "changed": len(changed)})
        return
    ids = {number for pair in parted + merged for number in pair}
    titles = {one.id: one.title for one in app.catalogue.papers(sorted(ids))}
    for old, new in parted:
        say(f"paper:{new} parted from paper:{old}: {titles.get(new, titles.get(old, ''))}")
    for gone, into in merged:
        say(f"paper:{gone} merged into paper:{into}: {titles.get(into, titles.get(gone, ''))}")
    tense = "would be " if would else ""
    note(f"{len(parted)} {tense}parted, {len(merged)} {tense}merged, {len(changed)} {tense}changed")
