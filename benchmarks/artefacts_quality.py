"""Whether the artefacts of papers are found where their sources name them, told apart by kind, and nothing else is.

Two sets: 74 papers whose artefacts were verified one by one (`seed/facts.jsonl`), and 150 texts drawn at random from
those in the corpora that seem to hold an address (`judged_links.jsonl`: what each offers, judged by reading it beside
what the finder said). Beside it: every address that a plain pattern finds, its kind told by its host alone.
"""

import json
import lzma
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.report import Aim, Report, arguments, command
from broadsheet.papers.artefacts import classify, from_links, name_of
from broadsheet.papers.paper import Artefact

JUDGED = Path(__file__).parent / "judged_links.jsonl"
QUICK = "example-page.jsonl"
_KINDS = {"dataset": "data"}
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`\[\]]{4,500}")
Finder = Callable[[Sequence[str], str, str], Iterable[Artefact]]


@dataclass(frozen=True)
class Case:
    """What sources say of one paper, and the artefacts that are right: name to kind."""

    links: Sequence[str]
    abstract: str
    comments: str
    right: Mapping[str, str]


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__)
    report = Report("artefacts_quality", "Artefacts found, and told apart", command("artefacts_quality"))
    seed = list(_seed(asked.data, quick=asked.quick))
    sets = {
        "74 papers: links and abstract": seed,
        "74 papers: abstract alone": [Case((), one.abstract, one.comments, one.right) for one in seed],
    }
    if not asked.quick:
        sets["150 texts of the corpora"] = list(_judged(asked.data))
    for name, cases in sets.items():
        for way, finder in (("finder", from_links), ("plain pattern", _plainly)):
            report.rows.append({"of": name, "way": way, **_figures(cases, finder)})
    _aims(report)
    report.finish(asked.json)


def _aims(report: Report) -> None:
    ours, plain = report.rows[0], report.rows[1]
    told = int(ours["told"])
    report.aims += [
        Aim(
            "found, of those the sources name",
            "artefacts of 74 papers",
            ours["found"],
            told,
            "at least",
            "pattern",
            plain["found"],
        ),
        Aim("wrong", "artefacts of 74 papers", ours["wrong"], 0, "at most", "pattern", plain["wrong"]),
    ]


def _figures(cases: Sequence[Case], finder: Finder) -> dict[str, Any]:
    """Count over all cases; `told` is how many of the right ones the input names in any spelling."""
    told = found = kinds = wrong = 0
    for case in cases:
        named = {name_of(_normal(url)) for url in (*case.links, *_ADDRESS.findall(f"{case.abstract} {case.comments}"))}
        named |= {name_of(one.url) for one in from_links(case.links, case.abstract, case.comments)}
        given = {name_of(one.url): one.kind for one in finder(case.links, case.abstract, case.comments)}
        told += len(named & case.right.keys())
        found += len(given.keys() & case.right.keys())
        kinds += sum(case.right.get(name) == kind for name, kind in given.items())
        wrong += len(given.keys() - case.right.keys())
    return {
        "right": sum(len(case.right) for case in cases),
        "told": told,
        "found": found,
        "kind right": kinds,
        "wrong": wrong,
    }


def _plainly(links: Sequence[str], abstract: str, comments: str) -> Iterator[Artefact]:
    for url in (*links, *(url.rstrip(".,;)") for url in _ADDRESS.findall(f"{abstract} {comments}"))):
        found = classify(url)
        if found:
            yield found


def _normal(url: str) -> str:
    found = classify(url.rstrip(".,;)"))
    return found.url if found else url


def _seed(data: Path, *, quick: bool) -> Iterator[Case]:
    abstracts = {one["rank"]: one["abstract"] for one in _lines(data / "seed" / "page.jsonl")}
    facts = list(_lines(data / "seed" / "facts.jsonl"))
    said = _records(data, {f"arxiv:{fact['arxiv']}" for fact in facts}, QUICK if quick else "*.jsonl*")
    for fact in facts:
        records = said.get(f"arxiv:{fact['arxiv']}", [])
        right = {name_of(_normal(one["url"])): _KINDS.get(one["kind"], one["kind"]) for one in fact["artefacts"]}
        links = [url for record in records for url in record.get("urls", [])]
        comments = " ".join(record.get("comments") or "" for record in records)
        yield Case(links, abstracts[fact["n"]], comments, right)


def _judged(data: Path) -> Iterator[Case]:
    lines = list(_lines(JUDGED))
    said = _records(data, {line["id"] for line in lines})
    for line in lines:
        texts = [record.get(line["part"]) or "" for record in said[line["id"]]]
        text = max(texts, key=len)
        right = {name_of(one["url"]): one["kind"] for one in line["artefacts"]}
        yield Case((), text if line["part"] == "abstract" else "", text if line["part"] == "comments" else "", right)


def _records(data: Path, ids: set[str], corpora: str = "*.jsonl*") -> dict[str, list[dict[str, Any]]]:
    """Return what the corpora say of each of these papers."""
    found: dict[str, list[dict[str, Any]]] = {}
    for corpus in sorted((data / "corpora").glob(corpora)):
        for record in _lines(corpus):
            name = record["id"] if ":" in record["id"] else f"arxiv:{record['id']}"
            if name in ids:
                found.setdefault(name, []).append(record)
    return found


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    main()
